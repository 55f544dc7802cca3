"""The catalogues of translations: one folder per language, as gettext names them. English stands in the code.

A language is known when it has a catalogue, `LANGUAGE/LC_MESSAGES/offerloop.po`. The package carries it compiled
(`.mo`); a checkout compiles it in memory when it is first used.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from offerloop.errors import check_known

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
    check_known("language", language, languages())
    return language


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; for English one that changes nothing."""
    if language == ENGLISH:
        return NullTranslations()
    folder = FOLDER / language / "LC_MESSAGES"
    compiled = folder / f"{DOMAIN}.mo"
    if compiled.exists():
        return GNUTranslations(BytesIO(compiled.read_bytes()))
    return GNUTranslations(BytesIO(compile_catalogue(folder / f"{DOMAIN}.po")))


def compile_catalogue(path: Path) -> bytes:
    """Return the bytes of the `.mo` of a `.po`. Fuzzy entries are left out."""
    from babel.messages import mofile, pofile

    with path.open("rb") as file:
        catalogue = pofile.read_po(file)
    made = BytesIO()
    mofile.write_mo(made, catalogue)
    return made.getvalue()
