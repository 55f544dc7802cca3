"""A folder that is one table: which of its files hold rows, and which columns all of them have alike.

Both are decided here and not by an engine: engines differ in the files that they look at, and take the columns of the
first file for those of all others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from offerloop.errors import SourceError
from offerloop.message import Message

INT96 = "int96"
"""Times as Hive, Impala and older Spark write them: instants, whatever the zone of who wrote them."""
WHOLE, FRACTION, CLOCK, INSTANT = "int64", "double", "timestamp", "timestamp with zone"
"""What whole numbers, floating-point numbers and times become where files hold them in different widths."""
UNSIGNED = "uint64"
"""Whole numbers that may exceed what `WHOLE` holds, such as hashes of ids."""
TEXT, DAY, EMPTY = "string", "date32[day]", "null"
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What folders of a key say where it is empty."""
_CSV = re.compile(r"\.(csv|tsv|tab|txt)(\.gz|\.zst)?$", re.IGNORECASE)
_WIDTHS = ((r"u?int\d+", WHOLE), (r"halffloat|float|double", FRACTION), (r"timestamp\[\w+\]", CLOCK))
_ZONED = re.compile(r"timestamp\[\w+, tz=.*\]")
_WHOLE_KEY, _DAY_KEY = re.compile(r"0|-?[1-9]\d{0,17}"), re.compile(r"\d{4}-\d\d-\d\d")
_SQL = {
    WHOLE: "BIGINT",
    UNSIGNED: "DECIMAL(20, 0)",
    FRACTION: "DOUBLE",
    CLOCK: "TIMESTAMP",
    INSTANT: "TIMESTAMPTZ",
    TEXT: "STRING",
    DAY: "DATE",
    "bool": "BOOLEAN",
}


def sql_type(kind: str) -> str | None:
    """Return the SQL name of a type, or None where no column is cast to it. Times are named as in DuckDB."""
    if decimal := re.fullmatch(r"decimal128(\(\d+, \d+\))", kind):
        return f"DECIMAL{decimal.group(1)}"
    return _SQL.get(kind)


def parquet_files(folder: Path) -> list[Path]:
    """The Parquet files of a folder and of those in it, in the order of their names.

    As on clusters, names that begin with _ or a dot hide what they name, unless they say a key as in _day=1.
    """
    return _files(folder, re.compile(r"\.parquet$", re.IGNORECASE), ("_", "."))


def data_files(folder: Path) -> list[Path]:
    """The files of a folder that hold rows: those in Parquet, or without any those in CSV by their endings."""
    return parquet_files(folder) or _files(folder, _CSV, (".",))


def _files(folder: Path, ending: re.Pattern[str], hidden: tuple[str, ...]) -> list[Path]:
    return [
        file
        for file in sorted(folder.rglob("*"))
        if ending.search(file.name)
        and not any(part.startswith(hidden) and "=" not in part for part in file.relative_to(folder).parts)
        and file.is_file()
    ]


@dataclass(frozen=True)
class FileColumn:
    """A column of a table, and what it is in some of its files."""

    name: str
    spelled: str | None
    """Its name there; None where no cell is filled, whatever the file says of its type."""
    cast: str | None
    """The type that it must be read as, where it is another: that of all files, or the one that every engine has."""


@dataclass(frozen=True)
class AlikeFiles:
    """Parquet files whose columns are of the same types."""

    files: list[Path]
    base: Path
    """The folder below which folders say keys."""
    kinds: Mapping[str, str]
    """The types of all their columns, as Arrow names them."""
    columns: list[FileColumn]


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file, or the files of a folder, as one table."""

    parts: Sequence[AlikeFiles]
    unlike: Mapping[str, Message]
    """Columns that some file has not, or as another type, and which. They are no part of the table."""
    keys: Mapping[str, str]
    """Further columns, whose cells the names of folders say, as in day=2024-05-01, and their types."""

    @property
    def names(self) -> list[str]:
        """The columns of the table."""
        return [*(column.name for column in self.parts[0].columns), *self.keys]


def parquet_table(path: Path) -> ParquetTable:
    """Look at the footers of a file, or of all files of a folder.

    Raises SourceError naming the file that is no Parquet, or lies in folders of other keys, and where no column is
    common to all.
    """
    files = parquet_files(path) if path.is_dir() else [path]
    if not files:
        raise unreadable(path)
    keys = _keys(path, files) if path.is_dir() else {}
    alike: dict[tuple[Path, tuple[tuple[str, str], ...]], list[Path]] = {}
    for file in files:
        alike.setdefault((_base(path, file, keys), tuple(sorted(_kinds(file).items()))), []).append(file)
    spellings = _spellings([_kinds(group[0]) for group in alike.values()], keys)
    parts = [(_renamed(_kinds(group[0]), spellings), group) for group in alike.values()]
    unlike, common = _compared(parts)
    if unlike and not common:
        raise SourceError(next(iter(unlike.values())))
    read = [
        AlikeFiles(group, base, _kinds(group[0]), _columns(_kinds(group[0]), spellings, common, len(parts)))
        for (base, _), group in alike.items()
    ]
    return ParquetTable(read, unlike, keys)


def unreadable(file: Path) -> SourceError:
    """What is said of a file that is no Parquet."""
    return SourceError(
        Message(
            "the file '{path}' cannot be read as {kind}: it is damaged or something else; write it again",
            path=str(file),
            kind=file.suffix or ".parquet",
        )
    )


def check_names_apart(names: Sequence[str], path: Path) -> None:
    """Raise SourceError where two columns of a file have one name, or names that engines take for one."""
    check_names_differ(names, path)
    spellings: dict[str, str] = {}
    for name in names:
        other = spellings.setdefault(name.casefold(), name)
        if other != name:
            raise SourceError(
                Message(
                    "the file '{path}' has the columns '{other}' and '{name}', which differ in upper and lower case "
                    "only; rename one",
                    path=str(path),
                    other=other,
                    name=name,
                )
            )


def check_names_differ(names: Sequence[str], path: Path) -> None:
    """Raise SourceError where two columns of a file have exactly one name."""
    equal = next((name for name, number in Counter(names).items() if number > 1), None)
    if equal is not None:
        raise SourceError(
            Message(
                "the file '{path}' has two columns named '{name}'; rename one in its header",
                path=str(path),
                name=equal,
            )
        )


def check_parquet_names(file: Path) -> None:
    """Raise SourceError where two columns of a Parquet file have exactly one name; what is no such file passes."""
    with suppress(pa.ArrowException, OSError):
        check_names_differ(pq.read_schema(file).names, file)


def check_tables(folder: Path) -> None:
    """Raise SourceError that names the first table of a folder whose rows cannot be read."""
    for file in sorted(folder.glob("*.parquet")):
        try:
            for _ in pq.ParquetFile(file).iter_batches():
                pass
        except (pa.ArrowException, OSError) as error:
            raise unreadable(file) from error


def _kinds(file: Path) -> Mapping[str, str]:
    state = file.stat()
    return _kinds_of(file, state.st_mtime_ns, state.st_size)


@lru_cache(100_000)
def _kinds_of(file: Path, modified_ns: int, size: int) -> Mapping[str, str]:  # noqa: ARG001 - they tell states apart
    """Names and types of a file's columns."""
    try:
        schema = pq.read_metadata(file).schema
        arrow = schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as error:
        raise unreadable(file) from error
    check_names_apart(arrow.names, file)
    leaves = [schema.column(number) for number in range(len(schema))]
    old_times = {leaf.path for leaf in leaves if leaf.physical_type == "INT96"}
    return {column.name: INT96 if column.name in old_times else _kind(column.type) for column in arrow}


def _kind(dtype: pa.DataType) -> str:
    """The type as it lies in the file, whatever it is in the memory of who wrote it."""
    return re.sub(r"large_|_view", "", str(dtype.value_type if pa.types.is_dictionary(dtype) else dtype))


def _spellings(files: Sequence[Mapping[str, str]], keys: Iterable[str]) -> dict[str, str]:
    """Return the name in the table of each column of the files, without those that folders say.

    Names that differ in case alone are one column, as DuckDB has it.
    """
    names = dict.fromkeys(name for kinds in files for name in kinds)
    by_case: dict[str, str] = {}
    for name in names:
        by_case.setdefault(name.casefold(), name)
    said = {key.casefold() for key in keys}
    return {name: by_case[name.casefold()] for name in names if name.casefold() not in said}


def _renamed(kinds: Mapping[str, str], spellings: Mapping[str, str]) -> dict[str, str]:
    return {spellings[name]: kind for name, kind in kinds.items() if name in spellings}


def _compared(parts: Sequence[tuple[Mapping[str, str], list[Path]]]) -> tuple[dict[str, Message], dict[str, str]]:
    """Return the columns that are not alike in all files with the reason, and the type of each other one."""
    unlike: dict[str, Message] = {}
    common: dict[str, str] = {}
    for name in dict.fromkeys(name for kinds, _ in parts for name in kinds):
        there = [(kinds[name], files[0]) for kinds, files in parts if name in kinds]
        without = next((files[0] for kinds, files in parts if name not in kinds), None)
        kind, first = next((one for one in there if one[0] != EMPTY), there[0])
        other = next(((one, file) for one, file in there if not _is_like(one, kind)), None)
        if without is not None:
            unlike[name] = Message(
                "the file '{path}' has no column '{name}', which '{other}' has, and the files of a folder are one "
                "table; write it again with that column",
                path=str(without), name=name, other=str(first),
            )  # fmt: skip
        elif other is not None:
            unlike[name] = Message(
                "the column '{name}' is {kind} in the file '{path}' and {first_kind} in '{other}', and the files of a "
                "folder are one table; write it in one type",
                name=name, kind=other[0], path=str(other[1]), first_kind=kind, other=str(first),
            )  # fmt: skip
        else:
            common[name] = UNSIGNED if any(one == UNSIGNED for one, _ in there) else _wide(kind)
    return unlike, common


def _is_like(kind: str, first: str) -> bool:
    """Return whether two types are one in their greatest width; without filled cells a column is of any."""
    wide = _wide(first)
    return _wide(kind) == wide or (kind == EMPTY and sql_type(wide) is not None)


def _columns(
    kinds: Mapping[str, str], spellings: Mapping[str, str], common: Mapping[str, str], n_parts: int
) -> list[FileColumn]:
    """Return the columns of the table as some files have them.

    They are read as another type where there are several parts, or the type is one that not every engine has.
    """
    own = {spellings[name]: name for name in kinds if name in spellings}
    columns = []
    for name, wide in common.items():
        kind = kinds[own[name]]
        is_cast = wide in (WHOLE, FRACTION, CLOCK, INSTANT, UNSIGNED) and (
            (kind != wide and n_parts > 1) or kind in (UNSIGNED, INT96) or kind.startswith("timestamp[ns")
        )
        spelled = None if kind == EMPTY else own[name]
        columns.append(FileColumn(name, spelled, wide if is_cast or spelled is None else None))
    return columns


def _wide(kind: str) -> str:
    """The type in its greatest width; that of a column without any filled cell is text."""
    if kind == INT96 or _ZONED.fullmatch(kind):
        return INSTANT
    if kind == EMPTY:
        return TEXT
    return next((wide for narrow, wide in _WIDTHS if re.fullmatch(narrow, kind)), kind)


def _keys(folder: Path, files: Sequence[Path]) -> dict[str, str]:
    """The keys that folders say and their types. Raises SourceError where folders of some files say others."""
    said = {file: _said(folder, file) for file in files}
    first = next((file for file in files if said[file]), None)
    if first is None:
        return {}
    keys = [key for key, _ in said[first]]
    for file in files:
        if [key for key, _ in said[file]] != keys:
            raise SourceError(
                Message(
                    "the file '{path}' does not lie in folders of the same keys as '{other}', such as day=2024-05-01; "
                    "move it",
                    path=str(file),
                    other=str(first),
                )
            )
    return {key: _key_kind({cells[place][1] for cells in said.values()}) for place, key in enumerate(keys)}


def _said(folder: Path, file: Path) -> list[tuple[str, str]]:
    """The keys and values that the names of folders say of a file."""
    parts = (part.partition("=") for part in file.relative_to(folder).parts[:-1] if "=" in part)
    return [(key, unquote(value)) for key, _, value in parts]


def _key_kind(values: set[str]) -> str:
    """The type of a key by all its values: whole numbers as they are written without zeros before them, days, or
    text."""
    filled = values - {NO_VALUE}
    if filled and all(_WHOLE_KEY.fullmatch(value) for value in filled):
        return WHOLE
    return DAY if filled and all(_is_day(value) for value in filled) else TEXT


def _is_day(value: str) -> bool:
    try:
        return bool(_DAY_KEY.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def _base(path: Path, file: Path, keys: Mapping[str, str]) -> Path:
    """The folder whose folders say the first key of a file."""
    if not keys:
        return path
    parts = file.relative_to(path).parts
    return path.joinpath(*parts[: next(place for place, part in enumerate(parts) if "=" in part)])
