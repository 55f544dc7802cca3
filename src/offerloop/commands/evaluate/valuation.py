"""Every policy over a log, in sums: of all rows in memory where these are few, else of shards of whole customers.

Sums over shards are those of the whole log, so values and intervals are, too (see `PolicySums`). Three things come from
a part of a large log: predictions from the other customers of the same shard, of which doubly robust estimates stay
unbiased; limits of SWITCH from the first shard; and the test of earlier offers from a random sample of customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np
import polars as pl

from offerloop.commands.evaluate.decisions import DecisionReader, Decisions
from offerloop.commands.evaluate.facts import FactsOfShard, LogFacts
from offerloop.commands.evaluate.history import past_of
from offerloop.commands.evaluate.log import LoggedShop
from offerloop.commands.evaluate.policies import CustomerPolicy
from offerloop.engine import FIT_ROWS, Shards, collect
from offerloop.evaluation import (
    CarryOver,
    Log,
    PastExposures,
    PolicyRows,
    PolicySums,
    Predictions,
    carry_over,
    joined,
    without_customers,
)
from offerloop.response import randomised_propensities


@dataclass(frozen=True, eq=False)
class PolicyValuer:
    """Adds up what decisions say about the policies: the log's own, each offer for everybody, and those of customers.

    It travels to where the shards are.
    """

    reader: DecisionReader
    names: tuple[str, ...]
    """Nothing, the offers that were shown, and those that only a policy wants."""
    n_single: int
    """The first names, each of which is a policy for everybody."""
    n_named: int
    """Policies that name customers."""
    refused: frozenset[int]
    """Numbers of policies for everybody that have no value; only how they overlap with the log is added up."""
    knows_cost: bool
    n_decisions: int
    """Those of the whole log."""
    days: pl.DataFrame | None
    """Propensities of all offers by day; None where they differ by customer."""
    past_days: pl.DataFrame | None
    """The same where it holds of the days of all exposures."""
    is_part: bool
    """Whether there are other shards."""
    limits: Sequence[float | None] | None = None
    """The limits of SWITCH, chosen by the decisions themselves where there are none yet."""

    @classmethod
    def of(cls, shop: LoggedShop, facts: LogFacts, n_named: int, *, is_part: bool) -> PolicyValuer:
        """Return the valuer of a log of which these facts hold."""
        days = _days_of(shop, facts.days, facts.names)
        past_days = None if days is None else _days_of(shop, shop.all_days, facts.names)
        single = 1 + len(facts.shown)
        return cls(
            shop.reader, facts.names, single, n_named, _refused(facts, days) & set(range(single)), shop.knows_cost,
            facts.n_decisions, days, past_days, is_part,
        )  # fmt: skip

    def __call__(self, table: pl.DataFrame) -> tuple[PolicySums, ...]:
        """Return the sums of a shard, the log's own policy first; none where it has no decisions."""
        decisions = self.reader(table)
        return without_customers(self.sums(decisions, *self.logged(decisions))) if decisions.rows.height else ()

    def logged(self, decisions: Decisions) -> tuple[Log, PastExposures]:
        """The log of decisions, and what its customers were shown before."""
        log = decisions.log(self.names, self.days, knows_cost=self.knows_cost, is_part=self.is_part)
        return log, past_of(decisions, log, self.past_days)

    def sums(self, decisions: Decisions, log: Log, past: PastExposures) -> tuple[PolicySums, ...]:
        """The sums of every policy, that of the log first."""
        predictions, policies = decisions.predictions(log), self._policies(decisions, log)
        sums = [PolicySums.of(PolicyRows.logged(log))]
        for number, rows in enumerate(policies):
            if number in self.refused:
                sums.append(PolicySums.of(rows))
                continue
            limit = self._limit(rows, predictions) if self.limits is None else self.limits[number + 1]
            sums.append(PolicySums.of(rows, predictions, past, limit=limit))
        return tuple(sums)

    def _limit(self, rows: PolicyRows, predictions: Predictions) -> float | None:
        full = rows.log.propensities
        return None if full is None else rows.switch_limit(predictions, full, self.n_decisions)

    def _policies(self, decisions: Decisions, log: Log) -> list[PolicyRows]:
        size = len(log.action)
        single = [PolicyRows.of(log, np.full(size, position)) for position in range(self.n_single)]
        return single + [PolicyRows.of(log, decisions.chosen(one, log.names)) for one in range(self.n_named)]

    def limited(self, sums: Sequence[PolicySums]) -> PolicyValuer:
        """The same with the limits of SWITCH that these sums have."""
        return replace(self, limits=[None if one.switch is None else one.switch.limit for one in sums])


@dataclass(frozen=True, eq=False)
class ValuedLog:
    """What a log says of policies: its own, nothing, each offer shown for everybody, and those that name customers."""

    facts: LogFacts
    sums: tuple[PolicySums, ...]
    earlier: CarryOver | None
    """Whether earlier offers matter; None where no customer was shown anything before."""
    knows_propensities: bool
    """Whether the propensities of all offers are known."""
    shards: int
    n_sampled: int
    """Customers of the test whether earlier offers matter; 0 where that was not tested."""


def valued_log(shop: LoggedShop, policies: Sequence[CustomerPolicy]) -> ValuedLog:
    """Value policies on the log of a shop.

    Raises EvidenceError for fewer than two decisions, InputError for a single customer and for a policy that names no
    customer of the log.
    """
    shards = shop.shards([one.rows for one in policies])
    return _in_shards(shards, shop, policies) if shards.folders else _in_memory(shards, shop, policies)


def _in_memory(shards: Shards, shop: LoggedShop, policies: Sequence[CustomerPolicy]) -> ValuedLog:
    decisions = shop.reader(collect(shards.frame))
    facts = LogFacts.of(decisions.rows, decisions.left_out, decisions.policies, shop.reader.window_days)
    valuer = _valuer(facts, shop, policies, is_part=False)
    log, past = valuer.logged(decisions)
    earlier = carry_over(log, past) if past.has_exposure.any() else None
    sums = valuer.sums(decisions, log, past)
    n_sampled = 0 if earlier is None else facts.n_customers
    return ValuedLog(facts, sums, earlier, valuer.days is not None, 1, n_sampled)


def _in_shards(shards: Shards, shop: LoggedShop, policies: Sequence[CustomerPolicy]) -> ValuedLog:
    facts = reduce(add, shards.each(FactsOfShard(shop.reader)))
    valuer = _valuer(facts, shop, policies, is_part=True)
    sums = _summed(shards, valuer)
    by_policy = [one.repeated.rows for one in sums if one.repeated is not None]
    may_have_past = not by_policy or any(rows[1:].any() for rows in by_policy)
    earlier, n_sampled = _carry_over_of_sample(shards, valuer) if may_have_past else (None, 0)
    return ValuedLog(facts, sums, earlier, valuer.days is not None, len(shards.folders), n_sampled)


def _carry_over_of_sample(shards: Shards, valuer: PolicyValuer) -> tuple[CarryOver, int]:
    """The test of earlier offers on a random sample of customers, and how many of these have decisions."""
    sample = valuer.reader(shards.parted(FIT_ROWS)[0])
    if not sample.rows.height:
        return CarryOver(0, 0, None), 0
    return carry_over(*valuer.logged(sample)), sample.rows["customer_id"].n_unique()


def _valuer(facts: LogFacts, shop: LoggedShop, policies: Sequence[CustomerPolicy], *, is_part: bool) -> PolicyValuer:
    """Return what values the policies, after the checks of the whole log."""
    facts.check(shop.left_out(facts), shop.reader)
    for number, policy in enumerate(policies):
        policy.check(facts.named.get(number, 0))
    return PolicyValuer.of(shop, facts, len(policies), is_part=is_part)


def _summed(shards: Shards, valuer: PolicyValuer) -> tuple[PolicySums, ...]:
    """The sums of all shards: the first of them with decisions chooses the limits of SWITCH."""
    sums: tuple[PolicySums, ...] = ()
    folders = list(shards.folders)
    while folders and not sums:
        (sums,) = replace(shards, folders=[folders.pop(0)]).each(valuer)
    others = replace(shards, folders=folders).each(valuer.limited(sums))
    return reduce(joined, filter(None, others), sums)


def _days_of(shop: LoggedShop, days: Iterable[int], names: tuple[str, ...]) -> pl.DataFrame | None:
    """The propensities by day, where those of all offers are known on all of these days."""
    table = randomised_propensities(shop.days, pl.Series(sorted(days), dtype=pl.Int64), names)
    return None if table is None else shop.days


def _refused(facts: LogFacts, days: pl.DataFrame | None) -> frozenset[int]:
    """Positions of names that were never shown, or could not be on some day."""
    refused = {place for place, name in enumerate(facts.names) if name not in facts.offers}
    if days is not None:
        table = randomised_propensities(days, pl.Series(sorted(facts.days), dtype=pl.Int64), facts.names)
        refused |= set() if table is None else set(np.flatnonzero((table == 0).any(axis=0)).tolist())
    return frozenset(refused)
