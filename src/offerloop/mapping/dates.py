"""Which of several columns of dates is when the order was made: by its name, then by being the earliest."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from offerloop.events import DAY
from offerloop.mapping.contents import LIKE_IDS, READABLE, SourceColumn, is_time
from offerloop.mapping.matching import BY_CONTENTS, ColumnMatch, misleads, name_score
from offerloop.mapping.times import seconds_of
from offerloop.message import Message

_ALIKE = 0.1
"""Names whose scores differ by less say equally well that a column is the order's time."""
_NEVER_LATER, _OFTEN_EARLIER = 0.95, 0.05
_MOST_DAYS = 180
"""A date that mostly lies further apart, such as a day of birth, is none of the order."""


def choose_time(match: ColumnMatch) -> None:
    """Take the column that is the time of the order; of those whose names say so equally well the earliest."""
    dates = [] if match.is_given("at") else order_dates(match)
    if not dates:
        return
    best = max(_score(column) for column in dates)
    likely = [column for column in dates if _score(column) > best - _ALIKE]
    chosen = next((one for one in likely if all(one is other or earlier(one, other) for other in likely)), None)
    mapped = match.column("at")
    if chosen is not None and len(likely) > 1 and (mapped is None or chosen.name != mapped.name):
        others = [f"'{one.name}'" for one in likely if one is not chosen]
        why = Message("guessed: hardly ever later than {columns}", columns=others)
        match.take("at", chosen.name, (chosen.name,), why)
    elif mapped is None:
        first = max(dates, key=_score)
        match.take("at", first.name, (first.name,), BY_CONTENTS)


def order_dates(match: ColumnMatch) -> list[SourceColumn]:
    """Return the columns of dates that may be the order's: not those that each customer has one of."""
    free = [*match.free(), *([column] if (column := match.column("at")) else [])]
    dates = [column for column in match.columns.values() if column in free and is_time(column) and not _like_id(column)]
    return [column for column in dates if not _of_customer(match, column)]


def date_notes(match: ColumnMatch) -> list[Message]:
    """Return what a reader should compare where the order's time may be another column."""
    if "at" not in match.guesses or not match.guesses["at"].theirs:
        return []
    mapped = match.columns[match.guesses["at"].theirs[0]]
    if not mapped.dated:
        return []
    others = [one for one in order_dates(match) if one.name not in match.guesses["at"].theirs]
    doubt = _doubt(mapped, others)
    return [] if doubt is None else [doubt]


def _doubt(mapped: SourceColumn, others: Sequence[SourceColumn]) -> Message | None:
    """Say why the order's time may be another column than the one that is mapped; None where nothing speaks for it."""
    first = next((one.name for one in others if not _misleading(one) and earlier(one, mapped)), None)
    if first is not None:
        return Message(
            "'{column}' is read as the time of the order, and '{first}' is hardly ever later; if that is the "
            "order's date, map at = '{first}'",
            column=mapped.name,
            first=first,
        )
    if _misleading(mapped):
        return Message(
            "'{column}' is read as the time of the order, and its name says that it is something else",
            column=mapped.name,
        )
    rivals = [f"'{one.name}'" for one in others if _score(one) > _score(mapped) - _ALIKE]
    if not rivals:
        return None
    return Message(
        "'{column}' is read as the time of the order; {rivals} may be it as well", column=mapped.name, rivals=rivals
    )


def earlier(column: SourceColumn, other: SourceColumn) -> bool:
    """Return whether one date is hardly ever later than another, and often some days before it.

    Where one of them has no time of day, days are compared.
    """
    both = pl.DataFrame({"one": _seconds(column), "other": _seconds(other)}).drop_nulls()
    if not (column.has_clock and other.has_clock):
        both = both.select(pl.all() // DAY * DAY)
    apart = both["other"] - both["one"]
    if not apart.len() or abs(float(apart.median() or 0)) > _MOST_DAYS * DAY:  # type: ignore[arg-type]
        return False
    return bool((apart >= 0).mean() >= _NEVER_LATER and (apart > 0).mean() >= _OFTEN_EARLIER)  # type: ignore[operator]


def _seconds(column: SourceColumn) -> pl.Series:
    return seconds_of(column.cells, column.forms[0] if column.forms else None)


def _score(column: SourceColumn) -> float:
    return name_score(column.name, "order_lines", "at")[0]


def _misleading(column: SourceColumn) -> bool:
    return _score(column) < 0.9 and misleads(column.name, "order_lines", "at")


def _like_id(column: SourceColumn) -> bool:
    return column.cells.dtype.is_integer() or bool(column.forms and column.forms[0] in LIKE_IDS)


def _of_customer(match: ColumnMatch, column: SourceColumn) -> bool:
    """Return whether nearly every customer with several orders has one value, such as a day of birth."""
    customer, order = match.column("customer_id"), match.column("order_id")
    if customer is None or order is None:
        return False
    rows = pl.DataFrame({"customer": customer.cells, "order": order.cells, "date": column.cells})
    counts = rows.group_by("customer").agg(pl.col("order").n_unique(), pl.col("date").n_unique())
    several = counts.filter(pl.col("order") > 1)
    return several.height > 1 and bool((several["date"] == 1).mean() >= READABLE)  # type: ignore[operator]
