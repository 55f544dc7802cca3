"""The small files beside the orders, of exposures and of redemptions, with their customers found in the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.engine import Engine, collect
from offerloop.engine.base import Frame
from offerloop.errors import InputError, SourceError
from offerloop.events.cells import as_text, number
from offerloop.events.ids import as_integers
from offerloop.events.open import Raw, file_source, open_source
from offerloop.events.privacy import pseudonym, read_key
from offerloop.events.unpack import split_part
from offerloop.service.readout_inputs import PastRun, as_id

AMOUNT = "amount"


@dataclass(frozen=True)
class SideFile:
    """Rows of customers of the run."""

    rows: pl.DataFrame
    """customer_id as in the run, and the other columns as text; `amount` as a number."""
    n_unknown: int
    """Customers of the file who are not in the run."""


def read_rows(run: PastRun, path: Path, columns: tuple[str, ...], what: str, engine: Engine) -> SideFile:
    """A CSV file, however it is written, or Parquet, with customer_id and other `columns`.

    Under pseudonyms ids may be raw or as the run has them. Raises SourceError when the file or a column is missing or
    an amount is none, InputError when no customer of it is in the run.
    """
    if not split_part(path)[0].is_file():
        raise SourceError(f"there is no file of {what} '{path}'")
    with open_source(file_source(path), engine) as raw:
        schema = raw.frame.collect_schema()
        for name in columns:
            if name not in schema:
                raise SourceError(f"the file of {what} '{path}' has no column '{name}' (needed: {', '.join(columns)})")
        texts = [as_text(nw.col(name), schema[name]).str.strip_chars().alias(name) for name in columns]
        found = collect(as_integers(_with_amount(raw.frame.select(*texts), raw, what), ["customer_id"]))
    return _of_run(run, found.drop_nulls("customer_id"), path, what)


def _with_amount(frame: Frame, raw: Raw, what: str) -> Frame:
    if AMOUNT not in frame.collect_schema():
        return frame
    amount, unreadable = number(nw.col(AMOUNT), raw.decimal)
    bad = collect(frame.filter(unreadable).select(AMOUNT).head(1))
    if bad.height:
        cell = bad[AMOUNT][0]
        place = f"the file of {what} '{raw.name}'{raw.line(AMOUNT, cell)}"
        raise SourceError(f"{place}, column '{AMOUNT}': '{cell}' is not an amount of money; write it like 12.40")
    return frame.with_columns(amount.alias(AMOUNT))


def _of_run(run: PastRun, found: pl.DataFrame, path: Path, what: str) -> SideFile:
    known = set(run.assignments["customer_id"].cast(pl.String))
    ids = found["customer_id"].unique()
    names = {one: one if one in known else _hidden(run, one) for one in ids}
    rows = found.with_columns(pl.col("customer_id").replace_strict(names, return_dtype=pl.String))
    n_known = sum(one in known for one in names.values())
    if ids.len() and not n_known:
        raise InputError(
            f"none of the {ids.len():,} customers in the file of {what} '{path}' is a customer of the run, such as "
            f"{run.assignments['customer_id'][0]}; use the same customer ids as the run's orders"
        )
    rows = rows.filter(pl.col("customer_id").is_in(list(known))).with_columns(as_id(run.id_type))
    return SideFile(rows, ids.len() - n_known)


def _hidden(run: PastRun, customer_id: str) -> str:
    """The pseudonym of a raw id, when the run has pseudonyms."""
    privacy = run.config.privacy
    return pseudonym(customer_id, read_key(privacy)) if privacy.pseudonymise else customer_id
