"""Apply the rules to one table: what stays, what each rule did, and the rejected rows with their reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect, count_rows, distinct
from offerloop.events.cleaning.rules import CleaningRule
from offerloop.events.columns.unreadable import WRONG_CELL, WRONG_COLUMN
from offerloop.message import Amount, Message, packed
from offerloop.money import to_text


@dataclass
class Cleaned:
    """A table on its way through the rules."""

    table: str
    frame: Frame
    keep: Callable[[Frame], Frame] = field(default=lambda frame: frame)
    """What computes a table once that several queries read, such as the engine's `keep`."""
    quality: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Frame] = field(default_factory=list)
    """Parts of the table of rejected rows."""
    daily: list[pl.DataFrame] = field(default_factory=list)
    """Day, rule, action and rows, for a table with `order_day`."""
    losses: list[dict[str, Any]] = field(default_factory=list)
    """Rows of `loss_row`."""
    scanned_minor: int = 0
    """What lines that were scanned again add to sales."""

    def note(self, rule: str, action: str, rows: int, why: Message) -> None:
        """One more row of the data-quality table."""
        self.quality.append(quality_row(self.table, rule, action, rows, why))

    def reject(self, rows: Frame, rule: nw.Expr, copies: nw.Expr | None = None) -> None:
        """Keep rows that are left out, as text, with the rule that said so."""
        columns = rows.collect_schema().names()
        names = [name for name in columns if not name.startswith("_")]
        day = nw.col("order_day") if "order_day" in columns else nw.lit(None, nw.Int64)
        parts: list[nw.Expr] = []
        for name in names:
            parts += [nw.lit(f"{name}="), nw.col(name).cast(nw.String).fill_null(""), nw.lit("; ")]
        self.rejected.append(
            rows.select(
                nw.lit(self.table).alias("table"),
                rule.alias("rule"),
                _with_cell(_joined(*parts[:-1]), columns).alias("row"),
                (nw.lit(1) if copies is None else copies).cast(nw.Int64).alias("copies"),
                day.alias("order_day"),
            )
        )


def _with_cell(row: nw.Expr, columns: list[str]) -> nw.Expr:
    """The text of a row with its unreadable cell, which is empty among the others; ids stay out, they may be secret."""
    if WRONG_COLUMN not in columns:
        return row
    wrong = nw.col(WRONG_COLUMN)
    joined = _joined(row, nw.lit("; unreadable "), wrong, nw.lit("="), nw.col(WRONG_CELL).cast(nw.String))
    return nw.when(~wrong.is_null() & (wrong != "customer_id")).then(joined).otherwise(row)


def _joined(*parts: nw.Expr) -> nw.Expr:
    """One text of several; whether one is missing is not asked, as so many conditions are too deep for Spark."""
    return nw.concat_str(*parts, ignore_nulls=True)


def drop_copies(cleaned: Cleaned, *, are_expected: bool = False) -> None:
    """Reject rows that are there again in every column, which are no loss where they `are_expected`."""
    frame = cleaned.frame
    columns = frame.collect_schema().names()
    plain = {name: f"key_{number}" for number, name in enumerate(columns)}  # DuckDB takes a.b for b of a table a
    counted = frame.rename(plain).group_by(*plain.values()).agg(nw.len().alias("_n"))
    counted = cleaned.keep(counted.rename({key: name for name, key in plain.items()}))
    if are_expected:
        cleaned.frame, n_rows = counted.select(*columns), int(collect(counted.select(nw.col("_n").sum()))["_n"].sum())
        cleaned.note(COPY, "merged", n_rows - count_rows(counted), Message("the order lines name it several times"))
        return
    counted = counted.with_columns(_keep=nw.lit(1))
    _settle_copies(cleaned, columns, counted, *collect(counted.select(*_lost_copies(columns))).row(0))


COPY = "exact copy"
"""The rule for rows that are there again."""
SCANNED = "scanned again"
"""The rule for lines that are added together."""
LINE = "line"
"""The number of a line in its order, which tells a line that is there again from another of the same product."""


def merge_scans(cleaned: Cleaned, amounts: tuple[str, ...], currency: str, *, keep_copies: bool = False) -> None:
    """Copies of whole orders are rejected; the same product scanned several times in an order is added together.

    Where lines have a LINE, which is dropped, a line is a copy where its number is there again. Else an order is there
    m times when each of its lines is there at least m times; with `keep_copies` none is a copy.
    """
    kinds = dict(cleaned.frame.collect_schema())
    plain = [name for name in kinds if name != LINE]
    kinds |= {name: nw.Int64() for name in amounts if name in kinds and kinds[name].is_integer()}
    amounts = tuple(name for name in amounts if name in kinds)
    cleaned.frame = cleaned.frame.with_columns(nw.col(name).cast(kinds[name]) for name in amounts)
    once, repeated = _by_repetition(cleaned)
    if repeated is None:
        _note_copies(cleaned, 0)
        cleaned.quality.append(scans_row(0, 0, currency))
        cleaned.frame = once.select(*plain)
        return
    counted = _counted(cleaned, repeated, keep_copies=keep_copies)
    more = nw.col("_keep") - 1
    sums = [more.sum().alias("rows"), (nw.col("paid_minor") * more).sum().alias("paid")]
    n_copies, sales, rows, paid = collect(counted.select(*_lost_copies(plain), *sums)).row(0)
    _settle_copies(cleaned, plain, counted, n_copies, sales)
    cleaned.scanned_minor = int(paid or 0)
    cleaned.quality.append(scans_row(rows or 0, cleaned.scanned_minor, currency))
    scaled = [(nw.col(name) * nw.col("_keep")).cast(kinds[name]).alias(name) for name in amounts]
    cleaned.frame = nw.concat([once.select(*plain), counted.with_columns(*scaled).select(*plain)])


def _by_repetition(cleaned: Cleaned) -> tuple[Frame, Frame | None]:
    """Order lines of orders in which no product is there twice, and all others; None where there are no others.

    Most orders of most shops are of the first kind, and need no comparison of whole lines, which takes long. Lines
    without an order belong to no common one, and are of the first kind too.
    """
    frame, has_order = cleaned.frame, ~nw.col("order_id").is_null()
    products = frame.filter(has_order).group_by("order_id", "product_id").agg(nw.len().alias("_n"))
    orders = cleaned.keep(distinct(products.filter(nw.col("_n") > 1), "order_id"))
    if not count_rows(orders):
        return frame, None
    once = frame.filter(has_order).join(orders, on="order_id", how="anti")
    return nw.concat([once, frame.filter(~has_order)]), frame.join(orders, on="order_id", how="semi")


def scans_row(rows: int, paid_minor: int, currency: str) -> dict[str, Any]:
    """Return what the rule `SCANNED` did to order lines."""
    why = Message(
        "the same product again in one order: added to its first line, which adds {money} to sales",
        money=Amount(Decimal(to_text(paid_minor, currency)), currency),
    )
    return quality_row("order_lines", SCANNED, "merged", rows, why)


LOSSES = {"table": pl.String, "column": pl.String, "rule": pl.String, "rows": pl.Int64, "sales_minor": pl.Int64}


def loss_row(table: str, column: str, rule: str, rows: int, sales_minor: int | None) -> dict[str, Any]:
    """Return what a table lost by a rule, and because of which of our columns."""
    return {"table": table, "column": column, "rule": rule, "rows": rows, "sales_minor": sales_minor}


def summed(tables: Sequence[pl.DataFrame], keys: Sequence[str], sums: Sequence[str]) -> pl.DataFrame:
    """The rows of all tables, of equal keys added up."""
    return pl.concat(tables).group_by(keys, maintain_order=True).agg(pl.col(sums).sum())


def _lost_copies(columns: list[str]) -> list[nw.Expr]:
    """Sums over counted rows: how many copies are too many, and what was paid for them."""
    gone = nw.col("_n") - nw.col("_keep")
    paid = nw.col("paid_minor") if "paid_minor" in columns else nw.lit(None, nw.Int64)
    return [gone.sum().alias("n_copies"), nw.when(gone > 0).then(gone * paid).sum().alias("sales")]


def _settle_copies(
    cleaned: Cleaned, columns: list[str], counted: Frame, n_copies: int | None, sales: int | None
) -> None:
    _note_copies(cleaned, int(n_copies or 0))
    if n_copies:
        cleaned.losses.append(loss_row(cleaned.table, "", COPY, int(n_copies), sales))
        rows = counted.filter(nw.col("_n") > nw.col("_keep")).with_columns(_gone=nw.col("_n") - nw.col("_keep"))
        cleaned.reject(rows.select(*columns, "_gone"), nw.lit(COPY), nw.col("_gone"))
    cleaned.frame = counted.select(*columns)


def _counted(cleaned: Cleaned, lines: Frame, *, keep_copies: bool) -> Frame:
    """Each different line once, with how often it is there, `_n`, and how often it counts, `_keep`."""
    columns = lines.collect_schema().names()
    counted = lines.group_by(*columns).agg(nw.len().alias("_n"))
    if LINE not in columns:
        keep = nw.col("_n") if keep_copies else nw.col("_n") // nw.col("_n").min().over("order_id")
        return cleaned.keep(counted.with_columns(_keep=keep))
    columns.remove(LINE)
    numbered = counted.with_columns(_keep=nw.lit(1, nw.Int64))
    return cleaned.keep(numbered.group_by(*columns).agg(nw.col("_n", "_keep").sum()))


def _note_copies(cleaned: Cleaned, n_copies: int) -> None:
    cleaned.note(COPY, "rejected", n_copies, Message("the same row again, in every mapped column"))


def apply_rules(cleaned: Cleaned, rules: list[CleaningRule]) -> None:
    """One quality row for each rule.

    A rule sees rows as earlier rules left them; where an empty cell leaves open whether it applies, it does not.
    """
    if not rules:
        return
    columns = cleaned.frame.collect_schema().names()
    marked = _mark(cleaned.frame, rules)
    sums = [nw.col(_hit(number)).cast(nw.Int64).sum().alias(_hit(number)) for number in range(len(rules))]
    by_day = collect(marked.group_by("order_day").agg(*sums)) if "order_day" in columns else None
    totals = collect(marked.select(*sums)) if by_day is None else by_day
    counts = [int(totals[_hit(number)].sum() or 0) for number in range(len(rules))]
    for rule, n in zip(rules, counts, strict=True):
        cleaned.note(rule.name, rule.action, n, rule.why)
    rejecting = [n for n, rule in enumerate(rules) if rule.action == "rejected"]
    if any(counts[number] for number in rejecting):
        _reject(cleaned, marked, columns, rules, rejecting)
    if by_day is not None:
        _note_days(cleaned, by_day.drop_nulls("order_day"), rules)
    rejects = [~nw.col(_hit(number)) for number in rejecting if counts[number]]
    if rejects or any(rule.repair and n for rule, n in zip(rules, counts, strict=True)):
        cleaned.frame = (marked.filter(*rejects) if rejects else marked).select(*columns)


def _reject(
    cleaned: Cleaned, marked: Frame, columns: list[str], rules: list[CleaningRule], rejecting: list[int]
) -> None:
    name = nw.coalesce(*(nw.when(nw.col(_hit(n))).then(nw.lit(rules[n].name)) for n in rejecting))
    rows = cleaned.keep(marked.with_columns(_rule=name).filter(~nw.col("_rule").is_null()))
    cleaned.reject(rows.select(*columns, "_rule"), nw.col("_rule"))
    blamed = nw.coalesce(*(nw.when(nw.col("_rule") == rules[n].name).then(_column_of(rules[n])) for n in rejecting))
    paid = nw.col("paid_minor") if "paid_minor" in columns else nw.lit(None, nw.Int64)
    marks = rows.select("_rule", blamed.alias("_column"), paid.alias("_paid"))
    sums = marks.group_by("_rule", "_column").agg(nw.len().alias("n"), nw.col("_paid").sum())
    counts = collect(sums, "_rule", "_column").select("_rule", "_column", "n", "_paid")
    for rule, column, n, sales in counts.iter_rows():
        cleaned.losses.append(loss_row(cleaned.table, column, rule, n, None if column == "paid" else sales))


def _column_of(rule: CleaningRule) -> nw.Expr:
    return nw.lit(rule.column) if isinstance(rule.column, str) else rule.column


def _note_days(cleaned: Cleaned, by_day: pl.DataFrame, rules: list[CleaningRule]) -> None:
    names = {_hit(n): pl.lit(rule.name) for n, rule in enumerate(rules)}
    actions = {_hit(n): rule.action for n, rule in enumerate(rules)}
    for column, name in names.items():
        rows = by_day.select("order_day", name.alias("rule"), pl.lit(actions[column]).alias("action"),
                             pl.col(column).alias("rows"))  # fmt: skip
        cleaned.daily.append(rows.filter(pl.col("rows") > 0))


def _mark(frame: Frame, rules: list[CleaningRule]) -> Frame:
    """The repaired frame with one more column for each rule: whether it applied to the row."""
    alive: nw.Expr = nw.lit(value=True)
    for number, rule in enumerate(rules):
        frame = frame.with_columns((alive & rule.when.fill_null(value=False)).alias(_hit(number)))
        hit = nw.col(_hit(number))
        if rule.action == "rejected":
            alive = alive & ~hit
        if rule.repair:
            repaired = {c: nw.when(hit).then(value).otherwise(nw.col(c)) for c, value in rule.repair.items()}
            frame = frame.with_columns(**repaired)
    return frame


def _hit(number: int) -> str:
    return f"_rule_{number}"


def quality_row(table: str, rule: str, action: str, rows: int, why: Message) -> dict[str, Any]:
    """One row of the data-quality table."""
    said = {"why": str(why), "why_message": packed(why)}
    return {"table": table, "rule": rule, "action": action, "rows": rows, **said}
