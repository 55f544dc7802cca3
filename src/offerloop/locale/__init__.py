"""The catalogues of translations: one folder per language, as gettext names them. English stands in the code.

A language is known when it has a catalogue, `LANGUAGE/LC_MESSAGES/offerloop.po`. The package carries it compiled
(`.mo`); a checkout compiles it when it is first used, and keeps the result beside it until the catalogue changes.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from offerloop.errors import check_known
from offerloop.message import Message

ENGLISH = "en"
FOLDER = Path(__file__).parent
DOMAIN = "offerloop"


def languages() -> tuple[str, ...]:
    """Return English and the languages that have a catalogue."""
    folders = {path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.[mp]o")}
    return (ENGLISH, *sorted(folders))


def known_language(language: str | None) -> str:
    """Return the language, by default English. Raises InputError where it has no catalogue."""
    if language is None:
        return ENGLISH
    check_known(Message("language", context="kind of name"), language, languages())
    return language


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; for English one that changes nothing."""
    if language == ENGLISH:
        return NullTranslations()
    return GNUTranslations(BytesIO(_compiled(FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po")))


def _compiled(catalogue: Path) -> bytes:
    """Return the compiled catalogue: as the package or an earlier use left it, else compiled now and kept if it can."""
    kept = catalogue.with_suffix(".mo")
    if kept.exists() and not (catalogue.exists() and catalogue.stat().st_mtime_ns > kept.stat().st_mtime_ns):
        return kept.read_bytes()
    content = compile_catalogue(catalogue)
    with suppress(OSError):
        partial = kept.with_suffix(f".{os.getpid()}.mo")
        partial.write_bytes(content)
        partial.replace(kept)
    return content


def compile_catalogue(path: Path) -> bytes:
    """Return the bytes of the `.mo` of a `.po`. Fuzzy entries are left out."""
    from babel.messages import mofile, pofile

    with path.open("rb") as file:
        catalogue = pofile.read_po(file)
    made = BytesIO()
    mofile.write_mo(made, catalogue)
    return made.getvalue()
