"""What the dates of each source are checked for: rows that stand apart, and a moment of the plan far from the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from offerloop.config import Config, SourceName
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import SourceError
from offerloop.events.cleaning.outliers import FAR_DAYS, Outliers, iso, outliers, today_in
from offerloop.events.cleaning.rules import window_rules
from offerloop.events.columns.calendar import epoch_day
from offerloop.events.columns.read import rows_outside
from offerloop.message import Message, Value, joined

DATED: tuple[SourceName, ...] = ("events", "exposures", "redemptions")
"""Sources of what customers did, beside order lines. Campaigns and prices may begin long before the first order, or
after the last one."""
_QUARTER = 91
_FAR_AFTER = Message(
    "[sources.{source}] '{place}': {count} far after all others, which end on {bulk_end}{future}: {rows}; correct "
    "them, or set clean.last_day = {window} to leave them out ({day} if they are right)"
)
_FAR_BEFORE = Message(
    "[sources.{source}] '{place}': {count} far before all others, which begin on {bulk_end}{future}: {rows}; correct "
    "them, or set clean.first_day = {window} to leave them out ({day} if they are right)"
)
_TOO_LATE = Message(
    "profiles.as_of = {as_of} is {distance} days after the last order line of '{place}', on {last_day}: everybody "
    "would count as gone; correct profiles.as_of, or leave it out to plan on the day after the last order"
)
WithEarlier = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Dates:
    """The checks, for one configuration."""

    config: Config
    engine: Engine

    def check(self, name: SourceName, frame: Frame, day: str, with_earlier: WithEarlier = lambda days: days) -> None:
        """Raise SourceError that names rows whose dates stand apart, unless the configured window speaks for them.

        `with_earlier` adds lines of files that were read before to the lines (n) of each day.
        """
        clean, day_column = self.config.clean, nw.col(day)
        counted = frame.filter(~day_column.is_null())
        for rule in window_rules(clean, day):
            counted = counted.filter(~rule.when)
        if self.config.profiles.as_of is not None:
            counted = counted.filter(day_column < epoch_day(self.config.profiles.as_of))
        days = collect(counted.group_by(day).agg(n=nw.len())).rename({day: "day"})
        days = with_earlier(days)
        today = today_in(self.config.shop.timezone)
        checks = outliers(days, today, early=clean.first_day is None, late=clean.last_day is None)
        if checks:
            raise SourceError(joined((self._problem(name, one, today) for one in checks), "\n"))

    def _problem(self, name: SourceName, group: Outliers, today: int) -> Message:
        place, late = self.config.sources[name].place, group.is_late
        beside = group.first_day - 1 if late else group.last_day + 1
        # A window that fits another source would cut orders off: these begin earlier, or end later.
        window = iso(group.bulk_end if name == "order_lines" else beside)
        if late and group.n_rows > group.n_others:
            return Message(
                "[sources.{source}] '{place}': {n_future} of {n_rows} rows have dates in the future, the last on "
                "{last_day}, and today is {today}: {rows}; correct the dates, or set clean.last_day = {last_day} if "
                "they are right",
                source=name, place=place, n_future=group.n_rows, n_rows=group.n_rows + group.n_others,
                last_day=iso(group.last_day), today=iso(today), rows=self._rows(name, group),
            )  # fmt: skip
        count = Message("{n} row has a date", plural="{n} rows have dates", n=group.n_rows)
        future = Message(", and today is {today}", context="behind a day", today=iso(today))
        return (_FAR_AFTER if late else _FAR_BEFORE).with_values(
            source=name, place=place, count=count, bulk_end=iso(group.bulk_end),
            future=future if group.last_day > today else "", rows=self._rows(name, group), window=window,
            day=iso(group.last_day if late else group.first_day),
        )  # fmt: skip

    def _rows(self, name: SourceName, group: Outliers) -> Value:
        rows = rows_outside(name, self.config, self.engine, group.first_day, group.last_day)
        more = group.n_rows - len(rows)
        return Message("{names} and {n} more", context="names in a row", names=rows, n=more) if more else rows

    def check_as_of(self, as_of_day: int, last_day: int, n_later: int, n_kept: int) -> list[Message]:
        """Return notes about a moment of the plan that leaves much out, or comes late. Raise SourceError where it lies
        so long after the last order that everybody would count as gone.
        """
        as_of: date | None = self.config.profiles.as_of
        distance = as_of_day - last_day - 1
        if as_of is None:
            return []
        if distance > FAR_DAYS:
            raise SourceError(_TOO_LATE.with_values(
                as_of=str(as_of), distance=distance, place=self.config.sources["order_lines"].place,
                last_day=iso(last_day),
            ))  # fmt: skip
        late = Message(
            "profiles.as_of = {as_of} is {distance} days after the last order line, on {last_day}: "
            "customers are described as of a quarter without orders; add the orders since, or set an "
            "earlier day",
            as_of=str(as_of),
            distance=distance,
            last_day=iso(last_day),
        )
        early = Message(
            "profiles.as_of = {as_of} leaves out {n_later} of {n_lines} order lines as later than the plan",
            as_of=str(as_of),
            n_later=n_later,
            n_lines=n_later + n_kept,
        )
        return [*([late] if distance > _QUARTER else []), *([early] if n_later > n_kept else [])]
