"""What a reader should compare with the data: the same notes for columns that were guessed and for those of a file."""

from __future__ import annotations

import codecs

import polars as pl

from offerloop.events import BLANKS, likely_encodings
from offerloop.mapping.amounts.discounts import discount_notes
from offerloop.mapping.amounts.money_units import money_unit_notes
from offerloop.mapping.amounts.unit_or_total import amount_notes
from offerloop.mapping.dates import date_notes
from offerloop.mapping.first_lines import first_line_notes, merged_cell_notes
from offerloop.mapping.identity.customer_ids import customer_notes
from offerloop.mapping.identity.customers import returning_notes
from offerloop.mapping.identity.swapped_ids import exchanged_notes
from offerloop.mapping.matching import SAME, ColumnMatch, as_factor, reference, says
from offerloop.message import Message
from offerloop.workspace import SampleRows

_TAX = 0.85
_AMOUNTS = ("paid", "unit_price", "list_price")
_FAMILIES = {
    "chinese": ("gb2312", "gbk", "gb18030"), "taiwanese": ("big5", "cp950", "big5hkscs"),
    "japanese": ("shift_jis", "cp932"), "western": ("cp1252", "iso8859-1", "iso8859-15"),
    "central": ("cp1250", "iso8859-2"), "turkish": ("cp1254", "iso8859-9"), "korean": ("cp949", "euc_kr"),
    "unicode": ("utf-8", "utf-8-sig", "ascii"),
}  # fmt: skip


def order_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return the notes on a mapping of order lines, and on the customers in the rows that were looked at."""
    return [*mapping_notes(match, sample), *_customers(match)]


def mapping_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return the notes on a mapping of order lines."""
    return [
        *exchanged_notes(match, sample),
        *returning_notes(match),
        *date_notes(match),
        *discount_notes(match, sample),
        *amount_notes(match, sample),
        *money_unit_notes(match),
        *_thousands(match),
        *_quantities(match),
        *first_line_notes(match, sample),
        *merged_cell_notes(match, sample),
        *_taxes(match),
        *_refunds(match),
    ]


def encoding_notes(sample: SampleRows) -> list[Message]:
    """Return a note where another encoding than the one that a file is read in is as likely or more so."""
    file, dialect = sample.file, sample.dialect
    if dialect is None or file is None:
        return []
    others = [one for one in likely_encodings(file.path) if _family(one) != _family(dialect.encoding)]
    if not others:
        return []
    return [
        Message(
            "'{place}' is read as {encoding}, and {other} is as likely; compare some texts",
            place=str(sample.place),
            encoding=dialect.encoding,
            other=others[0],
        )
    ]


def _family(encoding: str) -> str:
    """Encodings that read the same signs alike have one name."""
    name = codecs.lookup(encoding).name
    return next((family for family, names in _FAMILIES.items() if name in names), name)


def _thousands(match: ColumnMatch) -> list[Message]:
    """Return a note on amounts whose points all stand before three digits, and may part thousands."""
    names = dict.fromkeys(name for ours in _AMOUNTS if ours in match.guesses for name in match.guesses[ours].theirs)
    columns = [match.columns[name] for name in names if match.columns[name].cells.dtype == pl.String]
    doubtful = [one for one in columns if one.decimal == "." and one.filled.len() and _three_digits(one.filled)]
    return [
        Message(
            "'{column}' holds cells such as '{cell}', whose point is read as the decimal mark; if it parts thousands, "
            'set decimal = ","',
            column=doubt.name,
            cell=str(doubt.filled[0]),
        )
        for doubt in doubtful[:1]
    ]


def _three_digits(cells: pl.Series) -> bool:
    return bool(cells.str.contains(r"^\D*[1-9]\d{0,2}(\.\d{3})+\D*$").all())


def _quantities(match: ColumnMatch) -> list[Message]:
    quantity = match.column("quantity")
    if quantity is None or not quantity.fractions:
        return []
    example = quantity.numbers.filter(quantity.numbers != quantity.numbers.floor())[0]
    return [
        Message(
            "'{column}' holds quantities such as {example}, which are weights or measures, not units",
            column=quantity.name,
            example=f"{example:g}",
        )
    ]


def _taxes(match: ColumnMatch) -> list[Message]:
    taxes = [one.name for one in match.unused() if one.numeric and not one.dated and says(one.name, "tax", _TAX)]
    if not taxes or "paid" not in match.guesses:
        return []
    paid = match.guesses["paid"].written
    return [
        Message(
            "'{column}' is read as part of no amount: '{paid}' counts as it is, with or without tax",
            column=taxes[0],
            paid=paid,
        )
    ]


def _refunds(match: ColumnMatch) -> list[Message]:
    """Return a note on a column of amounts that were paid back, which are taken off nothing."""
    refunds = [one for one in match.unused() if one.numeric and not one.dated and says(one.name, "refund", SAME)]
    refunds = [one for one in refunds if (one.numbers != 0).any()]
    if not refunds or "paid" not in match.guesses:
        return []
    column, paid = refunds[0], as_factor(match, match.guesses["paid"].written)
    sign = "-" if float(column.numbers.sum()) > 0 else "+"
    note = (
        Message("'{column}' is taken off no amount, so that what was paid back counts as sales")
        if column.is_of_several
        else Message(
            "'{column}' is taken off no amount, so that what was paid back counts as sales; if it is of the line, map "
            "{entry}"
        )
    )
    entry = f'paid = "{paid} {sign} coalesce({reference(column.name)}, 0)"'
    return [note.with_values(column=column.name, **({} if column.is_of_several else {"entry": entry}))]


def _customers(match: ColumnMatch) -> list[Message]:
    return customer_notes(orders_of(match))


def orders_of(match: ColumnMatch) -> pl.DataFrame:
    """Return customer_id (text) and n_orders of the rows that were looked at."""
    customer, order = match.column("customer_id"), match.column("order_id")
    if customer is None:
        return pl.DataFrame(schema={"customer_id": pl.String, "n_orders": pl.UInt32})
    ids = customer.cells.cast(pl.String).str.strip_chars()
    orders = pl.DataFrame({"customer_id": ids, "order": ids if order is None else order.cells}).drop_nulls()
    orders = orders if order is None else orders.unique()
    return (
        orders.filter(~pl.col("customer_id").str.to_lowercase().is_in(BLANKS))
        .group_by("customer_id")
        .agg(n_orders=pl.len())
    )
