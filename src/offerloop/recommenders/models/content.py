"""What is like what was bought, by its description: also of products that nobody has bought yet."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from offerloop.recommenders.base import HistoryRecommender, Scores, pick_products
from offerloop.recommenders.histories import Csr, Histories, Ids, as_ids, positions
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.terms import term_vectors


class Content(HistoryRecommender):
    """Affinity = cosine of the customer's and the product's feature vector, the article's sim(u, i) = cos(q_u, f_i).

    f_i is the TF-IDF vector of the product's category, brand, text and price band (`terms`); q_u is the sum of those
    of the products that the customer bought, each purchase day weighing ``exp(-age / time_constant_days)``, so that
    interests drift. Without a product list there is nothing to compare and popularity ranks.
    """

    name: ClassVar[str] = "content"

    def __init__(self, *, time_constant_days: float = 60.0) -> None:
        self.time_constant_days = time_constant_days

    def _learn(self, interactions: Interactions) -> None:
        context = interactions.context
        self._is_described = context.products is not None
        if not self._is_described:
            return
        self.products = context.all_products(interactions.products)
        self.vectors = term_vectors(context.described(self.products))
        self._sold = self.vectors[positions(self.products, interactions.products)]

    def _score(self, histories: Histories) -> Scores:
        if not self._is_described:
            return np.tile(self.popular, (len(histories.customers), 1))
        return self._cosines(histories, self._sold)

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """Return scores; products of the list that nobody has bought have their cosine too."""
        if products is None or not self._is_described:
            return super().score(customers, products)
        sold = super().score(customers)
        scores = pick_products(sold, self.interactions, products)
        fresh = self.interactions.product_codes(products) < 0
        listed = positions(self.products, as_ids(products))
        fresh &= listed >= 0
        scores[:, fresh] = self._cosines(self.interactions.of(customers), self.vectors[listed[fresh]])
        return scores

    def _cosines(self, histories: Histories, vectors: Csr) -> Scores:
        """Return cosine similarities, of shape (customers, vectors)."""
        interest = histories.decayed(self.time_constant_days) @ self._sold
        length = np.sqrt(np.asarray(interest.multiply(interest).sum(axis=1)))
        cosines: Scores = (interest @ vectors.T).toarray() / np.maximum(length, 1e-12)
        return cosines.astype(np.float32)
