"""How many customers of each group get an offer, by an attribute that no model and no rule has seen."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from offerloop.evaluation.estimate import Estimate
from offerloop.offers import NO_OFFER

LEAST_IN_GROUP = 20
"""Customers that a group must have to be shown: the rate of a smaller one says little, and may tell who somebody is."""
MOST_PLACES = 16
"""Decimals of the ends of a band at most."""
MOST_VALUES = 8
"""Groups of a number; one with more values is shown in bands."""


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
    that of the attribute; who has none belongs to no group. Numbers of many values are grouped in four bands of equally
    many customers.
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
    if not values.dtype.is_numeric() or values.n_unique() <= MOST_VALUES:
        return rows
    edges = sorted({float(str(values.quantile(share, "lower"))) for share in (0.0, 0.25, 0.5, 0.75)})
    top = float(str(values.max()))
    lasts = [*(_largest(values, above) for above in edges[1:]), top]
    band: pl.Expr = pl.lit(None, pl.String)
    for low, name in zip(edges, _names(list(zip(edges, lasts, strict=True))), strict=True):
        band = pl.when(pl.col("value") >= low).then(pl.lit(name)).otherwise(band)
    return rows.with_columns(band.alias("value"))


def _largest(values: pl.Series, below: float) -> float:
    return float(str(values.filter(values < below).max()))


def _names(bands: list[tuple[float, float]]) -> list[str]:
    """Write the ends of bands with two decimals, or as many as tell the bands, and the ends of each, apart."""
    written = list[list[str]]()
    for places in range(2, MOST_PLACES + 1):
        written = [[_written(end, places) for end in band] for band in bands]
        ends_differ = all(len({*ends}) == len({*band}) for ends, band in zip(written, bands, strict=True))
        if ends_differ and len({*map(tuple, written)}) == len(written):
            break
    return ["–".join(ends) for ends in written]


def _written(number: float, places: int) -> str:
    """Write a number without an exponent."""
    return f"{number:.{places}f}".rstrip("0").rstrip(".")


def _place(name: str) -> tuple[float, str]:
    """Return the first number in a name, to sort by; 'Under 15K' comes before '15-24K', names without a number last."""
    number = re.search(r"\d+(\.\d+)?", name)
    if number is None:
        return float("inf"), name
    is_negative = number.start() == 1 and name[0] in "-−"
    value = float(number.group()) * (-1 if is_negative else 1)
    return value - (0.5 if number.start() and not is_negative else 0.0), name
