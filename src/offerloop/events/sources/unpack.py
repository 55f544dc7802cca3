"""Files as a reader needs them: CSV or Parquet, unpacked from gzip, Zstandard, ZIP or an Excel workbook.

What a file is, its first bytes say: an ending may be missing or wrong. Copies are written in blocks, so that a packed
file of any size needs disk and no memory.
"""

from __future__ import annotations

import gzip
import math
import re
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from offerloop.errors import SourceError, near_miss
from offerloop.events.sources.above_header import above_header
from offerloop.events.sources.dialect import Dialect, sniff
from offerloop.events.sources.workbook import open_workbook, sheet_names, write_sheet
from offerloop.message import Message, Value

_BLOCK = 1 << 20
_DEEPEST = 4
"""Packed files inside packed files that are followed."""
_OLD_EXCEL, _ZIP, _GZIP, _ZSTD, _PARQUET = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_EMPTY_ZIP = b"PK\x05\x06"
_MARKUP = (b"<html", b"<table", b"<?xml", b"<!doctype", b"<workbook")
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".parquet", ".xlsx", ".xlsm", ".gz", ".zst")
"""Endings of what is looked for in an archive."""

_SEVERAL_FILES = Message(
    "'{path}' holds several files: {parts}; name one with 'part' of its [sources] section, or on the command line as "
    "in '{example}'"
)
_SEVERAL_SHEETS = Message(
    "'{path}' holds several sheets: {parts}; name one with 'part' of its [sources] section, or on the command line as "
    "in '{example}'"
)


class _ByteSource(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Readable:
    """A file that can be read as it is."""

    path: Path
    name: str
    """What messages call it: the file as it was named, and the sheet or the file in an archive."""
    is_parquet: bool = False
    dialect: Dialect | None = None
    """Known for a sheet; for CSV it is left to be guessed."""
    skipped: int = 0
    """Rows of the sheet, or lines of the file, above its header."""

    def position(self, line: int | None) -> Message | None:
        """Return ``"line 7"``, or ``"row 9"`` of a sheet; nothing for nothing."""
        if line is None:
            return None
        number = str(line + self.skipped)
        if self.dialect is None:
            return Message("line {number}", context="place in a file", number=number)
        return Message("row {number}", context="place in a file", number=number)

    def place(self, line: int | None) -> Message | str:
        """Return the position as it stands behind the name of the file: ``", line 7"``."""
        position = self.position(line)
        if position is None:
            return ""
        return Message(", {position}", context="behind the name of a file", position=position)


class SeveralPartsError(SourceError):
    """A workbook or an archive with several tables, of which none was named."""

    def __init__(self, message: Message, path: Path, parts: Sequence[str]) -> None:
        """`message` says that there are several: sheets, or files."""
        self.parts = tuple(parts)
        example = f"{path.name}#{parts[0]}"
        super().__init__(message.with_values(path=str(path), parts=_listed(parts), example=example))


def split_part(path: Path) -> tuple[Path, str | None]:
    """A file as named on the command line, and the sheet or the file in it that may stand behind a #."""
    written = str(path)
    if not path.exists():
        for hash_sign in re.finditer("#", written):
            file, part = Path(written[: hash_sign.start()]), written[hash_sign.end() :]
            if part and file.is_file():
                return file, part
    return path, None


class TooMuchUnpackedError(SourceError):
    """What is packed in a file is larger than it may be."""


@dataclass(frozen=True)
class _Copies:
    """Copies in a folder, each of which may hold so many bytes."""

    folder: Path
    most_bytes: float

    def take(self, source: _ByteSource, path: Path) -> Path:
        """Copy what is packed to a new place; the ending of its path stays where it says what the file is."""
        suffix, size = path.suffix.lower(), 0
        copy = Path(tempfile.mkdtemp(dir=self.folder)) / f"table{suffix if suffix in _TABLES else '.csv'}"
        with copy.open("wb") as file:
            while block := source.read(_BLOCK):
                size += len(block)
                self.check_size(size)
                file.write(block)
        return copy

    def check_size(self, n_bytes: int) -> None:
        """Raise TooMuchUnpackedError where so many bytes are too many."""
        if n_bytes > self.most_bytes:
            raise TooMuchUnpackedError(
                Message(
                    "the file is too large when it is unpacked; give a smaller one, or set the shop up in a terminal"
                )
            )


def readable(path: Path, part: str | None, folder: Path, most_bytes: float = math.inf) -> Readable:
    """The file itself, or a copy in `folder` that can be read.

    `part` is a sheet of a workbook or a file of an archive. Raises SourceError for what is no table, SeveralPartsError
    where a part must be named, TooMuchUnpackedError where a copy would hold more than `most_bytes`.
    """
    try:
        file = _readable(path, part, _Copies(folder, most_bytes), str(path), _DEEPEST)
    except OSError as error:
        raise SourceError(
            Message("the file '{path}' cannot be read: {reason}", path=str(path), reason=str(error.strerror or error))
        ) from None
    if part is not None and file.path == path:
        raise SourceError(
            Message(
                "'{path}' is neither a workbook nor an archive, so it has no part '{part}'; leave it out",
                path=str(path),
                part=part,
            )
        )
    return file


def _readable(path: Path, part: str | None, copies: _Copies, name: str, depth: int) -> Readable:
    with path.open("rb") as file:
        begin = file.read(512)
    if not depth:
        raise SourceError(Message("'{name}' is packed too many times; unpack it", name=name))
    if begin.startswith((_GZIP, _ZSTD)):
        inner = _unpacked(path, copies, name, is_gzip=begin.startswith(_GZIP))
        return _readable(inner, part, copies, name, depth - 1)
    if begin.startswith((_ZIP, _EMPTY_ZIP)):
        return _of_zip(path, part, copies, name, depth)
    if begin.startswith(_OLD_EXCEL):
        raise SourceError(
            Message(
                "'{name}' is a workbook of an old Excel (.xls), or one with a password; save it as .xlsx "
                "without a password, or as CSV",
                name=name,
            )
        )
    if begin.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise SourceError(
            Message(
                "'{name}' holds a web page or XML, whatever its ending; save it as .xlsx, CSV or Parquet", name=name
            )
        )
    if begin.startswith(_PARQUET) and path.suffix.lower() != ".parquet":
        link = Path(tempfile.mkdtemp(dir=copies.folder)) / "table.parquet"
        link.symlink_to(path.absolute())
        path = link
    if path.suffix.lower() == ".parquet":
        return Readable(path, name, is_parquet=True)
    return _from_header_on(path, copies, name)


def _from_header_on(path: Path, copies: _Copies, name: str) -> Readable:
    """A CSV file, or a copy of it without the lines above its header."""
    above = above_header(path)
    if not above.n_lines:
        return Readable(path, name)
    with path.open("rb") as source:
        source.seek(above.n_bytes)
        copy = copies.take(source, path)
    return Readable(copy, name, skipped=above.n_lines)


def _of_zip(path: Path, part: str | None, copies: _Copies, name: str, depth: int) -> Readable:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                copies.check_size(sum(member.file_size for member in archive.infolist()))
                return _of_workbook(path, part, copies.folder, name)
            _refuse_other_documents(names, name)
            chosen, rest = _member(archive, part, path)
            with archive.open(chosen) as source:
                inner = copies.take(source, Path(chosen))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceError(
            Message(
                "the archive '{name}' is damaged or packed in an unknown way ({error}); pack it again, or unpack it",
                name=name,
                error=str(error),
            )
        ) from None
    return _readable(inner, rest, copies, f"{name}#{chosen}", depth - 1)


def _refuse_other_documents(names: Sequence[str], name: str) -> None:
    if "xl/workbook.bin" in names:
        raise SourceError(Message("'{name}' is a binary workbook (.xlsb); save it as .xlsx or as CSV", name=name))
    if "content.xml" in names and "mimetype" in names:
        raise SourceError(Message("'{name}' is an OpenDocument file; save it as .xlsx or as CSV", name=name))
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise SourceError(Message("'{name}' is a document, not a table; save its table as .xlsx or as CSV", name=name))


def _member(archive: zipfile.ZipFile, part: str | None, path: Path) -> tuple[str, str | None]:
    """The only table of an archive, or the one that was named; and which sheet of it, as in ``book.xlsx#Sheet1``."""
    tables = _tables_in(archive)
    if not tables:
        raise SourceError(
            Message("the archive '{path}' holds no CSV, Parquet or Excel file; pack the table itself", path=str(path))
        )
    if part is None and len(tables) > 1:
        raise SeveralPartsError(_SEVERAL_FILES, path, tables)
    file, _, sheet = (part or tables[0]).partition("#")
    chosen = next((one for one in tables if file in (one, Path(one).name)), None)
    if chosen is None:
        raise SourceError(
            Message(
                "the archive '{path}' has no file '{file}'{near} (it has {known})",
                path=str(path),
                file=file,
                near=near_miss(file, tables),
                known=_listed(tables),
            )
        )
    if archive.getinfo(chosen).flag_bits & 1:
        raise SourceError(
            Message(
                "'{part}' in the archive '{path}' is encrypted; unpack it, or pack it without a password",
                part=chosen,
                path=str(path),
            )
        )
    return chosen, sheet or None


def _tables_in(archive: zipfile.ZipFile) -> list[str]:
    files = (member.filename for member in archive.infolist() if not member.is_dir())
    return [name for name in files if name.lower().endswith(_TABLES) and not _is_hidden(name)]


def _is_hidden(name: str) -> bool:
    """What systems put into archives beside the files of a person."""
    return any(part.startswith(".") or part == "__MACOSX" for part in Path(name).parts)


def _of_workbook(path: Path, part: str | None, folder: Path, name: str) -> Readable:
    workbook = open_workbook(path, name)
    names = sheet_names(workbook)
    if part is None and len(names) > 1:
        raise SeveralPartsError(_SEVERAL_SHEETS, path, names)
    if part is None and not names:
        raise SourceError(
            Message(
                "the workbook '{name}' has no sheet with cells that is not hidden; give one with a table", name=name
            )
        )
    sheets = sheet_names(workbook, hidden=True)
    sheet = names[0] if part is None else part
    if sheet not in sheets:
        raise SourceError(
            Message(
                "the workbook '{name}' has no sheet '{sheet}' with cells{near} (it has {known})",
                name=name,
                sheet=sheet,
                near=near_miss(sheet, sheets),
                known=_listed(sheets),
            )
        )
    copy = Path(tempfile.mkdtemp(dir=folder)) / "sheet.csv"
    written = write_sheet(workbook, sheet, copy)
    mark = "." if written.fractions else sniff(copy, encoding="utf-8-sig", separator=",").decimal
    said = name if part is None else f"{name}#{sheet}"
    return Readable(copy, said, dialect=Dialect(decimal=mark), skipped=written.header - 1)


def _unpacked(path: Path, copies: _Copies, name: str, *, is_gzip: bool) -> Path:
    stem = Path(path.stem) if path.suffix.lower() in (".gz", ".zst") else path
    try:
        with gzip.open(path) if is_gzip else pa.input_stream(str(path), compression="zstd") as source:
            return copies.take(source, stem)
    except (OSError, zlib.error, EOFError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SourceError(
            Message(
                "the packed file '{name}' is damaged ({error}); pack it again, or unpack it",
                name=name,
                error=str(error),
            )
        ) from None


def _listed(names: Sequence[str]) -> Value:
    """Return the first ten, and how many more there are."""
    if len(names) <= 10:
        return names
    return Message("{names} and {n} more", context="names in a row", names=names[:10], n=len(names) - 10)
