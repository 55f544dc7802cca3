"""Read one source: map its columns to ours, text to numbers and times, money to minor units, all in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import narwhals as nw
from narwhals.dtypes import DType

from offerloop.config import Config, Source, SourceName
from offerloop.engine import Engine, Frame, collect, count_rows, extended
from offerloop.errors import SourceError, near_miss
from offerloop.events.columns.calendar import to_utc, with_day
from offerloop.events.columns.cells import parse_number
from offerloop.events.columns.compiled import SourceMapping, map_attributes, map_columns
from offerloop.events.columns.contracts import CONTRACTS, Contract
from offerloop.events.columns.currencies import check_one_currency, with_signs
from offerloop.events.columns.expression import Wording, compile_condition, compile_expression
from offerloop.events.columns.ids import as_integers, lost_digits, with_scientific, written_as_numbers
from offerloop.events.columns.unreadable import (
    LOST_DIGITS,
    UNCLEAR_ANSWERS,
    check_cells,
    check_readable,
    read_columns,
)
from offerloop.events.privacy.consent import ANSWER_COLUMNS, is_unclear
from offerloop.events.privacy.consent_names import check_direction
from offerloop.events.sources.open import open_source
from offerloop.events.sources.raw import Raw
from offerloop.message import Message, both, joined


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
        mapping = SourceMapping(raw, schema, source, contract, f"[sources.{name}]")
        wanted = _filtered(mapping)
        map_columns(mapping, source.columns, config.shop.currency)
        map_attributes(mapping)
        if mapping.problems:
            raise SourceError(joined(mapping.problems, "\n"))
        amounts = () if "currency" in source.columns else with_signs(wanted, mapping.amounts)
        check_one_currency(wanted, amounts, f"'{raw.name}'")
        kept = engine.keep(read_columns(mapping, wanted))
        left_out, left_out_minor = _left_out(mapping, kept) if source.where else (0, None)
        n_unreadable = check_readable(mapping, kept, config.clean.max_unreadable)
        ids = [one for one, kind in kept.collect_schema().items() if one in source.columns and _is_text_id(one, kind)]
        check_cells(mapping, kept, with_scientific(kept, ids), lost_digits, LOST_DIGITS)
        for answers in [one for one in ANSWER_COLUMNS if one in source.columns]:
            check_cells(mapping, kept, [answers], partial(is_unclear, column=answers), UNCLEAR_ANSWERS[answers])
        numbers = written_as_numbers(kept, ids)
        kept = engine.keep(as_integers(kept, numbers)) if numbers else kept
    zone = source.timezone or config.shop.timezone
    for column in mapping.local:
        kept = to_utc(kept, column, zone)
    return Read(
        _with_whole_numbers(_with_numbers(kept, source.attributes, mapping), contract), left_out, left_out_minor,
        tuple(f"{column} {kind}" for column, kind in schema.items()), frozenset(mapping.time_forms), n_unreadable,
        is_row_by_row=not amounts and not numbers,
    )  # fmt: skip


def _left_out(mapping: SourceMapping, kept: Frame) -> tuple[int, int | None]:
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


def _filtered(mapping: SourceMapping) -> Frame:
    where = mapping.source.where
    if where is None:
        return mapping.raw.frame
    wording = Wording(mapping.schema, mapping.wording_place("where"), mapping.raw.decimal)
    try:
        return mapping.raw.frame.filter(compile_condition(where, wording))
    except SourceError as problem:
        mapping.problems.append(problem.message)
        return mapping.raw.frame


def _with_numbers(frame: Frame, attributes: tuple[str, ...], mapping: SourceMapping) -> Frame:
    """Attributes whose every text is a number, as numbers: a CSV file does not say which they are.

    Codes stay texts: such as 01067, which would lose its zero, and 1E5. Programs write small numbers as 1e-05.
    """
    texts = [one for one in attributes if mapping.schema[one] == nw.String and one not in mapping.contract.lists]
    if not texts:
        return frame
    read = {name: parse_number(nw.col(name), mapping.raw.decimal) for name in texts}
    are_codes = {name: nw.col(name).str.contains(_CODE).fill_null(value=False) for name in texts}
    looks = [
        ((~value.is_null()).any() & ~(unreadable | are_codes[name]).any()).alias(name)
        for name, (value, unreadable) in read.items()
    ]
    numeric = collect(frame.select(*looks)).row(0, named=True)
    return extended(frame, [read[name][0].alias(name) for name in texts if numeric[name]])


_CODE = "^0[0-9]|^[0-9]+E[0-9]+$"
"""What no count or measure has: a zero before other digits, or a capital E between whole numbers."""


def _with_whole_numbers(frame: Frame, contract: Contract) -> Frame:
    """Numbers that are all whole, as integers: text does not say that units are counted, not weighed."""
    schema = frame.collect_schema()
    names = [name for name in contract.numbers if name in schema and schema[name].is_float()]
    if not names:
        return frame
    whole = collect(frame.select((nw.col(name) == nw.col(name).floor()).all() for name in names)).row(0, named=True)
    return extended(frame, [nw.col(name).cast(nw.Int64) for name in names if whole[name]])


def _is_text_id(name: str, kind: DType) -> bool:
    return name.endswith("_id") and kind == nw.String


def rows_outside(name: SourceName, config: Config, engine: Engine, first_day: int, last_day: int) -> list[Message]:
    """Return up to three rows of a source whose day in column `at` lies from one epoch day to another, as they stand
    there: their time, and the line of a CSV file, else the order.
    """
    source = config.sources[name]
    with open_source(source, engine) as raw, _named(raw):
        mapping = SourceMapping(raw, dict(raw.frame.collect_schema()), source, CONTRACTS[name], f"[sources.{name}]")
        wanted = _filtered(mapping)
        key = "order_id" if "order_id" in source.columns else "at"
        map_columns(mapping, {ours: source.columns[ours] for ours in {"at", key}}, config.shop.currency)
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
