"""A table with one row per candidate as a problem, and a plan as rows of that table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.allocation.argmax import slots, taken
from offerloop.allocation.frontier import FrontierSteps, climb
from offerloop.allocation.problem import COST, Block, Numbers
from offerloop.arrays import Ints
from offerloop.config import Campaign
from offerloop.errors import ConfigError
from offerloop.message import Message
from offerloop.money import MICRO


@dataclass(frozen=True, eq=False)
class CandidateRows:
    """Customers side by side, each with the candidates of its rows."""

    block: Block
    row: Ints
    """(n, w): of each candidate in the table, in 32 bits; -1 where there is none."""
    offers: int

    @classmethod
    def of(cls, customer: NDArray[Any], offer: Ints, profit: Numbers, measures: dict[str, Numbers]) -> CandidateRows:
        """Build it from columns (rows,) in any order; `offer` are positions from 0."""
        ids, place = _numbered(customer)
        key = place * (int(offer.max(initial=0)) + 1) + offer
        order = slice(None) if (np.diff(key) > 0).all() else np.argsort(key, kind="stable")
        number = np.bincount(place, minlength=len(ids))
        width = int(number.max(initial=1))
        at = np.arange(len(place)) + np.repeat(width * np.arange(len(ids)) - np.cumsum(number) + number, number)

        def laid(column: Numbers, empty: float) -> Numbers:
            side_by_side = np.full(len(ids) * width, empty, dtype=column.dtype)
            side_by_side[at] = column[order]
            return side_by_side.reshape(-1, width)

        block = Block(
            customer=ids,
            profit=laid(np.asarray(profit, dtype=np.float64), -np.inf),
            measures={name: laid(one, 0) for name, one in measures.items()},
            offer=laid(offer.astype(np.int32), 0),
        )
        return cls(block, laid(np.arange(len(offer), dtype=np.int32), -1), int(offer.max(initial=0)) + 1)

    @classmethod
    def of_effects(cls, effects: pl.DataFrame, campaign: Campaign) -> CandidateRows:
        """Build it from one campaign's effects; costs as its budget counts them, see `counted_cost`."""
        costs = {COST: counted_cost(effects, campaign)}
        profit = effects["profit_minor"].to_numpy()
        return cls.of(ranks(effects["customer_id"]), positions(effects["offer_id"]), profit, costs)

    def chosen(self, choice: Ints) -> Ints:
        """Rows of the table that a plan takes, ascending."""
        return np.sort(self.row[taken(choice)]).astype(np.int64)

    def best(self) -> Ints:
        """Return the rows of each customer's best candidate that is worth more than nothing, ascending."""
        return self.chosen(slots(self.block.profit))

    def walk(self) -> tuple[Ints, FrontierSteps]:
        """Rows that the cheapest plan takes, and all steps from there to the plan without a budget."""
        start, steps = climb(self.block)
        return self.chosen(start[:, None]), steps


def _numbered(customer: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """Each customer once, ascending, and the position (rows,) of each row's customer among them."""
    if len(customer) and (customer[1:] >= customer[:-1]).all():
        is_first = np.r_[True, customer[1:] != customer[:-1]]
        return customer[is_first], np.cumsum(is_first) - 1
    ids, place = np.unique(customer, return_inverse=True)
    return ids, place


def ranks(ids: pl.Series) -> Ints:
    """(rows,): numbers that are as the ids are, equal or less; of texts they take far less time than these."""
    numbers = ids.rle_id() if ids.is_sorted() else ids.rank("dense")
    return numbers.to_numpy().astype(np.int64)


def positions(ids: pl.Series) -> Ints:
    """(rows,): position of each id among those that are there."""
    names = ids.unique().sort()
    numbers = ids.replace_strict(names, pl.int_range(len(names), eager=True), return_dtype=pl.Int64)
    return numbers.to_numpy().astype(np.int64)  # polars gives objects where there is no name


def counted_cost(effects: pl.DataFrame, campaign: Campaign) -> Ints:
    """(rows,): what each candidate takes from the budget, in minor units under `liability`, in millionths of them under
    `expected`.

    Raises ConfigError when an offer can cost without limit but the budget counts liabilities.
    """
    column = "cost_expected_micro" if campaign.budget_basis == "expected" else "cost_liability_minor"
    cost = effects[column]
    if cost.null_count():
        offer = effects.filter(cost.is_null())["offer_id"][0]
        raise ConfigError(
            Message(
                "campaign '{id}': nothing limits what the offer '{offer}' can cost; limit it, such as by "
                "'max_discount', or set budget_basis = \"expected\"",
                id=campaign.id,
                offer=str(offer),
            )
        )
    return cost.to_numpy().astype(np.int64)


def budget_unit(campaign: Campaign) -> int:
    """Units of the solver's budget in one minor unit."""
    return MICRO if campaign.budget_basis == "expected" else 1
