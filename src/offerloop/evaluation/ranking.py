"""How good a ranking was, one number per customer, and the interval of their mean.

``hits`` is always a boolean array of shape (customers, depth): whether the product at each rank, best first,
was one of the customer's targets. ``n_targets`` is the number of targets of each customer, found or not. ``top``
is an integer array of shape (customers, depth): the position of the product at each rank, -1 where there is none.
Targets are a sparse boolean matrix of shape (customers, products).

A mean is over customers that have a value; its 95 % interval is that mean ± 1.96 standard errors, customers being
independent. Catalogue coverage is no mean over customers and has no interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.estimate import Z95, Estimate
from offerloop.message import Message

Csr = Any  # scipy.sparse.csr_matrix, which has no types


@dataclass(frozen=True)
class Accuracy:
    """How well the first `k` products foretold the targets, as means over customers with a target."""

    recall: Estimate
    ndcg: Estimate
    mrr: Estimate
    n_customers: int


def accuracy(top: NDArray[np.int64], targets: Csr, k: int) -> Accuracy:
    """Recall@k, nDCG@k and MRR@k; raises EvidenceError when fewer than two customers have a target."""
    n_targets = np.asarray(targets.astype(np.bool_).sum(axis=1)).ravel()
    counted = np.flatnonzero(n_targets)
    if len(counted) < 2:
        raise EvidenceError(
            Message(
                "{n} customer has a target, so a ranking cannot be judged; give a longer window",
                plural="{n} customers have a target, so a ranking cannot be judged; give a longer window",
                n=len(counted),
            )
        )
    hits, wanted = find_hits(top[counted], targets[counted]), n_targets[counted]
    return Accuracy(
        recall=mean_of_customers(recall(hits, wanted, k)),
        ndcg=mean_of_customers(ndcg(hits, wanted, k)),
        mrr=mean_of_customers(reciprocal_rank(hits, wanted, k)),
        n_customers=len(counted),
    )


def find_hits(top: NDArray[np.int64], targets: Csr) -> NDArray[np.bool_]:
    """Whether the product at each rank is a target; no product is none."""
    row = np.repeat(np.arange(len(top)), top.shape[1])
    hits = np.asarray(targets[row, np.maximum(top, 0).ravel()]).reshape(top.shape)
    return hits.astype(np.bool_) & (top >= 0)


def ndcg(hits: NDArray[np.bool_], n_targets: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """Normalised discounted cumulative gain at `k` with binary gains; NaN for a customer without targets.

    ``sum over ranks r <= k of hit_r / log2(r + 1)``, divided by what a perfect ranking gets: the same sum
    with hits at ranks 1 to ``min(n_targets, k)`` (Järvelin and Kekäläinen 2002, discounted as in Burges et
    al. 2005).
    """
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    gained = hits[:, :k] @ discount[: hits.shape[1]]
    perfect = np.concatenate([[np.nan], np.cumsum(discount)])[np.minimum(n_targets, k)]
    share: NDArray[np.float64] = gained / perfect
    return share


def recall(hits: NDArray[np.bool_], n_targets: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """Share of the targets found among the first `k`: ``hits within k / n_targets``, NaN without targets.

    A customer with more than `k` targets cannot reach 1.
    """
    share: NDArray[np.float64] = hits[:, :k].sum(axis=1) / np.where(n_targets > 0, n_targets, np.nan)
    return share


def reciprocal_rank(hits: NDArray[np.bool_], n_targets: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """``1 / rank`` of the first target among the first `k`, 0 when there is none (Voorhees 1999); NaN without targets.

    Its mean is MRR@k.
    """
    first = (hits[:, :k] / np.arange(1, hits[:, :k].shape[1] + 1)).max(axis=1, initial=0.0)
    return np.where(n_targets > 0, first, np.nan)


def catalogue_coverage(top: NDArray[np.int64], n_products: int) -> float:
    """Share of the `n_products` that stand in the ranking of at least one customer."""
    return len(np.unique(top[top >= 0])) / n_products


def novelty(top: NDArray[np.int64], popularity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of ``-log2(popularity)`` over the products of each customer, in bits; NaN for one without products.

    `popularity`, shape (products,), is the share of customers that know each product (mean self-information, Vargas
    and Castells 2011). Raises InputError when a ranked product has none in (0, 1].
    """
    shown = top >= 0
    share = np.where(shown, popularity[top], 1.0)
    wrong = ~((share > 0) & (share <= 1))
    if wrong.any():
        product = int(top[wrong][0])
        raise InputError(
            Message(
                "product {product} is ranked and its popularity is {popularity}; give a share above 0, at most 1",
                product=product,
                popularity=str(popularity[product]),
            )
        )
    return _share(-np.log2(share).sum(axis=1), shown.sum(axis=1))


def _share(above: NDArray[np.float64], below: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def mean_of_customers(values: NDArray[np.float64]) -> Estimate:
    """Mean of the customers that have a value, not NaN, with the interval of `mean_interval`."""
    return Estimate(*mean_interval(values[~np.isnan(values)]))


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean, and low and high of its 95 % interval: mean ± 1.96 standard errors of independent values.

    The interval is NaN for fewer than two values, the mean for none.
    """
    n = len(values)
    mean = float(np.mean(values)) if n else np.nan
    half = Z95 * float(np.std(values, ddof=1)) / np.sqrt(n) if n > 1 else np.nan
    return mean, mean - half, mean + half
