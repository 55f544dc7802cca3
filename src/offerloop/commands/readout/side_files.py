"""The small files beside the orders, of exposures and of redemptions, with their customers found in the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.commands.readout.inputs import PastRun, as_id
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import InputError, SourceError
from offerloop.events import Raw, parse_number, read_side_file, under_known_ids
from offerloop.message import Message

AMOUNT = "amount"


@dataclass(frozen=True)
class SideFile:
    """Rows of customers of the run."""

    rows: pl.DataFrame
    """customer_id as in the run, and the other columns as text; `amount` as a number."""
    n_unknown: int
    """Customers of the file who are not in the run."""


def read_rows(run: PastRun, path: Path, columns: tuple[str, ...], what: Message, engine: Engine) -> SideFile:
    """A CSV file, however it is written, or Parquet, with customer_id and other `columns`.

    Under pseudonyms ids may be raw or as the run has them. Raises SourceError when the file or a column is missing or
    an amount is none, InputError when no customer of it is in the run.
    """
    side_file = read_side_file(path, columns, what, engine, lambda frame, raw: _with_amount(frame, raw, what))
    return _of_run(run, side_file, path, what)


def _with_amount(frame: Frame, raw: Raw, what: Message) -> Frame:
    if AMOUNT not in frame.collect_schema():
        return frame
    amount, unreadable = parse_number(nw.col(AMOUNT), raw.decimal)
    bad = collect(frame.filter(unreadable).select(AMOUNT).head(1))
    if bad.height:
        cell = bad[AMOUNT][0]
        raise SourceError(
            Message(
                "the file of {what} '{name}'{line}, column '{column}': '{cell}' is not an amount of money; write "
                "it like 12.40",
                what=what,
                name=raw.name,
                line=raw.line(AMOUNT, cell),
                column=AMOUNT,
                cell=str(cell),
            )
        )
    return frame.with_columns(amount.alias(AMOUNT))


def _of_run(run: PastRun, listed: pl.DataFrame, path: Path, what: Message) -> SideFile:
    customers = run.assignments["customer_id"].cast(pl.String)
    rows = under_known_ids(listed, customers, run.config.privacy)
    n_listed, rows = rows["customer_id"].n_unique(), rows.filter(pl.col("customer_id").is_in(customers.implode()))
    n_known = rows["customer_id"].n_unique()
    if n_listed and not n_known:
        raise InputError(
            Message(
                "none of the {n_customers} customers in the file of {what} '{path}' is a customer of the run, "
                "such as {customer}; use the same customer ids as the run's orders",
                n_customers=n_listed,
                what=what,
                path=str(path),
                customer=str(customers[0]),
            )
        )
    return SideFile(rows.with_columns(as_id(run.id_type)), n_listed - n_known)
