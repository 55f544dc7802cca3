"""What customers of the same products bought: the nearest neighbours of each product by cosine."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Csr, Histories
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.progress_bars import import_quietly

_POPULARITY_WEIGHT = 1e-6


class ItemKNN(HistoryRecommender):
    """Affinity = sum over own products of purchase days times similarity (Deshpande and Karypis 2004).

    The similarity of two products is the cosine of ``log(1 + purchase days)`` over customers. A product passes its
    purchase days on to itself, with similarity 1, and to the `neighbours` most similar ones: in the next basket most
    products are repeats. A touch of popularity orders what is similar to none of the own products. The search for
    neighbours is that of the library implicit. `threads` is 0 for all processors.
    """

    name: ClassVar[str] = "item_knn"

    def __init__(self, *, neighbours: int = 20, threads: int = 0) -> None:
        self.neighbours = neighbours
        self.threads = threads

    def _learn(self, interactions: Interactions) -> None:
        import_quietly()
        from implicit.nearest_neighbours import all_pairs_knn

        bought = interactions.counts().log1p()
        length = np.sqrt(np.asarray(bought.multiply(bought).sum(axis=0)).ravel())
        directions = (bought @ sparse.diags_array(1 / length)).astype(np.float64).tocsr()
        neighbours = all_pairs_knn(directions, self.neighbours + 1, show_progress=False, num_threads=self.threads)
        itself = sparse.eye_array(interactions.n_products, format="csr")  # the search may leave it out among equals
        self.similarity: Csr = neighbours.tocsr().maximum(itself).astype(np.float32)
        """The similarity of each product (row) to itself and its neighbours; products x products."""

    def _score(self, histories: Histories) -> Scores:
        scores: Scores = (histories.counts() @ self.similarity).toarray()
        scores += _POPULARITY_WEIGHT * self.popular
        return scores
