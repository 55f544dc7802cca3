"""Decisions that were logged: exposures whose window is over, and the chance of every offer where a lot decided."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from offerloop.response.evidence import Ints
from offerloop.response.terms import Floats

_SAME, _WHOLE = 1e-9, 1e-6
"""How far propensities of one offer on one day may differ, and those of a day sum from 1."""


def finished(
    exposures: pl.DataFrame, first_day: int, as_of_day: int, window_days: int
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows (customer_id, offer_id, shown_day and others) with `until_day`, and how many were left out for which reason.

    The window of an exposure ends with the customer's next one. Reasons are `no_customer`, `early` (before the first
    order), `same_day` (several of a customer, so that nobody knows what an order followed) and `not_over`.
    """
    known = exposures.drop_nulls("customer_id")
    day = known.group_by("customer_id", "shown_day").agg(pl.len().alias("_times")).sort("customer_id", "shown_day")
    following = pl.col("shown_day").shift(-1).over("customer_id")
    until = pl.min_horizontal(pl.col("shown_day") + window_days, following).alias("until_day")
    rows = known.join(day.with_columns(until), on=["customer_id", "shown_day"], how="left", maintain_order="left")
    reasons = {
        "early": pl.col("shown_day") < first_day,
        "same_day": pl.col("_times") > 1,
        "not_over": pl.col("shown_day") + window_days > as_of_day,  # whoever came back, or not
    }
    left_out = {"no_customer": exposures.height - known.height}
    for reason, applies in reasons.items():
        left_out[reason] = rows.filter(applies).height
        rows = rows.filter(~applies)
    return rows.drop("_times"), left_out


def lot_chances(exposures: pl.DataFrame, shown_day: pl.Series, names: Sequence[str]) -> Floats | None:
    """Propensities (n, K) of all offers, where a plain lot decided: on each day each offer has one and they sum to 1.

    From all exposures (offer_id, shown_day, propensity), for rows that were shown on `shown_day`. None where that is
    not so: then they differ by customer, and only that of the offer shown is known.
    """
    chance = pl.col("propensity")
    days = exposures.filter(pl.col("shown_day").is_in(shown_day.unique().implode()))
    each = days.group_by("shown_day", "offer_id").agg(chance.min(), chance.max().alias("_most"))
    whole = each.group_by("shown_day").agg(chance.sum())["propensity"]
    if (each["_most"] - each["propensity"] > _SAME).any() or ((whole - 1).abs() > _WHOLE).any():
        return None
    place = {name: position for position, name in enumerate(names)}
    if not set(each["offer_id"]) <= place.keys():
        return None
    known_days, row = np.unique(shown_day.to_numpy(), return_inverse=True)
    table = np.zeros((len(known_days), len(names)))
    column = each["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    table[np.searchsorted(known_days, each["shown_day"].to_numpy()), column] = each["propensity"].to_numpy()
    return table[row]


def own_chances(own: Floats, action: Ints, shares: Floats) -> Floats:
    """(n, K) where only the chance of what was given is known: the rest is shared by the others as they were seen."""
    rows = np.arange(len(own))
    others = np.tile(shares, (len(own), 1))
    others[rows, action] = 0.0
    rest = others.sum(axis=1, keepdims=True)
    chance = np.divide(others, rest, out=np.zeros_like(others), where=rest > 0) * (1 - own)[:, None]
    chance[rows, action] = own
    return chance


def earlier_offers(
    exposures: pl.DataFrame, rows: pl.DataFrame, names: Sequence[str], window_days: int, lags: int
) -> Ints:
    """(n, lags): positions among `names` of what each row's customer was shown before, the latest first.

    Other offers count as the first, nothing; -1 stands where there was no exposure. See `earlier_exposures`.
    """
    place = {name: position for position, name in enumerate(names)}
    position = exposures["offer_id"].replace_strict(place, default=0, return_dtype=pl.Int64).to_numpy()
    found = earlier_exposures(exposures, rows, window_days, lags)
    return np.where(found >= 0, np.append(position, 0)[np.maximum(found, 0)], -1)


def earlier_exposures(exposures: pl.DataFrame, rows: pl.DataFrame, window_days: int, lags: int) -> Ints:
    """(n, lags): numbers of the rows of `exposures` that each row's customer was shown before, the latest first.

    -1 stands where there was no exposure in the last `lags` windows. Rows have customer_id and shown_day; one that was
    no exposure itself has the number after the last. Of several exposures on a day the first counts.
    """
    key = ["customer_id", "shown_day"]
    numbered = exposures.select(key).with_row_index("_row").with_columns(pl.col("_row").cast(pl.Int64))
    shown = numbered.drop_nulls("customer_id").unique(key, keep="first", maintain_order=True)
    rows = rows.select(pl.col("customer_id"), pl.col("shown_day").cast(shown.schema["shown_day"]))
    asked = rows.unique().join(shown.select(key), on=key, how="anti")
    known = pl.concat([shown.select(*key, "_row"), asked.with_columns(_row=pl.lit(exposures.height, pl.Int64))]).sort(
        key
    )
    lag = [
        pl.when(pl.col("shown_day") - pl.col("shown_day").shift(back) <= lags * window_days)
        .then(pl.col("_row").shift(back)).otherwise(-1).over("customer_id").alias(f"_{back}")
        for back in range(1, lags + 1)
    ]  # fmt: skip
    found = rows.join(known.with_columns(lag), on=key, how="left", maintain_order="left")
    return found.select(f"_{back}" for back in range(1, lags + 1)).fill_null(-1).to_numpy().astype(np.int64)
