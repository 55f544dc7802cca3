"""What is asked of `offerloop uplift`, and the table that it is asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from offerloop.errors import InputError, SourceError, near_miss
from offerloop.events.broken import broken_line
from offerloop.events.dialect import as_utf8, sniff
from offerloop.events.open import instead_of_copies
from offerloop.events.unpack import Readable, readable, split_part
from offerloop.service.peek import single_values

_FIRST_TEXTS = 100
EMPTY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null")


@dataclass(frozen=True)
class Asked:
    """Which column is what; everything that is not named is a feature."""

    treatment: str
    outcome: str
    cost: str | None = None
    """Column, or a number that every treated customer costs."""
    value: str | None = None
    """Column, or a number that one unit of the outcome is worth; None where the outcome itself counts."""
    id: str | None = None
    control: str | None = None
    """Name of the arm without an offer; None where it can be recognised."""
    propensity: str | None = None
    """Column with the chance of the arm that each row is in."""
    shares: tuple[tuple[str, float], ...] = ()
    """Planned share of each arm."""
    budget: float | None = None
    """In the unit of cost, for all rows of the table."""
    audit: tuple[str, ...] = ()
    """Columns whose groups are compared; they are never features."""
    ignore: tuple[str, ...] = ()
    negative_controls: tuple[str, ...] = ()
    """Columns that no offer can have changed; they are never features."""
    treated_at: str | None = None
    """Column with the time of the treatment."""
    observational: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        """Raises InputError for what cannot be."""
        if self.budget is not None and not self.budget > 0:
            raise InputError(f"--budget must be above 0, not {self.budget:g}")
        if self.budget is not None and self.cost is None:
            raise InputError("--budget needs --cost: name the column of what each customer cost, or a number")
        if self.propensity is not None and self.observational:
            raise InputError("--observational says that chances are not known, but --propensity gives them; name one")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that hold names: of arms, and of customers where they have ids."""
        return (self.treatment,) if self.id is None else (self.treatment, self.id)

    @property
    def named(self) -> dict[str, str]:
        """Options that name a column, by option."""
        single = {
            "--treatment": self.treatment, "--outcome": self.outcome, "--id": self.id, "--propensity": self.propensity,
            "--treated-at": self.treated_at, "--cost": None if number(self.cost) is not None else self.cost,
            "--value": None if number(self.value) is not None else self.value,
        }  # fmt: skip
        many = {"--audit": self.audit, "--ignore": self.ignore, "--negative-control": self.negative_controls}
        return {option: name for option, name in single.items() if name is not None} | {
            f"{option} {name}": name for option, names in many.items() for name in names
        }

    def check(self, columns: Sequence[str], path: Path) -> None:
        """Raises InputError for a column that is not there."""
        for option, name in self.named.items():
            if name not in columns:
                raise InputError(
                    f"'{path}' has no column '{name}' ({option.split()[0]}){near_miss(name, columns)}; "
                    f"it has {', '.join(columns[:12])}{' and more' if len(columns) > 12 else ''}"
                )


def number(text: str | None) -> float | None:
    """What an option says when it is a number."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def planned_shares(text: str | None) -> tuple[tuple[str, float], ...]:
    """From ``control=0.5,coupon=0.5``. Raises InputError for anything else."""
    pairs = []
    for part in (text or "").split(","):
        name, _, share = part.rpartition("=")
        if number(share) is not None and name.strip():
            pairs.append((name.strip(), float(share)))
        elif part.strip():
            raise InputError(f"--shares must be like control=0.5,coupon=0.5, not '{text}'")
    return tuple(pairs)


def read_table(path: Path, texts: Sequence[str] = ()) -> pl.DataFrame:
    """CSV, Excel or Parquet, packed or not; columns in `texts` as they are written.

    Raises SourceError in one sentence.
    """
    file, part = split_part(path)
    if not file.is_file():
        raise SourceError(f"there is no table '{file}'")
    with TemporaryDirectory(prefix="offerloop-") as place:
        folder = Path(place)
        found = readable(file, part, folder)
        with instead_of_copies(folder, found.name):
            table = _parquet(found) if found.is_parquet else _csv(found, texts, folder)
    if not table.height:
        raise SourceError(f"'{path}' has no rows")
    return numbered(table)


def _parquet(file: Readable) -> pl.DataFrame:
    try:
        table = pl.read_parquet(file.path, glob=False)
    except (OSError, pl.exceptions.PolarsError):
        raise SourceError(f"'{file.name}' is no Parquet file, or a damaged one; write it again, or give CSV") from None
    return single_values(table)


def _csv(file: Readable, texts: Sequence[str], folder: Path) -> pl.DataFrame:
    dialect = file.dialect or sniff(file.path)
    try:
        table = pl.read_csv(
            as_utf8(file.path, dialect.encoding, folder), separator=dialect.separator, null_values=list(EMPTY),
            decimal_comma=dialect.decimal == ",", infer_schema_length=None, glob=False,
            schema_overrides=dict.fromkeys(texts, pl.String),
        )  # fmt: skip
        return table.with_columns(
            with_times(column) for column in table.select(pl.col(pl.String)) if column.name not in texts
        )
    except pl.exceptions.PolarsError:
        line, wrong = broken_line(file.path, dialect)
        raise SourceError(f"'{file.name}'{file.place(line)} cannot be read: {wrong}") from None


def with_times(texts: pl.Series) -> pl.Series:
    """Return dates, times of day or timestamps where all texts of a column are such, else the texts.

    The parser tries many formats on each cell, so it is given each distinct text once, and all of them only if the
    first ones are times.
    """
    distinct = texts.drop_nulls().unique(maintain_order=True)
    if not distinct.len() or not _parsed(distinct.head(_FIRST_TEXTS)).dtype.is_temporal():
        return texts
    times = _parsed(distinct)
    return texts.replace_strict(distinct, times) if times.dtype.is_temporal() else texts


def _parsed(texts: pl.Series) -> pl.Series:
    """Return texts as the CSV parser reads them."""
    cells = BytesIO(texts.to_frame().write_csv().encode())
    return pl.read_csv(cells, try_parse_dates=True, infer_schema_length=None).to_series()


def numbered(table: pl.DataFrame) -> pl.DataFrame:
    """With the number of each row, from 1, as `_row`, what is not a number as missing, and categories as text."""
    if "_row" in table.columns:
        return table
    floats = [name for name, kind in table.schema.items() if kind.is_float()]
    texts = [name for name, kind in table.schema.items() if isinstance(kind, pl.Categorical | pl.Enum)]
    plain = table.with_columns(pl.col(floats).fill_nan(None), pl.col(texts).cast(pl.String))
    return plain.with_row_index("_row", offset=1)
