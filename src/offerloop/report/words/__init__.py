"""Sentences that rooms still write in English into tables, in the language of a page.

Values that a run brings along (names of categories, campaigns and the shop) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from offerloop.report.spacing import filled
from offerloop.report.words.zh import rooms

_ROOMS: dict[str, Mapping[str, str]] = {"en": {}, "zh": rooms.TEXTS}
NESTED = ("rule", "cause")
"""Places of such sentences that hold words of another room again."""


def in_language(text: str, language: str) -> str:
    """What another room wrote in English, sentence by sentence; unchanged where the language has no words for it."""
    whole = _said(text, language)
    if whole is not None:
        return whole
    parts = [(part, _said(part, language)) for part in re.split(r"(?<=\.) (?=[A-Z])", text)]
    known = [found for _, found in parts if found is not None]
    return "".join(known) if len(known) == len(parts) else text


def _said(text: str, language: str) -> str | None:
    for pattern, template in _patterns(language):
        found = pattern.fullmatch(text)
        if found:
            values = {
                name: in_language(value, language) if name in NESTED else value
                for name, value in found.groupdict().items()
            }
            return filled(template, values)
    return None


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(english), template) for english, template in _ROOMS.get(language, {}).items())


def _pattern(english: str) -> re.Pattern[str]:
    """`{name}` of a template stands for any text."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)
