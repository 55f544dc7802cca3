"""Whether the name of a column says who agreed to personal offers, or who opted out of them.

The two are opposites: a column of the one kind that is read as the other sends offers to exactly those who refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources

from offerloop.errors import SourceError
from offerloop.events.columns.column_words import has_signs, holds_words, words_of
from offerloop.message import Message

Names = Mapping[str, Mapping[str, list[str]]]
"""The names of `consent`, `opt_out` and `negation` in each language."""


@lru_cache(maxsize=1)
def consent_names() -> Names:
    """Return what shops call these columns, by language; the first name of a list is the surest."""
    file = resources.files("offerloop.events.privacy") / "consent_names.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=10_000)
def says_opt_out(name: str) -> bool:
    """Return whether a name says that the column holds who opted out, such as `unsubscribed` or `no consent`."""
    agreed = _held(name, "consent")
    if any(_held(one, "opt_out") for one in agreed):  # "not unsubscribed"
        return False
    return bool(_held(name, "opt_out")) or bool(agreed and any(_occurs(one, name) for one in _all("negation")))


def says_opt_in(name: str) -> bool:
    """Return whether a name says that the column holds who agreed."""
    return bool(_held(name, "consent")) and not says_opt_out(name)


_WRONG: Mapping[str, tuple[str, Callable[[str], bool], Message]] = {
    "consent": (
        "opt_out",
        says_opt_out,
        Message(
            "'{place}': the column '{column}' is mapped as {mapped}, and by its name it says who opted out, so that "
            "offers would go to exactly those who refused; map it as {other} instead "
            '({other} = "{column}"), or rename it if it does say who agreed'
        ),
    ),
    "opt_out": (
        "consent",
        says_opt_in,
        Message(
            "'{place}': the column '{column}' is mapped as {mapped}, and by its name it says who agreed, so that "
            "offers would go to exactly those who refused; map it as {other} instead "
            '({other} = "{column}"), or rename it if it does say who opted out'
        ),
    ),
}
"""The other column for each of ours, whether a name says that it is the other, and what to say of such a name."""


def check_direction(columns: Mapping[str, str], place: str) -> None:
    """Raise SourceError where the name of a column says the opposite of what it is mapped as.

    Only columns as they are count; an expression is what its author made of it.
    """
    for ours, (other, is_opposite, reversed_column) in _WRONG.items():
        theirs = _bare(columns.get(ours, ""))
        if theirs and is_opposite(theirs):
            raise SourceError(reversed_column.with_values(place=place, column=theirs, mapped=ours, other=other))


def _bare(written: str) -> str:
    """Return the column in a mapping that is nothing else, without backticks and brackets."""
    return re.sub(r"^[\s(]*`([^`]*)`[\s)]*$", r"\1", written.strip())


def _held(name: str, kind: str) -> list[str]:
    return [consent_name for consent_name in _all(kind) if holds_words(name, consent_name)]


def _all(kind: str) -> list[str]:
    return [name for names in consent_names()[kind].values() for name in names]


def _occurs(negation: str, name: str) -> bool:
    if has_signs(negation):
        return negation in name
    return words_of(negation)[0] in words_of(name)
