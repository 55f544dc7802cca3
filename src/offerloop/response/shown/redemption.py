"""How likely customers are to use an offer in a whole window: alike for the depths of a family.

A generalised linear model with a complementary log-log link, by which a part of a window shows as much of a constant
hazard (Prentice and Gloeckler 1978), fitted by Fisher scoring with a ridge penalty:

    P(used in a part of a window) = 1 - exp(-part exp(x b))
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.estimators.ridge_t import PENALTY
from offerloop.response.evidence import Evidence
from offerloop.response.shown.deviations import deviations, mean_and_spread
from offerloop.response.shown.hidden_costs import NEVER_IN_ORDERS

TINY = 1e-12
STEPS = 25
"""Steps of Fisher scoring."""
LOG_HAZARDS = (-30.0, 3.0)
"""Between which logarithms of a window's uses tell probabilities from 0 and 1."""


@dataclass(frozen=True, eq=False)
class _Hazard:
    """Uses of an offer in a whole window, by a customer's features."""

    scale: Floats
    """(2, p): means and standard deviations of the logarithms of features."""
    level: Floats
    """(1 + p,): logarithm of the uses of the mean customer, and by how much it differs by feature."""

    @classmethod
    def fit(cls, features: Floats, used: Floats, part: Floats) -> _Hazard:
        """Learn from whether an offer was used (n,) in parts (n,) of windows of customers with features (n, p)."""
        logs = np.log1p(np.maximum(features, 0.0))
        scale = mean_and_spread(logs)
        x = cls(scale, np.zeros(1 + logs.shape[1])).columns(features)
        share = (used.sum() + 0.5) / (len(used) + 1.0)
        level = np.zeros(x.shape[1])
        level[0] = start = np.log(-np.log1p(-share) / part.mean())
        for _ in range(STEPS):
            hazard = np.exp(np.clip(x @ level + np.log(part), *LOG_HAZARDS))
            probability = -np.expm1(-hazard)
            information = hazard**2 * (1 - probability) / probability
            penalty = information.mean() * np.r_[1.0, np.full(len(level) - 1, PENALTY)]
            off = x.T @ (hazard * (used / probability - 1)) - penalty * (level - start * (np.arange(len(level)) == 0))
            step = np.linalg.solve(x.T @ (information[:, None] * x) + np.diag(penalty), off)
            level = level + step / max(1.0, float(np.abs(x @ step).max()))
        return cls(scale, level)

    def columns(self, features: Floats) -> Floats:
        """(n, 1 + p)."""
        z = deviations(np.log1p(np.maximum(features, 0.0)), self.scale)
        return np.column_stack([np.ones(len(z)), z])

    def probability(self, features: Floats, part: Floats | float = 1.0) -> Floats:
        """(n,): the probability that each customer uses it in a part of a window."""
        log_hazard = np.clip(self.columns(features) @ self.level, *LOG_HAZARDS)
        return np.asarray(-np.expm1(-part * np.exp(log_hazard)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class RedemptionModel:
    """The model of each family, of those who were given one of its offers."""

    families: tuple[tuple[Ints, _Hazard], ...]
    """The positions of a family's offers, and what was learned of them."""
    own_share: Floats
    """(K,): the share of each offer's uses that is beyond what is used in windows in which nothing is shown."""

    @classmethod
    def fit(cls, used: Evidence) -> RedemptionModel:
        """Learn from decisions whose outcome is 1 where the offer was used in the part of the window that was seen."""
        families = []
        for family in used.coding.families:
            places = [place for place, one in enumerate(used.offers) if one.kind and one.family == family]
            rows = used.of(np.isin(used.action, places))
            families.append((np.array(places), _Hazard.fit(rows.features, rows.outcome, rows.parts)))
        rows, hidden = used.of(used.action == 0), np.array([one.kind in NEVER_IN_ORDERS for one in used.offers])
        nothing = np.zeros(len(hidden))
        for own in np.unique(hidden):  # coupons after nothing are no uses of what no order line shows
            model = _Hazard.fit(rows.features, rows.outcome * (not own), rows.parts)
            nothing[hidden == own] = model.probability(used.features).mean()
        learned = cls(tuple(families), np.zeros(len(used.offers)))
        rates = learned.rates(used.features).mean(axis=0)
        return replace(learned, own_share=np.maximum(1 - nothing / np.maximum(rates, TINY), 0.0))

    def rates(self, features: Floats, part: Floats | float = 1.0) -> Floats:
        """(customers, K), from features (customers, p): how likely any offer is used in a part of a window.

        It is 0 where none is shown.
        """
        rates = np.zeros((len(features), len(self.own_share)))
        for places, model in self.families:
            rates[:, places] = model.probability(features, part)[:, None]
        return rates

    def gains(self, features: Floats) -> Floats:
        """(customers, K): how likely the offer itself is used."""
        return self.rates(features) * self.own_share
