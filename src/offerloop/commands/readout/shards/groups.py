"""Sums of the groups that a read-out compares: customers, buyers, and moments of outcomes, which add up over shards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Literal, NamedTuple, cast

import polars as pl

from offerloop.evaluation import GroupMoments, Moments

Side = Literal["treated", "control", "other"]
TREATED: Side = "treated"
CONTROL: Side = "control"
OTHER: Side = "other"
EVERYBODY = "all"


class GroupKey(NamedTuple):
    """Which customers a sum is of."""

    comparison: str
    """As in the findings; `forecast` is that of the plan over the days of its forecast."""
    group: str
    """All, a campaign, a segment or a kind of offer."""
    side: str
    """A `Side`."""
    weight: float
    """What each customer counts, in means over the side."""


@dataclass(frozen=True)
class GroupSums:
    """Sums of one group; `a + b` is both together."""

    n: int = 0
    buyers: int = 0
    """Customers who bought in the period."""
    redeemers: int = 0
    """Buyers who redeemed an offer."""
    outcomes: Mapping[str, Moments] = field(default_factory=dict)
    """Moments by outcome; empty where the group has no customer."""

    @classmethod
    def of(cls, rows: pl.DataFrame, outcomes: Sequence[str]) -> GroupSums:
        """Add up rows of a panel."""
        x = rows["x"].to_numpy()
        moments = {name: Moments.of(rows[name].cast(pl.Float64).to_numpy(), x) for name in outcomes}
        return cls(rows.height, int(rows["bought"].sum()), int((rows["bought"] & rows["redeemed"]).sum()), moments)

    def __add__(self, other: GroupSums) -> GroupSums:
        names = dict.fromkeys((*self.outcomes, *other.outcomes))
        pairs = {name: [one.outcomes[name] for one in (self, other) if name in one.outcomes] for name in names}
        return GroupSums(
            self.n + other.n,
            self.buyers + other.buyers,
            self.redeemers + other.redeemers,
            {name: reduce(add, both) for name, both in pairs.items()},
        )


@dataclass(frozen=True)
class Sides:
    """The treated and the control of a group, each in strata of customers of the same weight, with that weight."""

    treated: list[tuple[GroupSums, float]]
    control: list[tuple[GroupSums, float]]

    @property
    def sums(self) -> tuple[GroupSums, GroupSums]:
        """The sums of the treated and of the control, without weights."""
        treated, control = (
            reduce(add, (sums for sums, _ in strata), GroupSums()) for strata in (self.treated, self.control)
        )
        return treated, control

    def moments(self, outcome: str) -> tuple[GroupMoments, GroupMoments]:
        """Return the moments of an outcome over the treated and over the control."""
        treated, control = (
            [(sums.outcomes[outcome], weight) for sums, weight in strata] for strata in (self.treated, self.control)
        )
        return treated, control


@dataclass(frozen=True)
class ReadoutSums:
    """Sums of all groups; `a + b` is both shards together."""

    groups: Mapping[GroupKey, GroupSums]
    propensities_agree: bool = True
    """Whether the propensities of offers given at random are those of the exploration that is configured."""

    def __add__(self, other: ReadoutSums) -> ReadoutSums:
        groups = dict(self.groups)
        for key, sums in other.groups.items():
            groups[key] = groups[key] + sums if key in groups else sums
        return ReadoutSums(groups, self.propensities_agree and other.propensities_agree)

    def names(self, comparison: str) -> list[str]:
        """Return the groups of a comparison that have customers, in order."""
        return sorted({key.group for key in self.groups if key.comparison == comparison})

    def sides(self, comparison: str, group: str = EVERYBODY) -> Sides:
        """Return the sums of the treated and of the control."""
        return Sides(self._strata((comparison, group, TREATED)), self._strata((comparison, group, CONTROL)))

    def _strata(self, wanted: tuple[str, str, Side]) -> list[tuple[GroupSums, float]]:
        return [(sums, key.weight) for key, sums in sorted(self.groups.items()) if key[:3] == wanted]


def sums_by_group(comparison: str, rows: pl.DataFrame, outcomes: Sequence[str]) -> Iterator[tuple[GroupKey, GroupSums]]:
    """Yield the sums of rows by their columns `group`, `side` and `weight`."""
    for (group, side, weight), part in rows.group_by("group", "side", "weight", maintain_order=True):
        yield GroupKey(comparison, str(group), str(side), cast("float", weight)), GroupSums.of(part, outcomes)
