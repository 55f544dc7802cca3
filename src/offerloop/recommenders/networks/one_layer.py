"""The article's network of one layer, sigma(W [q_u; f_i] + b): a logistic regression on customer and product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from scipy.special import expit

from offerloop.recommenders.base import RECENT_DAYS, HistoryRecommender, Scores
from offerloop.recommenders.histories import Codes, Histories, positions
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.networks.adam import Array, Batch, Params, minimise
from offerloop.recommenders.networks.next_period_labels import NextPeriodLabels, next_period_labels
from offerloop.recommenders.networks.pairs import TIME_CONSTANTS, PurchasePairs, attributes

_N_WINDOWS = 8


class OneLayer(HistoryRecommender):
    """Affinity = sigma(W [q_u; f_i] + b), the chance of being bought in a window of 28 days up to a factor.

    q_u is how much the customer buys; f_i is how many bought the product lately, its category, subcategory and brand
    (one-hot) and, besides the article's formula, how often and how lately this customer bought it. A single layer adds
    what it knows of the customer to what it knows of the product and cannot match one with the other: without
    those own purchases all customers would get the same ranking, and for products new to them they do.

    Learned by binary cross-entropy from what followed the last windows, with `negatives` products drawn at random for
    each bought one; they raise the chances by one factor for all. Fitting needs the extra ``deep``.
    """

    name: ClassVar[str] = "one_layer"

    def __init__(
        self,
        *,
        epochs: int = 2,
        learning_rate: float = 0.05,
        reg: float = 0.0,
        negatives: int = 4,
        batch_size: int = 4096,
        max_examples: int = 2_000,
        rng: int = 0,
    ) -> None:
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.reg = reg
        self.negatives = negatives
        self.batch_size = batch_size
        self.max_examples = max_examples
        self.rng = rng

    def _learn(self, interactions: Interactions) -> None:
        rng = np.random.default_rng(self.rng)
        labels = next_period_labels(
            interactions, window_days=RECENT_DAYS, n_windows=_N_WINDOWS, max_examples=self.max_examples, rng=rng
        )
        codes = attributes(interactions)
        batches = _Batches(labels, codes, self.batch_size, self.negatives, rng)
        n_batches = self.epochs * len(batches)
        start = _start(int(codes.max(initial=0)) + 1)
        params = minimise(loss, start, batches.epochs(self.epochs), n_batches, self.learning_rate, self.reg)
        self._params = params
        buyers = interactions.counts(RECENT_DAYS).getnnz(axis=0)
        self._worth: Scores = _product(params, np.log1p(buyers).astype(np.float32), codes)

    def _score(self, histories: Histories) -> Scores:
        pairs = PurchasePairs.of(histories)
        inner = (pairs.facts @ self._params["customer"])[:, None] + self._worth + self._params["b"]
        inner[pairs.rows, pairs.columns] += pairs.own @ self._params["own"]
        scores: Scores = expit(inner)
        return scores


def loss(params: Params, batch: Batch) -> Array:
    """Mean binary cross-entropy; with JAX."""
    import jax

    inner = batch["facts"] @ params["customer"] + _product(params, batch["popularity"], batch["attributes"])
    inner = inner + batch["own"] @ params["own"] + params["b"]
    return (jax.nn.softplus(inner) - batch["bought"] * inner).mean()


def _start(n_codes: int) -> Params:
    n = len(TIME_CONSTANTS)
    shapes = {"customer": n, "own": n, "popularity": 1, "attribute": n_codes, "b": 1}
    return {name: np.zeros(size, np.float32) for name, size in shapes.items()}


def _product(params: Params, popularity: Array, attributes: Array) -> Array:
    """The part of W f_i that is the same for all customers."""
    return popularity * params["popularity"] + params["attribute"][attributes].sum(axis=1)


class _Batches:
    """Bought pairs with products drawn at random for the same examples."""

    def __init__(
        self, labels: NextPeriodLabels, attributes: Codes, batch_size: int, negatives: int, rng: np.random.Generator
    ) -> None:
        self._labels, self._attributes, self._negatives, self._rng = labels, attributes, negatives, rng
        self._pairs = PurchasePairs.of(labels.histories)
        self._facts = self._pairs.facts
        self._popularity = np.log1p(labels.buyers)
        self._rows, self._columns = (places.astype(np.int64) for places in labels.targets.nonzero())
        self._known = self._rows * labels.histories.n_products + self._columns
        self._n_bought = max(1, min(batch_size // (negatives + 1), len(self._rows)))

    def __len__(self) -> int:
        return len(self._rows) // self._n_bought

    def epochs(self, count: int) -> Iterator[Batch]:
        for _ in range(count):
            order = self._rng.permutation(len(self._rows))
            for k in range(len(self)):
                yield self._batch(order[k * self._n_bought : (k + 1) * self._n_bought])

    def _batch(self, bought: Codes) -> Batch:
        row = np.tile(self._rows[bought], 1 + self._negatives)
        n_products = self._labels.histories.n_products
        drawn = self._rng.integers(n_products, size=len(row) - len(bought))
        column = np.concatenate([self._columns[bought], drawn])
        return {
            "facts": self._facts[row],
            "own": self._pairs.find(row, column),
            "popularity": self._popularity[self._labels.windows[row], column],
            "attributes": self._attributes[column].astype(np.int32),
            "bought": (positions(self._known, row * n_products + column) >= 0).astype(np.float32),
        }
