"""The form in which times are written, where their text leaves it open, and which of several dates is the order's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import narwhals as nw
import polars as pl

from offerloop.events import DAY, EPOCH, REPUBLIC, TIME_COLUMNS, Wording, compile_expression, typed_times, written_as
from offerloop.mapping.contents import ALSO, SourceColumn
from offerloop.mapping.matching import BY_CONTENTS, OF_PORTUGAL, ColumnMatch
from offerloop.message import Message
from offerloop.workspace import SampleRows

_DAY_FIRST, _MONTH_FIRST = ("%d/%m/", "%d-%m-"), ("%m/%d/", "%m-%d-")
DAY_FIRST_LANGUAGES = ("de", "fr", "es", "it", "pt", OF_PORTUGAL, "nl", "pl", "tr")
DAY_FIRST_CURRENCIES = ("EUR", "GBP", "CHF")
_FEW_BACK, _MANY_BACK = 0.005, 0.02
"""Shares of steps back in time: fewer are a file in order of time, more are none."""
_FEWEST_BACK = 2
_FEW_MONTHS, _MANY_DAYS = 2, 5


@dataclass(frozen=True)
class TimeForm:
    """The form of a source's times that is written down."""

    form: str
    why: Message
    doubt: Message | None = None
    """What a reader should compare where nothing decides between two forms."""


def column_values(
    table: pl.DataFrame, written: str, decimal: str, *, as_number: bool = False, one_percent: float | None = None
) -> pl.Series:
    """A column or expression over the rows of a table, as it will be read in a run.

    Cells such as "5 %" are numbers where `one_percent` says what one of them counts.
    """
    if written in table.columns and not as_number:
        return table[written].alias("value")
    lazy = nw.from_native(table.lazy())
    wording = Wording(lazy.collect_schema(), "offerloop init", decimal, one_percent)
    value = compile_expression(written, wording, as_number=as_number).value
    return lazy.with_columns(value.alias("value")).select("value").collect().to_native()["value"]


def seconds_of(cells: pl.Series, form: str | None) -> pl.Series:
    """Return times as seconds since 1970, written in a form or typed; empty where a cell is none."""
    return seconds_and_days(cells, form)[0]


def seconds_and_days(cells: pl.Series, form: str | None) -> tuple[pl.Series, bool]:
    """Return times as `seconds_of` does, and whether they are days without a time."""
    frame = nw.from_native(pl.DataFrame({"at": cells.cast(pl.String) if form else cells}))
    column = nw.col("at")
    instants = written_as(column, form) if form else typed_times(column, frame.schema["at"])
    return frame.select(at=instants.seconds).to_native()["at"], instants.days


def forms_of(match: ColumnMatch, ours: str, sample: SampleRows) -> tuple[str, ...]:
    """Forms that a time of ours may be written in; none when its type says what it is."""
    column = match.column(ours)
    if column is not None:
        return column.forms
    return SourceColumn(ours, column_values(sample.sampled, match.guesses[ours].written, sample.decimal)).forms


def time_format(match: ColumnMatch, sample: SampleRows, language: str, currency: str) -> TimeForm | None:
    """Return a form to write down; None when every reader finds the same one."""
    for ours in TIME_COLUMNS:
        forms = forms_of(match, ours, sample) if ours in match.guesses else ()
        if not forms or not (forms[0] in ALSO or forms[0].startswith((*_DAY_FIRST, *_MONTH_FIRST))):
            continue
        if len(forms) == 1:
            return TimeForm(forms[0], BY_CONTENTS, _note_on_republic(match, ours, sample, forms[0]))
        if better := decided_form(match, ours, forms, sample):
            return better
        day_first = language in DAY_FIRST_LANGUAGES or sample.decimal == "," or currency in DAY_FIRST_CURRENCIES
        form = next((one for one in forms if one.startswith(_DAY_FIRST if day_first else _MONTH_FIRST)), forms[0])
        other = next(one for one in forms if one != form)
        why = (
            Message("a guess: no day beyond 12 was seen; put the month first if it is the first number")
            if day_first
            else Message("a guess: no day beyond 12 was seen; put the day first if it is the first number")
        )
        return TimeForm(form, why, note_on_two_readings(match, ours, sample, form, other))
    return None


def _note_on_republic(match: ColumnMatch, ours: str, sample: SampleRows, form: str) -> Message | None:
    """Return a note that shows how a year of the Republic of China is read; None for other forms."""
    if form not in REPUBLIC:
        return None
    written = match.guesses[ours].written
    cells = column_values(sample.head, written, sample.decimal).cast(pl.String).str.strip_chars()
    read = pl.DataFrame({"cell": cells, "at": seconds_of(cells, form)}).drop_nulls()
    return Message(
        "'{column}': '{cell}' is read as {day}, in years of the Republic of China, to which 1911 is added",
        column=written,
        cell=read["cell"][0],
        day=_day(read["at"][0]),
    )


def note_on_two_readings(match: ColumnMatch, ours: str, sample: SampleRows, form: str, other: str) -> Message | None:
    """Return a note that shows one cell in both forms."""
    written = match.guesses[ours].written
    cells = column_values(sample.head, written, sample.decimal).cast(pl.String).str.strip_chars()
    both = pl.DataFrame({"cell": cells, "one": seconds_of(cells, form), "two": seconds_of(cells, other)})
    apart = both.drop_nulls().filter(pl.col("one") != pl.col("two"))
    if apart.is_empty():
        return None
    cell, first_reading, two = apart.row(0)
    return Message(
        "'{column}': '{cell}' is read as {day}, and nothing shows that it is not {other_day}; if it is, set "
        'time_format = "{other}"',
        column=written,
        cell=cell,
        day=_day(first_reading),
        other_day=_day(two),
        other=other,
    )


def _day(seconds: int) -> date:
    return EPOCH + timedelta(days=seconds // DAY)


def decided_form(match: ColumnMatch, ours: str, forms: tuple[str, ...], sample: SampleRows) -> TimeForm | None:
    """Return the form that other dates, the order of the rows, or the days and months seen speak for."""
    for column in match.columns.values():
        if len(column.forms) == 1 and column.forms[0].startswith((*_DAY_FIRST, *_MONTH_FIRST)):
            first = _DAY_FIRST if column.forms[0].startswith(_DAY_FIRST) else _MONTH_FIRST
            alike = [form for form in forms if form.startswith(first)]
            if alike:
                return TimeForm(
                    alike[0], Message("guessed: '{column}' has days beyond 12 in that place", column=column.name)
                )
    cells = column_values(sample.head, match.guesses[ours].written, sample.decimal)
    return decided_by_rows(cells, forms)


def decided_by_rows(cells: pl.Series, forms: tuple[str, ...]) -> TimeForm | None:
    """Return the only form in which rows are in order of time, or orders fall on many days of few months."""
    moments = {form: seconds_of(cells, form).drop_nulls() for form in forms}
    ordered = [form for form in forms if _back(moments[form])[0] <= _FEW_BACK]
    shuffled = [form for form in forms if _back(moments[form])[0] >= _MANY_BACK]
    steps = [_back(moments[form])[1] for form in shuffled]
    if len(ordered) == 1 and len(shuffled) == len(forms) - 1 and min(steps) >= _FEWEST_BACK:
        return TimeForm(ordered[0], Message("guessed: so the rows are in order of time"))
    spread = {form: _days_and_months(moments[form]) for form in forms}
    plain = [form for form, (days, months) in spread.items() if months <= _FEW_MONTHS and days >= _MANY_DAYS]
    odd = [form for form, (days, months) in spread.items() if months >= _MANY_DAYS and days <= _FEW_MONTHS]
    if len(plain) == 1 and len(odd) == len(forms) - 1:
        return TimeForm(plain[0], Message("guessed: otherwise all orders would fall on the same days of many months"))
    return None


def _back(moments: pl.Series) -> tuple[float, int]:
    """Return the share and the number of steps against the order of time, whichever way most steps go."""
    steps = moments.diff().drop_nulls()
    steps = steps.filter(steps != 0)
    if not steps.len():
        return 0.0, 0
    back = min(int((steps < 0).sum()), int((steps > 0).sum()))
    return back / steps.len(), back


def _days_and_months(moments: pl.Series) -> tuple[int, int]:
    dates = (moments // DAY).cast(pl.Int32).cast(pl.Date)
    return dates.dt.day().n_unique(), dates.dt.strftime("%Y-%m").n_unique()
