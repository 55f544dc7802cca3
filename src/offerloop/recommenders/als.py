"""What similar customers bought: implicit-feedback matrix factorisation by alternating least squares."""

from __future__ import annotations

from typing import ClassVar, Self

from threadpoolctl import threadpool_limits  # a dependency of implicit

from offerloop.recommenders.base import Scores, pick_products
from offerloop.recommenders.interactions import Ids, Interactions
from offerloop.recommenders.popularity import recent_buyers


class ALS:
    """Affinity = dot product of the customer's and the product's factors (Hu, Koren and Volinsky 2008).

    The confidence of a pair is ``log(1 + purchase days)``: raw counts let staples crowd out everything else.
    The work is done by the library implicit. `threads` is 0 for all processors; it does not change the
    answer, as every row is solved alone. BLAS keeps to one thread: more would fight with them, and add in
    another order.
    """

    name: ClassVar[str] = "als"

    def __init__(
        self,
        *,
        embedding_size: int = 64,
        epochs: int = 15,
        reg: float = 0.01,
        window_days: int = 28,
        threads: int = 0,
        rng: int = 0,
    ) -> None:
        self.embedding_size = embedding_size
        self.epochs = epochs
        self.reg = reg
        self.window_days = window_days
        self.threads = threads
        self.rng = rng

    def fit(self, interactions: Interactions) -> Self:
        """Factorise; about 4 CPU seconds for half a million pairs."""
        from implicit.cpu.als import AlternatingLeastSquares

        with threadpool_limits(limits=1, user_api="blas"):
            model = AlternatingLeastSquares(
                factors=self.embedding_size,
                iterations=self.epochs,
                regularization=self.reg,
                num_threads=self.threads,
                random_state=self.rng,
            )
            model.fit(interactions.counts().log1p(), show_progress=False)
        self._interactions = interactions
        self._customers, self._products = model.user_factors, model.item_factors
        buyers = recent_buyers(interactions, self.window_days)
        self._popular = buyers / buyers.max()
        return self

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """Dot products; an unknown customer gets popularity, scaled to at most 1."""
        codes = self._interactions.customer_codes(customers)
        with threadpool_limits(limits=1, user_api="blas"):
            scores: Scores = self._customers[codes] @ self._products.T
        scores[codes < 0] = self._popular
        return pick_products(scores, self._interactions, products)
