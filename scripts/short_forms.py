"""Print how many collected offers `parse-offer` reads rightly, refuses, or reads wrongly.

    scripts/short_forms.py [--rows even|odd] [--failures]

The offers stand in tests/offers/short_form/data/collected_offers.csv, each with the place it was found in and the reading
that is right, written before the parser was run on them; rows count from 1. The parser was improved with the even rows
only. `--failures` prints the offers that are refused though they have a reading, and those that are read wrongly.
"""

from __future__ import annotations

import argparse
import csv
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offerloop.errors import InputError
from offerloop.offers import guess_currency, parse_offer

COLLECTED = Path(__file__).parents[1] / "tests" / "offers" / "short_form" / "data" / "collected_offers.csv"
REFUSED = "refused"
OUTCOMES = ("right", "rightly refused", "refused", "wrong")
"""Read as expected; refused as expected; refused though it has a reading; read as something else."""
_SAME = {"true": True}
_COUNTS = ("buy", "get", "count", "min_count", "order_number", "percent")


@dataclass(frozen=True)
class CollectedOffer:
    """One row."""

    number: int
    """From 1 on."""
    text: str
    language: str
    expected: Mapping[str, Any] | None
    """The currency and the terms; None where it must be refused."""

    @property
    def outcome(self) -> str:
        """One of OUTCOMES."""
        found = reading(self.text)
        if found is None:
            return "rightly refused" if self.expected is None else "refused"
        return "right" if found == self.expected else "wrong"


def collected_offers() -> list[CollectedOffer]:
    """Return all rows of the file."""
    with COLLECTED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        CollectedOffer(number, row["text"], row["language"], _expected(row["expected"]))
        for number, row in enumerate(rows, 1)
    ]


def reading(text: str) -> Mapping[str, Any] | None:
    """Return the currency and the terms that the parser reads, or None where it refuses."""
    try:
        currency = guess_currency(text)
        return {"in": currency, **parse_offer(text, currency)}
    except InputError:
        return None


def shares(offers: Iterable[CollectedOffer]) -> Mapping[str, int]:
    """Return the number of offers of each outcome."""
    return Counter(one.outcome for one in offers)


def _expected(written: str) -> Mapping[str, Any] | None:
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
    return int(written) if name in _COUNTS else _SAME.get(written, written)


def main() -> None:
    """Print one line for each language, and one for all."""
    parser = argparse.ArgumentParser(description="How many collected offers are read rightly.")
    parser.add_argument("--rows", choices=("even", "odd"))
    parser.add_argument("--failures", action="store_true")
    given = parser.parse_args()
    offers = [one for one in collected_offers() if given.rows is None or one.number % 2 == (given.rows == "odd")]
    for language in (*sorted({one.language for one in offers}), None):
        part = [one for one in offers if language in (None, one.language)]
        found = shares(part)
        said = ", ".join(f"{found[name]} {name} ({found[name] / len(part):.1%})" for name in OUTCOMES)
        print(f"{language or 'all'}: {len(part)} offers, {said}")
    if given.failures:
        for one in offers:
            if one.outcome in ("refused", "wrong"):
                print(f"{one.number}\t{one.outcome}\t{one.text}\t{reading(one.text)}\t{one.expected}")


if __name__ == "__main__":
    main()
