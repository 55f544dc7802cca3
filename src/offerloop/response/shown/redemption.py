"""How likely customers are to use an offer: alike for the depths of a family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.estimators.ridge_t import RidgeT
from offerloop.response.evidence import Evidence


@dataclass(frozen=True, eq=False)
class RedemptionModel:
    """Ridge regressions on those who were given an offer of each family."""

    families: tuple[tuple[Ints, RidgeT], ...]
    """The positions of a family's offers, and what was learned of them."""
    offers: int
    """Number of offers, nothing among them."""

    @classmethod
    def fit(cls, used: Evidence) -> RedemptionModel:
        """Learn from decisions whose outcome is 1 where the offer was used."""
        families = []
        for family in used.coding.families:
            places = [place for place, one in enumerate(used.offers) if one.kind and one.family == family]
            rows = used.of(np.isin(used.action, places))
            model = RidgeT.fit(rows.features, np.zeros_like(rows.action), rows.outcome[:, None], 1)
            families.append((np.array(places), model))
        return cls(tuple(families), len(used.offers))

    def rates(self, features: Floats) -> Floats:
        """(customers, K) from features (customers, p); 0 for no offer."""
        rates = np.zeros((len(features), self.offers))
        for places, model in self.families:
            rates[:, places] = model.predict(features)[:, 0, :1]
        return rates
