"""Effects that a read-out measured: what the shop assumed, corrected by a randomised comparison.

For each offer the customers whom a past plan gave it stand against those for whom it had chosen it and who did not get
it: those from whom a period of a loop held it back, or else the holdout. With the earlier expectation m (mean value of
the offer over the customers compared, prior standard deviation |m|: it may be off by its own size) and the measured
difference d with standard error s, the normal posterior is

    mean = (m / m^2 + d / s^2) / (1 / m^2 + 1 / s^2)      sd = (1 / m^2 + 1 / s^2)^(-1/2)

and every customer's value is scaled by mean / m. Where nothing was expected (m = 0), every customer has d. The
uncertainty is shared by all customers of the offer. Several read-outs of an offer are each compared within themselves,
and count by their inverse variances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.errors import ConfigError
from offerloop.evaluation import LEAST_CUSTOMERS, Z95, Moments, cuped, enough
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.response.campaign_offer import CampaignOffer
from offerloop.tables import HOLDBACK, HOLDOUT, OUTCOMES, PLAN

KEY = ("planned_campaign_id", "planned_offer_id")
"""Columns of outcomes that say which offer of which campaign was planned for a customer."""
_AS_TEXT = pl.col("customer_id").cast(pl.String)


@dataclass(frozen=True)
class MeasuredOffer:
    """One offer, over all read-outs that saw it."""

    value_minor: float
    """Incremental margin a customer before cost."""
    se_minor: float
    p_redeem: float | None
    """Beyond what the control group redeems of the shop's other offers; None when it was not observed."""
    n_treated: int
    n_control: int
    customers: pl.DataFrame = field(compare=False)
    """customer_id, as text, of the customers who were compared."""

    def posterior(self, expected_minor: float) -> tuple[float, float]:
        """Mean and standard deviation, given what was expected."""
        weights = np.array([1 / max(expected_minor**2, 1e-12), 1 / max(self.se_minor**2, 1e-12)])
        mean = float(weights @ np.array([expected_minor, self.value_minor]) / weights.sum())
        return mean, float(weights.sum() ** -0.5)


MeasuredOffers = dict[tuple[str, str], MeasuredOffer]
"""Measured effects by campaign and offer."""


def read_outcomes(paths: Sequence[Path]) -> MeasuredOffers:
    """Measurements from `outcomes.parquet` of read-outs. Raises ConfigError naming a file that is none."""
    tables: list[pl.DataFrame] = []
    by_file: list[MeasuredOffers] = []
    for path in paths:
        try:
            table = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ConfigError(
                Message("experiment.outcomes: '{path}' cannot be read: {error}", path=str(path), error=str(error))
            ) from None
        if "n_planned" not in table.columns:  # as of version 0.1, whose plans had one offer for a customer
            table = table.with_columns(n_planned=pl.lit(1, pl.Int64))
        missing = [name for name in OUTCOMES.names if name not in table.columns]
        if missing:
            raise ConfigError(
                Message(
                    "experiment.outcomes: '{path}' is no outcomes.parquet of a read-out: it lacks {column}",
                    path=str(path),
                    column=missing[0],
                )
            )
        _check_apart(path, table, tables)
        tables.append(table.select("from_day", "until_day"))
        by_file.append(measured(_with_one_control(table)))
    return _together(by_file)


def _together(by_file: Sequence[MeasuredOffers]) -> MeasuredOffers:
    """What several read-outs say of each offer. Their customers are not pooled: their periods and arms differ."""
    keys = dict.fromkeys(key for offers in by_file for key in offers)
    return {key: _combined([offers[key] for offers in by_file if key in offers]) for key in keys}


def _combined(offers: Sequence[MeasuredOffer]) -> MeasuredOffer:
    weights = np.array([1 / max(one.se_minor**2, 1e-12) for one in offers])
    treated = [one.n_treated for one in offers]
    observed = [(one.p_redeem, one.n_treated) for one in offers if one.p_redeem is not None]
    return MeasuredOffer(
        float(weights @ [one.value_minor for one in offers] / weights.sum()),
        float(weights.sum() ** -0.5),
        sum(rate * n for rate, n in observed) / sum(n for _, n in observed) if observed else None,
        sum(treated),
        sum(one.n_control for one in offers),
        pl.concat([one.customers for one in offers]),
    )


def _with_one_control(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Leave the holdout out where a period of a loop held offers back.

    The holdout had no offers in earlier periods either, so that what is planned for it is planned for other customers.
    """
    return outcomes.filter(pl.col("arm") != HOLDOUT) if (outcomes["arm"] == HOLDBACK).any() else outcomes


def _check_apart(path: Path, table: pl.DataFrame, earlier: list[pl.DataFrame]) -> None:
    """Raise ConfigError for a period that another file covers too: the same customers' week would count twice."""
    days = table.select(pl.col("from_day").min(), pl.col("until_day").max()).row(0)
    for other in earlier:
        first, last = other.select(pl.col("from_day").min(), pl.col("until_day").max()).row(0)
        if days[0] <= last and first <= days[1]:
            raise ConfigError(
                Message(
                    "experiment.outcomes: the period of '{path}' is covered by another file; name one of them",
                    path=str(path),
                )
            )


def measured(outcomes: pl.DataFrame) -> MeasuredOffers:
    """One entry for each planned offer with enough customers and buyers on both sides, of rows with one control each.

    Customers for whom several offers were planned show what all of them bring, so they say nothing of one.
    """
    planned = outcomes.filter(pl.col("planned_offer_id") != NO_OFFER, pl.col("n_planned") <= 1)
    got = (pl.col("arm") == PLAN) & (pl.col("offer_id") == pl.col("planned_offer_id"))
    is_control = pl.col("arm").is_in([HOLDOUT, HOLDBACK])
    measured_offers: MeasuredOffers = {}
    for key, group in planned.filter(got | is_control).group_by(KEY, maintain_order=True):
        treated, control = group.filter(got), group.filter(is_control)
        if enough(treated.height, control.height, group.filter("bought").height):
            measured_offers[str(key[0]), str(key[1])] = _measure(treated, control)
    return measured_offers


def _measure(treated: pl.DataFrame, control: pl.DataFrame) -> MeasuredOffer:
    both = [one["before_revenue_minor"].null_count() == 0 for one in (treated, control)]
    difference = cuped(*(_moments(one, adjusted=all(both)) for one in (treated, control)))
    rates = [one["redeemed"].cast(pl.Float64).mean() for one in (treated, control)]
    observed_rates = [float(str(rate)) for rate in rates if rate is not None]
    p_redeem = max(observed_rates[0] - observed_rates[1], 0.0) if len(observed_rates) == len(rates) else None
    customers = pl.concat([treated, control]).select(_AS_TEXT)
    return MeasuredOffer(difference.value, difference.se, p_redeem, treated.height, control.height, customers)


def _moments(group: pl.DataFrame, *, adjusted: bool) -> Moments:
    """Compare with the covariate only where both sides know it: a theta of one side would move the difference."""
    x = group["before_revenue_minor"].cast(pl.Float64).to_numpy() if adjusted else None
    return Moments.of(group["margin_minor"].cast(pl.Float64).to_numpy(), x)


@dataclass(frozen=True)
class Corrections:
    """What read-outs measured of offers whose effects the shop assumed, and what it expected of them."""

    measured: MeasuredOffers
    expected: Mapping[tuple[str, str], float]
    """The mean value of a campaign's offer before the measurement, over the customers it was measured on."""

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Corrections:
        """Build it from `outcomes.parquet` of read-outs; nothing is expected yet.

        Raises the same as `read_outcomes`.
        """
        return cls(read_outcomes(paths), {})

    def with_expected(self, choice: CampaignOffer, frame: pl.DataFrame) -> Corrections:
        """Add what is expected of an offer, from its effects, unless that is known of more customers.

        A plan chooses the customers for whom most is expected, so the mean over all would be too low for a comparison
        of these; it counts only where fewer than LEAST_CUSTOMERS whom the offer was measured on have effects.
        """
        key = (choice.campaign_id, choice.offer.offer_id)
        if key in self.expected:
            return self
        if (correction := self.measured.get(key)) is not None:
            compared = frame.with_columns(_AS_TEXT).join(correction.customers, on="customer_id", how="semi")
            frame = compared if compared.height >= LEAST_CUSTOMERS else frame
        mean = float(str(frame["value_minor"].mean())) if frame.height else 0.0
        return replace(self, expected={**self.expected, key: mean})


def corrected(frame: pl.DataFrame, choice: CampaignOffer, corrections: Corrections) -> tuple[pl.DataFrame, str]:
    """An assumed offer's effects after its measurement, and what they rest on now; unchanged without one."""
    key = (choice.campaign_id, choice.offer.offer_id)
    correction, expected = corrections.measured.get(key), corrections.expected[key]
    if correction is None:
        return frame, "assumed"
    if expected:
        mean, sd = correction.posterior(expected)
        frame = frame.with_columns(pl.col("growth") * (mean / expected))
        value, se = pl.col("value_minor") * (mean / expected), pl.col("value_minor").abs() * (sd / abs(expected))
    else:
        value, se = pl.lit(correction.value_minor), pl.lit(correction.se_minor)
    assumed = choice.offer.assumed
    redeemed = (
        1.0
        if correction.p_redeem is None or assumed is None
        else correction.p_redeem / max(float(assumed.p_redeem), 1e-9)
    )
    discount = pl.col("discount_minor") * redeemed
    profit = value - choice.own_share * discount - choice.contact_minor
    return frame.with_columns(
        value_minor=value,
        held_out_value_minor=value,
        value_low_minor=value - Z95 * se,
        value_high_minor=value + Z95 * se,
        profit_low_minor=profit - Z95 * se,
        profit_high_minor=profit + Z95 * se,
        value_se_minor=se,
        discount_minor=discount,
        held_out_discount_minor=discount,
        p_redeem=(pl.col("p_redeem") * redeemed).clip(upper_bound=1.0),
    ), "measured"
