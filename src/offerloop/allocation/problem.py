"""What is to be decided: customers with their candidates, and limits that are never exceeded by one unit.

    maximise    sum of profit over the chosen candidates
    subject to  at most `most` candidates of each customer
                for each limit   sum of weight x measure over the chosen candidates it counts  <=  at_most

All measures, weights and bounds are integers, so that whether a limit holds is never a matter of rounding. A limit
from below is one with negative weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Ints
from offerloop.engine import in_order
from offerloop.errors import ContractError
from offerloop.message import Message

Numbers = NDArray[Any]
"""An array of floats or integers of any size."""
T = TypeVar("T")
COUNT = "count"
"""The measure that is 1 for every candidate."""
COST = "cost"
Unit = tuple[int, str]
"""How many small units make a large one, and the name of that."""
ROWS = 32_768
"""Customers of a block, so that its arrays stay in a processor's cache."""
MOST_SAMPLED = 64
"""Blocks that a sample is from at most."""


@dataclass(frozen=True, eq=False)
class Block:
    """Some customers with their choices."""

    customer: NDArray[Any]
    """(n,): ids; of equal returns the lower id comes first."""
    profit: Numbers
    """(n, w): of each candidate; -inf where there is none."""
    measures: Mapping[str, Numbers] = field(default_factory=dict)
    """Integers (n, w) by name."""
    offer: Numbers | None = None
    """(n, w): position of each candidate's offer; None where candidate k is of offer k."""
    groups: Mapping[str, Numbers] = field(default_factory=dict)
    """The position of each customer's group (n,), by column."""

    @property
    def size(self) -> int:
        """The number of customers."""
        return len(self.customer)

    @property
    def width(self) -> int:
        """Candidates of a customer."""
        return int(self.profit.shape[1])

    def of(self, rows: Any) -> Block:  # noqa: ANN401 - whatever picks rows of an array
        """Some of the customers."""
        return Block(
            self.customer[rows],
            self.profit[rows],
            {name: one[rows] for name, one in self.measures.items()},
            None if self.offer is None else self.offer[rows],
            {name: one[rows] for name, one in self.groups.items()},
        )

    def offers(self, rows: Ints, slots: Ints) -> Ints:
        """(m,): position of the offer of these candidates."""
        offers = slots if self.offer is None else self.offer[rows, slots]
        return np.asarray(offers, dtype=np.int64)

    def measure(self, name: str, rows: Ints, slots: Ints) -> Ints:
        """(m,): of these candidates."""
        if name == COUNT:
            return np.ones(len(rows), dtype=np.int64)
        return np.asarray(self.measures[name][rows, slots], dtype=np.int64)

    def pieces(self) -> InMemory:
        """The same in views of few rows each."""
        return InMemory(tuple(self.of(slice(a, a + ROWS)) for a in range(0, max(self.size, 1), ROWS)))

    @classmethod
    def joined(cls, blocks: Sequence[Block]) -> Block:
        """Return several blocks as one."""
        first = blocks[0]
        return cls(
            np.concatenate([one.customer for one in blocks]),
            np.concatenate([one.profit for one in blocks]),
            {name: np.concatenate([one.measures[name] for one in blocks]) for name in first.measures},
            None if first.offer is None else np.concatenate([one.offer for one in blocks if one.offer is not None]),
            {name: np.concatenate([one.groups[name] for one in blocks]) for name in first.groups},
        )


class Blocks(Protocol):
    """All customers, in memory or not."""

    @property
    def customers(self) -> int:
        """The number of customers."""
        ...

    @property
    def width(self) -> int:
        """Candidates of a customer at most."""
        ...

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """The function of each block, on all processors, in order."""
        ...

    def some(self, number: int) -> Block:
        """So many customers or a few more, spread evenly; all where there are no more."""
        ...


@dataclass(frozen=True, eq=False)
class InMemory:
    """The blocks of a problem that fits into memory."""

    blocks: tuple[Block, ...]

    @property
    def customers(self) -> int:
        """See `Blocks`."""
        return sum(one.size for one in self.blocks)

    @property
    def width(self) -> int:
        """See `Blocks`."""
        return max(one.width for one in self.blocks)

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """See `Blocks`."""
        return in_order(len(self.blocks), lambda one: function(self.blocks[one]))

    def some(self, number: int) -> Block:
        """See `Blocks`."""
        places = spread(len(self.blocks), MOST_SAMPLED) if number < self.customers else range(len(self.blocks))
        some = [self.blocks[place] for place in places]
        return thinned(some, sum(one.size for one in some), number)


def spread(number: int, most: int) -> list[int]:
    """Positions among so many, evenly."""
    return [int(one) for one in np.unique(np.linspace(0, number - 1, min(most, number)).astype(int))]


def thinned(blocks: Iterable[Block], customers: int, number: int) -> Block:
    """So many of their customers or a few more, copied block by block."""
    step = max(customers // max(number, 1), 1)
    return Block.joined([one.of(np.arange(0, one.size, step)) for one in blocks])


@dataclass(frozen=True)
class Limit:
    """One constraint on a plan."""

    name: str
    """The name by which messages call it."""
    at_most: int
    measure: str = COST
    offers: tuple[int, ...] | None = None
    """Positions of the offers that count; None for all."""
    column: str | None = None
    """Column of groups whose customers count."""
    weights: tuple[int, ...] = (1,)
    """The weights by position of the group; one weight for everybody without a column."""
    unit: Unit | None = None
    """The unit in which amounts are said, where the limit counts in smaller ones."""
    written: float | None = None
    """The width of a band or the least return, where `at_most` follows from it."""

    @property
    def is_below(self) -> bool:
        """Whether it asks for something at least."""
        return min(self.weights) < 0 <= -self.at_most and max(self.weights) <= 0

    def amount(self, units: int, rounding: str | None = None, digits: int = 2) -> Message:
        """So many units, as a message says it: exactly, or in large units to some digits by a rounding of `decimal`."""
        if self.unit is None and self.measure == COUNT:
            return Message("{n} offer", context="amount of a limit", plural="{n} offers", n=units)
        if self.unit is None:
            return Message(
                "{amount} of {measure}", context="amount of a limit", amount=f"{units:,}", measure=self.measure
            )
        size, name = self.unit
        large, step = Decimal(units) / size, Decimal(1).scaleb(-digits)
        if rounding is not None or large == large.quantize(step):
            large = large.quantize(step, rounding) + 0  # no negative zero
        return Message("{amount} {unit}", context="amount of a limit", amount=f"{large:,f}", unit=name)

    @property
    def is_plain(self) -> bool:
        """Whether it counts everything of everybody once."""
        return self.offers is None and self.column is None and self.weights == (1,)

    def table(self, offers: int) -> Ints:
        """(groups, offers): weight of each candidate."""
        mask = np.ones(offers, dtype=np.int64)
        if self.offers is not None:
            mask[:] = 0
            mask[list(self.offers)] = 1
        return np.outer(np.array(self.weights, dtype=np.int64), mask)


@dataclass(frozen=True, eq=False)
class Problem:
    """See the module."""

    blocks: Blocks
    offers: int
    limits: tuple[Limit, ...]
    most: int = 1

    @classmethod
    def of(
        cls,
        profit: Numbers,
        cost: Numbers,
        budget: int,
        *,
        customer: NDArray[Any] | None = None,
        offer: Numbers | None = None,
        offers: int | None = None,
    ) -> Problem:
        """One budget; profit and cost (n, w).

        Raises ContractError for costs that are no whole numbers, and for a profit that is no number.
        """
        if not np.issubdtype(cost.dtype, np.integer):
            raise ContractError(f"costs must be whole numbers, and are {cost.dtype}; count them in smaller units")
        if profit.size and np.isnan(np.min(profit)):
            raise ContractError("a profit is not a number; write -inf where there is no candidate")
        ids = np.arange(len(profit)) if customer is None else customer
        block = Block(ids, profit, {COST: cost}, offer)
        return cls(block.pieces(), offers or block.width, (Limit("budget", budget),))
