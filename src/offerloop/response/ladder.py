"""One discount at several depths: what tells it from other offers, and whether it is used, whatever its depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.response.evidence import Evidence
from offerloop.response.ridge_t import RidgeT
from offerloop.response.terms import Coding, Floats, Terms


def is_ladder(offers: Sequence[Terms]) -> bool:
    """Whether all offers are depths of one discount on the same things, each with a depth of its own."""
    coding = Coding.of(offers)
    depths = [one.depth for one in offers]
    return len(coding.families) == 1 and coding.monotone and len(set(depths)) == len(depths)


@dataclass(frozen=True, eq=False)
class Used:
    """See `Fitted`: whether an offer is used, whatever its depth."""

    model: RidgeT

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`."""
        del scope
        given = np.array([float(bool(one.kind)) for one in offers])
        return np.outer(self.model.predict(features)[:, 0, 0], given)


class UsedLearner:
    """The estimator of redemption; see `Used`."""

    def fit(self, evidence: Evidence, seed: int) -> Used:
        """See `Estimator`; nothing in it is drawn."""
        del seed
        told = evidence.of(evidence.action > 0)
        return Used(RidgeT.fit(told.features, np.zeros_like(told.action), told.outcome[:, None], 1))
