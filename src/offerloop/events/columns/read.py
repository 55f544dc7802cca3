"""Read one source: map its columns to ours, text to numbers and times, money to minor units, all in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import narwhals as nw
from narwhals.dtypes import DType

from offerloop.config import Config, Source, SourceName
from offerloop.engine import Engine, Frame, collect, extended
from offerloop.errors import SourceError, near_miss
from offerloop.events.columns import times
from offerloop.events.columns.calendar import to_utc, with_day
from offerloop.events.columns.cells import EDGES, as_text, blank, finite, is_large_whole, parse_number
from offerloop.events.columns.contracts import CONTRACTS, ONE_PERCENT, TIME_COLUMNS, Contract
from offerloop.events.columns.currencies import check_one_currency, with_signs
from offerloop.events.columns.expression import Compiled, Wording, compile_condition, compile_expression
from offerloop.events.columns.ids import as_integers, lost_digits, with_scientific, written_as_numbers
from offerloop.events.privacy.consent import ACCEPTED_ANSWERS, ANSWER_COLUMNS, is_unclear
from offerloop.events.privacy.consent_names import check_direction
from offerloop.events.sources.open import open_source
from offerloop.events.sources.raw import Raw
from offerloop.message import Message, both, joined
from offerloop.money import DIGITS

_NAMED = ("customer_id", "order_id", "product_id")
"""Ids of which a text such as NULL names none. Of others it may: an offer called "none" is one."""
WRONG_COLUMN, WRONG_CELL = "_wrong_column", "_wrong_cell"
"""Helper columns of a table that was read: the first of our columns with an unreadable cell, and that cell."""


@dataclass(frozen=True)
class Read:
    """A source under our column names."""

    frame: Frame
    left_out: int
    """Rows that the filter `where` left out."""
    left_out_minor: int | None = None
    """What was paid for them; None where nothing was."""
    columns: tuple[str, ...] = ()
    """Names and types of the columns as they stand in the source."""
    time_forms: frozenset[str] = frozenset()
    """Formats in which times are written as text or as whole numbers, by the configuration or as they look."""
    n_unreadable: int = 0
    """Rows with an unreadable cell."""
    is_row_by_row: bool = True
    """Whether, but for the formats of times, no cell was read in the light of other rows."""


@dataclass(frozen=True)
class _Unreadable:
    theirs: str
    """Their column or expression."""
    where: nw.Expr
    cell: nw.Expr


@dataclass
class _Mapping:
    """The columns of one source while they are compiled."""

    raw: Raw
    schema: dict[str, DType]
    source: Source
    contract: Contract
    place: str
    columns: list[nw.Expr] = field(default_factory=list)
    wrong: dict[str, _Unreadable] = field(default_factory=dict)
    """What is unreadable, by our column."""
    time_forms: set[str] = field(default_factory=set)
    """See `Read`."""
    local: list[str] = field(default_factory=list)
    """Columns of clock times in the source's zone."""
    problems: list[Message] = field(default_factory=list)
    amounts: set[str] = field(default_factory=set)
    """Text columns of theirs that money is read from."""

    def wording_place(self, key: str) -> Message:
        """Say which key of which source is meant."""
        return Message(
            "{section} {key} of '{name}'", context="place in a configuration", section=self.place, key=key,
            name=self.raw.name,
        )  # fmt: skip


SourcesRead = Mapping[SourceName, Read]
"""Every configured source as it was read, before cleaning."""


def read_all(config: Config, engine: Engine) -> dict[SourceName, Read]:
    """Every source, or SourceError with the problems of all of them."""
    sources: dict[SourceName, Read] = {}
    problems = []
    for name in config.sources:
        try:
            sources[name] = read_source(name, config, engine)
        except SourceError as problem:
            problems.append(problem.message)
    if problems:
        raise SourceError(joined(problems, "\n"))
    return sources


def read_source(name: SourceName, config: Config, engine: Engine) -> Read:
    """One source, computed once and kept. Raises SourceError naming the file, the line and the column."""
    source, contract = config.sources[name], CONTRACTS[name]
    _check_mapping(name, source, contract)
    with open_source(source, engine) as raw, _named(raw):
        check_direction(source.columns, raw.name)
        schema = dict(raw.frame.collect_schema())
        mapping = _Mapping(raw, schema, source, contract, f"[sources.{name}]")
        wanted = _filtered(mapping)
        _map(mapping, source.columns, config.shop.currency)
        _map_attributes(mapping)
        if mapping.problems:
            raise SourceError(joined(mapping.problems, "\n"))
        amounts = () if "currency" in source.columns else with_signs(wanted, mapping.amounts)
        check_one_currency(wanted, amounts, f"'{raw.name}'")
        kept = engine.keep(wanted.select(*mapping.columns, *_blame(mapping)))
        left_out, left_out_minor = _left_out(mapping, kept) if source.where else (0, None)
        n_unreadable = _check_readable(mapping, kept, config.clean.max_unreadable)
        ids = [one for one, kind in kept.collect_schema().items() if one in source.columns and _is_text_id(one, kind)]
        _check_cells(mapping, kept, with_scientific(kept, ids), lost_digits, _LOST_DIGITS)
        for answers in [one for one in ANSWER_COLUMNS if one in source.columns]:
            _check_cells(mapping, kept, [answers], partial(is_unclear, column=answers), _UNCLEAR[answers])
        numbers = written_as_numbers(kept, ids)
        kept = engine.keep(as_integers(kept, numbers)) if numbers else kept
    zone = source.timezone or config.shop.timezone
    for column in mapping.local:
        kept = to_utc(kept, column, zone)
    return Read(
        _whole(_with_numbers(kept, source.attributes, mapping), contract), left_out, left_out_minor,
        tuple(f"{column} {kind}" for column, kind in schema.items()), frozenset(mapping.time_forms), n_unreadable,
        is_row_by_row=not amounts and not numbers,
    )  # fmt: skip


def _left_out(mapping: _Mapping, kept: Frame) -> tuple[int, int | None]:
    """Return how many rows the filter left out, and what was paid for them."""
    rows = count_rows(mapping.raw.frame) - count_rows(kept)
    if "paid" not in mapping.contract.money:
        return rows, None
    paid = [
        collect(frame.select(nw.col("paid_minor").sum()))["paid_minor"][0] or 0
        for frame in (mapping.raw.frame.select(*mapping.columns), kept)
    ]
    return rows, paid[0] - paid[1]


@contextmanager
def _named(raw: Raw) -> Iterator[None]:
    """Puts the source's name before what does not say it."""
    try:
        yield
    except SourceError as error:
        raise (
            error
            if any(name in text for text in error.message.texts() for name in raw.names)
            else SourceError(Message("'{name}': {error}", context="error", name=raw.name, error=error.message))
        ) from None


def _map(mapping: _Mapping, columns: Mapping[str, str], currency: str) -> None:
    """Compile columns of ours; problems are noted, so that all of a source are reported together.

    Their types are asked for in one query, as each takes longer than to compile a column.
    """
    compiled: dict[str, Compiled] = {}
    for ours, theirs in columns.items():
        is_number = ours in mapping.contract.numbers or ours in mapping.contract.money
        try:
            compiled[ours] = compile_expression(theirs, _wording(mapping, ours), as_number=is_number)
        except SourceError as problem:
            mapping.problems.append(problem.message)
    if not compiled:
        return
    kinds = mapping.raw.frame.select(one.value.alias(ours) for ours, one in compiled.items()).collect_schema()
    for ours, expression in compiled.items():
        try:
            _add(mapping, ours, columns[ours], expression, kinds[ours], currency)
        except SourceError as problem:
            mapping.problems.append(problem.message)


def _wording(mapping: _Mapping, ours: str) -> Wording:
    place = mapping.wording_place(f"columns.{ours}")
    return Wording(mapping.schema, place, mapping.raw.decimal, ONE_PERCENT.get(ours))


def _add(mapping: _Mapping, ours: str, theirs: str, compiled: Compiled, kind: DType, currency: str) -> None:
    """Add a column of ours to what is read."""
    expression = _typed(mapping, ours, theirs, compiled, kind)
    for column, unreadable in compiled.unreadable.items():
        mapping.wrong[ours] = _Unreadable(column, unreadable, nw.col(column))
    if ours in mapping.contract.money:
        mapping.amounts.update(compiled.unreadable)
        expression, ours = minor_units(expression, currency), f"{ours}_minor"
    mapping.columns.append(expression.alias(ours))


def _typed(mapping: _Mapping, ours: str, theirs: str, compiled: Compiled, kind: DType) -> nw.Expr:
    """The expression in the type that later stages rely on."""
    if ours in TIME_COLUMNS:
        return _time(mapping, ours, theirs, compiled.value, kind)
    if ours in mapping.contract.texts or kind == nw.String or (ours.endswith("_id") and is_large_whole(kind)):
        return _text(compiled.value, ours) if kind == nw.String else as_text(compiled.value, kind)
    if ours.endswith("_id"):
        if kind.is_integer():
            return compiled.value.cast(nw.Int64)
        if kind.is_float():
            finite_value = finite(compiled.value)
            odd = (
                ~compiled.value.is_null()
                & ~compiled.value.is_nan()
                & (finite_value.is_null() | (finite_value != finite_value.floor()))
            )
            mapping.wrong[ours] = _Unreadable(theirs, odd, compiled.value.cast(nw.String))
            return finite_value.floor().cast(nw.Int64)
        raise SourceError(
            Message(
                "{place}: '{column}' must hold ids, whole numbers or text, and holds {kind}",
                place=mapping.wording_place(f"columns.{ours}"),
                column=theirs,
                kind=str(kind),
            )
        )
    return compiled.value


def _time(mapping: _Mapping, ours: str, theirs: str, value: nw.Expr, kind: DType) -> nw.Expr:
    place = mapping.wording_place(f"columns.{ours}")
    if kind == nw.String:
        form = mapping.source.time_format or _guessed(mapping, theirs, value, place)
        times.check_form(form)
        mapping.time_forms.add(form)
        instants = times.written_as(value, form)
        mapping.wrong[ours] = _Unreadable(theirs, instants.unreadable, value)
    elif (kind.is_integer() or is_large_whole(kind)) and (forms := times.likely_formats(mapping.raw.frame, value)):
        instants = times.written_as(value.cast(nw.String), forms[0])
        mapping.time_forms.add(forms[0])
    elif kind.is_numeric() or kind.is_temporal():
        instants = times.typed_times(value, kind)
    else:
        raise SourceError(
            Message(
                "{place}: '{column}' must hold times, and holds {kind}",
                place=place,
                column=theirs,
                kind=str(kind),
            )
        )
    lasts_days = instants.days and ours in mapping.contract.lasting
    if instants.local or lasts_days:
        mapping.local.append(ours)
    return instants.seconds + times.DAY if lasts_days and ours == "ends_at" else instants.seconds


def _guessed(mapping: _Mapping, theirs: str, value: nw.Expr, place: Message) -> str:
    forms = times.likely_formats(mapping.raw.frame, value)
    if not forms:
        if not collect(mapping.raw.frame.head(1)).height:
            return times.FORMATS[0]
        example = collect(mapping.raw.frame.head(1).select(x=value))["x"][0]
        raise SourceError(
            Message(
                "{place}: '{column}' must hold times, and holds '{example}'; name its form in 'time_format', "
                'such as "%d.%m.%Y %H:%M"',
                place=place,
                column=theirs,
                example=str(example),
            )
        )
    if len(forms) > 1:
        raise SourceError(
            Message(
                "{place}: '{column}' leaves open which of {forms} it is written in; set 'time_format' of this "
                "source to one of them",
                place=place,
                column=theirs,
                forms=both([repr(form) for form in forms]),
            )
        )
    return forms[0]


def _text(value: nw.Expr, ours: str = "") -> nw.Expr:
    """Text without spaces around it; nothing instead of no text, and of what says in an id that there is none."""
    bare = value.str.replace_all(EDGES, "")
    nothing = blank(bare) if ours in _NAMED else bare == ""
    return nw.when(~nothing).then(bare)


def minor_units(amount: nw.Expr, currency: str) -> nw.Expr:
    """Decimal amounts as integers."""
    return (amount * 10 ** DIGITS[currency]).round(0).cast(nw.Int64)


def _filtered(mapping: _Mapping) -> Frame:
    where = mapping.source.where
    if where is None:
        return mapping.raw.frame
    wording = Wording(mapping.schema, mapping.wording_place("where"), mapping.raw.decimal)
    try:
        return mapping.raw.frame.filter(compile_condition(where, wording))
    except SourceError as problem:
        mapping.problems.append(problem.message)
        return mapping.raw.frame


def _map_attributes(mapping: _Mapping) -> None:
    for column in mapping.source.attributes:
        if column not in mapping.schema:
            mapping.problems.append(
                Message(
                    "{section} attributes: '{name}' has no column '{column}'{near}", section=mapping.place,
                    name=mapping.raw.name, column=column, near=near_miss(column, mapping.schema),
                )
            )  # fmt: skip
        else:
            text = mapping.schema[column] == nw.String
            mapping.columns.append(_text(nw.col(column)).alias(column) if text else nw.col(column))


def _with_numbers(frame: Frame, attributes: tuple[str, ...], mapping: _Mapping) -> Frame:
    """Attributes whose every text is a number, as numbers: a CSV file does not say which they are."""
    texts = [one for one in attributes if mapping.schema[one] == nw.String and one not in mapping.contract.lists]
    if not texts:
        return frame
    read = {name: parse_number(nw.col(name), mapping.raw.decimal) for name in texts}
    looks = [((~value.is_null()).any() & ~unreadable.any()).alias(name) for name, (value, unreadable) in read.items()]
    numeric = collect(frame.select(*looks)).row(0, named=True)
    return extended(frame, [read[name][0].alias(name) for name in texts if numeric[name]])


def _whole(frame: Frame, contract: Contract) -> Frame:
    """Numbers that are all whole, as integers: text does not say that units are counted, not weighed."""
    schema = frame.collect_schema()
    names = [name for name in contract.numbers if name in schema and schema[name].is_float()]
    if not names:
        return frame
    whole = collect(frame.select((nw.col(name) == nw.col(name).floor()).all() for name in names)).row(0, named=True)
    return extended(frame, [nw.col(name).cast(nw.Int64) for name in names if whole[name]])


def _blame(mapping: _Mapping) -> list[nw.Expr]:
    """Return our first column with an unreadable cell, and the cell, of each row."""
    if not mapping.wrong:
        return []
    names = [nw.when(one.where).then(nw.lit(ours)) for ours, one in mapping.wrong.items()]
    cells = [nw.when(one.where).then(one.cell) for one in mapping.wrong.values()]
    return [nw.coalesce(*names).alias(WRONG_COLUMN), nw.coalesce(*cells).alias(WRONG_CELL)]


def _check_readable(mapping: _Mapping, kept: Frame, most: float) -> int:
    """Count the rows with an unreadable cell.

    Raises SourceError when more than a share of `most` of a column cannot be read: it is another kind of column.
    """
    if not mapping.wrong:
        return 0
    wrong = kept.filter(~nw.col(WRONG_COLUMN).is_null())
    counts = collect(wrong.group_by(WRONG_COLUMN).agg(nw.len().alias("n"), nw.col(WRONG_CELL).min()), WRONG_COLUMN)
    size = count_rows(kept) if counts.height else 0
    problems = [_wrong_kind(mapping, ours, cell, n, size) for ours, n, cell in counts.iter_rows() if n > most * size]
    if problems:
        raise SourceError(joined(problems, "\n"))
    return int(counts["n"].sum())


_LOST_DIGITS = Message(
    "is a number that lost digits in scientific notation, so that ids cannot be told apart; export the column as text"
)
_UNCLEAR = {
    "consent": Message(
        "says neither that the customer agrees nor that they refuse; answers may be {answers}, or empty, which counts "
        "as no agreement",
        answers=ACCEPTED_ANSWERS,
    ),
    "opt_out": Message(
        "says neither that the customer opted out nor that they did not; answers may be {answers}, or empty, which "
        "counts as no agreement; a date is a refusal",
        answers=ACCEPTED_ANSWERS,
    ),
}


_WRONG_TIMES = Message(
    "'{name}'{line}, column '{column}': must hold times to be '{field}', and {n_wrong} of {n_cells} cells such as "
    "'{cell}' are none; map another column, or set 'time_format' of {section}"
)
_WRONG_NUMBERS = Message(
    "'{name}'{line}, column '{column}': must hold numbers to be '{field}', and {n_wrong} of {n_cells} cells such as "
    "'{cell}' are none; map another column, or set 'decimal' of {section}"
)
_WRONG_IDS = Message(
    "'{name}'{line}, column '{column}': must hold whole numbers or text to be '{field}', and {n_wrong} of {n_cells} "
    "cells such as '{cell}' are none; map another column, or set 'columns' of {section}"
)


def _is_text_id(name: str, kind: DType) -> bool:
    return name.endswith("_id") and kind == nw.String


def _check_cells(
    mapping: _Mapping, kept: Frame, columns: list[str], is_wrong: Callable[[nw.Expr], nw.Expr], why: Message
) -> None:
    """Raise SourceError with the first cell, in the order of texts, that is wrong whatever the others hold."""
    if not columns:
        return
    wrong = {ours: is_wrong(nw.col(ours)) for ours in columns}
    counts = [where.cast(nw.Int64).sum().alias(f"n_{ours}") for ours, where in wrong.items()]
    cells = [nw.when(where).then(nw.col(ours)).min().alias(f"cell_{ours}") for ours, where in wrong.items()]
    first = collect(kept.select(*counts, *cells)).row(0, named=True)
    for ours in columns:
        n, cell = first[f"n_{ours}"], first[f"cell_{ours}"]
        if n:
            theirs = mapping.source.columns[ours]
            raise SourceError(
                Message(
                    "'{name}'{line}, column '{column}' ('{field}'): '{cell}' {why} ({n} such cells)",
                    context="error",
                    name=mapping.raw.of(theirs).name,
                    line=mapping.raw.of(theirs).line(theirs, cell),
                    column=theirs,
                    field=ours,
                    cell=str(cell),
                    why=why,
                    n=n,
                )
            )


def rows_outside(name: SourceName, config: Config, engine: Engine, first_day: int, last_day: int) -> list[Message]:
    """Return up to three rows of a source whose day in column `at` lies from one epoch day to another, as they stand
    there: their time, and the line of a CSV file, else the order.
    """
    source = config.sources[name]
    with open_source(source, engine) as raw, _named(raw):
        mapping = _Mapping(raw, dict(raw.frame.collect_schema()), source, CONTRACTS[name], f"[sources.{name}]")
        wanted = _filtered(mapping)
        key = "order_id" if "order_id" in source.columns else "at"
        _map(mapping, {ours: source.columns[ours] for ours in {"at", key}}, config.shop.currency)
        wording = Wording(mapping.schema, mapping.place, raw.decimal)
        cell = compile_expression(source.columns["at"], wording).value.cast(nw.String).alias("cell")
        rows = wanted.select(*mapping.columns, cell)
        rows = to_utc(rows, "at", source.timezone or config.shop.timezone) if mapping.local else rows
        rows = with_day(rows, "at", "day", config.shop.timezone)
        rows = rows.filter(nw.col("day") >= first_day, nw.col("day") <= last_day)
        cells = collect(rows.group_by("cell").agg(nw.col(key).min().alias("key")), "cell").head(3)
        return [_row(raw, source.columns["at"], cell, one, key) for cell, one in cells.select("cell", "key").rows()]


def _row(raw: Raw, theirs: str, cell: str, key: object, name: str) -> Message:
    place = raw.of(theirs).position(theirs, cell) or (f"{name} {key}" if name != "at" else None)
    if place is None:
        return Message("'{cell}'", context="cell of a row", cell=cell)
    return Message("'{cell}' ({place})", context="cell of a row", cell=cell, place=place)


def _wrong_kind(mapping: _Mapping, ours: str, cell: str, n: int, size: int) -> Message:
    column = mapping.wrong[ours].theirs
    raw = mapping.raw.of(column)
    wrong = _WRONG_IDS if ours.endswith("_id") else _WRONG_TIMES if ours in TIME_COLUMNS else _WRONG_NUMBERS
    return wrong.with_values(
        name=raw.name, line=raw.line(column, cell), column=column, field=ours, n_wrong=n, n_cells=size,
        cell=cell, section=mapping.place,
    )  # fmt: skip


def _check_mapping(name: str, source: Source, contract: Contract) -> None:
    allowed = [*contract.required, *contract.optional]
    problems = [
        Message(
            "[sources.{source}] columns: there is no column '{column}'{near} (known: {known})", source=name,
            column=ours, near=near_miss(ours, allowed), known=allowed,
        )
        for ours in source.columns
        if ours not in allowed
    ]  # fmt: skip
    missing = [column for column in contract.required if column not in source.columns]
    if missing:
        columns = both([repr(one) for one in missing])
        problems.append(Message("[sources.{source}] columns: map the required {columns}", source=name, columns=columns))
    if problems:
        raise SourceError(joined(problems, "\n"))


def count_rows(frame: Frame) -> int:
    """Rows of a lazy table."""
    return int(collect(frame.select(n=nw.len()))["n"][0])
