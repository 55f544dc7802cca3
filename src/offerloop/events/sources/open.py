"""Open one source, wherever it lies: the raw table, with every CSV cell still text, and who to blame for a cell."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import narwhals as nw

from offerloop.config import JDBC, Source
from offerloop.engine import (
    BrokenFileError,
    Engine,
    Frame,
    ParquetTable,
    TableReader,
    check_names_apart,
    data_files,
    extended,
    parquet_table,
    temporary_folder,
)
from offerloop.errors import InputError, SourceError
from offerloop.events.columns.expression import columns_in
from offerloop.events.sources.csv_lines import broken_line
from offerloop.events.sources.database import A_SOURCE, snapshot, with_variables
from offerloop.events.sources.dialect import Dialect, as_utf8, sniff
from offerloop.events.sources.filled import with_filled
from offerloop.events.sources.joined import with_joined
from offerloop.events.sources.raw import CsvFile, Raw
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
            beside = Source(
                path=join.path, part=join.part, separator=join.separator, encoding=encoding, columns=source.columns,
                attributes=(join.key or join.on, *source.attributes), where=source.where, fill=source.fill,
            )  # fmt: skip
            ours = [name for name in raw.frame.collect_schema() if name != join.key]
            raw = with_joined(raw, opened.enter_context(_opened(beside, engine, ours)), join)
        yield raw if source.fill is None else with_filled(raw, source.fill)


@contextmanager
def _opened(source: Source, engine: Engine, elsewhere: Collection[str] = ()) -> Iterator[Raw]:
    """One table. Of it nobody needs the columns that stand elsewhere."""
    if source.is_of_platform:
        yield Raw(_platform_table(source, engine), source.place, source.decimal or ".")
        return
    with temporary_folder() as folder:
        if source.url is not None:
            name, path = snapshot(source, folder)
            with instead_of_copies(folder, name):
                yield Raw(engine.read(path), name, source.decimal or ".")
            return
        path = source.file
        if path.is_dir():
            yield from _of_folder(path, source, engine, folder, elsewhere)
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
                yield from _csv([_written(file, source)], file.name, engine, folder)


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
    except InputError as error:
        copies = re.compile(rf"{re.escape(str(folder))}/[^\s\"';:,]*")
        if not any(copies.search(text) for text in error.message.texts()):
            raise
        raise SourceError(error.message.with_texts(lambda text: copies.sub(lambda _: name, text))) from None


def _parquet(file: Readable, source: Source, engine: Engine) -> Iterator[Raw]:
    try:
        yield Raw(_without_nan(engine.read(file.path)), file.name, source.decimal or ".")
    except BrokenFileError:
        raise SourceError(
            Message("the file '{name}' is damaged and cannot be read to its end; write it again", name=file.name)
        ) from None


def _of_folder(path: Path, source: Source, engine: Engine, copies: Path, elsewhere: Collection[str]) -> Iterator[Raw]:
    """The Parquet files of a folder as one table, or its CSV files where it has no other."""
    files = data_files(path)
    if not files:
        raise SourceError(
            Message(
                "'{path}' is a folder without Parquet or CSV files; name such a folder or a file in 'path' of its "
                "[sources] section",
                path=str(path),
            )
        )
    if files[0].suffix.lower() == ".parquet":
        _check_alike(parquet_table(path), source, elsewhere)
        yield from _parquet(Readable(path, path.name), source, engine)
        return
    with instead_of_copies(copies, path.name):
        yield from _csv([_of_many(one, source, copies) for one in files], path.name, engine, copies)


def _check_alike(table: ParquetTable, source: Source, elsewhere: Collection[str]) -> None:
    """Raise SourceError where the source needs a column that files of its folder do not have alike."""
    names = {*table.names, *table.unlike}
    needed = {join.on for join in source.join} | set(source.attributes)
    if source.fill is not None:
        needed |= {source.fill.by, *source.fill.columns}
    for text in filter(None, (*source.columns.values(), source.where)):
        with suppress(SyntaxError, RecursionError, MemoryError, ValueError):  # who compiles it says what is wrong
            needed |= set(columns_in(text, names))
    for name, why in table.unlike.items():
        if name in needed and name not in elsewhere:
            raise SourceError(why)


def _of_many(path: Path, source: Source, copies: Path) -> CsvFile:
    """One file of a folder. Raises SourceError for decimal commas that no key says: others may lack them."""
    file = readable(path, None, copies)
    with instead_of_copies(copies, file.name):
        written = _written(file, source)
    if written[1].decimal != (source.decimal or "."):
        raise SourceError(
            Message(
                "the file '{file}' writes numbers with a decimal comma, which not every file of a folder shows; set "
                'decimal = "," in its [sources] section',
                file=file.name,
            )
        )
    return written


def _written(file: Readable, source: Source) -> CsvFile:
    """A CSV file and how it is written."""
    dialect = file.dialect or sniff(file.path, encoding=source.encoding, separator=source.separator)
    return file, Dialect(dialect.encoding, dialect.separator, source.decimal or dialect.decimal)


def _csv(files: Sequence[CsvFile], name: str, engine: Engine, copies: Path) -> Iterator[Raw]:
    """The rows of CSV files with the same columns."""
    frame = _without_empty_rows(_rows(files, engine, copies))
    try:
        yield Raw(frame, name, files[0][1].decimal, tuple(files))
    except BrokenFileError:
        raise _broken(files) from None


def _rows(files: Sequence[CsvFile], engine: Engine, copies: Path) -> Frame:
    """All rows as they stand there. Files with one header and one separator are read together."""
    if len(files) == 1:
        file, dialect = files[0]
        return engine.read(as_utf8(file.path, dialect.encoding, copies), dialect.separator)
    alike: dict[tuple[str, ...], list[Path]] = {}
    examples: dict[tuple[str, ...], str] = {}
    for file, dialect in files:
        with instead_of_copies(copies, file.name):
            text = as_utf8(file.path, dialect.encoding, copies)
        kind = (dialect.separator, *_header(text, dialect))
        alike.setdefault(kind, []).append(text)
        examples.setdefault(kind, file.name)
    usual = _usual(alike)
    for kind, name in examples.items():
        if set(_names(kind)) != set(_names(usual)):
            raise SourceError(
                Message(
                    "the file '{file}' has other columns than '{first}', and the CSV files of a folder are one table; "
                    "take it out of the folder, or give it the columns {columns}",
                    file=name,
                    first=examples[usual],
                    columns=[repr(one) for one in _names(usual)],
                )
            )
        check_names_apart(_names(kind), Path(name))
    frames = [engine.read(_linked(group, copies), kind[0]) for kind, group in alike.items()]
    names = frames[0].collect_schema().names()
    return nw.concat([frame.select(names) for frame in frames]) if len(frames) > 1 else frames[0]


def _usual(alike: Mapping[tuple[str, ...], Collection[Path]]) -> tuple[str, ...]:
    """Return separator and columns of most files; of as many files, those of most columns."""
    n_files = Counter[frozenset[str]]()
    for kind, group in alike.items():
        n_files[frozenset(_names(kind))] += len(group)
    return max(alike, key=lambda kind: (n_files[frozenset(_names(kind))], len(kind)))


def _names(kind: tuple[str, ...]) -> list[str]:
    """Return the names of columns behind a separator as engines give them: an empty one is named by its place."""
    return [name.strip() or f"column {place}" for place, name in enumerate(kind[1:], start=1)]


def _header(file: Path, dialect: Dialect) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return next(csv.reader(text, delimiter=dialect.separator), [])


def _linked(files: Sequence[Path], copies: Path) -> Path:
    """A folder of these files alone, which are UTF-8."""
    folder = Path(mkdtemp(dir=copies))
    for number, file in enumerate(files):
        (folder / f"{number:06}.csv").symlink_to(file.absolute())
    return folder


def _broken(files: Sequence[CsvFile]) -> SourceError:
    """Say which of the files cannot be read, and in which line."""
    lines = ((file, *broken_line(file.path, dialect)) for file, dialect in files)
    file, line, wrong = next((one for one in lines if one[1] is not None), None) or (
        files[0][0],
        *broken_line(files[0][0].path, files[0][1]),
    )
    return SourceError(
        Message(
            "the file '{name}'{place} cannot be read: {reason}", name=file.name, place=file.place(line), reason=wrong
        )
    )


def _without_empty_rows(frame: Frame) -> Frame:
    """Leave out rows of nothing but separators, which spreadsheets write below a table."""
    says = [(nw.col(column) != "").fill_null(value=False) for column in frame.collect_schema()]
    return frame.filter(nw.any_horizontal(*says, ignore_nulls=False))


def _without_nan(frame: Frame) -> Frame:
    """Empty cells in place of numbers that are none, as some programs write empty cells."""
    fractions = [name for name, kind in frame.collect_schema().items() if kind.is_float()]
    return extended(frame, [nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in fractions])
