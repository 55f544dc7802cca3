"""The wording of explanations as data: one file per language, every one with the same keys and the same places to fill.

A further language is one more file and one more line in `_BY_LANGUAGE`. Values that a run brings along (names of
categories, campaigns and the shop) stay as they are in the data.
"""

from __future__ import annotations

from collections.abc import Mapping

from offerloop.report.words import en, zh

_BY_LANGUAGE: dict[str, Mapping[str, str]] = {"en": en.WORDS, "zh": zh.WORDS}
LANGUAGES = tuple(_BY_LANGUAGE)


def words_of(language: str) -> Mapping[str, str]:
    """Templates of `str.format` by key."""
    return _BY_LANGUAGE[language]
