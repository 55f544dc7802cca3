"""How many customers of each group get an offer, by an attribute that no model and no rule has seen."""

from __future__ import annotations

import re
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from offerloop.evaluation.bands import FEW_VALUES, band_names, band_number, bands_of
from offerloop.evaluation.estimate import Estimate
from offerloop.offers import NO_OFFER

LEAST_IN_GROUP = 20
"""Customers that a group must have to be shown: the rate of a smaller one says little, and may tell who somebody is."""


@dataclass(frozen=True)
class OfferRate:
    """The share of customers with an offer among those who share a value of an attribute."""

    attribute: str
    name: str
    """The value, or the band of values."""
    size: int
    rate: Estimate
    depth: float | None
    """Mean depth of the offers they get, where any takes a share off."""


def rates_by_group(recipients: pl.DataFrame, attribute: str) -> list[OfferRate]:
    """Return the rate of each group, in the order of the numbers in their names.

    recipients: a row for each customer, with offer_id (NO_OFFER without one), the depth of the offer, and as `value`
    that of the attribute; who has none belongs to no group. Numbers of many values are grouped in bands.
    """
    got_offer = pl.col("offer_id") != NO_OFFER
    groups = (
        _banded(recipients)
        .drop_nulls("value")
        .group_by("value")
        .agg(pl.len().alias("size"), got_offer.sum().alias("hits"), pl.col("depth").mean())
    )
    rows = sorted(groups.iter_rows(named=True), key=lambda row: _place(str(row["value"])))
    rates = [Estimate.of_share(row["hits"], row["size"]) for row in rows]
    return [
        OfferRate(attribute, str(row["value"]), row["size"], rate, row["depth"])
        for row, rate in zip(rows, rates, strict=True)
    ]


def _banded(rows: pl.DataFrame) -> pl.DataFrame:
    values = rows["value"].drop_nulls()
    if not values.dtype.is_numeric() or values.n_unique() <= FEW_VALUES:
        return rows
    frame, value = nw.from_native(rows.lazy()), nw.col("value")
    bands = bands_of(frame, value)
    numbered = frame.with_columns(value=band_number(value, bands)).to_native().collect()
    names = pl.col("value").replace_strict(dict(enumerate(band_names(bands))), return_dtype=pl.String)
    return numbered.with_columns(names)


def _place(name: str) -> tuple[float, str]:
    """Return the first number in a name, to sort by; 'Under 15K' comes before '15-24K', names without a number last."""
    number = re.search(r"\d+(\.\d+)?", name)
    if number is None:
        return float("inf"), name
    is_negative = number.start() == 1 and name[0] in "-−"
    value = float(number.group()) * (-1 if is_negative else 1)
    return value - (0.5 if number.start() and not is_negative else 0.0), name
