"""Whether the only amount of order lines is the price of one unit or the amount of the whole line."""

from __future__ import annotations

import polars as pl

from offerloop.mapping.amounts.prices import numbers_of
from offerloop.mapping.matching import BY_CONTENTS, ColumnMatch, name_score, reference, says
from offerloop.message import Message
from offerloop.workspace import SampleRows

_LEAST_RATIO = 1.5
"""Units of two lines that are compared differ by this factor at least: between 1 and 1.02 kg nothing shows."""
_CLEARLY = 0.75
"""Share of the pairs that must agree; where discounts vary much, nine in ten do."""
_STANDARD_ERRORS = 3.0
"""So far the share must lie from one half, so that nine pairs are enough when all agree."""
_FEW_SEVERAL = 0.01
"""With a smaller share of lines with other than one unit both readings are about the same."""


def unit_or_total(match: ColumnMatch, sample: SampleRows) -> None:
    """An only amount that stays the same however many units are bought is a unit's price, one that grows is the total.

    What the contents tell against the name is noted.
    """
    paid, price, quantity = (match.column(ours) for ours in ("paid", "unit_price", "quantity"))
    product, amount = match.column("product_id"), paid or price
    if any(match.is_given(ours) for ours in ("paid", "unit_price")):
        return
    if amount is None or (paid and price) or quantity is None or product is None:
        return
    grows = _grows(sample, product.name, amount.name, quantity.name)
    if grows is None or grows is (paid is not None):
        return
    if grows:
        match.take("paid", amount.name, (amount.name,), Message("guessed from the contents: it grows with the units"))
        del match.guesses["unit_price"]
    else:
        match.take("unit_price", amount.name, (amount.name,), BY_CONTENTS)
        del match.guesses["paid"]
    note = (
        Message("'{column}' is read as the value of the whole line: so prices of a product differ least")
        if grows
        else Message("'{column}' is read as the price of one unit: so prices of a product differ least")
    )
    match.notes.append(note.with_values(column=amount.name))


def amount_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return a note where what is mapped as paid is of a unit, or is a total that is multiplied again, or may be."""
    paid, quantity, product = match.guesses.get("paid"), match.column("quantity"), match.column("product_id")
    if paid is None or quantity is None or product is None:
        return []
    amounts = [name for name in paid.theirs if name != quantity.name]
    multiplied = len(paid.theirs) == 2 and quantity.name in paid.theirs and "*" in paid.written
    plain = len(amounts) == 1 and paid.written in (amounts[0], reference(amounts[0]))
    if len(amounts) != 1 or not (multiplied or plain) or not match.columns[amounts[0]].numeric:
        return []
    grows = _grows(sample, product.name, amounts[0], quantity.name)
    better = reference(amounts[0]) + ("" if multiplied else f" * {reference(quantity.name)}")
    if grows is None:
        return [] if match.is_given("paid") else _doubt(sample, amounts[0], quantity.name, better)
    if grows is not multiplied:
        return []
    note = (
        Message(
            "'{column}' grows with the units of a product: it seems to be of the whole line; if so, map paid = "
            '"{better}"'
        )
        if grows
        else Message(
            "'{column}' is the same however many units of a product are bought: it seems to be a unit's; if so, "
            'map paid = "{better}"'
        )
    )
    return [note.with_values(column=amounts[0], better=better)]


def _doubt(sample: SampleRows, amount: str, quantity: str, better: str) -> list[Message]:
    """Return a note where the lines leave open which reading is right, the name does too, and it matters."""
    multiplied = better == reference(amount)
    if _is_named(amount, multiplied=multiplied) or _share_of_several(sample, quantity) < _FEW_SEVERAL:
        return []
    note = (
        Message(
            "'{column}' is read as the price of one unit, and the order lines do not show whether it is the amount "
            'of the whole line; compare one receipt, and if it is, map paid = "{better}"'
        )
        if multiplied
        else Message(
            "'{column}' is read as the amount of the whole line, and the order lines do not show whether it is the "
            'price of one unit; compare one receipt, and if it is, map paid = "{better}"'
        )
    )
    return [note.with_values(column=amount, better=better)]


def _is_named(amount: str, *, multiplied: bool) -> bool:
    """Return whether a name leaves no doubt: it speaks of a unit, or, where it counts as it is, of no price."""
    if multiplied:
        return says(amount, "of_unit")
    of_unit, of_line = (name_score(amount, "order_lines", ours)[0] for ours in ("unit_price", "paid"))
    return of_line > of_unit or (of_line == of_unit and not says(amount, "of_unit"))


def _share_of_several(sample: SampleRows, quantity: str) -> float:
    units = numbers_of(sample, {"units": quantity})["units"]
    return float((units != 1).mean() or 0)  # type: ignore[arg-type]


def _grows(sample: SampleRows, product: str, amount: str, quantity: str) -> bool | None:
    """Return whether an amount is in proportion to the units of a product; None where that cannot be told.

    The line of a product with the most units is compared with the one with the fewest, the second with the last but
    one, and so on. Of a total, the logarithm of the amount grows as that of the units does; of a price it does not.
    """
    pairs = _pairs(sample, product, amount, quantity)
    if not pairs.height:
        return None
    share = float((pairs["amounts"] > 0.5 * pairs["units"]).mean() or 0)  # type: ignore[arg-type]
    if abs(2 * share - 1) * pairs.height**0.5 < _STANDARD_ERRORS or max(share, 1 - share) < _CLEARLY:
        return None
    return share > 0.5


def _pairs(sample: SampleRows, product: str, amount: str, quantity: str) -> pl.DataFrame:
    """Return the logarithms of the ratios of units and of amounts, of pairs of lines with much different units."""
    lines = numbers_of(sample, {"amount": amount, "units": quantity}).with_columns(product=sample.sampled[product])
    lines = lines.filter((pl.col("amount") > 0) & (pl.col("units") > 0)).drop_nulls()
    lines = lines.sort("product", "units", maintain_order=True).select(
        units=(pl.col("units").reverse().over("product") / pl.col("units")).log(),
        amounts=(pl.col("amount").reverse().over("product") / pl.col("amount")).log(),
    )
    return lines.filter(pl.col("units") >= pl.lit(_LEAST_RATIO).log())
