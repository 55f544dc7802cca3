"""Figures with their texts in every language: one language in full, and of the others the texts that differ.

The texts of another language stand under `translations` by their place, a JSON Pointer (RFC 6901), so that a program
that reads the file in one language sees a plain object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

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
    return {name: _with_texts(part, texts, _at("", name)) for name, part in written.items() if name != TRANSLATIONS}


def _differing(written: Json, other: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the place of each text that another language says in its own way, and what it says."""
    match written, other:
        case dict(), dict():
            for name, part in written.items():
                yield from _differing(part, other[name], _at(place, name))
        case list(), list():
            for number, (part, translated) in enumerate(zip(written, other, strict=True)):
                yield from _differing(part, translated, _at(place, str(number)))
        case str(), str() if written != other:
            yield place, other


def _with_texts(written: Json, texts: Mapping[str, str], place: str) -> Json:
    match written:
        case dict():
            return {name: _with_texts(part, texts, _at(place, name)) for name, part in written.items()}
        case list():
            return [_with_texts(part, texts, _at(place, str(number))) for number, part in enumerate(written)]
    return texts.get(place, written)


def _at(place: str, name: str) -> str:
    return f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
