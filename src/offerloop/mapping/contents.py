"""What a column holds, whatever its name: numbers, times, names of things; and whether it can be what a name says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import cached_property

import narwhals as nw
import polars as pl

from offerloop.events import (
    BLANKS,
    ISO,
    MICROSECONDS,
    MILLISECONDS,
    MONTH,
    NOT_RETURNED,
    REPUBLIC,
    SECONDS,
    blank,
    is_state,
    is_unclear,
    known_kind,
    likely_formats,
    looks_like_number,
    named_currency,
    of_like_shape,
    parse_number,
    written_as,
)

READABLE = 0.95
"""Share of the filled cells that must be what a column needs."""
FEW = 10
"""With fewer rows, counts of distinct values say nothing."""
_KNOWN_CUSTOMERS = 0.1
"""Share of the rows, at least, that say who the customer is."""
_YES = (
    "1", "true", "yes", "y", "t", "ja", "j", "oui", "sí", "sì", "si", "sim", "tak", "evet", "是", "已退", "wahr",
    "はい", "あり", "예", "네",
)  # fmt: skip
_LIKE_TIMES = (
    rf"^(\d{{8,16}}(\.\d+)?$|(民[國国] ?)?\d{{1,4}}[-/.年]\d{{1,2}}[-/.月]\d|(\d{{1,4}}[-/. ]*)?{MONTH}[-/. ]*\d)"
)
"""Anything else is no time; asked first because it is quick."""
_SHORT_DATES = ("%d.%m.%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y")
ALSO = (
    *(date + clock for date in _SHORT_DATES for clock in ("", " %H:%M", " %H:%M:%S")),
    *(date + clock for date in ("%d/%m/%Y", "%Y-%m-%d", *_SHORT_DATES) for clock in (" %H.%M", " %H.%M.%S")),
    *REPUBLIC,
)
"""Forms that the reader knows only when they are written down."""
_ID_WITH_POINT = r"^\d{5,}\.\d{4,}$"
"""Ids of two numbers, as web analytics give to browsers; amounts have fewer digits."""
_FIRST_YEAR, _LAST_YEAR, _LAST_WRITTEN = 631_152_000, 2_082_758_400, 4_133_980_800
"""1990, 2036 and 2101, in seconds. Numbers outside the first two only look like times, and what is written as a date is
one up to the last: offers may end in 2099."""
LIKE_IDS = (SECONDS, MILLISECONDS, MICROSECONDS)
"""Forms of times that look like ids."""
_LIKE_NUMBERS = ("%Y%m%d", "%Y%m%d%H%M%S", *LIKE_IDS)
"""Forms of times that may as well be numbers of orders."""
_NO_END = 253_402_214_400
"""9999-12-31, in seconds: the day that many lists write for what has no end."""


@dataclass(frozen=True)
class SourceColumn:
    """One column of theirs, looked at."""

    name: str
    cells: pl.Series
    decimal: str = "."
    is_of_several: bool = False
    """Whether a cell stands on several rows again, as the total of an order on each of its lines: it is no amount."""

    @cached_property
    def filled(self) -> pl.Series:
        """The cells that say something; texts without spaces around them."""
        if self.cells.dtype != pl.String:
            return self.cells.drop_nulls()
        bare = self.cells.str.strip_chars()
        return bare.filter(bare.is_not_null() & ~bare.str.to_lowercase().is_in(list(BLANKS)))

    @property
    def full(self) -> bool:
        """Return whether most cells say something."""
        return self.filled.len() >= 0.5 * self.cells.len()

    @cached_property
    def distinct(self) -> int:
        """How many different values."""
        return self.filled.n_unique()

    @cached_property
    def values(self) -> frozenset[str]:
        """The different values, as text."""
        return frozenset(self.filled.unique().cast(pl.String).to_list())

    @cached_property
    def numbers(self) -> pl.Series:
        """The filled cells as numbers; without elements when too many are none."""
        kind = self.cells.dtype
        if kind.is_numeric():
            return self.filled.cast(pl.Float64)
        if kind != pl.String or not self.filled.len():
            return pl.Series(dtype=pl.Float64)
        if looks_like_number(self.filled, self.decimal).sum() < READABLE * self.filled.len():
            return pl.Series(dtype=pl.Float64)  # found out at once: most columns are text
        table = nw.from_native(pl.DataFrame({"cell": self.filled}))
        numbers = table.select(found=parse_number(nw.col("cell"), self.decimal)[0]).to_native()["found"].drop_nulls()
        return numbers if numbers.len() >= READABLE * self.filled.len() else numbers.clear()

    @cached_property
    def percentages(self) -> pl.Series:
        """The numbers of cells that are written with a percent sign; without elements when too many are not."""
        if self.cells.dtype != pl.String or not (self.filled.str.contains(r"^[%％]|[%％]$").mean() or 0) >= READABLE:  # type: ignore[operator]
            return pl.Series(dtype=pl.Float64)
        return SourceColumn(self.name, self.filled.str.strip_chars("%％ "), self.decimal).numbers

    @cached_property
    def numeric(self) -> bool:
        """Return whether it holds numbers."""
        return self.numbers.len() > 0

    @cached_property
    def fractions(self) -> bool:
        """Return whether some numbers are not whole."""
        return self.numeric and bool((self.numbers != self.numbers.floor()).any())

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """Forms in which most cells are times; several when they leave it open; none for typed times."""
        if self.cells.dtype != pl.String and not self.cells.dtype.is_integer():
            return ()
        cells = self.filled.cast(pl.String)
        few = cells.unique(maintain_order=True).head(200)
        likely = _forms(few)
        likely = likely if few.len() == cells.len() else likely and _forms(cells)
        return tuple(form for form in likely if _possible(few, form))

    @cached_property
    def dated(self) -> bool:
        """Return whether it holds dates or times, typed or written."""
        return self.cells.dtype in (pl.Date, pl.Datetime) or bool(self.forms)

    @cached_property
    def clocked(self) -> bool:
        """Return whether it holds times of day without a date."""
        if self.cells.dtype == pl.Time:
            return True
        if self.cells.dtype != pl.String or not self.filled.len():
            return False
        parts = "[:.]" if self.decimal == "," else ":"  # 18.30 is a time of day where a comma marks decimals
        fits = self.filled.str.contains(rf"^([01]?\d|2[0-3]){parts}[0-5]\d({parts}[0-5]\d)?( [AaPp][Mm])?$")
        return bool(fits.sum() >= READABLE * self.filled.len())

    @cached_property
    def has_clock(self) -> bool:
        """Return whether its times have a time of day."""
        if self.forms:
            return (
                self.forms[0] in (ISO, SECONDS, MILLISECONDS, MICROSECONDS)
                or "%H" in self.forms[0]
                or "%I" in self.forms[0]
            )
        return isinstance(self.cells.dtype, pl.Datetime) and bool((self.filled.dt.time() != time(0)).any())

    @cached_property
    def nameable(self) -> bool:
        """Return whether it can hold ids or words: text, or whole numbers."""
        kind = self.cells.dtype
        if kind.is_integer() or kind == pl.Boolean:
            return True
        if kind.is_float():
            return self.numeric and not self.fractions and float(self.numbers.min() or 0) >= 0  # type: ignore[arg-type]
        if kind != pl.String or not self.filled.len() or _plain_time(self):
            return False
        return not self.fractions or bool(self.filled.str.contains(_ID_WITH_POINT).mean() >= READABLE)  # type: ignore[operator]


def _plain_time(column: SourceColumn) -> bool:
    """Return whether texts are surely times: not ones that may as well be numbers of orders."""
    return column.clocked or any(form not in _LIKE_NUMBERS for form in column.forms)


def _forms(cells: pl.Series) -> tuple[str, ...]:
    """Forms that nearly all cells fit."""
    if not cells.len() or cells.str.contains(_LIKE_TIMES).mean() < READABLE:  # type: ignore[operator]
        return ()
    table = nw.from_native(pl.DataFrame({"cell": cells}).lazy())
    forms = likely_formats(table, nw.col("cell"))
    if forms and _fits(cells, forms[0]):
        return forms
    return tuple(form for form in of_like_shape(cells.str.strip_chars(), ALSO) if _fits(cells, form))


def _fits(cells: pl.Series, form: str) -> bool:
    """Return whether nearly all cells are times in one form; with years of the Republic of China all have to be."""
    wrong = nw.from_native(pl.DataFrame({"cell": cells})).select(
        wrong=written_as(nw.col("cell"), form).unreadable.sum()
    )
    return bool(wrong["wrong"][0] <= (0 if form in REPUBLIC else (1 - READABLE) * cells.len()))


def _possible(cells: pl.Series, form: str) -> bool:
    """Return whether nearly all times in this form are of our days; `check` stops at the others."""
    table = nw.from_native(pl.DataFrame({"cell": cells}))
    seconds = table.select(at=written_as(nw.col("cell"), form).seconds).to_native()["at"].drop_nulls()
    last = _LAST_YEAR if form in _LIKE_NUMBERS else _LAST_WRITTEN
    ours = seconds.filter(seconds < _NO_END).is_between(_FIRST_YEAR, last, closed="none").mean()
    return ours is None or float(ours) >= READABLE  # type: ignore[arg-type]


def is_money(column: SourceColumn) -> bool:
    """Return whether a column holds amounts."""
    if column.is_of_several:
        return False
    return column.numeric and not _plain_time(column) and column.distinct >= min(2, column.filled.len() // FEW)


def is_full_money(column: SourceColumn) -> bool:
    """Return whether a column holds amounts in most rows, as what was paid for a line does."""
    return column.full and is_money(column)


def is_quantity(column: SourceColumn) -> bool:
    """Counts or measures of one line."""
    if not column.numeric or not column.full or column.dated or column.is_of_several:
        return False
    return 0 < float(column.numbers.median() or 0) <= 100  # type: ignore[arg-type]


def is_time(column: SourceColumn) -> bool:
    """Whether every cell is an instant or a day."""
    return column.dated and column.full


def is_id(column: SourceColumn) -> bool:
    """Names of things of which there are several, mostly known."""
    return column.nameable and column.full and (column.distinct >= 2 or column.cells.len() < FEW)


def is_customer_id(column: SourceColumn) -> bool:
    """Names of customers, who may be unknown in most rows: many shops sell to guests."""
    is_known = column.filled.len() >= _KNOWN_CUSTOMERS * column.cells.len()
    return column.nameable and is_known and (column.distinct >= 2 or column.cells.len() < FEW)


def is_order_id(column: SourceColumn) -> bool:
    """Names of orders: many, unless there are few rows."""
    return is_id(column) and column.distinct >= 0.002 * column.cells.len()


def is_loose_id(column: SourceColumn) -> bool:
    """Names of things that few rows have, such as coupons; amounts such as 0.00 are none."""
    return column.nameable and column.filled.len() > 0 and not _has_cents(column)


def _has_cents(column: SourceColumn) -> bool:
    """Return whether numbers are nearly all written with two decimals."""
    if column.cells.dtype != pl.String or not column.numeric:
        return False
    return float(column.filled.str.contains(r"\d[.,]\d\d$").mean() or 0) >= READABLE  # type: ignore[arg-type]


def is_offer(column: SourceColumn) -> bool:
    """Names of offers, which may be their depths."""
    return column.filled.len() > 0 and not _plain_time(column) and not column.dated


def is_class(column: SourceColumn) -> bool:
    """Words that recur, such as categories."""
    if not column.nameable or not column.filled.len():
        return False
    return column.distinct <= max(0.5 * column.cells.len(), FEW)


def is_flag(column: SourceColumn) -> bool:
    """Whether the values are those of yes and no."""
    return bool(column.values) and all(value.lower() in (*NOT_RETURNED, *_YES) for value in column.values)


def is_consent(column: SourceColumn) -> bool:
    """Yes, no and their like: where a cell is neither, reading the source stops, so that no refusal is lost."""
    return _answers(column, "consent")


def is_opt_out(column: SourceColumn) -> bool:
    """Return the same for a column in which a yes is a refusal."""
    return _answers(column, "opt_out")


def _answers(column: SourceColumn, ours: str) -> bool:
    cell = nw.col("said")
    return bool((~_texts(column).select(is_unclear(cell, ours) | blank(cell))["said"]).any())


def are_states(column: SourceColumn) -> bool:
    """Return whether all cells say by themselves who is subscribed, such as `unsubscribed`."""
    texts = _texts(column)
    return texts.shape[0] > 0 and bool(texts.select(is_state(nw.col("said")))["said"].all())


def kinds_of(column: SourceColumn) -> dict[str, str]:
    """Return the kind of event that each value means, or the value itself where that is not known."""
    texts = _texts(column)
    kinds = texts.select(known_kind(nw.col("said")).alias("kind"))
    return dict(zip(texts["said"].to_list(), kinds["kind"].to_list(), strict=True))


def _texts(column: SourceColumn) -> nw.DataFrame[pl.DataFrame]:
    return nw.from_native(pl.DataFrame({"said": sorted(column.values)}, schema={"said": pl.String}))


def is_currency(column: SourceColumn) -> bool:
    """Whether the values name currencies."""
    return any(named_currency(value) for value in column.values) and column.distinct <= 50


def is_share(column: SourceColumn) -> bool:
    """Numbers from 0 to 1, or percentages with a percent sign."""
    shares = column.numbers if column.numeric else column.percentages / 100
    return shares.len() > 0 and bool(shares.is_between(0, 1).all())


def is_percent(column: SourceColumn) -> bool:
    """Percentages, or shares, of a price."""
    percentages = column.numbers if column.numeric else column.percentages
    return percentages.len() > 0 and bool(percentages.is_between(0, 100).all())


def is_text(column: SourceColumn) -> bool:
    """Return whether a column holds any text."""
    return column.cells.dtype == pl.String and column.filled.len() > 0


def is_words(column: SourceColumn) -> bool:
    """Return whether a column holds texts that are no numbers."""
    return is_text(column) and not column.numeric


def is_number(column: SourceColumn) -> bool:
    """Return whether a column holds numbers."""
    return column.numeric and not column.dated


def is_clock(column: SourceColumn) -> bool:
    """Whether every cell is a time of day."""
    return column.clocked and column.full


CONTENT_TESTS: dict[str, Callable[[SourceColumn], bool]] = {
    "order_id": is_order_id, "customer_id": is_customer_id, "product_id": is_id, "campaign_id": is_id,
    "offer_id": is_offer, "coupon_id": is_loose_id, "store_id": is_class, "quantity": is_quantity,
    "paid": is_full_money, "unit_price": is_full_money, "list_price": is_money, "list_value": is_money,
    "discount": is_money, "coupon": is_money, "order_discount": is_money, "reimbursed": is_money,
    "unit_cost": is_money, "amount": is_money, "at": is_time, "starts_at": is_time, "ends_at": is_time,
    "clock": is_clock, "category": is_class, "subcategory": is_class, "brand": is_class, "channel": is_class,
    "segment": is_class, "kind": is_class, "campaign_type": is_text, "policy": is_class, "returned": is_flag,
    "consent": is_consent, "opt_out": is_opt_out,
    "currency": is_currency, "propensity": is_share, "percent": is_percent, "value": is_number,
    "stock": is_number, "text": is_words, "line": is_loose_id, "product": is_loose_id, "worth": is_money,
    "min_spend": is_number, "max_discount": is_number,
}  # fmt: skip
"""What a column must hold to be one of ours, whatever it is called."""
