"""Who is in which random group, decided by a hash of the customer: the same answer in every run and on every machine.

FNV-1a in its second published version: hash(hash(seed + value)), ten thousand buckets. One hash alone is not
enough, because groups of two experiments with related seeds would overlap more than chance. The first version, a
thousand buckets of hash(value + seed), is kept for experiments that other systems began with it.

Ranges of buckets are half open, ``low <= position < high``. Vectors of the open specification of GrowthBook's SDKs
(growthbook/growthbook, packages/sdk-js/test/cases.json, MIT) hold; its "variation" is an arm here, its "namespace" an
exclusive group.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BUCKETS = 10_000
BUCKETS_V1 = 1_000
_OFFSET, _PRIME, _BITS = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
_WHOLE = 0.01
"""How far from 1 the sum of weights may be."""

Span = tuple[float, float]
"""From, and up to but not including."""
Attributes = Mapping[str, object]
"""What is known of a customer; the values of ids are text or numbers."""


def fnv1a(text: str) -> int:
    """32-bit FNV-1a of the UTF-8 bytes."""
    value = _OFFSET
    for byte in text.encode():
        value = ((value ^ byte) * _PRIME) & _BITS
    return value


def bucket(customer_id: str, seed: str) -> float:
    """A number in [0, 1), in steps of 1 / 10,000, that is fixed for a customer and a seed."""
    return fnv1a(str(fnv1a(seed + customer_id))) % BUCKETS / BUCKETS


def position(customer_id: str, seed: str, version: int = 2) -> float:
    """`bucket` for version 2; for version 1 in steps of 1 / 1,000. Raises ValueError for any other version."""
    if version == 2:
        return bucket(customer_id, seed)
    if version == 1:
        return fnv1a(customer_id + seed) % BUCKETS_V1 / BUCKETS_V1
    raise ValueError(f"there is no version {version} of the hash; use 2, or 1 for an experiment that began with it")


def in_holdout(customer_id: str, seed: str, share: float) -> bool:
    """Whether the customer belongs to the permanent holdout; a larger share keeps everyone of a smaller one."""
    return bucket(customer_id, seed) < share


def in_usual(customer_id: str, seed: str, share: float) -> bool:
    """Whether the customer gets business as usual: from the other end of the same buckets, so that it never meets the
    holdout and keeps its customers when either grows.
    """
    return bucket(customer_id, seed) >= usual_from(share)


def usual_from(share: float) -> float:
    """Return the bucket from which on customers get business as usual."""
    return round(1 - share, 9)


def equal_weights(n_arms: int) -> list[float]:
    """One weight per arm; none for no arms."""
    return [1 / n_arms for _ in range(n_arms)]


def bucket_ranges(n_arms: int, coverage: float = 1.0, weights: Sequence[float] | None = None) -> list[Span]:
    """The range of each arm: it begins where the weights before it end and is as long as weight x coverage.

    So an arm keeps its customers when the coverage grows. As specified, what cannot be is repaired: coverage is cut to
    [0, 1], and weights of another number or with a sum more than 0.01 from 1 are replaced by equal ones. `Experiment`
    refuses them instead.
    """
    coverage = min(1.0, max(0.0, coverage))
    if weights is None or not _are_weights(weights, n_arms):
        weights = equal_weights(n_arms)
    ranges, start = [], 0.0
    for weight in weights:
        ranges.append((start, start + coverage * weight))
        start += weight
    return ranges


def _are_weights(weights: Sequence[float], n_arms: int) -> bool:
    return len(weights) == n_arms and abs(math.fsum(weights) - 1) <= _WHOLE + 1e-12


def choose_arm(at: float, ranges: Sequence[Span]) -> int | None:
    """The first arm whose range holds the position; None where none does."""
    return next((arm for arm, (low, high) in enumerate(ranges) if low <= at < high), None)


@dataclass(frozen=True)
class ExclusiveGroup:
    """A slice of all customers that no other slice of the same name shares: experiments in it never meet.

    The slice is of version 1 of the hash with the seed ``__name``.
    """

    name: str
    low: float = 0.0
    high: float = 1.0

    def holds(self, customer_id: str) -> bool:
        """Whether the customer is in the slice."""
        return self.low <= position(customer_id, f"__{self.name}", version=1) < self.high


@dataclass(frozen=True)
class Holdout:
    """Customers who are never treated, for as long as the seed stays."""

    seed: str
    share: float

    def __post_init__(self) -> None:
        """Raises ValueError for a share that is none."""
        if not 0 <= self.share <= 1:
            raise ValueError(f"a holdout's share is between 0 and 1, not {self.share:g}")

    def holds(self, customer_id: str) -> bool:
        """Whether the customer is held out."""
        return in_holdout(customer_id, self.seed, self.share)


@dataclass(frozen=True)
class Filter:
    """Customers whose position lies in one of the ranges: for layers of experiments, by any of their ids."""

    seed: str
    ranges: tuple[Span, ...]
    attribute: str = "id"
    version: int = 2

    def holds(self, attributes: Attributes) -> bool:
        """Whether the customer passes; nobody does who lacks the attribute."""
        text = text_of(attributes.get(self.attribute))
        return text != "" and choose_arm(position(text, self.seed, self.version), self.ranges) is not None


@dataclass(frozen=True)
class Assigned:
    """What an experiment gives a customer."""

    arm: int
    """0, the arm without the change, for everybody who is not in the experiment."""
    in_experiment: bool
    by_hash: bool
    """False where the arm was forced: such customers are in no comparison."""


OUTSIDE = Assigned(0, in_experiment=False, by_hash=False)


@dataclass(frozen=True)
class Experiment:
    """Arms with their shares, and who takes part.

    Give each period's experiment a key (or seed) of its own to draw its customers anew, the same one to leave customers
    where they are.
    """

    key: str
    n_arms: int = 2
    weights: tuple[float, ...] | None = None
    """One per arm with the sum 1; equal by default."""
    coverage: float = 1.0
    """Share of customers that take part, of each arm alike."""
    ranges: tuple[Span, ...] | None = None
    """Instead of weights and coverage: the range of each arm, for one that has changed while it ran."""
    seed: str | None = None
    """The key by default."""
    version: int = 1
    """The version of the hash. The specification's default is 1; take 2 for an experiment that begins."""
    attribute: str = "id"
    """Which id is hashed: customers with the same one get the same arm."""
    fallback: str | None = None
    """Which id is hashed where the customer lacks that one."""
    group: ExclusiveGroup | None = None
    filters: tuple[Filter, ...] = ()
    """All must pass; with filters the exclusive group is not looked at."""
    holdout: Holdout | None = None
    force: int | None = None
    """Give everybody who takes part this arm, outside the comparison."""
    active: bool = True
    stopped: bool = False
    """Nobody is drawn any more, but a forced arm is still given: how a winner reaches everybody."""

    def __post_init__(self) -> None:
        """Raises ValueError for weights, ranges or a coverage that cannot be."""
        if self.weights is not None and not _are_weights(self.weights, self.n_arms):
            raise ValueError(f"'{self.key}' needs {self.n_arms} weights with the sum 1, not {list(self.weights)}")
        if self.weights is not None and min(self.weights) < 0:
            raise ValueError(f"'{self.key}' has a weight below 0: {list(self.weights)}")
        if self.ranges is not None and len(self.ranges) != self.n_arms:
            raise ValueError(f"'{self.key}' has {self.n_arms} arms but {len(self.ranges)} ranges; give one for each")
        if not 0 <= self.coverage <= 1:
            raise ValueError(f"the coverage of '{self.key}' is between 0 and 1, not {self.coverage:g}")
        position("", "", self.version)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The range of each arm."""
        return self.ranges or tuple(bucket_ranges(self.n_arms, self.coverage, self.weights))

    def assign(
        self, attributes: Attributes, *, chosen: int | None = None, eligible: bool = True, rehearsal: bool = False
    ) -> Assigned:
        """What the customer gets.

        `chosen` is the arm of one whose arm somebody chose (a tester): it is given whatever the experiment's state.
        `eligible` is what the caller's conditions say of the customer. In a rehearsal nobody is drawn.
        """
        if self.n_arms < 2:
            return OUTSIDE
        if chosen is not None and 0 <= chosen < self.n_arms:
            return Assigned(chosen, in_experiment=True, by_hash=False)
        value = self._hashed_id(attributes)
        if not (self.active and eligible and value and self._takes_part(value, attributes)):
            return OUTSIDE
        arm = choose_arm(position(value, self.key if self.seed is None else self.seed, self.version), self.spans)
        if arm is None:
            return OUTSIDE
        if self.force is not None:
            return Assigned(self.force, True, False) if 0 <= self.force < self.n_arms else OUTSIDE
        return OUTSIDE if rehearsal or self.stopped else Assigned(arm, in_experiment=True, by_hash=True)

    def _hashed_id(self, attributes: Attributes) -> str:
        """The id that is hashed; empty where there is none."""
        text = text_of(attributes.get(self.attribute))
        return text or ("" if self.fallback is None else text_of(attributes.get(self.fallback)))

    def _takes_part(self, value: str, attributes: Attributes) -> bool:
        if self.holdout is not None and self.holdout.holds(value):
            return False
        if self.filters:
            return all(one.holds(attributes) for one in self.filters)
        return self.group is None or self.group.holds(value)


def text_of(value: object) -> str:
    """The text of an id that is hashed: whole numbers without a point, nothing for None."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
