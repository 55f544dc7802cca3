"""Sources in a database: the rows of a table or query, streamed once to Parquet, so that a run sees one state."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from offerloop.config import Source
from offerloop.errors import SourceError
from offerloop.message import Message

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.exc import SQLAlchemyError

BATCH = 100_000
"""Rows in memory at a time."""
_STEPS = 100_000
"""Steps of SQLite's virtual machine between two looks at signals."""
DIGITS = 38
"""Most digits of an exact decimal number; longer ones become floats."""


def snapshot(source: Source, folder: Path) -> tuple[str, Path]:
    """What messages call the source, and its rows as Parquet. Raises SourceError when the database refuses.

    A column has one type, whatever its rows hold (SQLite lets every row choose): text when they do not go together.
    """
    engine = connect(source.url or "")
    name = f"{source.table or 'query'} of {database_name(engine.url)}"
    query = source.query or f"select * from {_quoted(engine, source.table or '')}"
    path = folder / "rows.parquet"
    with TemporaryDirectory(dir=folder) as place:
        parts = []
        for number, (names, rows) in enumerate(_batches(engine, query, name)):
            parts.append(Path(place) / f"{number:06}.parquet")
            frame_of(names, rows).write_parquet(parts[-1])
        _join(parts, path)
    return name, path


def _batches(engine: Engine, query: str, name: str) -> Iterator[tuple[list[str], Sequence[Any]]]:
    """Names of the columns with up to BATCH rows at a time; once without rows when there are none."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    literal = text(query.replace(":", r"\:"))  # no ':word' of the query is a parameter
    try:
        with (
            reading(engine) as connection,
            connection.execute(literal, execution_options={"stream_results": True, "max_row_buffer": BATCH}) as result,
        ):
            names = [str(one) for one in result.keys()]  # noqa: SIM118 - not a dictionary
            if twice := next((one for one in names if names.count(one) > 1), None):
                raise SourceError(
                    Message("{name} gives two columns named '{column}'; rename one with 'as'", name=name, column=twice)
                )
            yield names, result.fetchmany(BATCH)
            while rows := result.fetchmany(BATCH):
                yield names, rows
    except SQLAlchemyError as error:
        raise SourceError(
            Message("the database refuses to read {name}: {reason}", name=name, reason=driver_message(error))
        ) from None
    finally:
        engine.dispose()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that the database itself keeps from writing, where it can; nothing is ever committed."""
    from sqlalchemy.exc import SQLAlchemyError

    options: dict[str, Any] = {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma query_only = on")
            driver: Any = connection.connection.dbapi_connection
            driver.set_progress_handler(lambda: 0, _STEPS)  # where Python notices that the user stops a long query
        try:
            yield connection
        except SQLAlchemyError as error:
            if str(getattr(error, "orig", "")) == "interrupted":
                raise KeyboardInterrupt from error
            raise


def driver_message(error: SQLAlchemyError) -> str:
    """The first line of what the database itself said."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def frame_of(names: Sequence[str], rows: Sequence[Any]) -> pl.DataFrame:
    """Rows as a driver gives them. Columns without a value have the type Null; times with a zone are in UTC."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return pl.DataFrame([_column(name, values) for name, values in zip(names, columns, strict=True)])


def _column(name: str, values: Sequence[Any]) -> pl.Series:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {Decimal} or kinds == {Decimal, int}:
        return _decimals(name, values)
    if kinds == {datetime} and all(value is None or value.tzinfo is not None for value in values):
        utc = [value and value.astimezone(UTC).replace(tzinfo=None) for value in values]
        return pl.Series(name, utc, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")
    if kinds == {datetime} and all(value is None or value.tzinfo is None for value in values):
        return pl.Series(name, values, dtype=pl.Datetime("us"))
    if kinds <= {int, float, Decimal} and len(kinds) > 1:
        return pl.Series(name, [value if value is None else float(value) for value in values], dtype=pl.Float64)
    if len(kinds) < 2 and kinds <= {bool, int, float, str, bytes, date, time}:
        return pl.Series(name, values)
    return pl.Series(name, [value if value is None else str(value) for value in values], dtype=pl.String)


def _decimals(name: str, values: Sequence[Decimal | int | None]) -> pl.Series:
    """Exact where the digits suffice; NaN and infinity are no decimals."""
    numbers = [Decimal(value) for value in values if value is not None]
    if all(value.is_finite() for value in numbers):
        scale = max(0, *(-int(value.as_tuple().exponent) for value in numbers))
        if max(value.adjusted() for value in numbers) + 1 + scale <= DIGITS:
            return pl.Series(name, values, dtype=pl.Decimal(DIGITS, scale))
    return pl.Series(name, [value if value is None else float(value) for value in values], dtype=pl.Float64)


def _join(parts: list[Path], path: Path) -> None:
    """One file of the parts in their order, without holding them in memory; the same rows give the same bytes."""
    schemas = [pl.read_parquet_schema(part) for part in parts]
    types = pl.Schema((name, _common([schema[name] for schema in schemas])) for name in schemas[0])
    scans = [pl.scan_parquet(part, glob=False).cast(types) for part in parts]
    pl.concat(scans).sink_parquet(path, row_group_size=BATCH)


def _common(kinds: list[pl.DataType]) -> pl.DataType:
    """The type of a column whose parts have these; text for a column without a value."""
    different = set(kinds) - {pl.Null()}
    if len(different) < 2:
        return next(iter(different), pl.String())
    if all(isinstance(kind, pl.Decimal) for kind in different):
        return max(different, key=lambda kind: getattr(kind, "scale", 0))
    return pl.Float64() if all(kind.is_numeric() for kind in different) else pl.String()


A_SOURCE = Message("a source's url", context="place of an address")


def connect(url: str, *, whose: Message | str = A_SOURCE, new: bool = False) -> Engine:
    """A SQLAlchemy engine; ``${NAME}`` in the URL is the environment variable, so that no password is written down.

    Raises SourceError when a variable, the driver or SQLAlchemy itself is missing, and for an SQLite file that is not
    there unless it may be `new`: SQLite would make an empty one. `whose` is what messages call the URL.
    """
    try:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    except ModuleNotFoundError:
        raise SourceError(Message("databases need SQLAlchemy; install it with: pip install 'offerloop[sql]'")) from None
    try:
        engine = create_engine(with_variables(url, whose))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        is_named = isinstance(error, NoSuchModuleError | ModuleNotFoundError)
        why = str(error) if is_named else Message("it cannot be understood")
        raise SourceError(
            Message(
                "'{url}' is not a database that can be reached ({why}); write it like sqlite:///shop.db or "
                "postgresql+psycopg://user:${{PASSWORD}}@host/shop",
                url=masked(url),
                why=why,
            )
        ) from None
    file = engine.url.database
    if engine.dialect.name == "sqlite" and not new and file and not _is_there(file):
        raise SourceError(
            Message(
                "the SQLite file '{file}', which {whose} names, does not exist; correct the url", file=file, whose=whose
            )
        )
    return engine


def _is_there(file: str) -> bool:
    """Also of what SQLite does not take for a plain file."""
    return file == ":memory:" or file.startswith("file:") or Path(file).is_file()


def with_variables(url: str, whose: Message | str) -> str:
    """The URL with each ``${NAME}`` replaced by the environment variable; in front of the @ any sign may stand in it.

    Raises SourceError for a variable that is not set.
    """
    before = re.match(r"[^:/]*://[^/@]*@", url)

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise SourceError(
                Message(
                    "the environment variable '{name}', which {whose} names, is not set", name=str(name), whose=whose
                )
            )
        inside = before is not None and match.end() <= before.end()
        plain = re.fullmatch(r"(?:[^@:/?#%]|%[0-9A-Fa-f]{2})*", os.environ[name])
        return quote(os.environ[name], safe="") if inside and not plain else os.environ[name]

    return re.sub(r"\$\{(\w+)\}", value, url)


def database_name(url: URL) -> str:
    """What messages call a database: without password, and without options, which may hold one."""
    return url.set(query={}).render_as_string(hide_password=True)


def masked(url: str) -> str:
    """A URL as written, without a password or options, for messages; variables keep their names."""
    return re.sub(r"(:/*[^:/@]*:)(?!\$\{\w+\}@).*@", r"\1***@", url.partition("?")[0])


def _quoted(engine: Engine, table: str) -> str:
    quote_one = engine.dialect.identifier_preparer.quote_identifier
    return ".".join(quote_one(part) for part in table.split("."))
