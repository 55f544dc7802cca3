"""Bring the catalogues of translations up to date with the texts of the source, and say what is left to do.

    scripts/messages.py [--check]

New texts are added, texts that are gone are taken out, and a text that was changed keeps its translation, marked as
fuzzy until somebody has looked at it. The exit code is 1 while a text has no translation or a fuzzy one, or a call
cannot be translated. `--check` writes nothing, and finds catalogues that are not up to date.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from babel.messages import Catalog, Message, pofile
from translatable_texts import Text, extract, places

from offerloop.locale import DOMAIN, FOLDER

HEADER = (
    "# Translations of the texts of Offerloop, whose English stands in the code. `make messages` keeps them up to date."
)
ALIKE = 0.75
"""From this likeness on a new text is a changed one."""
Key = tuple[str | None, str]


def catalogue_paths() -> list[Path]:
    """Return the catalogue of each language."""
    return sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Catalog:
    """Read a catalogue, which may be new."""
    language = path.parents[1].name
    if not path.exists() or not path.stat().st_size:
        return Catalog(locale=language)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language)


def updated(known: Catalog, texts: list[Text]) -> Catalog:
    """Return a catalogue that has all texts of the source, in the order of files."""
    made = Catalog(locale=known.locale, charset="utf-8", fuzzy=False, header_comment=HEADER)
    old = {(one.context, _singular(one)): one for one in known if one.id}
    new = {text.key for text in texts}
    gone = {key: one for key, one in old.items() if key not in new and one.string}
    for text in texts:
        if text.key in old:
            string, flags = _fitting(old[text.key], text, made), old[text.key].flags - {"python-brace-format"}
        else:
            string, flags = _changed(text, gone)
        made.add(text.ids, string, [(text.place, None)], flags, context=text.context)
    return made


def _fitting(one: Message, text: Text, made: Catalog) -> str | tuple[str, ...] | None:
    """Return the translation, also where the text has a plural since or has lost it."""
    is_many = isinstance(one.string, tuple | list)
    if text.plural is None:
        return one.string[0] if is_many else one.string
    return tuple(one.string) if is_many else (one.string,) * made.num_plurals


def _changed(text: Text, gone: dict[Key, Message]) -> tuple[str | tuple[str, ...] | None, set[str]]:
    """Return the translation of the likest text that is gone, as a fuzzy one."""
    likely = {template: one for (_, template), one in gone.items()}
    near = get_close_matches(text.template, likely, n=1, cutoff=ALIKE)
    one = likely[near[0]] if near else None
    if one is None or isinstance(one.string, tuple | list) != (text.plural is not None):
        return None, set()
    return one.string, {"fuzzy"}


def _singular(one: Message) -> str:
    return one.id if isinstance(one.id, str) else one.id[0]


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as a file: the same bytes for the same texts."""
    made = io.BytesIO()
    pofile.write_po(made, catalogue, width=120, include_lineno=False, sort_output=False)
    changing = (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
        "Report-Msgid",
    )
    lines = made.getvalue().decode().splitlines()
    return ("\n".join(line for line in lines if not line[1:].startswith(changing)) + "\n").encode()


def problems(catalogue: Catalog) -> Iterator[str]:
    """Say what a translator has left to do."""
    for one in catalogue:
        if not one.id:
            continue
        ids = [one.id] if isinstance(one.id, str) else list(one.id)
        strings = [*one.string] if isinstance(one.string, tuple | list) else [one.string or ""]
        if not all(strings):
            yield f"{catalogue.locale}: not translated: {ids[0]!r}"
        elif one.fuzzy:
            yield f"{catalogue.locale}: fuzzy: {ids[0]!r}"
        elif any(places(string) != places(ids[-1]) for string in strings):
            yield f"{catalogue.locale}: other places than {sorted(places(ids[-1]))}: {strings[0]!r}"


def clashes(texts: list[Text]) -> Iterator[str]:
    """Say which texts are one key to a catalogue and yet differ in their plural."""
    plurals: dict[Key, str | None] = {}
    for text in texts:
        if plurals.setdefault(text.key, text.plural) != text.plural:
            yield f"{text.place}:{text.line}: this text has another plural elsewhere: {text.template}"


def report(*, check: bool) -> list[str]:
    """Return all that is left to do; without `check` catalogues are written anew."""
    texts, found = extract()
    found += clashes(texts)
    for path in catalogue_paths():
        catalogue = updated(read(path), texts)
        content = written(catalogue)
        if check and path.read_bytes() != content:
            found.append(f"{catalogue.locale}: the catalogue is not up to date; run `make messages`")
        if not check:
            path.write_bytes(content)
        found += problems(catalogue)
    return found


if __name__ == "__main__":
    left = report(check="--check" in sys.argv[1:])
    sys.stdout.write("".join(f"{line}\n" for line in left))
    sys.exit(1 if left else 0)
