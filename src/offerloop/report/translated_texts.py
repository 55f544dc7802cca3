"""Figures with their texts in every language: one language in full, and of the others what they say otherwise.

The texts of another language stand under `translations` by their place, a JSON Pointer (RFC 6901), so that a program
that reads the file in one language sees a plain object. Where another language has other keys or a list of another
length, that whole part stands there, so that reading gives what was written for any content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from offerloop.locale import languages
from offerloop.message import Json

TRANSLATIONS = "translations"


def in_all_languages(content: Callable[[str], dict[str, Any]], language: str) -> dict[str, Any]:
    """Return the content in one language with the texts of all others."""
    written = content(language)
    others = {other: dict(_differing(written, content(other))) for other in languages() if other != language}
    return written | {TRANSLATIONS: others}


def in_language(written: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return the content in a language; where it was written without that language, as it was written."""
    texts = written.get(TRANSLATIONS, {}).get(language, {})
    plain = {name: part for name, part in written.items() if name != TRANSLATIONS}
    return cast("dict[str, Any]", _with_texts(plain, texts))


def _differing(written: Json, other: Json, place: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the place of each part that another language says in its own way, and what it says."""
    match written, other:
        case dict(), dict() if written.keys() == other.keys():
            for name, part in written.items():
                yield from _differing(part, other[name], _at(place, name))
        case list(), list() if len(written) == len(other):
            for number, (part, translated) in enumerate(zip(written, other, strict=True)):
                yield from _differing(part, translated, _at(place, str(number)))
        case _ if written != other:
            yield place, other


def _with_texts(written: Json, texts: Mapping[str, Json], place: str = "") -> Json:
    if place in texts:
        return texts[place]
    match written:
        case dict():
            return {name: _with_texts(part, texts, _at(place, name)) for name, part in written.items()}
        case list():
            return [_with_texts(part, texts, _at(place, str(number))) for number, part in enumerate(written)]
    return written


def _at(place: str, name: str) -> str:
    return f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
