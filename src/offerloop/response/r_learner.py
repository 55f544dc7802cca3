"""R-learner of a dose (Nie and Wager 2021, "Quasi-oracle estimation of heterogeneous treatment effects").

    y_i - m(x_i) = sum over offers k (1[i got k] - e_ik) t_ik + noise
    t_ik = depth_k (a_f + (x_i - mean) . b_f + (z_ik - mean) . c_kind)

with e the chance of each offer, m the expected outcome whatever is given, predicted by other folds, f the family of an
offer (offers that differ in depth alone) and z what the customer usually does in the offer's scope, whose slopes all
offers of a kind share. Slopes b and c are a ridge whose penalty leaves the least error on left-out rows; b must show
more than c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.response.evidence import Evidence
from offerloop.response.penalised import least_left_out
from offerloop.response.ridge_t import out_of_fold
from offerloop.response.scores import folds
from offerloop.response.terms import Coding, Floats, Terms

PARTS = 5
OWN = 100.0
"""How many times as much the slopes that a family has of its own are penalised, where its kind has some in common."""


@dataclass(frozen=True, eq=False)
class DoseSlopes:
    """Effects in proportion to depth."""

    coding: Coding
    centre: Floats
    """(p,)."""
    level: Floats
    """(families,): effect of a unit of depth at the mean of the features."""
    slope: Floats
    """(p, families)."""
    scope_centre: Floats
    """(q,)."""
    shared: Floats
    """(kinds, q): slopes on scopes."""

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`."""
        self.coding.weights(offers)
        found = (self.level + (features - self.centre) @ self.slope) @ doses(self.coding, offers).T
        if scope is None:
            return found
        return found + np.einsum("nkq,kq->nk", scope - self.scope_centre, by_kind(self.coding, offers) @ self.shared)


class RLearner:
    """The estimator."""

    def fit(self, evidence: Evidence, seed: int) -> DoseSlopes:
        """See `Estimator`."""
        fold = folds(evidence.size, PARTS, np.random.default_rng(seed))
        nobody = np.zeros_like(evidence.action)
        expected = out_of_fold(evidence.features, nobody, evidence.outcome[:, None], 1, fold)[:, 0, 0]
        left, surprise = evidence.outcome - expected, _surprise(evidence)
        given = surprise @ doses(evidence.coding, evidence.offers)
        level: Floats = np.asarray(np.linalg.lstsq(given, left, rcond=None)[0], dtype=np.float64)
        centre = evidence.features.mean(axis=0)
        own = ((evidence.features - centre)[:, :, None] * given[:, None, :]).reshape(evidence.size, -1)
        scope_centre, pooled = _pooled(evidence, surprise)
        held_back = np.repeat([OWN if pooled.shape[1] else 1.0, 1.0], [own.shape[1], pooled.shape[1]])
        found = least_left_out(np.column_stack([own, pooled]), left - given @ level, held_back)
        n_kinds = len(kinds(evidence.coding))
        slope, shared = found[: own.shape[1]], found[own.shape[1] :]
        table = slope.reshape(len(centre), -1)
        return DoseSlopes(evidence.coding, centre, level, table, scope_centre, shared.reshape(n_kinds, -1))


def doses(coding: Coding, offers: Sequence[Terms]) -> Floats:
    """(offers, families): depth in the offer's own family, 0 in others."""
    return np.array([[one.depth * (one.family == family) for family in coding.families] for one in offers])


def kinds(coding: Coding) -> list[str]:
    """Of the tested offers."""
    return list(dict.fromkeys(one.kind for one in coding.tested if one.kind))


def by_kind(coding: Coding, offers: Sequence[Terms]) -> Floats:
    """(offers, kinds): depth in the offer's own kind, 0 in others."""
    return np.array([[one.depth * (one.kind == kind) for kind in kinds(coding)] for one in offers])


def _surprise(evidence: Evidence) -> Floats:
    """(n, K): 1 for the offer given, less the chances."""
    return np.eye(len(evidence.offers))[evidence.action] - evidence.chance


def _pooled(evidence: Evidence, surprise: Floats) -> tuple[Floats, Floats]:
    """Mean scope (q,), and (n, kinds x q): scopes less it of each kind's offers, as far as what was given surprises."""
    if evidence.scope is None:
        return np.zeros(0), np.zeros((evidence.size, 0))
    centre = evidence.scope[:, 1:].mean(axis=(0, 1))
    depth = by_kind(evidence.coding, evidence.offers)
    crossed = np.einsum("nk,kf,nkq->nfq", surprise, depth, evidence.scope - centre)
    return centre, crossed.reshape(evidence.size, -1)
