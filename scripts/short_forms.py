"""Print how many collected offers `parse-offer` reads rightly, refuses, or reads wrongly: the table of its decisions.

    scripts/short_forms.py [--failures]

The offers stand in tests/offers/short_form/data, each with the place it was found in and the reading that is right,
which was written before the parser was run on them. The word lists were improved with the even rows and three odd ones
of collected_offers.csv (rows count from 1); those of the other files were collected afterwards. Of
repository_offers.csv seven readings were corrected, and the word lists improved, after the first run, which read one
of its rows wrongly; after the first run on banner_offers.csv, which also read one wrongly, only the word lists and the
rules for names were improved. remembered_offers.csv and reviewed_offers.csv hold kinds of promotions from memory,
without a source. In many rows of the latter its writer took several outcomes for right, and such a row expects the one
of these that the parser chooses; 22 of its rows were read wrongly before the rules behind them were mended.
second_review_offers.csv holds what a second review of those rules found: nearly all of its rows were read wrongly or
refused before they were mended.
`--failures` prints those that are refused though they have a reading, and those that are read wrongly.
"""

from __future__ import annotations

import argparse
import csv
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offerloop.errors import InputError
from offerloop.offers import guess_currency, parse_offer

DATA = Path(__file__).parents[1] / "tests" / "offers" / "short_form" / "data"
GROUPS = {
    "even": "even rows",
    "odd": "odd rows",
    "later": "collected later",
    "opened": "with a source that opens",
    "last": "collected last",
    "repositories": "from public repositories",
    "banners": "from banners and lists of coupons",
    "remembered": "from memory",
    "reviewed": "from memory, of a review",
    "reviewed_again": "from memory, of a second review",
}
"""The parts that are counted apart, and what they are called."""
_LATER = {
    "later": "later_offers.csv",
    "opened": "sourced_offers.csv",
    "last": "held_out_offers.csv",
    "repositories": "repository_offers.csv",
    "banners": "banner_offers.csv",
    "remembered": "remembered_offers.csv",
    "reviewed": "reviewed_offers.csv",
    "reviewed_again": "second_review_offers.csv",
}
REFUSED = "refused"
OUTCOMES = ("read rightly", "refused though it has a reading", "read wrongly", "rightly refused")
LANGUAGES = {"en": "English", "zh": "Chinese", "de": "German"}
_COUNTS = (
    "buy",
    "get",
    "count",
    "min_count",
    "order_number",
    "percent",
    "hours",
    "stock",
    "per_customer",
    "times",
    "cheapest",
)


@dataclass(frozen=True)
class CollectedOffer:
    """One row, and what the parser makes of it."""

    group: str
    text: str
    language: str
    expected: Mapping[str, Any] | None
    """The currency and the terms; None where it must be refused."""
    found: Mapping[str, Any] | None
    """What the parser reads; None where it refuses."""

    @property
    def outcome(self) -> str:
        """One of OUTCOMES."""
        right, refused, wrong, rightly_refused = OUTCOMES
        if self.found is None:
            return rightly_refused if self.expected is None else refused
        return right if self.found == self.expected else wrong


def collected_offers() -> list[CollectedOffer]:
    """Return all rows of all files."""
    rows = [(("odd", "even")[number % 2 == 0], row) for number, row in enumerate(_rows("collected_offers.csv"), 1)] + [
        (group, row) for group, name in _LATER.items() for row in _rows(name)
    ]
    return [
        CollectedOffer(group, row["text"], row["language"], _expected(row["expected"]), reading(row["text"]))
        for group, row in rows
    ]


def reading(text: str) -> Mapping[str, Any] | None:
    """Return the currency and the terms that the parser reads, or None where it refuses."""
    try:
        currency = guess_currency(text)
        return {"in": currency, **parse_offer(text, currency)}
    except InputError:
        return None


def table(offers: Sequence[CollectedOffer]) -> str:
    """Return the outcomes of each group and language in Markdown."""
    lines = [_line(["offers", "number", *OUTCOMES]), _line(["---"] * (2 + len(OUTCOMES)))]
    for group, name in GROUPS.items():
        own = [one for one in offers if one.group == group]
        for language, words in LANGUAGES.items():
            lines.append(_figures(f"{name}, {words}", [one for one in own if one.language == language]))
        lines.append(_figures(f"**{name}**", own))
    return "\n".join(lines)


def _figures(name: str, offers: Sequence[CollectedOffer]) -> str:
    found = Counter(one.outcome for one in offers)
    return _line([name, str(len(offers)), *(str(found[outcome]) for outcome in OUTCOMES)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _expected(written: str) -> dict[str, Any] | None:
    if written == REFUSED:
        return None
    kind, *fields = shlex.split(written)
    found = {"kind": kind, **_fields(fields)}
    if kind == "bundle":
        found["parts"] = [{"count": found.pop("count")}]
    return found


def _fields(fields: Iterable[str]) -> dict[str, Any]:
    return {name: _value(name, value) for name, _, value in (one.partition("=") for one in fields)}


def _value(name: str, written: str) -> Any:  # noqa: ANN401 - as terms hold it
    if name == "tiers":
        return [_fields(one.split()) for one in written.split("|")]
    if name == "parts":
        return [_expected(one.strip()) for one in written.split("|")]
    return int(written) if name in _COUNTS else True if written == "true" else written


def main() -> None:
    """Print the table, and the offers that are not read as they should be."""
    parser = argparse.ArgumentParser(description="Print how many collected offers are read rightly.")
    parser.add_argument("--failures", action="store_true", help="Print the offers that are not read as they should be.")
    given = parser.parse_args()
    offers = collected_offers()
    print(table(offers))  # noqa: T201
    if given.failures:
        for one in offers:
            if one.outcome in OUTCOMES[1:3]:
                print(f"{one.outcome}: {one.text} [{one.group}]\n  {one.found}\n  {one.expected}")  # noqa: T201


if __name__ == "__main__":
    main()
