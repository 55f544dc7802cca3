"""Open one source, wherever it lies: the raw table, with every CSV cell still text, and who to blame for a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import narwhals as nw

from offerloop.config import JDBC, Source
from offerloop.engine import BrokenFileError, Engine, Frame, TableReader
from offerloop.errors import SourceError
from offerloop.events.sources.csv_lines import broken_line
from offerloop.events.sources.database import A_SOURCE, snapshot, with_variables
from offerloop.events.sources.dialect import Dialect, as_utf8, sniff
from offerloop.events.sources.filled import with_filled
from offerloop.events.sources.joined import with_joined
from offerloop.events.sources.raw import Raw
from offerloop.events.sources.unpack import Readable, readable, split_part
from offerloop.message import Message


def file_source(path: Path) -> Source:
    """A file named on the command line as a source without a mapping."""
    file, part = split_part(path)
    return Source(path=file, part=part, columns={})


@contextmanager
def open_source(source: Source, engine: Engine) -> Iterator[Raw]:
    """The raw table with the files that are joined to it, and what is filled.

    Copies that it needs (unpacked, another encoding, a database's rows) last as long as the context. Messages name the
    source and never a copy.
    """
    with ExitStack() as opened:
        raw = opened.enter_context(_opened(source, engine))
        for join in source.join:
            encoding = join.encoding or source.encoding
            beside = Source(path=join.path, part=join.part, separator=join.separator, encoding=encoding, columns={})
            raw = with_joined(raw, opened.enter_context(_opened(beside, engine)), join)
        yield raw if source.fill is None else with_filled(raw, source.fill)


@contextmanager
def _opened(source: Source, engine: Engine) -> Iterator[Raw]:
    """One table."""
    if source.is_of_platform:
        yield Raw(_platform_table(source, engine), source.place, source.decimal or ".")
        return
    with TemporaryDirectory(prefix="offerloop-") as place:
        folder = Path(place)
        if source.url is not None:
            name, path = snapshot(source, folder)
            with instead_of_copies(folder, name):
                yield Raw(engine.read(path), name, source.decimal or ".")
            return
        path = source.file
        if path.is_dir():
            yield from _parquet(Readable(_with_parquet(path), path.name), source, engine)
            return
        if not path.is_file():
            raise SourceError(
                Message("the file '{path}' does not exist; correct 'path' in its [sources] section", path=str(path))
            )
        file = readable(path, source.part, folder)
        with instead_of_copies(folder, file.name):
            if file.is_parquet:
                yield from _parquet(file, source, engine)
            else:
                yield from _csv(file, source, engine, folder)


def _platform_table(source: Source, engine: Engine) -> Frame:
    """A table of a Spark session, or of a database that Spark reads by JDBC."""
    if not isinstance(engine, TableReader):
        raise SourceError(
            Message(
                "{table} is read by Spark alone; run with --engine spark, or name a file by 'path' or a database by a "
                "'url' like postgresql+psycopg://user:${{PASSWORD}}@host/shop",
                table=source.place,
            )
        )
    if source.url is None:
        return engine.named(source.table or "")
    return engine.database(with_variables(source.url.removeprefix(JDBC), A_SOURCE), source.table, source.query)


@contextmanager
def instead_of_copies(folder: Path, name: str) -> Iterator[None]:
    """Put the name of a source into messages in place of its copies in `folder`."""
    try:
        yield
    except SourceError as error:
        copies = re.compile(rf"{re.escape(str(folder))}/[^\s\"';:,]*")
        if not any(copies.search(text) for text in error.message.texts()):
            raise
        raise SourceError(error.message.with_texts(lambda text: copies.sub(lambda _: name, text))) from None


def _with_parquet(folder: Path) -> Path:
    if next(folder.rglob("*.parquet"), None) is None:
        raise SourceError(
            Message(
                "'{path}' is a folder without Parquet files; name such a folder or a file in 'path' of its [sources] "
                "section",
                path=str(folder),
            )
        )
    return folder


def _parquet(file: Readable, source: Source, engine: Engine) -> Iterator[Raw]:
    try:
        yield Raw(engine.read(file.path), file.name, source.decimal or ".")
    except BrokenFileError:
        raise SourceError(
            Message("the file '{name}' is damaged and cannot be read to its end; write it again", name=file.name)
        ) from None


def _csv(file: Readable, source: Source, engine: Engine, folder: Path) -> Iterator[Raw]:
    csv_dialect = file.dialect or sniff(file.path, encoding=source.encoding, separator=source.separator)
    dialect = Dialect(csv_dialect.encoding, csv_dialect.separator, source.decimal or csv_dialect.decimal)
    frame = engine.read(as_utf8(file.path, dialect.encoding, folder), dialect.separator)
    try:
        yield Raw(_without_empty_rows(frame), file.name, dialect.decimal, (file, dialect))
    except BrokenFileError:
        line, wrong = broken_line(file.path, dialect)
        raise SourceError(
            Message(
                "the file '{name}'{place} cannot be read: {reason}",
                name=file.name,
                place=file.place(line),
                reason=wrong,
            )
        ) from None


def _without_empty_rows(frame: Frame) -> Frame:
    """Leave out rows of nothing but separators, which spreadsheets write below a table."""
    says = [(nw.col(column) != "").fill_null(value=False) for column in frame.collect_schema()]
    return frame.filter(nw.any_horizontal(*says, ignore_nulls=False))
