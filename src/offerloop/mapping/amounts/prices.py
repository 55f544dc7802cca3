"""What the list prices of order lines are prices of: of one unit or of the whole line, before or after discounts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.mapping.matching import ColumnMatch
from offerloop.mapping.times import column_values
from offerloop.message import Message
from offerloop.workspace import SampleRows

_FEWEST = 5
"""Lines of several units that must be there to tell prices of units from values of lines."""
_NEARLY_ALL = 0.95
_CLEARLY = 0.5
"""A reading is better when it lies this much nearer to what was paid than the other."""


def price_before(match: ColumnMatch, sample: SampleRows) -> None:
    """Where lines cost less than units times price, but hardly ever more, the price is the one before discounts."""
    price, quantity, paid = (match.column(ours) for ours in ("unit_price", "quantity", "paid"))
    if price is None or paid is None or {"list_price", "list_value"} & set(match.guesses):
        return
    units = "1" if quantity is None else quantity.name
    lines = numbers_of(sample, {"price": price.name, "units": units, "paid": paid.name})
    lines = lines.with_columns(worth=pl.col("price") * pl.col("units")).filter(pl.col("paid") > 0)
    apart = 0.005 * lines["worth"] + 0.01
    less, more = (lines["worth"] - lines["paid"] > apart).mean(), (lines["paid"] - lines["worth"] > apart).mean()
    if lines.height and more < 0.01 and less > more:  # type: ignore[operator]
        why = Message("{why}, before discounts", context="why a column is read so", why=match.guesses["unit_price"].why)
        match.take("list_price", price.name, (price.name,), why)


@dataclass(frozen=True)
class _Fit:
    """How well a reading of a list price agrees with what was paid, in lines of several units."""

    above: float
    """Share of the lines that cost no more than it."""
    off: float
    """Median distance from what was paid and taken off, as a logarithm."""

    def clearly(self, other: _Fit) -> bool:
        """Return whether it fits clearly better."""
        return self.above >= _NEARLY_ALL and self.off < _CLEARLY * other.off


def unit_or_line(match: ColumnMatch, sample: SampleRows) -> None:
    """A list price that fits as the value of the line becomes one, and the other way round."""
    for ours, other in (("list_price", "list_value"), ("list_value", "list_price")):
        column = match.column(ours)
        if column is None or other in match.guesses or match.is_given(ours):
            continue
        fits = _fits(match, sample, column.name)
        if fits is None:
            return
        unit, line = fits
        if ours == "list_price" and line.clearly(unit):
            what = Message(
                "{why}; the value of the whole line by its numbers: never below what was paid, however many units"
            )
        elif ours == "list_value" and unit.clearly(line):
            what = Message("{why}; the price of one unit by its numbers: the line is worth it times its units")
        else:
            return
        why = match.guesses.pop(ours).why
        match.take(other, column.name, (column.name,), what.with_values(why=why))
        return


def _fits(match: ColumnMatch, sample: SampleRows, theirs: str) -> tuple[_Fit, _Fit] | None:
    """Return the fit as price of a unit and as value of the line; None when too few lines have several units."""
    roles = {"units": "quantity", "paid": "paid", "discount": "discount", "coupon": "coupon"}
    written = {name: match.guesses[ours].written for name, ours in roles.items() if ours in match.guesses}
    if not {"units", "paid"} <= set(written):
        return None
    lines = numbers_of(sample, {"listed": theirs, **written})
    off = [pl.col(name).fill_null(0) for name in ("discount", "coupon") if name in lines.columns]
    lines = lines.filter((pl.col("units") > 1) & (pl.col("paid") > 0) & (pl.col("listed") > 0)).with_columns(
        before=pl.sum_horizontal("paid", *off)
    )
    if lines.height < _FEWEST:
        return None
    return _fit(lines, pl.col("listed") * pl.col("units")), _fit(lines, pl.col("listed"))


def _fit(lines: pl.DataFrame, worth: pl.Expr) -> _Fit:
    measured = lines.select(
        above=(worth >= 0.995 * pl.col("paid") - 0.01).mean(), off=(worth / pl.col("before")).log().abs().median()
    )
    return _Fit(*measured.row(0))


def numbers_of(sample: SampleRows, written: dict[str, str]) -> pl.DataFrame:
    """Columns or expressions as numbers over the rows that were looked at; a number alone is the same in every row."""
    values = {
        name: column_values(sample.sampled, text, sample.decimal, as_number=True) for name, text in written.items()
    }
    return pl.DataFrame(values)


def beside_usual_prices(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the discounted lines of products that are sold without a discount too: their `price` and the `usual` one.

    From `paid`, `units`, `off` and `product` of lines; prices are of one unit.
    """
    lines = lines.filter((pl.col("paid") > 0) & (pl.col("units") > 0))
    lines = lines.with_columns(price=pl.col("paid") / pl.col("units"))
    usual = lines.filter(pl.col("off") == 0).group_by("product").agg(pl.col("price").median().alias("usual"))
    return lines.filter(pl.col("off") > 0).join(usual, on="product")
