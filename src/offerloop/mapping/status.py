"""Which order lines are no sales, by columns that say what became of an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import polars as pl

from offerloop.events import CART, PURCHASE, VIEW, WISH, Wording, compile_condition, says_opt_in, says_opt_out
from offerloop.mapping.contents import SourceColumn, is_flag, is_words, kinds_of
from offerloop.mapping.matching import HOLDS, SAME, ColumnMatch, name_score, reference, says
from offerloop.mapping.times import column_values
from offerloop.message import Message, Share, joined
from offerloop.workspace import LinesOnly, SampleRows

_MOST_VALUES = 20
_SHOWN_VALUES = 6
_MOST_DROPPED = 0.5
"""A larger share of the lines is not left out without being asked."""
NO_SALE, UNDECIDED, SALE = "no_sale", "undecided", "sale"


@dataclass(frozen=True)
class RowFilter:
    """A line `where` of the order lines."""

    written: str
    why: Message
    """The comment behind it."""
    active: bool
    """Whether it is applied, or only proposed."""
    theirs: tuple[str, ...]


def row_filters(match: ColumnMatch, sample: SampleRows) -> list[RowFilter]:
    """Return one filter by all columns that clearly say which lines are no sales, and a proposal for each that may."""
    columns = [one for one in match.unused() if sample.lines is None or one.name != sample.lines.column]
    logged = _logged_events(columns)
    columns = [column for column in columns if is_status(column) and column.name not in logged]
    no_sales = {column.name: _no_sales(column, match, sample) for column in columns}
    clear = [column for column in columns if no_sales[column.name] and _surely(column, no_sales[column.name])]
    proposed = [_proposal(column, no_sales[column.name]) for column in columns if column not in clear]
    written = [_condition(column, "not in", no_sales[column.name]) for column in clear]
    why = [_left_out(column, no_sales[column.name]) for column in clear]
    theirs = [column.name for column in clear]
    for name, bought in logged.items():
        written.insert(0, _condition(match.columns[name], "in", bought))
        why.insert(0, _only_bought(match.columns[name], bought))
        theirs.append(name)
    if sample.lines is not None:
        written.insert(0, _no_line(sample.lines))
        why.insert(0, _why_no_line(sample.lines))
        theirs.append(sample.lines.column)
    if not written:
        return proposed
    return [RowFilter(" and ".join(written), joined(why, "; "), active=True, theirs=tuple(theirs)), *proposed]


def _no_line(lines: LinesOnly) -> str:
    return f"{reference(lines.column)} not in [{', '.join(map(repr, lines.others))}]"


def _why_no_line(lines: LinesOnly) -> Message:
    return Message(
        "rows with {others} in '{column}' have no '{empty}' and are no lines of orders",
        others=list(lines.others),
        column=lines.column,
        empty=lines.empty,
    )


def _logged_events(columns: Sequence[SourceColumn]) -> dict[str, list[str]]:
    """Return the columns that say of each row whether something was bought or looked at, with the values of the former.

    Most values must be known ones.
    """
    logged = dict[str, list[str]]()
    for column in columns:
        if is_words(column) and column.distinct <= _MOST_VALUES:
            kinds = kinds_of(column)
            bought = sorted(value for value, kind in kinds.items() if kind == PURCHASE)
            looked = [value for value, kind in kinds.items() if kind in (VIEW, CART, WISH)]
            if bought and looked and 2 * len(bought + looked) >= column.distinct:
                logged[column.name] = bought
    return logged


def _only_bought(column: SourceColumn, bought: list[str]) -> Message:
    return Message(
        "'{column}' holds {shown}: only {values} makes a line of an order; views and carts may be given with --events",
        column=column.name,
        shown=_shown(column),
        values=_named(bought),
    )


def only_sales(sample: SampleRows, filters: Sequence[RowFilter]) -> SampleRows:
    """The rows that a run will read."""
    written = next((one.written for one in filters if one.active), None)
    if written is None:
        return sample
    head, spread = _wanted(sample.head, written), _wanted(sample.spread, written)
    share = (head.height + spread.height) / sample.sampled.height
    n_rows = head.height if sample.whole else round(sample.n_rows * share)
    return replace(sample, head=head, spread=spread, n_rows=n_rows)


def _wanted(table: pl.DataFrame, written: str) -> pl.DataFrame:
    lazy = nw.from_native(table.lazy())
    condition = compile_condition(written, Wording(lazy.collect_schema(), "offerloop init"))
    return lazy.filter(condition).collect().to_native()


def is_status(column: SourceColumn) -> bool:
    """Few texts, in a column that is called a status or holds mostly words of one."""
    texts = column.cells.dtype == pl.String and not column.numeric and not column.dated
    texts = texts and not says_opt_in(column.name) and not says_opt_out(column.name)
    if not texts or not 0 < column.distinct <= _MOST_VALUES:
        return False
    if is_flag(column) or any("`" in text for text in (column.name, *column.values)):
        return False  # no expression can name it
    n_recognised = sum(bool(_meaning(value)) for value in column.values)
    score, _ = name_score(column.name, "order_lines", "status")
    return 2 * n_recognised >= column.distinct or score > 0.95 or (score >= HOLDS and n_recognised > 0)


def _meaning(value: str) -> str:
    """Return what a status means; a text that equals a known one counts before words in it."""
    if says(value, "no_sale_alone", SAME):
        return NO_SALE
    for least in (SAME, HOLDS):
        for section in (UNDECIDED, NO_SALE, SALE):
            if says(value, section, least):
                return section
    return ""


def _counts(column: SourceColumn) -> dict[str, int]:
    """Count rows by value as it is written, the most frequent first, without empty cells."""
    counted = column.cells.value_counts().rename({column.cells.name: "value"})
    named = counted.filter(pl.col("value").str.strip_chars() != "").sort(["count", "value"], descending=[True, False])
    return dict(named.select("value", "count").iter_rows())


def _no_sales(column: SourceColumn, match: ColumnMatch, sample: SampleRows) -> list[str]:
    """Values that clearly mean no sale. Lines below zero stay: cleaning takes them off the sale that they take back."""
    numbers = [
        column_values(sample.sampled, match.guesses[ours].written, sample.decimal, as_number=True).alias(ours)
        for ours in ("paid", "quantity")
    ]
    table = pl.DataFrame({"value": column.cells}).with_columns(numbers)
    below = table.group_by("value").agg(((pl.col("paid") < 0) | (pl.col("quantity") < 0)).mean().alias("below"))
    returns = set(below.filter(pl.col("below") > 0.5)["value"])
    return [value for value in _counts(column) if _meaning(value) == NO_SALE and value not in returns]


def _surely(column: SourceColumn, values: list[str]) -> bool:
    counts = _counts(column)
    return sum(counts[value] for value in values) <= _MOST_DROPPED * column.cells.len()


def _left_out(column: SourceColumn, values: list[str]) -> Message:
    undecided = [value for value in _counts(column) if _meaning(value) == UNDECIDED]
    left_out = (
        Message("{values} is no sale and is left out: '{column}' holds {shown}{undecided}")
        if len(values) == 1
        else Message("{values} are no sales and are left out: '{column}' holds {shown}{undecided}")
    )
    still = Message("; {values} still counts as a sale", values=_named(undecided))
    return left_out.with_values(
        values=_named(values), column=column.name, shown=_shown(column), undecided=still if undecided else ""
    )


def _proposal(column: SourceColumn, no_sales: list[str]) -> RowFilter:
    """Commented out: what it leaves out may be sales."""
    counts = _counts(column)
    rare = [value for value in counts if _surely(column, [value])]  # what most orders say is what sales say
    doubtful = no_sales or [value for value in rare if _meaning(value) == UNDECIDED]
    if doubtful:
        written = _condition(column, "not in", doubtful)
        remedy = Message("take the # away if {values} is no sale", values=_named(doubtful))
    else:
        written = _condition(column, "in", list(counts))
        remedy = Message("take the # away and keep the values that are sales")
    n_empty = column.cells.len() - sum(counts.values())
    empty = Message(
        "; {share} of the rows say nothing there and would be left out too", share=_share(n_empty, column.cells.len())
    )
    why = Message(
        "'{column}' holds {shown}; {remedy}{empty}",
        context="values of a column",
        column=column.name,
        shown=_shown(column),
        remedy=remedy,
        empty=empty if n_empty and not doubtful else "",
    )
    return RowFilter(written, why, False, (column.name,))


def _condition(column: SourceColumn, operator: str, values: list[str]) -> str:
    """Return a filter of rows; rows that say nothing there stay where it says what is left out."""
    text = reference(column.name)
    if operator == "not in" and sum(_counts(column).values()) < column.cells.len():
        text = f"coalesce({text}, '')"
    return f"{text} {operator} [{', '.join(map(repr, values))}]"


def _named(values: list[str]) -> list[str]:
    return [" ".join(value.split()) for value in values]


def _shown(column: SourceColumn) -> list[Message]:
    """Shares of the rows that were looked at."""
    counts, size = _counts(column), column.cells.len()
    shown = [
        Message("{value} {share}", context="value and its share of rows", value=name, share=_share(counts[value], size))
        for value, name in zip(counts, _named(list(counts)), strict=True)
    ]
    n_more = len(counts) - _SHOWN_VALUES
    more = Message("{n} more value", context="values of a column", plural="{n} more values", n=n_more)
    return shown if n_more < 1 else [*shown[:_SHOWN_VALUES], more]


def _share(n: int, size: int) -> Message | Share:
    if 100 * n < size:
        return Message("less than {share}", context="percentage", share=Share(0.01))
    return Share(round(n / size, 2))
