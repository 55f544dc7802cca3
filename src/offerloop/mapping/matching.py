"""Which of their columns is which of ours, by name; what a column holds must allow it."""

from __future__ import annotations

import difflib
import keyword
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any
from weakref import WeakKeyDictionary

import polars as pl

from offerloop.events import (
    consent_names,
    has_hangul,
    has_kana,
    has_signs,
    holds_words,
    is_traditional,
    says_opt_in,
    says_opt_out,
    words_of,
)
from offerloop.mapping.contents import CONTENT_TESTS, SourceColumn, is_text
from offerloop.message import Message
from offerloop.workspace import SampleRows

LANGUAGES = ("en", "zh", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ja", "ko")
"""Languages with a file in `column_names`."""
_WITHOUT_DOTS = str.maketrans("äöüÄÖÜ", "aouAOU")
_COMPOUNDING, _SHORT = ("de", "nl", "en"), 5
"""Languages in which compounds end in other words, and letters up to which a word of others has to stand by itself."""
TRADITIONAL = "zh-Hant"
"""The language of headers in traditional Chinese."""
OF_PORTUGAL = "pt-PT"
"""The language of headers in Portuguese with one that is not used in Brazil."""
_ONLY_IN_PORTUGAL = frozenset(("morada", "encomenda", "nif", "telemovel", "utilizador", "iva"))
"""Words of headings."""
GIVEN = Message("given with --map", context="why a column is read so")
"""Why a column is read from another where the user said so; no guess changes it."""
BY_CONTENTS = Message("guessed from the contents")
"""Why a column is read from another where its cells say so."""
_FUZZY = 0.85
_KNOWN_IDS = 0.5
"""Share of the ids of the order lines from which on a column with them surely holds the same ids."""
_SPARSE = 0.5
"""What a name counts less where most customers are unknown: a column that says more of them is better."""
_SURELY_NAMED = 0.9
"""Score of a name from which on a reader expects the column to be read."""


_SAID_APART = ("at", "discount", "coupon")
"""What no word excuses that says what an amount includes: a total after discount is no discount."""
_OPPOSITE: Mapping[str, Callable[[str], bool]] = {"consent": says_opt_out, "opt_out": says_opt_in}
"""Whether a name says the opposite of what one of ours holds."""


@dataclass(frozen=True)
class Guess:
    """What one column of ours is read from."""

    written: str
    """Their column, or an expression."""
    theirs: tuple[str, ...]
    """The columns of theirs in it."""
    why: Message
    """The comment behind it."""

    @property
    def is_given_expression(self) -> bool:
        """Return whether the user wrote an expression, which leaves its columns to be something by themselves too."""
        return self.why == GIVEN and self.written not in {form for one in self.theirs for form in (one, f"`{one}`")}


@dataclass
class ColumnMatch:
    """The columns of one source, as far as they are guessed."""

    columns: dict[str, SourceColumn]
    """All of theirs."""
    guesses: dict[str, Guess] = field(default_factory=dict)
    languages: Counter[str] = field(default_factory=Counter)
    """How many names of each language were recognised."""
    notes: list[Message] = field(default_factory=list)
    """What a reader should know beside the mapping."""

    def unused(self) -> list[SourceColumn]:
        """Columns that nothing is read from yet."""
        used = {name for one in self.guesses.values() for name in one.theirs}
        return [column for name, column in self.columns.items() if name not in used]

    def free(self) -> list[SourceColumn]:
        """Columns that may still be guessed as one of ours: unused ones, and parts of expressions that were given."""
        used = {name for one in self.guesses.values() if not one.is_given_expression for name in one.theirs}
        return [column for name, column in self.columns.items() if name not in used]

    def take(self, ours: str, written: str, theirs: Iterable[str], why: Message) -> None:
        """Note which column of the file is taken for one of ours, and why."""
        self.guesses[ours] = Guess(written, tuple(theirs), why)

    def is_given(self, ours: str) -> bool:
        """Return whether the user said what a column is read from."""
        return ours in self.guesses and self.guesses[ours].why == GIVEN

    def column(self, ours: str) -> SourceColumn | None:
        """Their column behind one of ours, when it is a single one."""
        guess = self.guesses.get(ours)
        return self.columns[guess.theirs[0]] if guess and len(guess.theirs) == 1 else None


_COLUMNS: WeakKeyDictionary[SampleRows, dict[str, SourceColumn]] = WeakKeyDictionary()


def columns_of(sample: SampleRows) -> dict[str, SourceColumn]:
    """Every column of the source, seen in its head and in rows from all over it; what one holds is found out once."""
    if sample not in _COLUMNS:
        _COLUMNS[sample] = _columns_of(sample)
    return dict(_COLUMNS[sample])


def _columns_of(sample: SampleRows) -> dict[str, SourceColumn]:
    of_several = {
        name
        for joined in sample.joined
        if name_score(joined.on, "order_lines", "product_id")[0] < HOLDS
        for name in joined.columns
    }
    of_several |= set(sample.filled.columns if sample.filled else ())
    return {
        name: SourceColumn(name, sample.sampled[name], sample.decimal, name in of_several)
        for name in sample.head.columns
    }


def match(
    columns: Mapping[str, SourceColumn], source: str, roles: Sequence[str],
    known_values: Mapping[str, frozenset[str]] | None = None, given_guesses: Mapping[str, Guess] | None = None,
) -> ColumnMatch:  # fmt: skip
    """The best names first, each of their columns once; `known_values` are ids of the order lines that it should hold.

    What is `given_guesses` stays as it is, and a column that is given by itself is nothing else.
    """
    match = ColumnMatch(dict(columns), dict(given_guesses or {}))
    scored = []
    for place, ours in enumerate(roles):
        fits = CONTENT_TESTS.get(ours, is_text)
        for column in columns.values():
            score, languages = name_score(column.name, source, ours)
            score += _known_bonus(column, (known_values or {}).get(ours))
            if score > 0 and fits(column):
                score -= _SPARSE if ours == "customer_id" and not column.full else 0.0
                scored.append((-score, place, ours, says(column.name, "without_tax"), column.name, languages))
    for _, _, ours, _, theirs, languages in sorted(scored):
        if ours not in match.guesses and theirs in {column.name for column in match.free()}:
            why = Message('guessed from the name "{name}"', name=theirs) if languages else BY_CONTENTS
            match.take(ours, theirs, (theirs,), why)
            match.languages.update(languages)
    return match


_NUMBERS = (
    "quantity", "paid", "list_price", "list_value", "discount", "coupon", "reimbursed", "unit_cost", "stock", "value",
    "percent", "propensity",
)  # fmt: skip


def unfit_columns(match: ColumnMatch, source: str, roles: Sequence[str]) -> list[Message]:
    """Return why columns that are called like one of ours are not read as it: what they hold."""
    notes = []
    for ours in roles:
        named = [one for one in match.unused() if not one.is_of_several]
        named = [one for one in named if name_score(one.name, source, ours)[0] >= _SURELY_NAMED]
        if ours in match.guesses or ours not in _NUMBERS or not named or CONTENT_TESTS[ours](named[0]):
            continue
        why = _why_not(named[0])
        notes.append(Message("'{column}' is not read as {field}: {why}", column=named[0].name, field=ours, why=why))
    return notes


def _why_not(column: SourceColumn) -> Message:
    if not column.filled.len():
        return Message("it is empty", context="reason against a column")
    if not column.numeric:
        wrong = column.filled.filter(~column.filled.cast(pl.String).str.contains(r"^[\s\d.,+-]*$")).cast(pl.String)
        cell = str(wrong[0] if wrong.len() else column.filled[0])
        return Message("it holds cells such as '{cell}', which are no numbers", cell=cell)
    if column.distinct == 1:
        return Message("it holds only {cell}", context="reason against a column", cell=str(column.filled[0]))
    return Message("it holds numbers such as {cell}, which cannot be that", cell=str(column.filled[0]))


def _known_bonus(column: SourceColumn, known_values: frozenset[str] | None) -> float:
    if not known_values or not column.nameable:
        return 0.0
    shared = len(column.values & known_values) / len(known_values)
    return 1.0 if shared >= _KNOWN_IDS else 0.0


@lru_cache(maxsize=50_000)
def name_score(theirs: str, source: str, ours: str) -> tuple[float, tuple[str, ...]]:
    """Return how well a name says what a column is, up to 1, and in which languages; 0 when it does not.

    An exact name beats one that holds a known name, which beats one that is merely spelt alike. A name that says that
    a column is something else (a shipping date, a tax) counts half for a time and nothing for the rest. A name of
    consent never counts for an opt-out, nor the other way round.
    """
    if ours in _OPPOSITE and _OPPOSITE[ours](theirs):
        return 0.0, ()
    likenesses = [(_likeness(theirs, name), rank, language) for language, rank, name in known_names(source, ours)]
    scored = [(likeness - 0.001 * rank, likeness, language) for likeness, rank, language in likenesses]
    best, likeness, _ = max(scored, default=(0.0, 0.0, ""))
    if likeness < SAME and misleads(theirs, source, ours):
        best = best / 2 if ours == "at" else 0.0
    languages = tuple(sorted({language for _, alike, language in scored if alike == likeness}))
    return (best, languages) if best > 0 else (0.0, ())


def misleads(theirs: str, source: str, ours: str) -> bool:
    """Return whether a name says that the column is not ours, such as a shipping date for the time of the order."""
    lists = _written_names()["misleading"].get(source, {}).get(ours, {})
    words = words_of(theirs)
    if ours not in _SAID_APART and _is_qualified(words):
        return False
    return any(_begins_or_ends(words, words_of(name)) for names in lists.values() for name in names)


@lru_cache(maxsize=1_000)
def _is_qualified(words: tuple[str, ...]) -> bool:
    """Return whether one of the words says what an amount includes or leaves out."""
    free = [words_of(name)[0] for names in _written_names()["qualifying"].values() for name in names]
    return any(word in words or (has_signs(word) and word in "".join(words)) for word in free)


def _begins_or_ends(theirs: tuple[str, ...], known_words: tuple[str, ...]) -> bool:
    """Return whether a word begins or ends with a known one; short words have to be the same, signs only occur."""
    short = "".join(known_words)
    if has_signs(short):
        return short in "".join(theirs)
    if len(short) < 5:
        return short in theirs
    return any(word.startswith(short) or word.endswith(short) for word in ("".join(theirs), *theirs))


@lru_cache(maxsize=1)
def _written_names() -> Mapping[str, Any]:
    names: dict[str, Any] = {}
    for language in LANGUAGES:
        file = resources.files("offerloop.mapping") / "column_names" / f"{language}.toml"
        _add_language(names, tomllib.loads(file.read_text(encoding="utf-8")), language)
    consented = consent_names()
    names["customers"] |= {"consent": consented["consent"], "opt_out": consented["opt_out"]}
    return names


def _add_language(names: dict[str, Any], of_language: Mapping[str, Any], language: str) -> None:
    """Put the lists of one language beside those of the others; ö and ü may be written o and u, but in German."""
    for key, value in of_language.items():
        below = names.setdefault(key, {})
        if isinstance(value, dict):
            _add_language(below, value, language)
        else:
            plain = [] if language == "de" else [name.translate(_WITHOUT_DOTS) for name in value]
            below[language] = list(dict.fromkeys([*value, *plain]))


def known_names(source: str, ours: str) -> list[tuple[str, int, str]]:
    """(language, rank, name) for a column of ours; its own name is known too."""
    names = _written_names()
    lists = names.get(source, {}).get(ours) or names["common"].get(ours, {})
    own = [] if "en" in lists else [("en", 0, ours)]
    return own + [(language, rank, name) for language in lists for rank, name in enumerate(lists[language])]


HOLDS, SAME = 0.6, 1.0
"""How like a known name another one is that holds it, and one that is the same."""
_AMOUNTS = ("paid", "unit_price", "discount", "coupon", "list_value")


def is_called_product(column: SourceColumn) -> bool:
    """Return whether a column is called a product."""
    return is_called(column.name, "product_id")


def is_called(theirs: str, ours: str) -> bool:
    """Return whether a name is one of those of a column of order lines."""
    return name_score(theirs, "order_lines", ours)[0] > HOLDS


def is_called_amount(theirs: str) -> bool:
    """Return whether a name is one of those of amounts of order lines."""
    return any(name_score(theirs, "order_lines", ours)[0] >= HOLDS for ours in _AMOUNTS)


def says(theirs: str, section: str, least: float = HOLDS) -> bool:
    """Return whether a text is in a list such as `personal`: exactly, as one of its words, or as a compound's end.

    A word of up to five letters ends compounds only in languages that have them: `Cidade` says no `Idade`.
    """
    words = words_of(theirs)
    return any(
        _likeness(theirs, name) >= least and (language in _COMPOUNDING or not _only_ends(words, words_of(name)))
        for language, names in _written_names()[section].items()
        for name in names
    )


def _only_ends(theirs: tuple[str, ...], known_words: tuple[str, ...]) -> bool:
    """Return whether a short known word in Latin letters is but the end of a word."""
    word = "".join(known_words)
    if len(known_words) > 1 or len(word) > _SHORT or has_signs(word):
        return False
    return word not in (*theirs, "".join(theirs))


@lru_cache(maxsize=50_000)
def _likeness(theirs: str, known_name: str) -> float:
    """1 for the same name, 0.6 to 0.95 for one that holds the other, less for one spelt alike, else 0."""
    ours, other = words_of(known_name), words_of(theirs)
    short, long = "".join(ours), "".join(other)
    if short == long:
        return 1.0
    if holds_words(theirs, known_name):
        return HOLDS + 0.3 * len(short) / len(long) + (0.05 if long.endswith(short) else 0)
    if min(len(short), len(long)) < 5 or short[0] != long[0]:
        return 0.0
    ratio = difflib.SequenceMatcher(None, long, short).ratio()
    return 0.3 + 0.2 * ratio if ratio >= _FUZZY else 0.0


def reference(name: str) -> str:
    """A column inside an expression: as it is when that is a plain word, else in backticks."""
    plain = name.isidentifier() and not keyword.iskeyword(name) and unicodedata.normalize("NFKC", name) == name
    return name if plain else f"`{name}`"


def as_factor(match: ColumnMatch, written: str) -> str:
    """Return what is read as a part of a product: a column by its reference, a sum in parentheses."""
    if written in match.columns:
        return reference(written)
    return f"({written})" if re.search(r"[-+]", re.sub(r"`[^`]*`", "", written)) else written


def language_of(matches: Iterable[ColumnMatch]) -> str:
    """Return the language of the headers: another one than English when it knows more of the names.

    Kana and hangul tell Japanese and Korean; Chinese signs alone are Japanese where that knows more of the names.
    `TRADITIONAL` is Chinese with traditional signs, `OF_PORTUGAL` Portuguese with words that Brazil does not use.
    """
    matches = list(matches)
    counts: Counter[str] = sum((one.languages for one in matches), Counter())
    text = " ".join(name for one in matches for name in one.columns)
    if has_hangul(text):
        return "ko"
    if has_kana(text) or (has_signs(text) and counts["ja"] > counts["zh"]):
        return "ja"
    if has_signs(text):
        return TRADITIONAL if is_traditional(text) else "zh"
    most = max(LANGUAGES, key=lambda language: (counts[language], language == "en"))
    return OF_PORTUGAL if most == "pt" and not _ONLY_IN_PORTUGAL.isdisjoint(words_of(text)) else most
