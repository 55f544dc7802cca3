"""Limits in a marketer's words, as integers that a plan can be held to.

at least b            - sum <= - b
a band of width w     n_h sum over g - n_g sum over h <= w n_g n_h, for all pairs of groups g, h of n_g, n_h customers
a return of r         sum of (r cost - value) <= 0, value in thousandths of a unit of cost, rounded against us
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import polars as pl

from offerloop.allocation.candidates import CandidateRows
from offerloop.allocation.problem import COST, COUNT, Limit, Numbers, Problem, Unit
from offerloop.arrays import Floats, Ints
from offerloop.config import Band, Cell, LimitRule, Limits
from offerloop.errors import InputError, near_miss
from offerloop.message import Message
from offerloop.money import exact_share

UNIT = "_unit"
"""Who is given `most_offers` together: a customer, or those who share something."""
HELD = ("value", "cost")
"""Columns of a table that are in units of cost already."""
RETURN = "cost without its return"
"""Name of the measure that a limit of the return counts."""
COUNTED = 2**62
"""What a measure adds up to stays below it, so that 64 bits hold any sum."""
MOST_GROUPS = 20
"""The most groups of a band: each pair of groups is two limits."""
MOST_SHARING = 100
"""Customers who share one thing; more than that share a word for not knowing."""
STEPS = 10_000
"""Parts of one by which sums in bands are counted."""
Amounts = Callable[[object], int]
"""Money as written, as units of cost."""


@dataclass(frozen=True, eq=False)
class CandidateTable:
    """Candidates in rows: customer_id, offer_id, value and cost in units of cost; and what limits ask about."""

    rows: pl.DataFrame
    money: Amounts
    unit: Unit
    whole: pl.DataFrame
    """The same with rows that are left out."""

    def problem(self, limits: Limits) -> tuple[CandidateRows, Problem]:
        """Raises InputError for limits that ask about what is not there."""
        kept = self.kept(limits)
        candidates = kept._candidates(limits)
        built = _Built(kept, candidates)
        if limits.budget is not None:
            built.limits.append(Limit("budget", self.money(limits.budget), unit=self.unit))
        for rule in limits.limits:
            built.add_rule(rule)
        for band in limits.bands:
            built.add_band(band)
        if limits.min_return is not None:
            name = f"return of {limits.min_return:g}"
            built.limits.append(Limit(name, 0, RETURN, unit=self.unit, written=limits.min_return))
        block = replace(candidates.block, groups=built.groups, measures={**candidates.block.measures, **built.measures})
        blocks = block.pieces()
        return replace(candidates, block=block), Problem(
            blocks, candidates.offers, tuple(built.limits), limits.most_offers
        )

    def kept(self, limits: Limits) -> CandidateTable:
        """Return the rows that may be chosen, with who is limited together."""
        for name in (limits.exclude, limits.shared):
            self.check(name)
        rows = self.rows if limits.exclude is None else self.rows.filter(~self._flags(limits.exclude))
        unit = pl.col("customer_id")
        if limits.shared is not None:
            thing = pl.col(limits.shared).cast(pl.String).replace("", None)
            unit = pl.coalesce(pl.format("shared {}", thing), pl.format("own {}", unit))
        rows = rows.with_columns(unit.alias(UNIT))
        most = rows.group_by(UNIT).agg(n=pl.col("customer_id").n_unique()).sort("n", UNIT).tail(1)
        if most.height and most["n"][0] > MOST_SHARING:
            raise InputError(
                Message(
                    "{n} customers have the same {column} ({value}); leave the cell empty where it is not known",
                    n=most["n"][0],
                    column=limits.shared or "",
                    value=most[UNIT][0].removeprefix("shared "),
                )
            )
        return replace(self, rows=rows)

    def _candidates(self, limits: Limits) -> CandidateRows:
        rows = self.rows
        cost, value = rows["cost"].to_numpy(), rows["value"].to_numpy()
        measures: dict[str, Numbers] = {COST: cost}
        if limits.min_return is not None:
            measures[RETURN] = whole(
                (limits.min_return * cost - value).round(3), Message("the cost without its return")
            )
        names = self.offers
        offer = rows["offer_id"].replace_strict(names, range(len(names)), return_dtype=pl.Int64).to_numpy()
        candidates = CandidateRows.of(rows[UNIT].to_numpy(), offer, value - cost, measures)
        return replace(candidates, offers=len(names))

    @property
    def offers(self) -> list[str]:
        """Ids of the whole table, left-out rows included."""
        return self.whole["offer_id"].unique().sort().to_list()

    def _flags(self, column: str) -> pl.Series:
        flags = self.rows[column].cast(pl.String).str.to_lowercase()
        yes, no = ("true", "1", "1.0"), ("false", "0", "0.0")
        if not flags.drop_nulls().is_in([*yes, *no]).all():
            raise InputError(
                Message("the column '{column}' (exclude) must hold true and false, or 1 and 0", column=column)
            )
        return flags.is_in(yes).fill_null(value=False)

    def check(self, column: str | None) -> None:
        """Raises InputError for a column that is not there."""
        if column is not None and column not in self.rows.columns:
            near = near_miss(column, self.rows.columns)
            raise InputError(
                Message(
                    "the limits name a column '{column}' that the table does not have{near}", column=column, near=near
                )
            )


class _Built:
    """Limits of a table, and the groups and measures that they need."""

    def __init__(self, table: CandidateTable, candidates: CandidateRows) -> None:
        self.table, self.candidates = table, candidates
        self.limits: list[Limit] = []
        self.groups: dict[str, Ints] = {}
        self.measures: dict[str, Numbers] = {}
        self._names = table.offers

    def add_rule(self, rule: LimitRule) -> None:
        """Add one or two limits."""
        offers, column, weights = self._who(rule)
        counted = rule.counts == "offers"
        measure = COUNT if counted else COST if rule.counts == COST else self._money(rule.counts)
        for bound, sign in ((rule.at_most, 1), (rule.at_least, -1)):
            if bound is not None:
                amount = _number_of_offers(bound, rule.name) if counted else self.table.money(bound)
                signed = tuple(sign * one for one in weights)
                unit = None if counted else self.table.unit
                self.limits.append(Limit(rule.name, sign * amount, measure, offers, column, signed, unit))

    def add_band(self, band: Band) -> None:
        """Add a limit for each pair of groups, both ways."""
        codes, values = self._group(band.column)
        if len(values) > MOST_GROUPS:
            raise InputError(
                Message(
                    "the band on '{column}' has {n_groups} groups; more than {most_groups} are too many",
                    column=band.column,
                    n_groups=len(values),
                    most_groups=MOST_GROUPS,
                )
            )
        measure = COUNT if band.of == "rate" else self._sums(band.of)
        size = np.bincount(codes, minlength=len(values)).tolist()
        steps = 1 if band.of == "rate" else STEPS
        for pair, other in permutations(range(len(values)), 2):
            weights = [0] * len(values)
            weights[pair], weights[other] = size[other], -size[pair]
            name = f"{band.of} of {band.column} {values[pair]} over {values[other]}"
            whole_width = steps * size[pair] * size[other]
            width = math.floor(exact_share(band.within) * whole_width)
            unit = (whole_width, "for each customer")
            self.limits.append(Limit(name, width, measure, None, band.column, tuple(weights), unit, band.within))

    def _who(self, rule: LimitRule) -> tuple[tuple[int, ...] | None, str | None, tuple[int, ...]]:
        """Positions of offers, and the column and weights of the customers."""
        offers, by_customer = self._offers(rule), dict[str, str]()
        for column, cell in rule.where.items():
            self.table.check(column)
            value = self._written(column, cell)
            same = self.table.whole.filter(pl.col(column).cast(pl.String) == value)
            if same.is_empty():
                raise InputError(
                    Message(
                        "the limit '{limit}' asks for {column} = {value}, but no row has that",
                        limit=rule.name,
                        column=column,
                        value=value,
                    )
                )
            if _constant(self.table.whole, "offer_id", column):
                offers &= set(same["offer_id"].to_list())
            else:
                by_customer[column] = value
        places = tuple(position for position, name in enumerate(self._names) if name in offers)
        return None if len(places) == len(self._names) else places, *self._customers(by_customer)

    def _written(self, column: str, cell: Cell) -> str:
        """A cell as the column writes it: 20 is 20.0 in a column of decimal numbers."""
        if isinstance(cell, bool):
            return str(cell).lower()
        return str(float(cell)) if self.table.whole[column].dtype.is_float() and isinstance(cell, int) else str(cell)

    def _offers(self, rule: LimitRule) -> set[object]:
        names_by_text = {str(name): name for name in self._names}
        for name in rule.offers:
            if name not in names_by_text:
                raise InputError(
                    Message(
                        "the limit '{limit}' names an offer '{name}' that no row has{near}",
                        limit=rule.name,
                        name=name,
                        near=near_miss(name, names_by_text),
                    )
                )
        return {names_by_text[name] for name in rule.offers or names_by_text}

    def _customers(self, where: dict[str, str]) -> tuple[str | None, tuple[int, ...]]:
        """Column and weights of those who have all these values."""
        if not where:
            return None, (1,)
        groups = {column: self._group(column) for column in where}
        if len(where) == 1:
            [(column, value)] = where.items()
            return column, tuple(int(one == value) for one in groups[column][1])
        name = " and ".join(f"{column} = {value}" for column, value in where.items())
        each = [
            np.isin(codes, [k for k, one in enumerate(values) if one == where[column]])
            for column, (codes, values) in groups.items()
        ]
        self.groups[name] = np.all(each, axis=0).astype(np.int64)
        return name, (0, 1)

    def _group(self, column: str) -> tuple[Ints, list[str]]:
        """(n,): position of each customer's value in the column, and the values."""
        self.table.check(column)
        if not _constant(self.table.rows, UNIT, column):
            raise InputError(
                Message(
                    "the column '{column}' differs between rows of one customer, or of those who share one "
                    "device; limits need one value for each of them",
                    column=column,
                )
            )
        first = self.candidates.row[:, 0]
        cells = self.table.rows[column].cast(pl.String).fill_null("none")
        values = cells.unique().sort().to_list()
        codes = cells.replace_strict(values, range(len(values)), return_dtype=pl.Int64).to_numpy()
        self.groups[column] = codes[first] if len(codes) else np.zeros(0, dtype=np.int64)
        return self.groups[column], values

    def _sums(self, column: str) -> str:
        """A measure of the numbers in a column."""
        return self._measured(f"sum of {column}", (self._numbers(column) * STEPS).round(), column)

    def _money(self, column: str) -> str:
        """A measure of the money in a column, rounded up."""
        units = (self._numbers(column) * self.table.unit[0]).round(3)
        return self._measured(f"sum of {column}, in money", units, column)

    def _numbers(self, column: str) -> Floats:
        """Return what is written: value and cost, which are held in small units, in money again."""
        self.table.check(column)
        numbers = self.table.rows[column]
        if not numbers.dtype.is_numeric() or not numbers.is_finite().fill_null(value=False).all():
            raise InputError(
                Message("the column '{column}', which a limit counts, must hold a number in every row", column=column)
            )
        return numbers.cast(pl.Float64).to_numpy() / (self.table.unit[0] if column in HELD else 1)

    def _measured(self, name: str, amounts: Floats, column: str) -> str:
        row = self.candidates.row
        self.measures[name] = np.where(
            row >= 0, whole(amounts, Message("the column '{column}'", context="what adds up", column=column))[row], 0
        )
        return name


def whole(amounts: Floats, what: Message) -> Ints:
    """Rounded up. Raises InputError where 64 bits do not hold the sum."""
    if float(np.abs(amounts).sum()) >= COUNTED:
        raise InputError(Message("{what} adds up to more than can be counted exactly; split the table", what=what))
    return np.ceil(amounts).astype(np.int64)


def _constant(rows: pl.DataFrame, by: str, column: str) -> bool:
    """Whether a column has one value for each value of another."""
    return by == column or bool(rows.select(by, column).unique().height == rows[by].n_unique())


def _number_of_offers(bound: object, name: str) -> int:
    """A number of offers. Raises InputError for anything else."""
    text = str(bound)
    if not text.isdecimal():
        raise InputError(
            Message(
                "the limit '{name}' counts offers, so it must be a whole number, not '{text}'", name=name, text=text
            )
        )
    return int(text)
