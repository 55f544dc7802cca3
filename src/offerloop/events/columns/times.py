"""Times as they are written, to seconds since 1970: by format for texts, by size for numbers, as they are for types.

Only whole-number arithmetic on year, month and day, because engines differ in everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import narwhals as nw
import polars as pl
from narwhals.dtypes import DType

from offerloop.engine import Frame, collect
from offerloop.errors import SourceError
from offerloop.events.columns.calendar import DAY, not_seconds
from offerloop.events.columns.cells import blank
from offerloop.events.columns.months import MONTH, numbered_months
from offerloop.message import Message

_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y",
    "%d/%m/%y", "%m/%d/%y", "%Y年%m月%d日", "%Y년 %m월 %d일",
    "%Y. %m. %d.", "%Y%m%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %b %y", "%d. %b %Y",
    "%d/%b/%Y", "%d/%b/%y", "%d%b%Y", "%d%b%y", "%b %d, %Y", "%b %d %Y", "%b-%d-%Y", "%b-%d-%y", "%Y-%b-%d",
)  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_UNPARTED = "%Y%m%d%H%M%S"
FORMATS = (*(date + clock for date in _DATES for clock in _CLOCKS), _UNPARTED)
ISO, SECONDS, MILLISECONDS, MICROSECONDS = "ISO 8601 with zone", "seconds", "milliseconds", "microseconds"
"""Formats that are no pattern: instants, whatever the zone of the source."""
_ISO_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)? ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$"
)
_TOKENS = {
    "%Y": r"[0-9]{4}", "%y": r"[0-9]{2}", "%m": r"(0?[1-9]|1[0-2])", "%d": r"(0?[1-9]|[12][0-9]|3[01])",
    "%b": MONTH,
    "%H": r"([01]?[0-9]|2[0-3])", "%M": r"[0-5][0-9]", "%S": r"[0-5][0-9]", "%I": r"(0?[1-9]|1[0-2])",
    "%p": r"[AaPp][Mm]", "%R": "(民[國国] ?[0-9]{2,3}|1[0-9]{2})",
}  # fmt: skip
"""%R is a year of the Republic of China: of three digits, or after its name."""
_BEFORE_REPUBLIC = 1911
_REPUBLIC = ("%R/%m/%d", "%R-%m-%d", "%R.%m.%d", "%R年%m月%d日")
REPUBLIC = tuple(date + clock for date in _REPUBLIC for clock in ("", " %H:%M", " %H:%M:%S"))
"""Forms with years of the Republic of China, which have to be written down."""
_NO_LEAP = r"([02468][1235679]|[13579][01345789])"
_IMPOSSIBLE: tuple[dict[str, str], ...] = (
    {"%m": "0?2", "%d": "3[01]"},
    {"%m": "(0?[469]|11)", "%d": "31"},
    {"%m": "0?2", "%d": "29", "%Y": rf"([0-9]{{2}}{_NO_LEAP}|{_NO_LEAP}00)", "%y": _NO_LEAP},
)
"""Days that no calendar has."""
_SAMPLE = 20_000
_NO_PATTERN = {
    ISO: _ISO_PATTERN, SECONDS: r"^[0-9]{9,10}(\.[0-9]+)?$", MILLISECONDS: "^[0-9]{12,13}$",
    MICROSECONDS: "^[0-9]{15,16}$",
}  # fmt: skip
_PER_SECOND = {SECONDS: 1, MILLISECONDS: 1_000, MICROSECONDS: 1_000_000}
_BEGINS = rf"^([0-9]|民|{MONTH})"
"""What every form but those without a pattern begins with."""
_ANY_DIGITS = {
    **dict.fromkeys(("%m", "%d", "%H", "%I"), "[0-9]{1,2}"), **dict.fromkeys(("%M", "%S"), "[0-9]{2}"),
    "%R": "(民[國国] ?[0-9]{2,3}|[0-9]{3})",
}  # fmt: skip
T = TypeVar("T", nw.Expr, pl.Series)


@dataclass(frozen=True)
class Instants:
    """A column of times as seconds since 1970."""

    seconds: nw.Expr
    unreadable: nw.Expr
    local: bool
    """Whether they are clock times of a zone that the text does not name; dates and instants are not."""
    days: bool = False
    """Whether they are dates, without a time of day."""


def pattern(written: str, instead: dict[str, str] | None = None) -> str:
    """The regular expression of a strptime format; one zero may be missing before a one-digit month or day."""
    tokens = {**_TOKENS, **(instead or {})}
    parts = re.split(r"(%[A-Za-z])", written)
    return "^" + "".join(tokens[part] if part in tokens else re.escape(part) for part in parts) + "$"


_STRICT = {form: pattern(form) for form in FORMATS} | {_UNPARTED: pattern(_UNPARTED).replace("?", "")} | _NO_PATTERN
"""Without anything between its parts a time has all its zeros; else milliseconds would be one."""


def check_form(form: str) -> None:
    """Raise SourceError for a format in which no cell can be a time, or whose year of the Republic is not first."""
    if form.rfind("%R") > 0:
        raise SourceError(
            Message(
                "'time_format' may have %R only at its beginning, as in \"%R/%m/%d\"; '{form}' has it elsewhere",
                form=form,
            )
        )
    parts = set(re.findall("%.?", form))
    unknown = sorted(parts - _TOKENS.keys())
    if form in _NO_PATTERN or (not unknown and "%d" in parts and parts & {"%m", "%b"} and parts & {"%Y", "%y", "%R"}):
        return
    raise SourceError(
        Message(
            "'time_format' must say year, month and day, by {parts}, such as \"%d.%m.%Y %H:%M\"; '{form}' does not",
            parts=" ".join(_TOKENS),
            form=form,
        )
    )


def typed_times(column: nw.Expr, kind: DType) -> Instants:
    """A column that the file itself declares as date, timestamp or number."""
    no = nw.lit(value=False)
    if kind == nw.Date:
        return Instants(_midnight(column), no, local=False, days=True)
    if isinstance(kind, nw.Datetime):
        return Instants(_midnight(column) + _second_of_day(column), no, local=kind.time_zone is None)
    return Instants(column.floor().cast(nw.Int64) if not kind.is_integer() else column.cast(nw.Int64), no, local=False)


def written_as(cell: nw.Expr, form: str) -> Instants:
    """A text column in one format: of `FORMATS`, another strptime one, or one of those that are no pattern."""
    text = cell.str.strip_chars()
    if form == ISO:
        return _iso(cell, text)
    if form in _PER_SECOND:
        fits = text.str.contains(r"^[0-9]{1,16}(\.[0-9]+)?$").fill_null(value=False)
        number = nw.when(fits).then(text).cast(nw.Float64)
        return Instants((number / _PER_SECOND[form]).floor().cast(nw.Int64), ~fits & ~blank(cell), local=False)
    text = _spaced(text) if form in FORMATS and form.startswith("%Y-%m-%d") else text
    fits = text.str.contains(pattern(form)).fill_null(value=False)
    if "%R" in form:
        text, form = _common_era(nw.when(fits).then(text)), form.replace("%R", "%Y")
    if "%b" in form:
        text, form = numbered_months(text), form.replace("%b", "%m")
    impossible = "|".join(pattern(form, days) for days in _IMPOSSIBLE)
    fits = fits & ~text.str.contains(impossible).fill_null(value=False)
    moment = nw.when(fits).then(text).str.to_datetime(format=form)
    has_clock = _has_clock(form)
    seconds = _midnight(moment) + _second_of_day(moment) if has_clock else _midnight(moment)
    return Instants(seconds, ~fits & ~blank(cell), local=has_clock, days=not has_clock)


def _common_era(text: nw.Expr) -> nw.Expr:
    """Return times that begin with a year of the Republic of China with the year of the common era instead."""
    bare = text.str.replace_all("^民[國国] ?", "")
    year = bare.str.replace_all("[^0-9].*$", "").cast(nw.Int64) + _BEFORE_REPUBLIC
    return nw.concat_str(year.cast(nw.String), bare.str.replace_all("^[0-9]+", ""))


def _spaced(text: T) -> T:
    """ISO times without a zone: a space before the clock, no fraction of a second behind it."""
    return text.str.replace_all("T", " ").str.replace_all(r"\.[0-9]{1,9}$", "")


def _has_clock(form: str) -> bool:
    return "%H" in form or "%I" in form


def likely_formats(frame: Frame, column: nw.Expr) -> tuple[str, ...]:
    """Formats that the most cells among the first ones are written in; several when the cells leave it open."""
    text = column.cast(nw.String).str.strip_chars()
    texts = collect(frame.head(_SAMPLE).select(text=text))["text"].drop_nulls()
    spaced = _spaced(texts)
    counts = {
        form: int((spaced if form.startswith("%Y-%m-%d") else texts).str.contains(_STRICT[form]).sum())
        for form in of_like_shape(texts, _STRICT)
    }
    most = max(counts.values(), default=0)
    return tuple(form for form, count in counts.items() if count == most) if most else ()


def check_seconds(frame: Frame, column: nw.Expr, name: str) -> None:
    """Raise SourceError for numbers that all lie in the year 1970, as far as the first ones show."""
    number = column.cast(nw.Float64)
    largest = collect(frame.head(_SAMPLE).select(largest=nw.when(~number.is_nan()).then(number).abs().max()))
    if (latest := largest["largest"][0]) is not None and latest < 365 * DAY:
        raise SourceError(not_seconds(name, f"{latest:g}"))


def of_like_shape(texts: pl.Series, forms: Iterable[str]) -> list[str]:
    """Return the formats that some text has the shape of, whatever its digits: no other can fit.

    A column has few shapes, so that the patterns of few formats need to be looked for in all cells.
    """
    digits = texts.filter(texts.str.contains(_BEGINS)).str.replace_all("[0-9]", "0").unique()
    plain, spaced = digits.to_list(), _spaced(digits).unique().to_list()
    return [form for form in forms if any(map(_shape(form).match, spaced if form.startswith("%Y-%m-%d") else plain))]


@cache
def _shape(form: str) -> re.Pattern[str]:
    return re.compile(_NO_PATTERN.get(form) or pattern(form, _ANY_DIGITS), re.ASCII)


def _iso(cell: nw.Expr, text: nw.Expr) -> Instants:
    fits = text.str.contains(_ISO_PATTERN).fill_null(value=False)
    whole = nw.when(fits).then(text)
    to_seconds = whole.str.contains("^.{16}:")
    clock = (
        nw.when(to_seconds).then(whole.str.slice(0, 19)).otherwise(nw.concat_str(whole.str.slice(0, 16), nw.lit(":00")))
    )
    moment = clock.str.replace_all("T", " ").str.to_datetime(format="%Y-%m-%d %H:%M:%S")
    zone = nw.when(to_seconds).then(whole.str.slice(19)).otherwise(whole.str.slice(16))
    zone = zone.str.replace_all(r"^\.[0-9]+", "").str.replace_all("[ :]", "")
    named = zone.is_in(("Z", "UTC"))
    digits = nw.when(~named).then(zone)
    hours, minutes = (digits.str.slice(at, 2).str.replace_all("^$", "0").cast(nw.Int64) for at in (1, 3))
    east = nw.when(digits.str.starts_with("-")).then(-1).otherwise(1)
    offset = (east * (hours * 3600 + minutes * 60)).fill_null(0)
    return Instants(_midnight(moment) + _second_of_day(moment) - offset, ~fits & ~blank(cell), local=False)


def _midnight(moment: nw.Expr) -> nw.Expr:
    """Return the seconds since 1970 at the beginning of a Gregorian day: its years' days, and its number in its year.

    Each mention of `moment` repeats its expression in the query, so there are few; `//` would mention it several times.
    365.25 days a year are too many by three in 400 years: those of the centuries without a leap day.
    """
    years = moment.dt.year().cast(nw.Int64) - 1
    no_leap_days = ((years / 100).floor() * 0.75 + 0.75).floor()
    days = (years * 365.25).floor() - no_leap_days
    return (days.cast(nw.Int64) + moment.dt.ordinal_day().cast(nw.Int64) - 719_163) * DAY


def _second_of_day(moment: nw.Expr) -> nw.Expr:
    hour, minute, second = (getattr(moment.dt, part)().cast(nw.Int64) for part in ("hour", "minute", "second"))
    return hour * 3600 + minute * 60 + second
