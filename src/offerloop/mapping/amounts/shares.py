"""Columns that hold shares or percentages of the price: what is taken off, or, as 折 says, what is left to pay."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from offerloop.mapping.amounts.prices import numbers_of
from offerloop.mapping.contents import SourceColumn
from offerloop.mapping.matching import HOLDS, ColumnMatch, name_score, reference
from offerloop.mapping.shop import currency_in_name
from offerloop.workspace import SampleRows

ROLES = ("discount", "coupon")
_PERCENT = re.compile(r"%|percent|prozent|porcentaje|pourcent|\bpct\b|_pct|rate$|率", re.IGNORECASE)
_LEFT = re.compile("折(?![价價让讓抵后後前])(?!.*[额額元价價券])")
"""What is called so may say what is left of the price, in tenths, hundredths or as a share; no amounts are."""
_CLOSE = 0.01
"""Relative error up to which a reading explains what was paid."""
_FEWEST = 5
_RARE = 0.01
"""Share of the numbers that may be errors: one percentage of 150 makes no amounts of all others."""


@dataclass(frozen=True)
class PriceShare:
    """Expressions of the shares of a price that are taken off and that are left to pay."""

    taken: str
    left: str


def price_share(column: SourceColumn, *, is_left: bool, filled: bool = False) -> PriceShare:
    """Return the shares of the price that a column says; where `filled`, an empty cell takes nothing off."""
    scale, cell = _scale(column, is_left=is_left), reference(column.name)
    cell = f"coalesce({cell}, {scale if is_left else 0})" if filled else cell
    part = cell if scale == 1 else f"{cell} / {scale}"
    return PriceShare(f"(1 - {part})", part) if is_left else PriceShare(part, f"(1 - {part})")


def _scale(column: SourceColumn, *, is_left: bool) -> int:
    """Return the number that stands for the whole price."""
    largest = usual_most(column)
    if largest <= 1:
        return 1
    return 10 if is_left and largest <= 10 else 100


def called(match: ColumnMatch, ours: str) -> list[SourceColumn]:
    """Columns that nothing is read from and whose names say that they are ours."""
    return [one for one in match.unused() if name_score(one.name, "order_lines", ours)[0] >= HOLDS]


def share_of_price(
    match: ColumnMatch, sample: SampleRows, column: SourceColumn, *, filled: bool = False
) -> PriceShare | None:
    """Return the shares that numbers are: by what was paid, else by the name and their size; None for amounts."""
    values, paid = column.numbers.filter(column.numbers != 0), paid_column(match)
    if not values.len() or paid is None or currency_in_name(column.name) is not None:
        return None
    smallest, largest = float(values.quantile(_RARE) or 0), usual_most(column)
    if smallest < 0 or largest > 100:
        return None
    reading = _explained(match, sample, column)
    if reading is None:
        reading = "left" if _is_left(column) else "taken" if _looks_like_shares(column, paid, largest) else "amount"
    return None if reading == "amount" else price_share(column, is_left=reading == "left", filled=filled)


def _looks_like_shares(column: SourceColumn, paid: SourceColumn, largest: float) -> bool:
    if _PERCENT.search(column.name):
        return True
    if largest <= 1:
        return column.fractions and float(paid.numbers.median() or 0) > 2  # type: ignore[arg-type]
    return column.distinct <= 20 and paid.fractions and bool((column.numbers % 5 == 0).all())


def _is_left(column: SourceColumn) -> bool:
    """Return whether a column called 折 stands on all lines, most often as the whole price, and never as nothing."""
    if not _LEFT.search(column.name) or column.filled.len() < column.cells.len() or not column.numeric:
        return False
    whole = _scale(column, is_left=True)
    commonest, smallest = float(column.numbers.mode().max() or 0), float(column.numbers.quantile(_RARE) or 0)  # type: ignore[arg-type]
    return commonest == whole and smallest >= (1 if whole == 10 else whole / 2)


def share_by_itself(column: SourceColumn) -> PriceShare | None:
    """Return the shares of the price that a column says by itself; None where its numbers are amounts."""
    largest = usual_most(column)
    if not column.numeric or float(column.numbers.min() or 0) < 0 or largest > 100:  # type: ignore[arg-type]
        return None
    is_left = _is_left(column)
    if is_left or 0 < largest <= 1 or _PERCENT.search(column.name):
        return price_share(column, is_left=is_left, filled=True)
    return None


def usual_most(column: SourceColumn) -> float:
    """The largest number but for rare ones, which may be errors; of few numbers the largest."""
    return float(column.numbers.filter(column.numbers != 0).quantile(1 - _RARE) or 0)


def paid_column(match: ColumnMatch) -> SourceColumn | None:
    """The column of amounts, or the price that they are computed from."""
    paid = match.guesses.get("paid")
    priced = (
        None if paid is None else next((match.columns[name] for name in paid.theirs if name in match.columns), None)
    )
    return match.column("paid") or match.column("unit_price") or priced


def worth_before(match: ColumnMatch) -> str:
    """Return the expression of what a line costs before discounts; empty where none is known."""
    if "list_value" in match.guesses:
        return match.guesses["list_value"].written
    price = match.guesses.get("list_price") or match.guesses.get("unit_price")
    quantity = match.column("quantity")
    if price is None or len(price.theirs) != 1:
        return ""
    return reference(price.theirs[0]) + ("" if quantity is None else f" * {reference(quantity.name)}")


def _prices(match: ColumnMatch) -> set[str]:
    """Return the columns of what a line costs before discounts, but for its units."""
    priced = next(match.guesses[one] for one in ("list_value", "list_price", "unit_price") if one in match.guesses)
    return set(priced.theirs) - set(match.guesses["quantity"].theirs if "quantity" in match.guesses else ())


def _explained(match: ColumnMatch, sample: SampleRows, column: SourceColumn) -> str | None:
    """Return which reading of a column makes what was paid of the price, "taken", "left" or "amount", if one does."""
    worth, paid = worth_before(match), match.guesses.get("paid")
    if not worth or paid is None or _prices(match) & {column.name, *paid.theirs}:
        return None
    rows = numbers_of(sample, {"worth": worth, "paid": paid.written, "off": reference(column.name)})
    rows = rows.filter((pl.col("off") > 0) & (pl.col("worth") > 0)).drop_nulls()
    if rows.height < _FEWEST:
        return None
    off = pl.col("off")
    left = {
        "amount": 1 - off / pl.col("worth"), "taken": 1 - off / _scale(column, is_left=False),
        "left": off / _scale(column, is_left=True),
    }  # fmt: skip
    errors = rows.select(
        (share - pl.col("paid") / pl.col("worth")).abs().median().alias(name) for name, share in left.items()
    ).row(0, named=True)
    best = min(errors, key=lambda name: errors[name])
    return None if errors[best] > _CLOSE else best
