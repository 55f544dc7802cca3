"""What must be known of a whole log before its decisions can be valued, in counts that can be added over shards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from offerloop.commands.evaluate.decisions import POLICY, DecisionReader, policy_rows
from offerloop.errors import EvidenceError, InputError
from offerloop.message import Message, Value
from offerloop.offers import NO_OFFER
from offerloop.report import iso_day, period_text

K = TypeVar("K")


@dataclass(frozen=True)
class LogFacts:
    """Counts over decisions, and the few names and days that stand in them."""

    n_decisions: int
    n_customers: int
    n_clipped: int
    """Windows cut short by the customer's next exposure."""
    left_out: Mapping[str, int]
    """Exposures left out by reason."""
    offers: frozenset[str]
    """Offers that were shown, nothing included."""
    days: frozenset[int]
    wanted: frozenset[str]
    """Offers that policies give to customers of the log."""
    named: Mapping[int, int]
    """Customers of the log whom each policy names."""

    @classmethod
    def of(cls, rows: pl.DataFrame, left_out: Mapping[str, int], policies: pl.DataFrame, window_days: int) -> LogFacts:
        """Count decisions, and what policies say of their customers."""
        named = policies.join(rows.select("customer_id").unique(), on="customer_id", how="semi")
        counts = named.group_by(POLICY).agg(pl.col("customer_id").n_unique())
        return cls(
            rows.height, rows["customer_id"].n_unique(),
            rows.filter(pl.col("until_day") < pl.col("shown_day") + window_days).height, left_out,
            frozenset(rows["offer_id"]), frozenset(rows["shown_day"]), frozenset(named["offer_id"]),
            dict(counts.iter_rows()),
        )  # fmt: skip

    def __add__(self, other: LogFacts) -> LogFacts:
        return LogFacts(
            self.n_decisions + other.n_decisions, self.n_customers + other.n_customers,
            self.n_clipped + other.n_clipped, _summed(self.left_out, other.left_out), self.offers | other.offers,
            self.days | other.days, self.wanted | other.wanted, _summed(self.named, other.named),
        )  # fmt: skip

    @property
    def shown(self) -> tuple[str, ...]:
        """Offers that were shown, without nothing."""
        return tuple(sorted(self.offers - {NO_OFFER}))

    @property
    def names(self) -> tuple[str, ...]:
        """Nothing, the offers shown, and those that only a policy wants."""
        return (NO_OFFER, *self.shown, *sorted(self.wanted - {NO_OFFER, *self.shown}))

    def check(self, left_out: Mapping[str, int], reader: DecisionReader) -> None:
        """Raise EvidenceError for fewer than two decisions, InputError for one customer; `left_out` has all reasons."""
        if self.n_decisions < 2:
            raise EvidenceError(_why_none(left_out, reader.window_days, reader.as_of_day))
        if self.n_customers < 2:
            raise InputError(Message("A log of a single customer has no spread; give the decisions of all customers."))


@dataclass(frozen=True)
class FactsOfShard:
    """Counts the decisions of a shard."""

    reader: DecisionReader

    def __call__(self, table: pl.DataFrame) -> LogFacts:
        """Count them without looking at what was bought."""
        _, rows, left_out = self.reader.finished(table)
        return LogFacts.of(rows, left_out, policy_rows(table), self.reader.window_days)


def _summed(first: Mapping[K, int], second: Mapping[K, int]) -> dict[K, int]:
    return {key: first.get(key, 0) + second.get(key, 0) for key in (*first, *second)}


_LEFT_OUT = {
    "no_customer": Message("{n} without a customer", context="exposures left out"),
    "early": Message("{n} before the first order", context="exposures left out"),
    "same_day": Message("{n} several of a customer on one day", context="exposures left out"),
    "not_over": Message("{n} whose window of {period} is not over before {day}", context="exposures left out"),
    "unreadable": Message("{n} unreadable", context="exposures left out"),
}


def _why_none(left_out: Mapping[str, int], window_days: int, as_of_day: int) -> Message:
    limits: dict[str, Value] = {"period": period_text(window_days), "day": iso_day(as_of_day)}
    counts = [
        _LEFT_OUT[reason].with_values(n=count, **(limits if reason == "not_over" else {}))
        for reason, count in left_out.items()
        if count
    ]
    return Message(
        "the log has fewer than two exposures whose outcome is known (left out: {counts}); give older exposures, later "
        "orders or a shorter --window",
        counts=counts or Message("none, there are no others"),
    )
