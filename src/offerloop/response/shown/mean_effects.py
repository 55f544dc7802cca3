"""The table of shown offers: the mean effect of an exposure, doubly robust, with errors by customers.

A window that ended early counts as the part of a whole one that it is, and every exposure the more the more chance
decided between the offer and nothing, by the inverse variance of its score: 1 / (1 / e_k + 1 / e_0) with propensities e
(overlap weights; Li, Morgan and Zaslavsky 2018). Where all have the same propensities, all count alike; exposures of a
plan, which leaves little to chance, would otherwise make effects unsure that random ones have shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.evaluation import Estimate
from offerloop.response.evidence import Evidence
from offerloop.response.scores import expected_outcomes, robust_scores
from offerloop.response.shown.growth.carry_over import CarriedOver
from offerloop.response.shown.growth.model import NAME
from offerloop.response.trial.crossfit import divisions
from offerloop.response.trial.spread import standard_error
from offerloop.tables import SHOWN_OFFERS


def mean_effects(
    outcomes: Sequence[Evidence], p_redeem: Floats, seed: int, carried: CarriedOver, of_late: Estimate
) -> pl.DataFrame:
    """Return the table SHOWN_OFFERS of decisions with `customer`, whose `outcomes` are value and discount.

    `p_redeem` (offers,) is how likely each is used in a whole window, beyond nothing, which is first; `carried` is
    what carries over, `of_late` how much more or less offers bring at the end of the log.
    """
    rows = outcomes[0]
    fold, counts = divisions(rows.size, 1, seed, rows.whose)[0], np.bincount(rows.action, minlength=len(rows.offers))
    value, discount = (robust_scores(one, expected_outcomes(one, fold)) for one in outcomes)
    table = [
        (
            offer.offer_id, int(counts[k]), int(counts[0]), *_mean(value, k, rows), *_mean(discount, k, rows),
            float(p_redeem[k]), NAME, float(carried.carry[k].sum()), carried.by_chance,
            of_late.value, of_late.low, of_late.high,
        )
        for k, offer in enumerate(rows.offers[1:], start=1)
    ]  # fmt: skip
    return SHOWN_OFFERS.check(pl.DataFrame(table, SHOWN_OFFERS.schema, orient="row"))


def _mean(scores: Floats, offer: int, rows: Evidence) -> tuple[float, float]:
    """Return the mean of what an offer's scores (n, K) are above those of nothing, and its error."""
    gain, propensity = scores[:, offer] - scores[:, 0], rows.propensity[:, [0, offer]]
    weight = rows.parts * propensity.prod(axis=1) / propensity.sum(axis=1)
    weight = weight / weight.mean()
    mean = float(np.mean(weight * gain))
    return mean, standard_error(weight * (gain - mean), rows.whose)
