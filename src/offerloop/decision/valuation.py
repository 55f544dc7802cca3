"""Held-out value of any choice of candidates, with the interval that the calibration's uncertainty gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95, Estimate
from offerloop.response import SharedErrors

Columns = Mapping[str, NDArray[Any]]
"""Columns of candidates by name."""
ESTIMATES = ("estimate", "estimate_shown")
"""Columns of `with_estimates`."""


class HeldOutValue(Protocol):
    """The held-out value of any choice of a campaign's candidates."""

    def of_rows(self, rows: Ints) -> Valuation | Repeated:
        """Return the valuation of some of the candidates, whose places are ascending."""

    def value(self, weights: Floats) -> Estimate:
        """Return the held-out profit, with its interval, of candidates taken with weights (candidates,) between 0 and
        1."""

    def spend(self, weights: Floats) -> float:
        """Return their held-out expected cost, minor units."""


@dataclass(frozen=True)
class Valuation:
    """Candidates of one campaign with held-out profit and cost, and how both move with the calibration.

    Chosen with models of one half of the customers, valued by the realised slopes of the other half: the value
    of a maximised plan is not inflated by the choice. The interval holds the uncertainty of the average response
    and of its spread; it does not hold next week's luck, nor whether shelf prices speak for coupons.
    """

    value_part: Floats
    """Held-out value of each candidate, minor units."""
    discount_part: Floats
    """Held-out discount, whoever pays it."""
    d_value: Floats
    """Derivative of value by the level of the candidate's fold; that by its slope is `centred` times as much."""
    d_discount: Floats
    fold: Ints
    centred: Floats
    covariance: Floats
    """(4, 4) of level and slope of fold 0, then of fold 1."""
    own_share: Floats
    """Share of each discount that we pay."""
    contact: Floats
    """What telling the customer costs us."""
    cost_weight: Floats
    """1 where cost lowers profit, 0 where the budget is of another unit."""
    shared_se: Floats
    """Standard error that all candidates of an offer share: of the profit of a shown, of the value of a measured one, 0
    elsewhere."""
    offer: NDArray[np.int64]
    """Which of these errors each candidate has."""
    is_shown: NDArray[np.bool_]
    """Whether the candidate's offer was shown at random: then `offer` and `customer` are places in `errors`."""
    customer: Ints
    margin: Floats
    """Share of list price that each candidate's value supposes is left."""
    errors: SharedErrors

    @classmethod
    def of(cls, columns: Columns, calibration: pl.DataFrame, errors: SharedErrors) -> Valuation:
        """Build it from one campaign's effects with the terms of offers (see `with_estimates`), `is_shown` and
        `customer`."""
        return cls(
            value_part=columns["held_out_value_minor"],
            discount_part=columns["held_out_discount_minor"],
            d_value=columns["d_value"],
            d_discount=columns["d_discount"],
            fold=columns["fold"],
            centred=columns["centred"],
            covariance=_covariance(calibration),
            own_share=1 - columns["funded_share"],
            cost_weight=columns["cost_weight"],
            shared_se=columns["value_se_minor"],
            offer=np.where(columns["is_shown"], columns["estimate_shown"], columns["estimate"]),
            is_shown=columns["is_shown"],
            customer=columns["customer"],
            contact=columns["contact_cost_minor"].astype(np.float64),
            margin=columns["margin"],
            errors=errors,
        )

    def beside(self, columns: Columns, calibration: pl.DataFrame) -> Valuation:
        """Return the candidates valued in another division of the customers, which has held-out columns of its own."""
        return replace(
            self,
            value_part=columns["held_out_value_minor"],
            discount_part=columns["held_out_discount_minor"],
            fold=columns["fold"],
            centred=columns["centred"],
            covariance=_covariance(calibration),
        )

    @property
    def cost(self) -> Floats:
        """Held-out expected cost of each candidate to us."""
        return self.own_share * self.discount_part + self.contact

    def supposing(self, own_share: float | None = None, margin: float | None = None) -> Valuation:
        """Return the candidates valued with another share of discounts that we pay (0 to 1), or another margin
        (share)."""
        share = self.own_share if own_share is None else np.broadcast_to(own_share, self.own_share.shape)
        if margin is None:
            return replace(self, own_share=share)
        factor = scaled(self.margin, margin)
        return replace(
            self,
            own_share=share,
            value_part=factor * self.value_part,
            d_value=factor * self.d_value,
            shared_se=np.abs(factor) * self.shared_se,
            margin=np.broadcast_to(margin, self.margin.shape),
        )

    def of_rows(self, rows: Ints) -> Valuation:
        """Return the valuation of some of the candidates."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _BY_CANDIDATE})

    def of_split(self, split: Valuation, first: Valuation, rows: Ints) -> Valuation:
        """Return the candidates in another division, with its own columns where it does not share the first one's."""
        columns = {name: getattr(split, name) for name in _BY_CANDIDATE}
        own = {name: one[rows] for name, one in columns.items() if one is not getattr(first, name)}
        return replace(self, covariance=split.covariance, **own)

    def value(self, weights: Floats) -> Estimate:
        """Return the held-out profit, with its interval, of candidates taken with weights (candidates,) between 0 and
        1."""
        return self.held_out(self.alike(weights))

    def alike(self, weights: Floats) -> AlikeSums:
        """What the same candidates come to in every division of the customers."""
        paid = weights * self.cost_weight
        own = paid * self.own_share
        by_response = weights * self.d_value
        levels = np.where(self.is_shown, 0.0, by_response - own * self.d_discount)
        variance = self._shared_variance(weights * self.shared_se, by_response)
        return AlikeSums(weights, own, float(paid @ self.contact), levels, variance)

    def held_out(self, alike: AlikeSums) -> Estimate:
        """Return the profit in this division of the customers."""
        profit = alike.weights @ self.value_part - alike.own @ self.discount_part - alike.contact
        slope = self._by_response(alike.levels)
        form = slope @ self.covariance @ slope  # below zero where estimates of next to nothing contradict each other
        return Estimate.of(float(profit), float(np.sqrt(abs(form) + alike.variance)))

    def _shared_variance(self, errors: Floats, by_response: Floats) -> float:
        """Variance from the errors (candidates,) of estimates, and for shown offers from those of responses, with the
        derivatives (candidates,) by these."""
        if not errors.any():
            return 0.0
        shown, others = self.is_shown, np.bincount(self.offer, np.where(self.is_shown, 0.0, errors))
        of_offers = self.errors.of_offers(errors[shown], self.offer[shown])
        return float(others @ others) + of_offers + self.errors.of_responses(by_response[shown], self.customer[shown])

    def _by_response(self, levels: Floats) -> Floats:
        """(4,): derivative by level and slope of both folds, from that by the level of each candidate's fold."""
        parts = [np.bincount(self.fold, one, 2) for one in (levels, levels * self.centred)]
        return np.stack(parts, axis=1, dtype=np.float64).ravel()

    def spend(self, weights: Floats) -> float:
        """Return their held-out expected cost, minor units."""
        return float(weights @ self.cost)


@dataclass(frozen=True, eq=False)
class AlikeSums:
    """What candidates come to in every division of the customers."""

    weights: Floats
    own: Floats
    """(candidates,): weight times what we pay of each unit of discount."""
    contact: float
    levels: Floats
    """(candidates,): derivative by the level of the candidate's fold."""
    variance: float
    """The variance from the errors of estimates."""


_BY_CANDIDATE = tuple(one.name for one in fields(Valuation) if one.name not in ("covariance", "errors"))


def _covariance(calibration: pl.DataFrame) -> Floats:
    covariance = np.zeros((4, 4))
    for row in calibration.iter_rows(named=True):
        k = 2 * int(row["fold"])
        covariance[k : k + 2, k : k + 2] = [
            [row["var_level"], row["covariance"]],
            [row["covariance"], row["var_slope"]],
        ]
    return covariance


def with_estimates(offers: pl.DataFrame, errors: SharedErrors) -> pl.DataFrame:
    """Offers with the numbers ESTIMATES of the error that each has: if it was not shown at random, and if it was."""
    number = pl.struct(pl.col("category").fill_null(""), "offer_id").rank("dense").cast(pl.Int64)
    places = {name: place for place, name in enumerate(errors.offers)}
    shown = pl.col("offer_id").cast(pl.String).replace_strict(places, default=0, return_dtype=pl.Int64)
    return offers.with_columns(part.alias(name) for name, part in zip(ESTIMATES, (number, shown), strict=True))


def in_columns(name: str, estimate: Estimate) -> dict[str, float | None]:
    """Return a value and the ends of its interval, minor units, by the columns of tables that hold them."""
    low, high = estimate.ends
    return {f"{name}_minor": estimate.value, f"{name}_low_minor": low, f"{name}_high_minor": high}


def scaled(margin: Floats, to: float) -> Floats:
    """What a value at each margin is multiplied by under another; a value at a margin of nothing stays nothing."""
    return np.divide(to, margin, out=np.zeros_like(margin), where=margin != 0)


@dataclass(frozen=True)
class Repeated:
    """The same candidates valued in several divisions of the customers into halves.

    A value is the mean over divisions. Its variance is the mean variance within a division, because divisions of
    the same customers are not independent, plus the variance between divisions.
    """

    splits: tuple[Valuation, ...]

    @classmethod
    def of(cls, divisions: Sequence[Columns], calibrations: Sequence[pl.DataFrame], errors: SharedErrors) -> Repeated:
        """Build it from the same candidates by division."""
        first, *others = zip(divisions, calibrations, strict=True)
        valuation = Valuation.of(*first, errors)
        return cls((valuation, *(valuation.beside(*one) for one in others)))

    @property
    def cost(self) -> Floats:
        """Mean held-out expected cost of each candidate to us."""
        return np.mean([one.cost for one in self.splits], axis=0)

    def supposing(self, own_share: float | None = None, margin: float | None = None) -> Repeated:
        """Return the candidates with another share of discounts that we pay, or another margin, in each division."""
        return Repeated(tuple(one.supposing(own_share, margin) for one in self.splits))

    def of_rows(self, rows: Ints) -> Repeated:
        """Some of the candidates; columns that divisions share are taken once."""
        first, *others = self.splits
        taken = first.of_rows(rows)
        return Repeated((taken, *(taken.of_split(one, first, rows) for one in others)))

    def value(self, weights: Floats) -> Estimate:
        """Held-out profit of candidates taken with these weights (0 to 1); most are not taken in most cases."""
        rows = np.flatnonzero(weights != 0)
        taken = self if len(rows) == len(weights) else self.of_rows(rows)
        alike = taken.splits[0].alike(weights[rows])
        estimates = [one.held_out(alike) for one in taken.splits]
        values = np.array([one.value for one in estimates])
        within = np.mean([((one.high - one.low) / 2 / Z95) ** 2 for one in estimates])
        between = values.var(ddof=1) if len(values) > 1 else 0.0
        return Estimate.of(float(values.mean()), float(np.sqrt(within + between)))

    def spend(self, weights: Floats) -> float:
        """Return their held-out expected cost, minor units."""
        rows = np.flatnonzero(weights != 0)
        costs = [one.own_share[rows] * one.discount_part[rows] + one.contact[rows] for one in self.splits]
        return float(np.mean([weights[rows] @ cost for cost in costs]))
