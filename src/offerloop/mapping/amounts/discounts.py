"""Whether a column of discounts or coupons holds amounts, or shares and percentages, which are no money."""

from __future__ import annotations

import re

import polars as pl

from offerloop.mapping.contents import SourceColumn, is_money
from offerloop.mapping.matching import HOLDS, ColumnMatch, name_score, reference, says
from offerloop.mapping.shop import currency_in_name
from offerloop.mapping.times import column_values
from offerloop.message import Message
from offerloop.workspace import SampleRows

ROLES = ("discount", "coupon")
_PERCENT = re.compile(r"%|percent|prozent|porcentaje|pourcent|\bpct\b|_pct|rate$|率", re.IGNORECASE)
_CLOSE = 0.01
"""Relative error up to which a reading explains what was paid."""
_FEWEST = 5
_RARE = 0.01
"""Share of the numbers that may be errors: one percentage of 150 makes no amounts of all others."""


def discounts(match: ColumnMatch, sample: SampleRows) -> None:
    """Discounts that are mostly written below zero are turned, those of one unit count for all of them; shares and
    percentages are no amounts and go."""
    units = match.column("quantity")
    for ours in ROLES:
        column = match.column(ours)
        if column is None or _paid(match) is None or match.is_given(ours):
            continue
        if is_share_of_price(match, sample, column):
            del match.guesses[ours]  # `discount_notes` says so
            continue
        off = f"-{reference(column.name)}" if _mostly_below_zero(column) else reference(column.name)
        if units is not None and says(column.name, "of_unit"):
            why = Message("{why}, a unit's", context="why a column is read so", why=match.guesses[ours].why)
            match.take(ours, f"{off} * {reference(units.name)}", (column.name, units.name), why)
        elif _mostly_below_zero(column):
            match.take(ours, off, (column.name,), match.guesses[ours].why)


def one_of_several_discounts(match: ColumnMatch, sample: SampleRows) -> None:
    """Leave discounts to what list prices exceed the rest by, where they stand in several columns."""
    if "discount" not in match.guesses or match.is_given("discount"):
        return
    others = [one for one in called(match, "discount") if is_money(one) and not is_share_of_price(match, sample, one)]
    if others and {"list_price", "list_value"} & set(match.guesses):
        names = [f"'{name}'" for name in (*match.guesses.pop("discount").theirs[:1], *(one.name for one in others))]
        text = Message("{columns} are parts of the discount: what list prices exceed the rest by counts", columns=names)
        match.notes.append(text)


def _mostly_below_zero(column: SourceColumn) -> bool:
    """Return whether more numbers are below zero than above: a few of the other sign are corrections or errors."""
    return int((column.numbers < 0).sum()) > int((column.numbers > 0).sum())


def discount_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return a note for each column of discounts that holds shares, mapped or left out."""
    notes: dict[str, Message] = {}
    for ours in ROLES:
        mapped = match.column(ours)
        for column in [mapped] if mapped else called(match, ours):
            if column.numeric and not column.dated and is_share_of_price(match, sample, column):
                notes.setdefault(column.name, share_note(match, column, ours))
    return list(notes.values())


def called(match: ColumnMatch, ours: str) -> list[SourceColumn]:
    """Columns that nothing is read from and whose names say that they are ours."""
    return [one for one in match.unused() if name_score(one.name, "order_lines", ours)[0] >= HOLDS]


def is_share_of_price(match: ColumnMatch, sample: SampleRows, column: SourceColumn) -> bool:
    """Return whether numbers are shares or percentages: by the name, by what was paid, else by their size."""
    values, paid = column.numbers.filter(column.numbers != 0), _paid(match)
    if not values.len() or paid is None or currency_in_name(column.name) is not None:
        return False
    smallest, largest = float(values.quantile(_RARE) or 0), _largest(column)
    if smallest < 0 or largest > 100:
        return False
    scale = 1 if largest <= 1 else 100
    by_amounts = _explained(match, sample, column, scale)
    if by_amounts is not None:
        return by_amounts
    if _PERCENT.search(column.name):
        return True
    if scale == 1:
        return column.fractions and float(paid.numbers.median() or 0) > 2  # type: ignore[arg-type]
    return column.distinct <= 20 and paid.fractions and bool((column.numbers % 5 == 0).all())


def share_by_itself(column: SourceColumn) -> str:
    """Return the expression of a share of the price, by the column alone; empty where its numbers are amounts."""
    largest, name = _largest(column), reference(column.name)
    if not column.numeric or float(column.numbers.min() or 0) < 0 or largest > 100:  # type: ignore[arg-type]
        return ""
    if 0 < largest <= 1:
        return name
    return f"{name} / 100" if _PERCENT.search(column.name) else ""


def _largest(column: SourceColumn) -> float:
    """The largest number but for rare ones, which may be errors; of few numbers the largest."""
    return float(column.numbers.filter(column.numbers != 0).quantile(1 - _RARE) or 0)


def share_note(match: ColumnMatch, column: SourceColumn, ours: str) -> Message:
    """Return what to do with a column of shares."""
    largest = _largest(column)
    share = reference(column.name) if largest <= 1 else f"{reference(column.name)} / 100"
    if worth := _worth(match):
        written = f"{worth} * {share}"
    else:
        written = f"{match.guesses['paid'].written} * {share} / (1 - {share})" if "paid" in match.guesses else ""
    remedy: Message | str = ""
    if written:
        entry = f'{ours} = "{written}"'
        remedy = Message("; if they are shares of the price, map {entry}", entry=entry)
    held = (
        Message("'{column}' seems to hold shares or percentages, up to {largest}; a discount must be an amount{remedy}")
        if largest == column.numbers.max()
        else Message(
            "'{column}' seems to hold shares or percentages, mostly up to {largest}; a discount must be an "
            "amount{remedy}"
        )
    )
    return held.with_values(column=column.name, largest=f"{largest:g}", remedy=remedy)


def _paid(match: ColumnMatch) -> SourceColumn | None:
    """The column of amounts, or the price that they are computed from."""
    paid = match.guesses.get("paid")
    priced = (
        None if paid is None else next((match.columns[name] for name in paid.theirs if name in match.columns), None)
    )
    return match.column("paid") or match.column("unit_price") or priced


def _worth(match: ColumnMatch) -> str:
    """Return the expression of what a line costs before discounts; empty where none is known."""
    if "list_value" in match.guesses:
        return match.guesses["list_value"].written
    price = match.guesses.get("list_price") or match.guesses.get("unit_price")
    quantity = match.column("quantity")
    if price is None or len(price.theirs) != 1:
        return ""
    return reference(price.theirs[0]) + ("" if quantity is None else f" * {reference(quantity.name)}")


def _explained(match: ColumnMatch, sample: SampleRows, column: SourceColumn, scale: int) -> bool | None:
    """Return whether price less the share, and not price less the amount, is what was paid; None if neither is."""
    worth, paid = _worth(match), match.guesses.get("paid")
    if not worth or paid is None or column.name in worth:
        return None
    written = {"worth": worth, "paid": paid.written, "off": reference(column.name)}
    rows = pl.DataFrame(
        {name: column_values(sample.sampled, text, sample.decimal, as_number=True) for name, text in written.items()}
    )
    rows = rows.filter((pl.col("off") > 0) & (pl.col("worth") > 0)).drop_nulls()
    if rows.height < _FEWEST:
        return None
    left = (pl.col("worth") * (1 - pl.col("off") / scale), pl.col("worth") - pl.col("off"))
    errors = [((one - pl.col("paid")).abs() / pl.col("worth")).median() for one in left]
    share, amount = rows.select(share=errors[0], amount=errors[1]).row(0)
    return None if min(share, amount) > _CLOSE else bool(share < amount)
