"""Batches of examples with sampled products, in arrays of few different shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.histories import Codes
from offerloop.recommenders.networks.adam import Batch
from offerloop.recommenders.networks.next_period_labels import NextPeriodLabels
from offerloop.recommenders.networks.pairs import PurchasePairs

Chances = NDArray[np.float64]


class Batches:
    """Batches of `batch_size` examples, each with `candidates` products drawn for all its examples together.

    A product's chance to be drawn grows with how often it was a target; the frequent ones are always there. A history
    enters without the share `dropout` of its products, so that no product leans on another alone.
    """

    def __init__(
        self,
        labels: NextPeriodLabels,
        attributes: Codes,
        *,
        batch_size: int,
        candidates: int,
        dropout: float,
        rng: np.random.Generator,
    ) -> None:
        self._labels, self._attributes, self._dropout, self._rng = labels, attributes, dropout, rng
        self._pairs = PurchasePairs.of(labels.histories)
        self._facts = self._pairs.facts
        self._popularity = np.log1p(labels.buyers)
        self._size = max(1, min(batch_size, len(labels.windows)))
        self._chances = chances(labels.targets.getnnz(axis=0) + 0.5, candidates)
        self._n_targets = labels.targets.getnnz(axis=1)

    def __len__(self) -> int:
        """Batches in an epoch; the examples of a last, smaller one wait for the next epoch."""
        return len(self._labels.windows) // self._size

    def epochs(self, count: int) -> Iterator[Batch]:
        """The batches of some epochs, each in a new order."""
        for _ in range(count):
            order = self._rng.permutation(len(self._labels.windows))
            for k in range(len(self)):
                yield self._batch(order[k * self._size : (k + 1) * self._size])

    def _batch(self, examples: Codes) -> Batch:
        products = draw(self._chances, self._rng)
        targets = self._labels.targets[examples][:, products].toarray() / self._n_targets[examples, None]
        popularity = self._popularity[self._labels.windows[examples]][:, products]
        return self._histories(examples, products) | {
            "facts": self._facts[examples],
            "products": products.astype(np.int32),
            "attributes": self._attributes[products].astype(np.int32),
            "popularity": popularity,
            "chance": self._chances[products].astype(np.float32),
            "targets": targets.astype(np.float32),
        }

    def _histories(self, examples: Codes, products: Codes) -> dict[str, NDArray[Any]]:
        """The pairs of the examples, filled up to a power of two with pairs of no row.

        ``row`` is the place of the example in the batch, ``slot`` that of the product in `products`, which is out
        of range where the product was not drawn.
        """
        pairs = self._pairs.take(examples)
        slots = np.full(pairs.n_products, len(products))
        slots[products] = np.arange(len(products))
        n_pairs = len(pairs.columns)
        missing = (1 << int(np.ceil(np.log2(max(n_pairs, 16))))) - n_pairs
        return {
            "row": np.pad(pairs.rows, (0, missing), constant_values=len(examples)).astype(np.int32),
            "column": np.pad(pairs.columns, (0, missing)).astype(np.int32),
            "slot": np.pad(slots[pairs.columns], (0, missing), constant_values=len(products)).astype(np.int32),
            "own": np.pad(pairs.own, ((0, missing), (0, 0))),
            "shown": (self._rng.random(n_pairs + missing) >= self._dropout).astype(np.float32),
        }


def chances(weights: Chances, count: int) -> Chances:
    """Chances to be drawn that sum to `count` (at most all), in proportion to the weights but at most 1."""
    sure = np.zeros(len(weights), dtype=np.bool_)
    if count >= len(weights):
        return np.ones(len(weights))
    while True:
        left = count - sure.sum()
        chances_of_all = np.where(sure, 1.0, weights * left / weights[~sure].sum())
        if not (chances_of_all > 1).any():
            return chances_of_all
        sure |= chances_of_all > 1


def draw(chances: Chances, rng: np.random.Generator) -> Codes:
    """Systematic sample without repetition: sorted places, as many as the chances sum to, each with its chance."""
    ends = np.cumsum(chances)
    count = round(ends[-1])
    points = rng.random() + np.arange(count)
    places: Codes = np.minimum(np.searchsorted(ends * (count / ends[-1]), points, side="right"), len(ends) - 1)
    return places
