"""A folder that is one table: which of its files hold rows, and which columns all of them have alike.

Both are decided here and not by an engine: engines differ in the files that they look at, and take the columns of the
first file for those of all others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from offerloop.errors import SourceError
from offerloop.message import Message

INT96 = "int96"
"""Times as Hive, Impala and older Spark write them: instants, whatever the zone of who wrote them."""
WHOLE, FRACTION, CLOCK, INSTANT = "int64", "double", "timestamp", "timestamp with zone"
"""What whole numbers, floating-point numbers and times become where files hold them in different widths."""
_CSV = re.compile(r"\.(csv|tsv|tab|txt)(\.gz|\.zst)?$", re.IGNORECASE)
_WIDTHS = ((r"u?int\d+", WHOLE), (r"halffloat|float|double", FRACTION), (r"timestamp\[\w+\]", CLOCK))
_ZONED = re.compile(r"timestamp\[\w+, tz=.*\]")


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
class AlikeFiles:
    """Parquet files whose columns are of the same types."""

    files: list[Path]
    kinds: Mapping[str, str]
    """The types of all their columns, as Arrow names them."""
    as_common: Mapping[str, str]
    """Columns that must be read as another type: that of all files, or the one that every engine has."""


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file, or the files of a folder, as one table."""

    parts: Sequence[AlikeFiles]
    unlike: Mapping[str, Message]
    """Columns that some file has not, or as another type, and which. They are no part of the table."""
    keys: list[str]
    """Further columns, whose cells the names of folders say, as in day=2024-05-01."""

    @property
    def names(self) -> list[str]:
        """The columns of the table."""
        columns = [name for name in self.parts[0].kinds if name not in self.unlike]
        return [*columns, *(key for key in self.keys if key not in columns)]


def parquet_table(path: Path) -> ParquetTable:
    """Look at the footers of a file, or of all files of a folder.

    Raises SourceError naming the file that is no Parquet, or lies in folders of other keys.
    """
    files = parquet_files(path) if path.is_dir() else [path]
    if not files:
        raise unreadable(path)
    alike: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for file in files:
        alike.setdefault(tuple(sorted(_kinds(file).items())), []).append(file)
    parts = [(_kinds(group[0]), group) for group in alike.values()]
    unlike, common = _compared(parts)
    read = [AlikeFiles(group, kinds, _to_common(kinds, common, len(parts))) for kinds, group in parts]
    return ParquetTable(read, unlike, _keys(path, files) if path.is_dir() else [])


def unreadable(file: Path) -> SourceError:
    """What is said of a file that is no Parquet."""
    return SourceError(
        Message(
            "the file '{path}' cannot be read as {kind}: it is damaged or something else; write it again",
            path=str(file),
            kind=file.suffix or ".parquet",
        )
    )


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
    leaves = [schema.column(number) for number in range(len(schema))]
    old_times = {leaf.path for leaf in leaves if leaf.physical_type == "INT96"}
    return {column.name: INT96 if column.name in old_times else _kind(column.type) for column in arrow}


def _kind(dtype: pa.DataType) -> str:
    """The type as it lies in the file, whatever it is in the memory of who wrote it."""
    return re.sub(r"large_|_view", "", str(dtype.value_type if pa.types.is_dictionary(dtype) else dtype))


def _compared(parts: Sequence[tuple[Mapping[str, str], list[Path]]]) -> tuple[dict[str, Message], dict[str, str]]:
    """Return the columns that are not alike in all files with the reason, and the type of each other one."""
    unlike: dict[str, Message] = {}
    common: dict[str, str] = {}
    for name in dict.fromkeys(name for kinds, _ in parts for name in kinds):
        there = [(kinds[name], files[0]) for kinds, files in parts if name in kinds]
        without = next((files[0] for kinds, files in parts if name not in kinds), None)
        kind, first = there[0]
        other = next(((one, file) for one, file in there if _wide(one) != _wide(kind)), None)
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
            common[name] = _wide(kind)
    return unlike, common


def _to_common(kinds: Mapping[str, str], common: Mapping[str, str], n_parts: int) -> dict[str, str]:
    """Return the columns to be read as another type: of several parts, or of a type that not every engine has."""
    return {
        name: common[name]
        for name, kind in kinds.items()
        if name in common
        and kind != common[name]
        and common[name] in (WHOLE, FRACTION, CLOCK, INSTANT)
        and (n_parts > 1 or kind in ("uint64", INT96) or kind.startswith("timestamp[ns"))
    }


def _wide(kind: str) -> str:
    """The type in its greatest width."""
    if kind == INT96 or _ZONED.fullmatch(kind):
        return INSTANT
    return next((wide for narrow, wide in _WIDTHS if re.fullmatch(narrow, kind)), kind)


def _keys(folder: Path, files: Sequence[Path]) -> list[str]:
    """The keys that folders say. Raises SourceError where they do so for some files only, or differ."""
    parts = {file: file.relative_to(folder).parts[:-1] for file in files}
    first = next((file for file in files if any("=" in part for part in parts[file])), None)
    if first is None:
        return []
    keys = [part.partition("=")[0] for part in parts[first]]
    for file in files:
        if [part.partition("=")[0] for part in parts[file] if "=" in part] != keys or len(parts[file]) > len(keys):
            raise SourceError(
                Message(
                    "the file '{path}' does not lie in folders of the same keys as '{other}', such as day=2024-05-01; "
                    "move it",
                    path=str(file),
                    other=str(first),
                )
            )
    return keys
