"""How likely customers are to use an offer: alike for the depths of a family."""

from __future__ import annotations

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.ridge_t import RidgeT
from offerloop.response.evidence import Evidence


def redeemed(used: Evidence, now: Evidence) -> Floats:
    """(customers, K): by a ridge regression on those who were given an offer of the family; 0 for no offer.

    The outcome of `used` is 1 where the offer was used; `now` are the customers to tell of.
    """
    rates = np.zeros((now.size, len(used.offers)))
    for family in used.coding.families:
        family_places = [place for place, one in enumerate(used.offers) if one.kind and one.family == family]
        rows = used.of(np.isin(used.action, family_places))
        model = RidgeT.fit(rows.features, np.zeros_like(rows.action), rows.outcome[:, None], 1)
        rates[:, family_places] = model.predict(now.features)[:, 0, :1]
    return rates
