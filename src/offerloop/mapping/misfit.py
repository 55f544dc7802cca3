"""Why a column of theirs cannot be one of ours, shown by the cells that stand against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from offerloop.config import SourceName
from offerloop.events import (
    ACCEPTED_ANSWERS,
    ANSWER_COLUMNS,
    CONTRACTS,
    TIME_COLUMNS,
    likely_formats,
    parse_number,
    written_as,
)
from offerloop.mapping.contents import CONTENT_TESTS, SourceColumn, is_text
from offerloop.mapping.matching import HOLDS, ColumnMatch, name_score, reference
from offerloop.message import Message, either, joined
from offerloop.workspace import SampleRows

MEANING = {
    "order_id": Message("the order", context="meaning of a column"),
    "customer_id": Message("the customer", context="meaning of a column"),
    "product_id": Message("the product", context="meaning of a column"),
    "offer_id": Message("the offer", context="meaning of a column"),
    "coupon_id": Message("the coupon", context="meaning of a column"),
    "quantity": Message("the units", context="meaning of a column"),
    "paid": Message("the amount paid for the line"),
    "at": Message("the time", context="meaning of a column"),
    "kind": Message("the kind", context="meaning of a column"),
    "list_price": Message("the list price of one unit"),
}
"""Required columns of ours in plain words."""
_SPREADSHEET, _MOST_DAYS = (30_000, 60_000), 10_000
"""Days since 1900 from 1982 to 2064, as spreadsheets count; and days from the first one of a data set."""
_DAY_NAME = re.compile(r"(?<![a-z])(day|tag|jour|d[ií]a)s?(?![a-z])|天|日", re.I)
_SAMPLES = 3
_WIDEST = 30
"""Characters of a cell that are shown."""


@dataclass(frozen=True)
class ColumnCandidate:
    """A column of theirs that might be one of ours."""

    name: str
    samples: tuple[str, ...]
    is_named_so: bool
    """Whether its name says that it is the one."""
    misfit: Message | str
    """Why its cells stand against it; empty when nothing does."""


@dataclass(frozen=True)
class OpenColumn:
    """A required column of ours that could not be identified, or a given one whose cells do not fit."""

    source: SourceName
    ours: str
    place: str
    """What messages call the source."""
    candidates: tuple[ColumnCandidate, ...]
    """The likeliest first."""

    @property
    def meaning(self) -> Message:
        """Our column, and what it holds."""
        meaning = MEANING.get(self.ours, self.source)
        return Message("{column} ({meaning})", context="column with its meaning", column=self.ours, meaning=meaning)

    @property
    def named(self) -> list[ColumnCandidate]:
        """Those whose name says that they are the one."""
        return [one for one in self.candidates if one.is_named_so]

    def sentence(self) -> Message:
        """Return what is missing, and which cells speak against the columns that are called so."""
        elsewhere = Message("it is used elsewhere")
        candidates = [
            Message(
                "'{column}': {why}",
                context="reason against a column",
                column=column.name,
                why=column.misfit or elsewhere,
            )
            for column in self.named
        ]
        return Message(
            "'{place}': no column could be identified as {meaning}; {candidates}",
            place=self.place,
            meaning=self.meaning,
            candidates=joined(candidates, "; "),
        )


_CHOOSE = Message("'{place}': no column could be identified as {meaning}; left to choose from: {columns}")
_NOTHING_LEFT = Message("'{place}': no column could be identified as {meaning}; no column is left")
_LEAVE_OUT = Message(
    "'{place}': no column could be identified as {meaning}; no column is left, so that this file is of no use here, "
    "and everything else works without it"
)


def open_column_notes(opened: Sequence[OpenColumn]) -> list[Message]:
    """Return one note for each column with candidates by name, and one for all others of a source."""
    lines = [one.sentence() for one in opened if one.named]
    for place in dict.fromkeys(one.place for one in opened):
        rest = [one for one in opened if one.place == place and not one.named]
        if rest:
            free = list(dict.fromkeys(column.name for one in rest for column in one.candidates))
            nothing_left = _NOTHING_LEFT if rest[0].source == "order_lines" else _LEAVE_OUT
            unknown = _CHOOSE if free else nothing_left
            columns = {"columns": [repr(name) for name in free]} if free else {}
            lines.append(unknown.with_values(place=place, meaning=either([one.meaning for one in rest]), **columns))
    return lines


def open_columns(source: SourceName, match: ColumnMatch, sample: SampleRows) -> list[OpenColumn]:
    """Required columns that are missing, and given ones that do not fit, which are taken out of `match`."""
    unfit = [ours for ours in list(match.guesses) if match.is_given(ours) and _given_misfit(ours, match, sample)]
    opened = []
    for ours in dict.fromkeys([*CONTRACTS[source].required, *unfit]):
        if ours in match.guesses and ours not in unfit:
            continue
        guess = match.guesses.pop(ours, None)
        names = guess.theirs if guess is not None else ()
        opened.append(OpenColumn(source, ours, str(sample.place), _candidates(source, ours, match, sample, names)))
    return opened


def unfit_notes(
    source: SourceName, match: ColumnMatch, sample: SampleRows, columns: Sequence[str] | None = None
) -> list[Message]:
    """Return a note for each column that is called like an unmapped one of ours, but whose cells do not fit.

    `columns` are those of ours that are looked at, by default all optional ones of the source.
    """
    return [
        Message(
            "'{column}' is not used as {field}: {why}", column=column.name, field=ours, why=misfit(ours, column, sample)
        )
        for ours in (CONTRACTS[source].optional if columns is None else columns)
        if ours not in match.guesses
        for column in match.unused()
        if name_score(column.name, source, ours)[0] >= HOLDS and len(_wrong_cells(ours, column)[1])
    ]


def notes_with_misfits(source: SourceName, match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return the notes on a source with those on cells that do not fit, which name a line, instead of any without."""
    located = unfit_notes(source, match, sample)
    subjects = {_subject(one) for one in located}
    return [*(one for one in match.notes if _subject(one) not in subjects), *located]


def _subject(note: Message) -> tuple[object, object]:
    values = dict(note.values)
    return values.get("column"), values.get("field")


def _given_misfit(ours: str, match: ColumnMatch, sample: SampleRows) -> Message | str:
    """Return what cells speak against a given column; that all of them are the same does not."""
    column = None if match.guesses[ours].is_given_expression else match.column(ours)
    if column is None or CONTENT_TESTS.get(ours, is_text)(column):
        return ""
    is_uniform = column.distinct == 1 and column.full and ours not in ANSWER_COLUMNS
    return "" if is_uniform and not len(_wrong_cells(ours, column)[1]) else misfit(ours, column, sample)


def _candidates(
    source: SourceName, ours: str, match: ColumnMatch, sample: SampleRows, preferred: tuple[str, ...]
) -> tuple[ColumnCandidate, ...]:
    scored = []
    free = {column.name for column in match.free()}
    for column in match.columns.values():
        score = 2.0 if column.name in preferred else name_score(column.name, source, ours)[0]
        if score > 0 or column.name in free:
            fits = CONTENT_TESTS.get(ours, is_text)(column)
            scored.append((-score, not fits, column))
    scored.sort(key=lambda one: one[:2])
    return tuple(
        ColumnCandidate(column.name, _samples(column), score < 0, "" if not unfit else misfit(ours, column, sample))
        for score, unfit, column in scored
    )


def _samples(column: SourceColumn) -> tuple[str, ...]:
    return tuple(_short(str(one)) for one in column.filled.unique(maintain_order=True).head(_SAMPLES))


def _short(cell: str) -> str:
    text = " ".join(cell.split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def misfit(ours: str, column: SourceColumn, sample: SampleRows) -> Message:
    """Name the first cell that stands against it, with its line, or what all of them have in common."""
    if not column.filled.len():
        return Message("all of its cells are empty")
    wrong_cell, wrong = _wrong_cells(ours, column)
    if wrong_cell is not None and len(wrong):
        more: Message | str = ""
        if len(wrong) > 1:
            more = Message(", nor are {n} more of {n_cells} cells", n=len(wrong) - 1, n_cells=column.filled.len())
        why = wrong_cell.with_values(place=_where(column, wrong[0], sample), cell=_short(wrong[0]), more=more)
        if ours in TIME_COLUMNS:
            return _counted_days(column, why) if column.numeric else _of_own_form(column, why, len(wrong))
        return why
    return _in_common(ours, column)


def _counted_days(column: SourceColumn, why: Message) -> Message:
    """Add how numbers of days become times."""
    first, last = float(column.numbers.min() or 0), float(column.numbers.max() or 0)  # type: ignore[arg-type]
    if _SPREADSHEET[0] < first <= last < _SPREADSHEET[1]:
        remedy = Message('{why}; if these are days of a spreadsheet, map the time to "({column} - 25569) * 86400"')
    elif 0 <= first <= last < _MOST_DAYS and _DAY_NAME.search(column.name):
        remedy = Message(
            '{why}; if it counts days, map the time to "{column} * 86400 + 1735689600", where day 0 is 2025-01-01'
        )
    else:
        return why
    return remedy.with_values(why=why, column=reference(column.name))


def _of_own_form(column: SourceColumn, why: Message, n_wrong: int) -> Message:
    """Add how cells become times that are written in a form which is not known."""
    if n_wrong < column.filled.len() or not column.filled.cast(pl.String).str.contains("[0-9]{2}").all():
        return why
    remedy = Message(
        "{why}; if they are times, write at = \"{column}\" into the draft, and their form as 'time_format' of the "
        'source, such as "%d.%m.%Y %H:%M UTC"'
    )
    return remedy.with_values(why=why, column=reference(column.name))


def _in_common(ours: str, column: SourceColumn) -> Message:
    """Say what stands against all cells."""
    cell = _samples(column)[0]
    if ours in ANSWER_COLUMNS:
        return Message("'{cell}' is no answer that is known; known are {answers}", cell=cell, answers=ACCEPTED_ANSWERS)
    if column.is_of_several:
        return Message("it is of a whole order, and repeats on each of its lines", context="reason against a column")
    if column.distinct < 2:
        return Message("every cell holds '{cell}'", context="reason against a column", cell=cell)
    if not column.full:
        return Message("more than half of its cells are empty")
    if ours.endswith("_id") and column.fractions:
        return Message("'{cell}' and others are no ids, which are whole numbers or text", cell=cell)
    return Message("what it holds, such as '{cell}', does not fit", cell=cell)


def _where(column: SourceColumn, cell: str, sample: SampleRows) -> Message | str:
    raw = next((one for one in column.cells if one is not None and str(one).strip() == cell), cell)
    return sample.position(column.name, str(raw)) or ""


_NO_TIME = Message("{place}: '{cell}' is no time{more}", context="reason against a column")
_NO_NUMBER = Message("{place}: '{cell}' is no number{more}", context="reason against a column")


def _wrong_cells(ours: str, column: SourceColumn) -> tuple[Message | None, pl.Series]:
    contract_numbers = {name for one in CONTRACTS.values() for name in (*one.numbers, *one.money)}
    if ours in TIME_COLUMNS and not column.dated:
        return _NO_TIME, unreadable_times(column)
    if ours in contract_numbers and not column.numeric:
        return _NO_NUMBER, unreadable_numbers(column)
    return None, pl.Series(dtype=pl.String)


def unreadable_numbers(column: SourceColumn) -> pl.Series:
    """The cells of a column of text that are no numbers."""
    if column.cells.dtype != pl.String:
        return column.filled.cast(pl.String)
    cells = nw.from_native(pl.DataFrame({"cell": column.filled}))
    return cells.filter(parse_number(nw.col("cell"), column.decimal)[1]).to_native()["cell"]


def unreadable_times(column: SourceColumn) -> pl.Series:
    """The cells of a column that are no times in the form that most of them have."""
    text = column.filled.cast(pl.String)
    cells = nw.from_native(pl.DataFrame({"cell": text}))
    forms = likely_formats(cells.lazy(), nw.col("cell"))
    return cells.filter(written_as(nw.col("cell"), forms[0]).unreadable).to_native()["cell"] if forms else text


def behind_file(place: int | None) -> Message | str:
    """The place of a row, counted from 0, to be written behind the name of its file; nothing where it is not known."""
    if place is None:
        return ""
    return Message(", {position}", context="behind the name of a file", position=_position(place))


def _position(place: int) -> Message:
    return Message("row {number}", context="place in a file", number=str(place + 2))
