"""`--map OURS=THEIRS`: what the user says that columns are read from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import narwhals as nw

from offerloop.config import SourceName
from offerloop.errors import InputError, SourceError, near_miss
from offerloop.events import CONTRACTS, Wording, check_direction, columns_in, compile_expression
from offerloop.mapping import GIVEN, Guess
from offerloop.message import Message, joined
from offerloop.workspace import SampleRows

Given = Mapping[SourceName, Mapping[str, str]]
"""What some of our columns are read from, by source."""
_OPTIONS: dict[str, SourceName] = {"orders": "order_lines"}
"""Sources that the command line calls by another name."""
FILES: tuple[SourceName, ...] = ("products", "customers", "events", "prices", "exposures", "offers", "redemptions")
"""Sources whose file `offerloop init` takes beside the order lines, each with the option of its name."""


def read_map(written: Sequence[str], sources: Collection[SourceName]) -> Given:
    """Read ``customer_id=Member`` or ``products.category=Group``; without a source the order lines are meant.

    Products may be mapped without a file: they are derived from the order lines then.
    Raises InputError for a source without a file, for an unknown column of ours, and for one that is given twice.
    """
    columns_by_source: dict[SourceName, dict[str, str]] = {}
    for text in written:
        ours, _, theirs = (part.strip() for part in text.partition("="))
        if not ours or not theirs:
            raise InputError(
                Message("--map must be like customer_id=Member or products.category=Group, not '{text}'", text=text)
            )
        source, _, column = ours.rpartition(".")
        name = _source(source or "orders", sources, text)
        columns = (*CONTRACTS[name].required, *CONTRACTS[name].optional)
        if column not in columns:
            raise InputError(
                Message(
                    "--map {text}: {file} has no column '{column}'{near} (known: {known})",
                    text=text,
                    file=name,
                    column=column,
                    near=near_miss(column, columns),
                    known=columns,
                )
            )
        if column in columns_by_source.setdefault(name, {}):
            raise InputError(Message("--map names '{field}' twice; say once what it is read from", field=ours))
        columns_by_source[name][column] = theirs
    return columns_by_source


def _source(written: str, sources: Collection[SourceName], text: str) -> SourceName:
    named = _OPTIONS.get(written, written)
    for name in sources:
        if name == named:
            return name
    if named == "products" and "order_lines" in sources:
        return "products"  # derived from the order lines
    options = {source: option for option, source in _OPTIONS.items()}
    written_names = [options.get(one, one) for one in sources]
    if named in FILES:
        raise InputError(
            Message(
                "--map {text}: no file of '{source}' is given; name it with --{named} FILE, or map a column "
                "of one that is given ({given})",
                text=text,
                source=written,
                named=named,
                given=written_names,
            )
        )
    raise InputError(
        Message(
            "--map {text}: no file of '{source}' is given{near} (given: {given})",
            text=text,
            source=written,
            near=near_miss(written, written_names),
            given=written_names,
        )
    )


def _place(ours: str, sample: SampleRows) -> Message:
    return Message(
        "{section} {key} of '{name}'", context="place in a configuration", section="--map", key=ours,
        name=str(sample.place),
    )  # fmt: skip


def guesses(columns: Mapping[str, str], sample: SampleRows) -> dict[str, Guess]:
    """Return what is given for one source as guesses.

    Raises SourceError for columns that the source does not have, and for one that says the opposite by its name.
    """
    check_direction(columns, str(sample.place))
    schema = nw.from_native(sample.head.lazy()).collect_schema()
    problems, guesses_by_column = [], {}
    for ours, theirs in columns.items():
        try:
            compile_expression(theirs, Wording(schema, _place(ours, sample), sample.decimal))
        except SourceError as problem:
            problems.append(problem.message)
            continue
        guesses_by_column[ours] = Guess(theirs, columns_in(theirs, schema), GIVEN)
    if problems:
        raise SourceError(joined(problems, "\n"))
    return guesses_by_column
