"""How a CSV file is written: its encoding, its separator and its decimal mark; guessed from its first lines."""

from __future__ import annotations

import codecs
import csv
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from offerloop.errors import SourceError
from offerloop.events.sources.latin import CENTRAL, TURKISH, WESTERN, latin_encodings
from offerloop.message import Message

SEPARATORS = (",", ";", "\t", "|")
UNICODE, KOREAN = "utf-8-sig", "cp949"
COMMON_SIGNS = {
    "gb18030": r"[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]",
    "cp950": r"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]",
    "cp932": r"[\x81-\x83\x88-\x97][\x40-\x7e\x80-\xfc]",
    "cp949": r"[\xa1-\xa9\xb0-\xc8][\xa1-\xfe]",
}
"""The bytes of signs in everyday use, by East Asian encoding: punctuation, kana, and the first level of GB 2312, of
Big5 and of JIS X 0208, and the hangul of KS X 1001. Texts that are read in a wrong encoding are full of rare signs."""
_PAIRS = {
    "gb18030": r"[\x81-\xfe][\x40-\x7e\x80-\xfe]",
    "cp950": r"[\x81-\xfe][\x40-\x7e\xa1-\xfe]",
    "cp932": r"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\xa1-\xdf]",
    "cp949": r"[\x81-\xfe][\x41-\x5a\x61-\x7a\x81-\xfe]",
}
"""The bytes of all their signs that are not ASCII."""
_FOUR_BYTES = r"[\x81-\xfe][0-9][\x81-\xfe][0-9]"
"""Signs of GB 18030 that are no Chinese: western letters and currency signs, which say nothing of the encoding."""
_PLAUSIBLE = 0.75
"""Share of the signs that must be in everyday use. A western letter and the next one are hardly ever such a sign."""
_HANGUL, _MANY_SIGNS = re.compile(r"[\xb0-\xc8][\xa1-\xfe]"), 15
"""Half of the everyday Chinese signs of GB 2312 have such bytes too: of so many different ones hardly ever all."""
_CLEARLY = 0.1
"""The lead that the best of the encodings must have for the guess to be a sure one."""
SAMPLE_BYTES = 1 << 20
csv.field_size_limit(1 << 30)  # for the whole process: the default of 131,072 is less than a cell may hold
_JSON = re.compile(rb'\s*(\[\s*[\[{]|\{\s*"|(\[\s*\]|\{\s*\})\s*$)')
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BYTE_ORDER_MARK = "\ufeff"
_AROUND = r"[\WA-Z]*(?:(?:kr|zł|Kč)\W*)?"
"""What may stand around an amount: signs and codes of currencies."""
_COMMA_DECIMAL = re.compile(rf"^{_AROUND}(\d{{1,3}}([.\s'’]\d{{3}})+,\d+|\d+,\d{{1,2}}){_AROUND}$")
_POINT_DECIMAL = re.compile(rf"^{_AROUND}(\d{{1,3}}([,\s'’]\d{{3}})+\.\d+|\d+\.\d{{1,2}}){_AROUND}$")


@dataclass(frozen=True)
class Dialect:
    """What a reader must know of a CSV file before the first cell."""

    encoding: str = "utf-8-sig"
    separator: str = ","
    decimal: str = "."


def sniff(path: Path, *, encoding: str | None = None, separator: str | None = None) -> Dialect:
    """The dialect of a file, with what is known given. Raises SourceError when no encoding fits or it is empty."""
    sample = _head(path)
    if _JSON.match(sample.removeprefix(codecs.BOM_UTF8)):
        raise SourceError(
            Message(
                "the file '{path}' holds JSON; save its rows as CSV or Parquet, with a line of column names",
                path=str(path),
            )
        )
    encoding = encoding or _encoding(path, sample)
    text = _decoded(path, sample, encoding)
    if not text.strip().strip(_BYTE_ORDER_MARK):
        raise SourceError(Message("the file '{path}' is empty; it needs a header line and rows", path=str(path)))
    lines = text.splitlines()[:200]
    separator = separator or max(SEPARATORS, key=lambda one: regularity(lines, one))
    cells = [cell for row in csv.reader(lines[1:], delimiter=separator) for cell in row]
    return Dialect(encoding, separator, decimal_mark(cells))


def decimal_mark(cells: Sequence[str]) -> str:
    """Return the mark that more of the cells have before their decimals; a point where as many have either."""
    commas, points = (sum(bool(mark.match(cell)) for cell in cells) for mark in (_COMMA_DECIMAL, _POINT_DECIMAL))
    return "," if commas > points else "."


def as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """The file itself when it is UTF-8, else a copy in UTF-8 in `folder`. Raises SourceError naming the bad line."""
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        _check_utf8(path)
        return path
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=folder, suffix=".csv", delete=False
    ) as copy, path.open(encoding=encoding, newline="") as source:  # fmt: skip
        try:
            while chunk := source.read(SAMPLE_BYTES):
                copy.write(chunk)
        except UnicodeError as error:
            raise SourceError(
                Message(
                    "the file '{path}' is not {encoding} ({reason}); correct 'encoding' of its source",
                    path=str(path),
                    encoding=encoding,
                    reason=getattr(error, "reason", str(error)),
                )
            ) from None
    return Path(copy.name)


def _check_utf8(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    with path.open("rb") as file:
        while chunk := file.read(SAMPLE_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                line = lines + chunk[: error.start].count(b"\n")
                raise SourceError(
                    Message(
                        "the file '{path}', line {line}: the bytes are not UTF-8; set 'encoding' of its source, such "
                        'as "gb18030" or "cp1252"',
                        path=str(path),
                        line=str(line),
                    )
                ) from None
            lines += chunk.count(b"\n")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SAMPLE_BYTES)


def _encoding(path: Path, sample: bytes) -> str:
    return likely_encodings(path, sample)[0]


def likely_encodings(path: Path, sample: bytes | None = None) -> tuple[str, ...]:
    """Return the encoding of a file, and behind it any other that is about as likely.

    Raises SourceError when no encoding fits.
    """
    sample = _head(path) if sample is None else sample
    if sample.startswith(_UTF16):
        return ("utf-16",)
    if _decodes(sample, UNICODE):
        return (UNICODE,)
    if latin := latin_encodings(sample, [name for name in (WESTERN, CENTRAL, TURKISH) if _decodes(sample, name)]):
        return latin
    if _is_korean(sample):
        return (KOREAN,)
    scores = {name: _plausibility(sample, name) for name in COMMON_SIGNS if _decodes(sample, name)}
    best = max(scores.values(), default=0.0)
    if best >= _PLAUSIBLE:
        ranked = sorted(scores, key=lambda name: -scores[name])
        return tuple(name for name in ranked if scores[name] > best - _CLEARLY)
    if not _decodes(sample, WESTERN):
        raise SourceError(
            Message("the encoding of the file '{path}' is not known; set 'encoding' of its source", path=str(path))
        )
    return (WESTERN,)


def _decodes(sample: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)().decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _is_korean(sample: bytes) -> bool:
    """Return whether all of many different signs are hangul."""
    signs = set(re.findall(_PAIRS[KOREAN], sample.decode("latin-1")))
    signs = {sign for sign in signs if sign[0] > "\xa9"}  # without punctuation
    return len(signs) >= _MANY_SIGNS and all(map(_HANGUL.fullmatch, signs)) and _decodes(sample, KOREAN)


def _plausibility(sample: bytes, name: str) -> float:
    """Return the share of signs that are in everyday use among those that are not ASCII."""
    text = re.sub(_FOUR_BYTES, "", sample.decode("latin-1")) if name == "gb18030" else sample.decode("latin-1")
    signs = re.findall(_PAIRS[name], text)
    common = re.compile(COMMON_SIGNS[name])
    return sum(bool(common.fullmatch(sign)) for sign in signs) / max(len(signs), 1)


def _decoded(path: Path, sample: bytes, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise SourceError(
            Message(
                "'{encoding}' is not an encoding; correct 'encoding' of the source of '{path}'",
                encoding=encoding,
                path=str(path),
            )
        ) from None
    text = sample.decode(encoding, errors="replace")
    if "\0" in text:
        raise SourceError(
            Message("the file '{path}' holds binary data, or text as UTF-16; save it as CSV in UTF-8", path=str(path))
        )
    return text


def regularity(lines: list[str], separator: str) -> tuple[int, int]:
    """Lines with the commonest number of cells, when these are several; then how many cells."""
    counts = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
    cells, times = counts.most_common(1)[0] if counts else (1, 0)
    return (times, cells) if cells > 1 else (0, 1)
