"""What the dates of each source are checked for: rows that stand apart, and a moment of the plan far from the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import narwhals as nw

from offerloop.config import Config, SourceName
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import SourceError
from offerloop.events.cleaning.outliers import FAR_DAYS, Outliers, iso, outliers, today_in
from offerloop.events.columns.calendar import epoch_day
from offerloop.events.columns.read import rows_outside

DATED: tuple[SourceName, ...] = ("events", "exposures", "redemptions")
"""Sources of what customers did, beside order lines. Campaigns and prices may begin long before the first order, or
after the last one."""
_QUARTER = 91


@dataclass(frozen=True)
class Dates:
    """The checks, for one configuration."""

    config: Config
    engine: Engine

    def check(self, name: SourceName, frame: Frame, day: str) -> None:
        """Raise SourceError that names rows whose dates stand apart, unless the configured window speaks for them."""
        clean, day_column = self.config.clean, nw.col(day)
        counted = self.within(frame, day).filter(~day_column.is_null())
        if self.config.profiles.as_of is not None:
            counted = counted.filter(day_column < epoch_day(self.config.profiles.as_of))
        days = collect(counted.group_by(day).agg(n=nw.len())).rename({day: "day"})
        today = today_in(self.config.shop.timezone)
        checks = outliers(days, today, early=clean.first_day is None, late=clean.last_day is None)
        if checks:
            raise SourceError("\n".join(self._problem(name, one, today) for one in checks))

    def within(self, frame: Frame, day: str) -> Frame:
        """Return the rows from `clean.first_day` to `clean.last_day`."""
        clean, day_column = self.config.clean, nw.col(day)
        frame = frame if clean.first_day is None else frame.filter(day_column >= epoch_day(clean.first_day))
        return frame if clean.last_day is None else frame.filter(day_column <= epoch_day(clean.last_day))

    def _problem(self, name: SourceName, group: Outliers, today: int) -> str:
        place, late = self.config.sources[name].place, group.is_late
        beside = group.first_day - 1 if late else group.last_day + 1
        # A window that fits another source would cut orders off: these begin earlier, or end later.
        window = iso(group.bulk_end if name == "order_lines" else beside)
        far, others, key = ("after", "end", "last_day") if late else ("before", "begin", "first_day")
        number = "1 row has a date" if group.n_rows == 1 else f"{group.n_rows:,} rows have dates"
        if late and group.n_rows > group.n_others:
            return (
                f"[sources.{name}] '{place}': {group.n_rows:,} of {group.n_rows + group.n_others:,} rows have dates "
                f"in the future, the last on {iso(group.last_day)}, and today is {iso(today)}: "
                f"{self._rows(name, group)}; correct the dates, or set "
                f"clean.last_day = {iso(group.last_day)} if they are right"
            )
        future = f", and today is {iso(today)}" if group.last_day > today else ""
        return (
            f"[sources.{name}] '{place}': {number} far {far} all others, which {others} on {iso(group.bulk_end)}"
            f"{future}: {self._rows(name, group)}; correct them, or set clean.{key} = {window} to leave them out "
            f"({iso(group.last_day if late else group.first_day)} if they are right)"
        )

    def _rows(self, name: SourceName, group: Outliers) -> str:
        rows = rows_outside(name, self.config, self.engine, group.first_day, group.last_day)
        more = group.n_rows - len(rows)
        return ", ".join(rows) + (f" and {more:,} more" if more else "")

    def check_as_of(self, as_of_day: int, last_day: int, n_later: int, n_kept: int) -> list[str]:
        """Return notes about a moment of the plan that leaves much out, or comes late. Raise SourceError where it lies
        so long after the last order that everybody would count as gone.
        """
        as_of: date | None = self.config.profiles.as_of
        distance = as_of_day - last_day - 1
        if as_of is None:
            return []
        if distance > FAR_DAYS:
            raise SourceError(
                f"profiles.as_of = {as_of} is {distance:,} days after the last order line of "
                f"'{self.config.sources['order_lines'].place}', on {iso(last_day)}: everybody would count as gone; "
                "correct profiles.as_of, or leave it out to plan on the day after the last order"
            )
        problems = []
        if distance > _QUARTER:
            problems.append(
                f"profiles.as_of = {as_of} is {distance:,} days after the last order line, on {iso(last_day)}: "
                "customers are described as of a quarter without orders; add the orders since, or set an earlier day"
            )
        if n_later > n_kept:
            problems.append(
                f"profiles.as_of = {as_of} leaves out {n_later:,} of {n_later + n_kept:,} order lines as later "
                "than the plan"
            )
        return problems
