"""What similar customers bought: implicit-feedback matrix factorisation by alternating least squares."""

from __future__ import annotations

from typing import ClassVar

from threadpoolctl import threadpool_limits  # a dependency of implicit

from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Histories
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.progress_bars import import_quietly


class ALS(HistoryRecommender):
    """Affinity = dot product of the customer's and the product's factors (Hu, Koren and Volinsky 2008).

    The confidence of a purchased pair is `alpha` times its purchase days, that of every other pair 1. A customer's
    factors are the least squares solution for the history, given the products'. The work is done by the library
    implicit, whose defaults these are. `threads` is 0 for all processors; it does not change the answer, as every row
    is solved alone. BLAS keeps to one thread: more would fight with them, and add in another order.
    """

    name: ClassVar[str] = "als"

    def __init__(
        self,
        *,
        embedding_size: int = 100,
        epochs: int = 15,
        reg: float = 0.01,
        alpha: float = 1.0,
        threads: int = 0,
        rng: int = 0,
    ) -> None:
        self.embedding_size = embedding_size
        self.epochs = epochs
        self.reg = reg
        self.alpha = alpha
        self.threads = threads
        self.rng = rng

    def _learn(self, interactions: Interactions) -> None:
        import_quietly()
        from implicit.cpu.als import AlternatingLeastSquares

        with threadpool_limits(limits=1, user_api="blas"):
            self._model = AlternatingLeastSquares(
                factors=self.embedding_size,
                iterations=self.epochs,
                regularization=self.reg,
                alpha=self.alpha,
                num_threads=self.threads,
                random_state=self.rng,
            )
            self._model.fit(interactions.counts(), show_progress=False)

    def _score(self, histories: Histories) -> Scores:
        with threadpool_limits(limits=1, user_api="blas"):
            scores: Scores = self.factors(histories) @ self._model.item_factors.T
        return scores

    def factors(self, histories: Histories) -> Scores:
        """Factors of customers, shape (customers, embedding_size), from their histories."""
        factors: Scores = self._model.recalculate_user(range(len(histories.customers)), histories.counts())
        return factors
