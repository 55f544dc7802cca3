"""Decisions that were logged: exposures whose window is over, and the propensity of every offer for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.engine import Frame, collect
from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.response.shown.personal_days import PersonalDays, among

EXPOSURE_COLUMNS = ("customer_id", "offer_id", "shown_day", "propensity")
_DIGIT, _PART = 1e-3, 0.01
"""How far propensities of one offer on one day may differ by rounding, in itself and as a share; those of a day may sum
from 1 by half a digit each."""
_SAME, _WHOLE = 1e-9, 1e-6
"""How far they may differ, and sum from 1, where nothing was rounded."""
_OFTEN = 0.1
"""Share of the exposures to an offer that have a propensity where it was drawn and some were not logged."""


def count_exposures(exposures: Frame) -> pl.DataFrame:
    """Return offer_id ('none' for nothing), `n` exposures to it and how many were `drawn`: those with a propensity.

    Raises EvidenceError where the exposures have none at all, and where all that were offered something have 1.
    """
    if "propensity" not in exposures.collect_schema():
        raise EvidenceError(
            Message(
                "the exposures have no propensity, so what was shown says nothing of what it caused; log with each "
                "exposure the propensity of its offer ('offerloop run' writes it)"
            )
        )
    own = nw.col("propensity")
    drawn, certain = ((own > 0) & (own <= 1)).cast(nw.Int64), (own == 1).cast(nw.Int64)
    rows = exposures.select("offer_id", drawn=drawn, certain=certain)
    sums = collect(rows.group_by("offer_id").agg(nw.len().alias("n"), nw.col("drawn", "certain").sum()))
    counts = _named(sums).group_by("offer_id").agg(pl.col("n", "drawn", "certain").sum())
    offered = counts.filter(pl.col("offer_id") != NO_OFFER)
    if 0 < offered["drawn"].sum() == offered["certain"].sum():
        raise EvidenceError(
            Message(
                "all exposures to offers have the propensity 1: whoever got one could have got nothing else, so they "
                "do not tell what offers change; log the probability with which each offer was drawn"
            )
        )
    return counts.drop("certain")


def rarely_drawn(counts: pl.DataFrame) -> frozenset[str]:
    """Return the ids of offers of whose exposures less than a tenth have a propensity, from `count_exposures`.

    They are such as letters to everybody, beside which offers were drawn, also where a stray row has a propensity.
    """
    return frozenset(counts.filter(pl.col("drawn") < _OFTEN * pl.col("n"))["offer_id"])


def read_exposures(exposures: Frame, rarely: frozenset[str]) -> pl.DataFrame:
    """customer_id, offer_id ('none' for nothing), shown_day and propensity, empty where it is none.

    Left out are exposures without a propensity to what was `rarely` drawn; see `rarely_drawn`.
    """
    propensity = pl.col("propensity")
    rows = _named(collect(exposures.select(EXPOSURE_COLUMNS))).with_columns(propensity.cast(pl.Float64))
    possible = rows.with_columns(pl.when((propensity > 0) & (propensity <= 1)).then(propensity).alias("propensity"))
    kept = possible.filter(propensity.is_not_null() | ~pl.col("offer_id").is_in(rarely))
    return kept.sort("customer_id", "shown_day", "offer_id")


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    name = pl.col("offer_id").cast(pl.String).str.strip_chars()
    return rows.with_columns(pl.when(name != "").then(name).fill_null(NO_OFFER).alias("offer_id"))


def finished_exposures(
    exposures: pl.DataFrame, first_day: int, as_of_day: int, window_days: int
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows (customer_id, offer_id, shown_day and others) with `until_day`, and how many were left out for which reason.

    The window of an exposure ends with the customer's next one. Reasons are `no_customer`, `early` (before the first
    order), `same_day` (several of a customer, so that nobody knows what an order followed) and `not_over`.
    """
    with_customer = exposures.drop_nulls("customer_id")
    day = (
        with_customer.group_by("customer_id", "shown_day")
        .agg(pl.len().alias("_times"))
        .sort("customer_id", "shown_day")
    )
    following = pl.col("shown_day").shift(-1).over("customer_id")
    until = pl.min_horizontal(pl.col("shown_day") + window_days, following).alias("until_day")
    rows = with_customer.join(
        day.with_columns(until), on=["customer_id", "shown_day"], how="left", maintain_order="left"
    )
    reasons = {
        "early": pl.col("shown_day") < first_day,
        "same_day": pl.col("_times") > 1,
        "not_over": pl.col("shown_day") + window_days > as_of_day,  # whoever came back, or not
    }
    left_out = {"no_customer": exposures.height - with_customer.height}
    for reason, applies in reasons.items():
        left_out[reason] = rows.filter(applies).height
        rows = rows.filter(~applies)
    return rows.drop("_times"), left_out


def randomised_propensities(days: pl.DataFrame, shown_day: pl.Series, names: Sequence[str]) -> Floats | None:
    """Return the propensities (n, K) of all offers, for rows that were shown on `shown_day`.

    `days` is what `day_propensities` gives. None where one of the rows' days is not among them, or has another offer
    than `names`: then propensities differ by customer, and only that of the offer shown is known.
    """
    own = days.filter(pl.col("shown_day").is_in(shown_day.unique().implode()))
    others = set(own["offer_id"]) - set(names)
    propensities = _propensities_by_day(own, shown_day, [*names, *sorted(others)])
    return (
        None if np.isnan(propensities).any() or propensities[:, len(names) :].any() else propensities[:, : len(names)]
    )


def day_propensities(exposures: pl.DataFrame) -> pl.DataFrame:
    """Return shown_day, offer_id and propensity of days on which those of each offer were the same for everybody and
    sum to 1 but for rounding, from all exposures."""
    propensity, rows = pl.col("propensity"), exposures.drop_nulls("propensity")
    extremes = rows.group_by("shown_day", "offer_id").agg(propensity.min(), propensity.max().alias("largest"))
    return randomised_days(extremes.sort("shown_day", "offer_id"))


def randomised_days(extremes: pl.DataFrame) -> pl.DataFrame:
    """Return what `day_propensities` does, from the smallest (`propensity`) and the `largest` of each offer and day.

    What was rounded is scaled to sum to 1. Where the gap to 1 could be an offer that nobody happened to get, because it
    has such a small propensity on other days, it is not taken for rounding.
    """
    propensity, largest = pl.col("propensity"), pl.col("largest")
    alike = (largest - propensity <= pl.min_horizontal(_DIGIT, _PART * largest) + _SAME).all()
    middle = extremes.with_columns((propensity + largest) / 2, alike.over("shown_day").alias("alike"))
    with_absent = middle.join(_least_absent(middle), on="shown_day", how="left", maintain_order="left")
    rounding = pl.min_horizontal(_DIGIT / 2 * pl.len(), pl.col("least_absent").min() / 2)
    whole = (propensity.sum() - 1).abs() <= rounding + _WHOLE
    days = with_absent.filter(pl.col("alike") & whole.over("shown_day"))
    return days.with_columns(propensity / propensity.sum().over("shown_day")).drop("largest", "alike", "least_absent")


def _least_absent(propensities: pl.DataFrame) -> pl.DataFrame:
    """Return shown_day and `least_absent`: the least propensity, on other days, of the offers that a day lacks."""
    least = propensities.group_by("offer_id").agg(pl.col("propensity").min().alias("least_absent"))
    every = propensities.select("shown_day").unique().join(least, how="cross")
    absent = every.join(propensities, on=["shown_day", "offer_id"], how="anti")
    return absent.group_by("shown_day").agg(pl.col("least_absent").min())


def _propensities_by_day(days: pl.DataFrame, shown_day: pl.Series, names: Sequence[str]) -> Floats:
    """Return the propensities (n, K) of all offers, for rows that were shown on `shown_day`.

    `days` is what `day_propensities` gives, and `names` must have every offer of it. On other days propensities differ
    by customer, and only that of the offer shown is known: then NaN.
    """
    each = days.filter(pl.col("shown_day").is_in(shown_day.unique().implode()))
    place = {name: position for position, name in enumerate(names)}
    known_days, row = np.unique(shown_day.to_numpy(), return_inverse=True)
    table = np.full((len(known_days), len(names)), np.nan)
    at = np.searchsorted(known_days, each["shown_day"].to_numpy())
    table[at] = 0.0
    table[at, each["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()] = each["propensity"].to_numpy()
    return table[row]


@dataclass(frozen=True, eq=False)
class DrawnRows:
    """Rows whose offer is one of K names, and how it was drawn."""

    rows: pl.DataFrame
    action: Ints
    """(n,): position of the offer."""
    propensity: Floats
    """(n, K): propensities given that it is one of these."""
    usual_propensity: Floats
    """(n, K): the same but for propensities that differ by customer, in whose place stand the day's shares."""
    weight: Floats
    """(n,): weights as which rows were drawn with `usual_propensity`."""
    personal: PersonalDays


def decided(
    days: pl.DataFrame, rows: pl.DataFrame, names: Sequence[str], personal: PersonalDays | None = None
) -> DrawnRows:
    """Return the rows whose offer is one of `names`, nothing first. `days` is what `day_propensities` gives.

    `personal` is what all rows of the log tell of days on which propensities differ, where these are some of them.
    """
    every = (*names, *sorted({*days["offer_id"], *rows["offer_id"]} - set(names)))
    every = every if personal is None else personal.names
    rows = rows.filter(pl.col("offer_id").is_in(every))
    place = {name: k for k, name in enumerate(every)}
    action = rows["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    propensity, day = _propensities_by_day(days, rows["shown_day"], every), rows["shown_day"].to_numpy()
    at = np.flatnonzero(np.isnan(propensity).any(axis=1))
    own = rows["propensity"].to_numpy()[at]
    if personal is None:
        personal = PersonalDays.of(every, len(names), day[at], action[at], own)
    of_day = personal.places(day[at])
    propensity[at] = complete_propensities(own, action[at], personal.shares[of_day])
    usual, weight = propensity.copy(), np.ones(len(action))
    is_used = personal.is_weighted[of_day] & (action[at] < len(names))
    at, of_day, own = at[is_used], of_day[is_used], own[is_used]
    usual[at] = personal.shares[of_day]
    share = among(usual[at], len(names))[np.arange(len(at)), action[at]]
    weight[at] = personal.factor[of_day] * share / own
    inside = action < len(names)
    kept = rows.filter(pl.Series(inside, dtype=pl.Boolean))
    propensity, usual = among(propensity[inside], len(names)), among(usual[inside], len(names))
    return DrawnRows(kept, action[inside], propensity, usual, weight[inside], personal)


def complete_propensities(own: Floats, action: Ints, shares: Floats) -> Floats:
    """Return propensities (n, K) from those of the offers given; others share the rest by `shares`, (n, K) or (K,)."""
    rows = np.arange(len(own))
    others = np.broadcast_to(shares, (len(own), shares.shape[-1])).copy()
    others[rows, action] = 0.0
    rest = others.sum(axis=1, keepdims=True)
    propensity = np.divide(others, rest, out=np.zeros_like(others), where=rest > 0) * (1 - own)[:, None]
    propensity[rows, action] = own
    return propensity


def earlier_offers(
    exposures: pl.DataFrame, rows: pl.DataFrame, names: Sequence[str], window_days: int, lags: int
) -> Ints:
    """(n, lags): positions among `names` of what each row's customer was shown before, the latest first.

    Other offers count as the first, nothing; -1 stands where there was no exposure. See `earlier_exposures`.
    """
    place = {name: position for position, name in enumerate(names)}
    position = exposures["offer_id"].replace_strict(place, default=0, return_dtype=pl.Int64).to_numpy()
    earlier = earlier_exposures(exposures, rows, window_days, lags)
    return np.where(earlier >= 0, np.append(position, 0)[np.maximum(earlier, 0)], -1)


def earlier_rows(exposures: pl.DataFrame, rows: pl.DataFrame, window_days: int, lags: int) -> Ints:
    """(n, lags): which of the rows each row's customer was shown before, the latest first.

    -1 stands where there was no exposure, or none that is among the rows. See `earlier_exposures`.
    """
    key = ["customer_id", "shown_day"]
    numbered = rows.select(key).with_row_index("_at").cast({"_at": pl.Int64})
    at = exposures.select(key).join(numbered, on=key, how="left", maintain_order="left")["_at"].fill_null(-1)
    return np.append(at.to_numpy(), -1)[earlier_exposures(exposures, rows, window_days, lags)]


def earlier_exposures(exposures: pl.DataFrame, rows: pl.DataFrame, window_days: int, lags: int) -> Ints:
    """Return (n, lags): positions in `exposures` of what each row's customer was shown before, the latest first.

    -1 stands where there was no exposure in the last `lags` windows. Rows have customer_id and shown_day; one that was
    no exposure itself has the number after the last. Of several exposures on a day the first counts.
    """
    key = ["customer_id", "shown_day"]
    numbered = exposures.select(key).with_row_index("_row").with_columns(pl.col("_row").cast(pl.Int64))
    shown = numbered.drop_nulls("customer_id").unique(key, keep="first", maintain_order=True)
    rows = rows.select(pl.col("customer_id"), pl.col("shown_day").cast(shown.schema["shown_day"]))
    added = rows.unique().join(shown.select(key), on=key, how="anti")
    every_exposure = pl.concat(
        [shown.select(*key, "_row"), added.with_columns(_row=pl.lit(exposures.height, pl.Int64))]
    ).sort(key)
    lag = [
        pl.when(pl.col("shown_day") - pl.col("shown_day").shift(back) <= lags * window_days)
        .then(pl.col("_row").shift(back)).otherwise(-1).over("customer_id").alias(f"_{back}")
        for back in range(1, lags + 1)
    ]  # fmt: skip
    joined = rows.join(every_exposure.with_columns(lag), on=key, how="left", maintain_order="left")
    return joined.select(f"_{back}" for back in range(1, lags + 1)).fill_null(-1).to_numpy().astype(np.int64)
