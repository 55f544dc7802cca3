"""The columns of one source, compiled to our names, types and units; nothing is computed yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import narwhals as nw
from narwhals.dtypes import DType

from offerloop.config import Source
from offerloop.engine import collect
from offerloop.errors import SourceError, near_miss
from offerloop.events.columns import times
from offerloop.events.columns.calendar import DAY
from offerloop.events.columns.cells import BLANKS, EDGES, as_text, blank, finite, is_large_whole
from offerloop.events.columns.contracts import ONE_PERCENT, TIME_COLUMNS, Contract
from offerloop.events.columns.expression import Compiled, Wording, compile_expression
from offerloop.events.sources.raw import Raw
from offerloop.message import Message, both
from offerloop.money import DIGITS

MAY_BE_NONE = ("offer_id", "coupon_id", "policy", "consent", "opt_out")
"""Columns in which a text such as "none" says something: an offer may be called so, and 无 answers a question."""
_NAMES = ("na", "nil", "none")
"""Those of `BLANKS` that may be a segment or the value of an attribute, such as NA for North America."""


@dataclass(frozen=True)
class Unreadable:
    """The cells of one of our columns that cannot be read."""

    theirs: str
    """Their column or expression."""
    where: nw.Expr
    cell: nw.Expr


@dataclass
class SourceMapping:
    """The columns of one source while they are compiled."""

    raw: Raw
    schema: dict[str, DType]
    source: Source
    contract: Contract
    place: str
    columns: list[nw.Expr] = field(default_factory=list)
    wrong: dict[str, Unreadable] = field(default_factory=dict)
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


def map_columns(mapping: SourceMapping, columns: Mapping[str, str], currency: str) -> None:
    """Compile columns of ours; problems are noted, so that all of a source are reported together.

    The types of expressions are asked for in one query, as each takes longer than to compile a column.
    """
    compiled: dict[str, Compiled] = {}
    for ours, theirs in columns.items():
        is_number = ours in mapping.contract.numbers or ours in mapping.contract.money
        try:
            compiled[ours] = compile_expression(theirs, _wording(mapping, ours), as_number=is_number)
        except SourceError as problem:
            mapping.problems.append(problem.message)
    kinds = {ours: one.kind for ours, one in compiled.items() if one.kind is not None}
    if expressions := [one.value.alias(ours) for ours, one in compiled.items() if ours not in kinds]:
        kinds |= mapping.raw.frame.select(*expressions).collect_schema()
    for ours, expression in compiled.items():
        try:
            _add(mapping, ours, columns[ours], expression, kinds[ours], currency)
        except SourceError as problem:
            mapping.problems.append(problem.message)


def _wording(mapping: SourceMapping, ours: str) -> Wording:
    place = mapping.wording_place(f"columns.{ours}")
    return Wording(mapping.schema, place, mapping.raw.decimal, ONE_PERCENT.get(ours))


def _add(mapping: SourceMapping, ours: str, theirs: str, compiled: Compiled, kind: DType, currency: str) -> None:
    """Add a column of ours to what is read."""
    expression = _typed(mapping, ours, theirs, compiled, kind)
    for column, unreadable in compiled.unreadable.items():
        mapping.wrong[ours] = Unreadable(column, unreadable, nw.col(column))
    if ours in mapping.contract.money:
        mapping.amounts.update(compiled.unreadable)
        expression, ours = minor_units(expression, currency), f"{ours}_minor"
    mapping.columns.append(expression.alias(ours))


def _typed(mapping: SourceMapping, ours: str, theirs: str, compiled: Compiled, kind: DType) -> nw.Expr:
    """The expression in the type that later stages rely on."""
    if ours in TIME_COLUMNS:
        return _time(mapping, ours, theirs, compiled.value, kind)
    if ours in mapping.contract.texts or kind == nw.String or (ours.endswith("_id") and is_large_whole(kind)):
        if kind != nw.String:
            return as_text(compiled.value, kind)
        return _text(compiled.value, BLANKS if ours in MAY_BE_NONE else _NAMES if ours == "segment" else ())
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
            mapping.wrong[ours] = Unreadable(theirs, odd, compiled.value.cast(nw.String))
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


def _time(mapping: SourceMapping, ours: str, theirs: str, value: nw.Expr, kind: DType) -> nw.Expr:
    place = mapping.wording_place(f"columns.{ours}")
    if kind == nw.String:
        form = mapping.source.time_format or _guessed(mapping, theirs, value, place)
        times.check_form(form)
        mapping.time_forms.add(form)
        instants = times.written_as(value, form)
        mapping.wrong[ours] = Unreadable(theirs, instants.unreadable, value)
    elif kind.is_numeric():
        instants = _numbered_time(mapping, theirs, value, kind)
    elif kind.is_temporal():
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
    return instants.seconds + DAY if lasts_days and ours == "ends_at" else instants.seconds


def _numbered_time(mapping: SourceMapping, theirs: str, value: nw.Expr, kind: DType) -> times.Instants:
    """Read numbers as the digits of days or as time since 1970; an empty cell has made floats of some.

    Raises SourceError where they are too small for both, such as the days that a spreadsheet counts.
    """
    digits = as_text(value, kind)
    forms = times.likely_formats(mapping.raw.frame, digits)
    if forms and (forms[0] != times.SECONDS or not kind.is_float()):
        mapping.time_forms.add(forms[0])
        return times.written_as(digits, forms[0])
    if not forms:
        times.check_seconds(mapping.raw.frame, value, theirs)
    return times.typed_times(value, kind)


def _guessed(mapping: SourceMapping, theirs: str, value: nw.Expr, place: Message) -> str:
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


def _text(value: nw.Expr, names: Collection[str]) -> nw.Expr:
    """Text without spaces around it; nothing instead of no text, and of what says that there is none but `names`."""
    bare = value.str.replace_all(EDGES, "")
    return nw.when(~blank(bare, names)).then(bare)


def minor_units(amount: nw.Expr, currency: str) -> nw.Expr:
    """Decimal amounts as integers."""
    return (amount * 10 ** DIGITS[currency]).round(0).cast(nw.Int64)


def map_attributes(mapping: SourceMapping) -> None:
    """Add the attributes, which are columns of the source under their own names."""
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
            mapping.columns.append(_text(nw.col(column), _NAMES).alias(column) if text else nw.col(column))
