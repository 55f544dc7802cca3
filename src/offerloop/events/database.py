"""Sources in a database: the rows of a table or query, streamed once to Parquet, so that a run sees one state."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from offerloop.config import Source
from offerloop.errors import SourceError

if TYPE_CHECKING:
    from sqlalchemy import Engine

BATCH = 100_000


def snapshot(source: Source, folder: Path) -> tuple[str, Path]:
    """What messages call the source, and its rows as Parquet. Raises SourceError when the database refuses."""
    engine = connect(source.url or "")
    name = f"{source.table or 'query'} of {engine.url.render_as_string(hide_password=True)}"
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    query = source.query or f"select * from {_quoted(engine, source.table or '')}"
    path = folder / "rows.parquet"
    try:
        with engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH) as connection:
            result = connection.execute(text(query))
            names = list(result.keys())
            parts = [pl.DataFrame(list(map(tuple, rows)), schema=names, orient="row", infer_schema_length=None)
                     for rows in result.partitions(BATCH)]  # fmt: skip
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SourceError(f"the database refuses to read {name}: {reason}") from None
    finally:
        engine.dispose()
    rows = pl.concat(parts, how="vertical_relaxed") if parts else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    rows.write_parquet(path)
    return name, path


def connect(url: str) -> Engine:
    """A SQLAlchemy engine; ``${NAME}`` in the URL is the environment variable, so that no password is written down.

    Raises SourceError when a variable, the driver or SQLAlchemy itself is missing.
    """
    try:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    except ModuleNotFoundError:
        raise SourceError("sources by URL need SQLAlchemy; install it with: pip install 'offerloop[sql]'") from None
    try:
        return create_engine(_expanded(url))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise SourceError(
            f"'{_masked(url)}' is not a database that can be reached ({error}); write it like sqlite:///shop.db or "
            "postgresql+psycopg://user:${PASSWORD}@host/shop"
        ) from None


def _expanded(url: str) -> str:
    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in os.environ:
            raise SourceError(f"the environment variable '{name}', which a source's url names, is not set")
        return os.environ[name]

    return re.sub(r"\$\{(\w+)\}", value, url)


def _masked(url: str) -> str:
    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", url)


def _quoted(engine: Engine, table: str) -> Any:  # noqa: ANN401 - SQLAlchemy's preparer is untyped
    quote = engine.dialect.identifier_preparer.quote_identifier
    return ".".join(quote(part) for part in table.split("."))
