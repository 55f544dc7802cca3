"""What the growth by offers, f of `growth.model`, may be before a log is looked at.

It has the form that is written there, each part of several sizes or not there; or, as likely as that, all offers bring
about the same growth or each as much as it is deep.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.shown.growth.shrinkage import Prior
from offerloop.response.terms import OfferTerms

SHAPES = (0.0, 0.03, 0.1, 0.3, 1.0)
"""t1 to t5: growth at the deepest discount of a family that each part of f may come to. By the mean of 1,851 published
price elasticities, 2.6, 30 % off brings 150 % more (Bijmolt, van Heerde and Pieters 2005)."""
USUAL_GROWTH = (0.02, 0.06, 0.2, 0.6)
"""Growth that offers may bring on the whole, a little or much, while the log says little of each: the mean, and the
standard deviation of what all offers have in common."""
OWN_SPREAD = 0.25
"""Standard deviation of what each offer has of its own, as a share of that."""


def growth_priors(offers: Sequence[OfferTerms], exposure_probability: float) -> list[Prior]:
    """Return what the growth by each offer (K - 1) may be beforehand.

    `exposure_probability` is the one that offers work by exposure, whatever they cover.
    """
    return [*_usual_growth(offers, exposure_probability), *_of_any_form(_forms(offers))]


def is_distinct(depth: Floats) -> bool:
    """Return whether no two depths (n,) are the same."""
    return len(np.unique(depth)) == len(depth)


def _usual_growth(offers: Sequence[OfferTerms], exposure_probability: float) -> list[Prior]:
    """The priors that all offers bring about the same, or those of several families as much as they are deep.

    Both are as likely, unless offers work by exposure: its effect does not grow with what is off.
    """
    same, alike = np.ones(len(offers)), len(set(_members(offers).tolist())) == 1
    deep = 0.0 if alike else (1 - exposure_probability) / 2
    means = [(same, 1 - deep), (_depths(offers), deep)]
    return [
        Prior(
            growth**2 * (np.outer(mean, mean) + OWN_SPREAD**2 * np.diag(mean**2)),
            growth * mean,
            weight / len(USUAL_GROWTH),
        )
        for growth, (mean, weight) in product(USUAL_GROWTH, means)
        if weight > 0
    ]


def _of_any_form(forms: Floats) -> list[Prior]:
    """The priors that each form (forms, q, q) is of some size; that it is not there is as likely as that it is."""
    sizes = np.array(list(product(SHAPES, repeat=len(forms))))
    weights = 0.5 ** len(forms) / (len(SHAPES) - 1.0) ** (sizes > 0).sum(axis=1)
    covariances = np.tensordot(sizes**2, forms, 1)
    return [Prior(one, weight=float(weight)) for one, weight in zip(covariances, weights, strict=True)]


def _forms(offers: Sequence[OfferTerms]) -> Floats:
    """(forms, K - 1, K - 1): covariances that parts of f may have."""
    depth, member = _depths(offers), _members(offers)
    same = (member[:, None] == member).astype(np.float64)
    line = np.outer(depth, depth)
    walk = np.where(
        [is_distinct(depth[member == one]) for one in member], np.minimum.outer(depth, depth), np.eye(len(depth))
    )
    forms = [np.ones_like(same), line * same, walk * same]
    return np.stack(forms if same.all() else [*forms, same, line])


def _members(offers: Sequence[OfferTerms]) -> Ints:
    """(K - 1,): numbers of the offers' families."""
    families = list(dict.fromkeys(one.family for one in offers))
    return np.array([families.index(one.family) for one in offers], dtype=np.int64)


def _depths(offers: Sequence[OfferTerms]) -> Floats:
    """(K - 1,): depths over the deepest of the offer's family."""
    depth, member = np.array([one.depth for one in offers]), _members(offers)
    return np.asarray(depth / np.array([depth[member == one].max() for one in member]), dtype=np.float64)
