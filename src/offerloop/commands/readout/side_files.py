"""The small files beside the orders, of exposures and of redemptions, with their customers found in the run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import narwhals as nw

from offerloop.commands.readout.inputs import PastRun
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import InputError, SourceError
from offerloop.events import Raw, open_side_file, parse_number, under_ids_of
from offerloop.message import Message
from offerloop.offers import NO_OFFER

AMOUNT = "amount"


@dataclass(frozen=True)
class SideFile:
    """Rows of customers of the run, on the engine."""

    path: Path
    rows: Frame
    """customer_id and the other columns as text; `amount` as a number."""
    n_unknown: int
    """Customers of the file who are not in the run."""


@dataclass(frozen=True)
class SideFiles:
    """What was shown and what was redeemed, as far as files say so."""

    exposures: SideFile | None
    """With `shown` beside the customer: who deliberately got nothing has an empty offer or 'none'."""
    redemptions: SideFile | None
    """With the discount that was given as `amount`."""

    @classmethod
    def read(cls, run: PastRun, exposures: Path | None, redemptions: Path | None, engine: Engine) -> SideFiles:
        """Read the files that are there, as `read_rows` does."""
        return cls(
            None if exposures is None else read_exposures(run, exposures, engine),
            None if redemptions is None else read_redemptions(run, redemptions, engine),
        )

    @property
    def tables(self) -> dict[str, Frame]:
        """The tables by name."""
        named = {"exposures": self.exposures, "redemptions": self.redemptions}
        return {name: file.rows for name, file in named.items() if file is not None}


def read_exposures(run: PastRun, path: Path, engine: Engine) -> SideFile:
    """A file with customer_id and offer_id."""
    exposures = read_rows(run, path, ("customer_id", "offer_id"), Message("exposures", context="kind of file"), engine)
    offer = nw.col("offer_id")
    shown = ~offer.is_null() & ~offer.is_in(["", NO_OFFER])
    return replace(exposures, rows=exposures.rows.select("customer_id", shown=shown))


def read_redemptions(run: PastRun, path: Path, engine: Engine) -> SideFile:
    """A file with customer_id, offer_id and amount."""
    what = Message("redemptions", context="kind of file")
    return read_rows(run, path, ("customer_id", "offer_id", AMOUNT), what, engine)


def read_rows(run: PastRun, path: Path, columns: tuple[str, ...], what: Message, engine: Engine) -> SideFile:
    """A CSV file, however it is written, or Parquet, with customer_id and other `columns`.

    Under pseudonyms ids may be raw or as the run has them. Raises SourceError when the file or a column is missing or
    an amount is none, InputError when no customer of it is in the run.
    """
    with open_side_file(path, columns, what, engine, lambda frame, raw: _with_amount(frame, raw, what)) as listed:
        kept = engine.keep(listed)
    ids = run.assignments(engine).select(nw.col("customer_id").cast(nw.String))
    rows = under_ids_of(kept, ids, run.config.privacy, engine)
    own = rows.join(ids, on="customer_id", how="semi")
    n_listed, n_own = _customers(rows), _customers(own)
    if n_listed and not n_own:
        raise InputError(
            Message(
                "none of the {n_customers} customers in the file of {what} '{path}' is a customer of the run, "
                "such as {customer}; use the same customer ids as the run's orders",
                n_customers=n_listed,
                what=what,
                path=str(path),
                customer=a_customer_of(run, engine),
            )
        )
    return SideFile(path, own, n_listed - n_own)


def a_customer_of(run: PastRun, engine: Engine) -> str:
    """Return an id of the run, by which users see how its ids are written."""
    return str(collect(run.assignments(engine).select(nw.col("customer_id").min())).item())


def _customers(rows: Frame) -> int:
    return int(collect(rows.select(nw.col("customer_id").n_unique())).item() or 0)


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
