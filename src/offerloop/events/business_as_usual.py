"""The file of what the shop does today: one offer for each customer in it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from offerloop.config import Privacy
from offerloop.engine import Engine
from offerloop.errors import InputError
from offerloop.events.side_file import read_side_file, under_known_ids
from offerloop.message import Message
from offerloop.offers import NO_OFFER

BUSINESS_AS_USUAL = "business_as_usual.path"


def read_business_as_usual(path: Path, customers: pl.Series, privacy: Privacy, engine: Engine) -> pl.DataFrame:
    """Return customer_id, offer_id of the file's customers who are known; see `usual_file`."""
    return usual_file(path, customers, privacy, engine)[0]


def usual_file(path: Path, customers: pl.Series, privacy: Privacy, engine: Engine) -> tuple[pl.DataFrame, int]:
    """Return customer_id, offer_id of the file's customers who are known, and how many are not; an empty offer is none.

    Raises SourceError for a file or column that is missing, InputError when a customer stands in it twice or nobody of
    it is known.
    """
    what = Message("business as usual", context="kind of file")
    side_file = read_side_file(path, ("customer_id", "offer_id"), what, engine)
    offer = pl.col("offer_id").replace("", None).fill_null(NO_OFFER)
    rows = under_known_ids(side_file.with_columns(offer), customers, privacy)
    twice = rows.filter(rows["customer_id"].is_duplicated()).sort("customer_id")
    if twice.height:
        raise InputError(
            Message(
                "{section}: '{path}' has the customer {customer} more than once; leave one offer for each",
                section=BUSINESS_AS_USUAL,
                path=str(path),
                customer=str(twice["customer_id"][0]),
            )
        )
    rows_of_customers = rows.filter(pl.col("customer_id").is_in(customers.cast(pl.String).implode()))
    rows_of_customers = rows_of_customers.cast({"customer_id": customers.dtype})
    if rows_of_customers.is_empty():
        raise InputError(
            Message(
                "{section}: none of the {n_customers} customers in '{path}' is one of the shop's, such "
                "as {example}; use the same customer ids as the order lines",
                section=BUSINESS_AS_USUAL,
                n_customers=rows.height,
                path=str(path),
                example=str(customers.cast(pl.String)[0]),
            )
        )
    return rows_of_customers, rows.height - rows_of_customers.height
