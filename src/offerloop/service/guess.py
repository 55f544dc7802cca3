"""Which of their columns is which of ours, by name; what a column holds must allow it."""

from __future__ import annotations

import difflib
import keyword
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from offerloop.service.guess_contents import GATES, Column, is_text
from offerloop.service.peek import Peek

LANGUAGES = ("en", "zh", "de")
GIVEN = "given with --map"
"""Why a column is read from another where the user said so; no guess changes it."""
_FUZZY = 0.85
_KNOWN_IDS = 0.5
"""Share of the ids of the order lines from which on a column with them surely holds the same ids."""
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Guess:
    """What one column of ours is read from."""

    written: str
    """Their column, or an expression."""
    theirs: tuple[str, ...]
    """The columns of theirs in it."""
    why: str
    """The comment behind it."""


@dataclass
class Match:
    """The columns of one source, as far as they are guessed."""

    columns: dict[str, Column]
    """All of theirs."""
    found: dict[str, Guess] = field(default_factory=dict)
    languages: Counter[str] = field(default_factory=Counter)
    """How many names of each language were recognised."""
    notes: list[str] = field(default_factory=list)
    """What a reader should know beside the mapping."""

    def unused(self) -> list[Column]:
        """Columns that nothing is read from yet."""
        used = {name for one in self.found.values() for name in one.theirs}
        return [column for name, column in self.columns.items() if name not in used]

    def take(self, ours: str, written: str, theirs: Iterable[str], why: str) -> None:
        """Note one guess."""
        self.found[ours] = Guess(written, tuple(theirs), why)

    def is_given(self, ours: str) -> bool:
        """Whether the user said what a column is read from."""
        return ours in self.found and self.found[ours].why == GIVEN

    def column(self, ours: str) -> Column | None:
        """Their column behind one of ours, when it is a single one."""
        one = self.found.get(ours)
        return self.columns[one.theirs[0]] if one and len(one.theirs) == 1 else None


def columns_of(peeked: Peek) -> dict[str, Column]:
    """Every column of the source, seen in its head and in rows from all over it."""
    return {name: Column(name, peeked.seen[name], peeked.decimal) for name in peeked.head.columns}


def match(
    columns: Mapping[str, Column], source: str, roles: Sequence[str], known: Mapping[str, frozenset[str]] | None = None,
    given: Mapping[str, Guess] | None = None,
) -> Match:  # fmt: skip
    """The best names first, each of their columns once; `known` are ids of the order lines that it should hold.

    What is `given` stays as it is, and its columns are nothing else.
    """
    found = Match(dict(columns), dict(given or {}))
    scored = []
    for place, ours in enumerate(roles):
        gate = GATES.get(ours, is_text)
        for column in columns.values():
            score, language = name_score(column.name, source, ours)
            score += _known_bonus(column, (known or {}).get(ours))
            if score > 0 and gate(column):
                scored.append((-score, place, ours, column.name, language))
    for score, _, ours, theirs, language in sorted(scored):
        if ours not in found.found and theirs in {column.name for column in found.unused()}:
            why = "guessed from the contents" if not language else f'guessed from the name "{theirs}"'
            found.take(ours, theirs, (theirs,), why)
            found.languages[language] += score < 0
    return found


def _known_bonus(column: Column, known: frozenset[str] | None) -> float:
    if not known or not column.nameable:
        return 0.0
    shared = len(column.values & known) / len(known)
    return 1.0 if shared >= _KNOWN_IDS else 0.0


def name_score(theirs: str, source: str, ours: str) -> tuple[float, str]:
    """How well a name says what a column is, up to 1, and in which language; 0 when it does not.

    An exact name beats one that holds a known name, which beats one that is merely spelt alike.
    """
    best = (0.0, "")
    for language, rank, known in known_names(source, ours):
        best = max(best, (_likeness(theirs, known) - 0.001 * rank, language))
    return best if best[0] > 0 else (0.0, "")


@lru_cache(maxsize=1)
def _written_names() -> Mapping[str, Any]:
    file = resources.files("offerloop.service") / "column_names.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def known_names(source: str, ours: str) -> list[tuple[str, int, str]]:
    """(language, rank, name) for a column of ours; its own name is known too."""
    names = _written_names()
    lists = names.get(source, {}).get(ours) or names["common"].get(ours, {})
    own = [] if "en" in lists else [("en", 0, ours)]
    return own + [(language, rank, name) for language in lists for rank, name in enumerate(lists[language])]


HOLDS, SAME = 0.6, 1.0
"""How like a known name another one is that holds it, and one that is the same."""


def says(theirs: str, section: str, least: float = HOLDS) -> bool:
    """Whether a text is one of a list such as `personal`: exactly, as one of its words, or as the end of a compound."""
    lists = _written_names()[section]
    return any(_likeness(theirs, name) >= least for language in LANGUAGES for name in lists[language])


@lru_cache(maxsize=10_000)
def _words(name: str) -> tuple[str, ...]:
    """Words in small letters, umlauts spelt out; camelCase counts as two words."""
    spaced = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", unicodedata.normalize("NFKC", name))
    return tuple(word.translate(_FOLDED) for word in re.split(r"[\W_]+", spaced.lower()) if word)


@lru_cache(maxsize=50_000)
def _likeness(theirs: str, known: str) -> float:
    """1 for the same name, 0.6 to 0.95 for one that holds the other, less for one spelt alike, else 0."""
    ours, other = _words(known), _words(theirs)
    short, long = "".join(ours), "".join(other)
    if short == long:
        return 1.0
    if _holds(other, ours, long, short):
        return HOLDS + 0.3 * len(short) / len(long) + (0.05 if long.endswith(short) else 0)
    if min(len(short), len(long)) < 5 or short[0] != long[0]:
        return 0.0
    ratio = difflib.SequenceMatcher(None, long, short).ratio()
    return 0.3 + 0.2 * ratio if ratio >= _FUZZY else 0.0


def _holds(theirs: tuple[str, ...], ours: tuple[str, ...], long: str, short: str) -> bool:
    if not short:
        return False
    if any("\u4e00" <= sign <= "\u9fff" for sign in short):
        return short in long
    size = len(ours)
    if any(theirs[start : start + size] == ours for start in range(len(theirs) - size + 1)):
        return True
    return size == 1 and len(short) >= 5 and any(word.endswith(short) for word in theirs)


def reference(name: str) -> str:
    """A column inside an expression: as it is when that is a plain word, else in backticks."""
    plain = name.isidentifier() and not keyword.iskeyword(name) and unicodedata.normalize("NFKC", name) == name
    return name if plain else f"`{name}`"


def language_of(matches: Iterable[Match]) -> str:
    """The language of the headers: Chinese or German when they know more of the names than English does."""
    counts: Counter[str] = sum((one.languages for one in matches), Counter())
    signs = any("\u4e00" <= sign <= "\u9fff" for one in matches for name in one.columns for sign in name)
    return "zh" if signs else max(LANGUAGES, key=lambda language: (counts[language], language == "en"))
