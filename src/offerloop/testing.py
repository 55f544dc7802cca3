"""Contract suites that every new part inherits.

A test module subclasses the suite and says how the part is made; pytest runs every method named ``test_``:

    class TestMine(RecommenderContract):
        def make(self) -> Recommender:
            return Mine(embedding_size=8)
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import polars as pl

from offerloop.recommenders.base import Recommender, Task
from offerloop.recommenders.context import Context
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.top import top

_SIZE = 40
_TODAY = 100


def checkerboard(size: int = _SIZE) -> pl.DataFrame:
    """Purchases whose right answer is known: customer i bought every product of its own colour but product i.

    The colour is whether the id is even. All purchases are of the day before epoch day 100.
    """
    pairs = [(i, j) for i in range(size) for j in range(i % 2, size, 2) if i != j]
    columns = pl.DataFrame(pairs, schema={"customer_id": pl.Int64, "product_id": pl.Int64}, orient="row")
    return columns.with_columns(order_day=pl.lit(_TODAY - 1, pl.Int64), n_units=pl.lit(1, pl.Int64))


class RecommenderContract:
    """What every recommender must do, on a checkerboard of 40 customers and 40 products."""

    repeat_floor: ClassVar[float] = 0.95
    """Least share of the 10 best products that have the customer's own colour; .5 is chance."""
    new_floor: ClassVar[float] = 0.95
    """Least share of customers whose best new product is the one that is missing from their colour."""

    context: ClassVar[Context] = Context()
    """What is known besides purchases, for recommenders that need it."""
    is_fold_in_exact: ClassVar[bool] = True
    """Whether a stranger with the history of a known customer gets the same scores."""

    def make(self) -> Recommender:
        """A recommender that has not been fitted; equal at every call."""
        raise NotImplementedError

    def test_scores_are_finite_float32_of_the_promised_shape(self) -> None:
        """Known and unknown customers, all products."""
        scores = self._fitted().score(np.array([0, 7, 999]))
        assert scores.shape == (3, _SIZE)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_unknown_product_scores_the_minimum(self) -> None:
        """Columns come in the order asked for."""
        model, customers = self._fitted(), np.array([0, 7, 999])
        every = model.score(customers)
        picked = model.score(customers, np.array([3, 999, 0]))
        np.testing.assert_array_equal(picked[:, [0, 2]], every[:, [3, 0]])
        np.testing.assert_array_equal(picked[:, 1], every.min(axis=1))

    def test_unknown_customers_all_get_the_same(self) -> None:
        """Nothing is known that could tell them apart."""
        scores = self._fitted().score(np.array([998, 999]))
        np.testing.assert_array_equal(scores[0], scores[1])

    def test_scores_belong_to_the_caller(self) -> None:
        """Changing them must not change the model."""
        model, customers = self._fitted(), np.array([0, 1, 999])
        before = model.score(customers)
        model.score(customers)[:] = -np.inf
        np.testing.assert_array_equal(model.score(customers), before)

    def test_same_seed_and_rows_in_another_order_give_the_same_answer(self) -> None:
        """To the last bit."""
        customers = np.arange(_SIZE + 1)
        shuffled = checkerboard().sample(fraction=1.0, shuffle=True, seed=5)
        again = self.make().fit(self._seen(shuffled))
        np.testing.assert_array_equal(again.score(customers), self._fitted().score(customers))

    def test_fitting_again_forgets_the_first_fit(self) -> None:
        """A refit is a fresh start."""
        half = self._seen(checkerboard(_SIZE // 2))
        refitted = self.make().fit(half).fit(self._seen(checkerboard()))
        np.testing.assert_array_equal(refitted.score(np.arange(5)), self._fitted().score(np.arange(5)))

    def test_text_ids(self) -> None:
        """Ids may be text of any length."""
        text = checkerboard().with_columns(pl.format("{}-long", "customer_id").alias("customer_id"))
        scores = self.make().fit(self._seen(text)).score(np.array(["7-long", "7", "7-longer"]))
        assert np.isfinite(scores).all()
        np.testing.assert_array_equal(scores[1], scores[2])

    def test_a_history_is_all_that_scores_need(self) -> None:
        """Of a stranger with a customer's history, one purchase day added to another's, and no history at all."""
        model, seen = self._fitted(), self._seen(checkerboard())
        strangers = replace(seen.of([0, 1, 999]), customers=np.array([997, 998, 999]))
        scores = model.score_histories(strangers)
        assert np.isfinite(scores).all()
        if self.is_fold_in_exact:
            np.testing.assert_allclose(scores, model.score(np.array([0, 1, 999])), rtol=1e-4, atol=1e-5)
        assert np.isfinite(model.score_histories(strangers.add(2, 3))).all()

    def test_next_basket_is_of_the_own_colour(self) -> None:
        """Quality floor of the task ``repeat``."""
        found = self._top("repeat", 10)
        own = found["customer_id"] % 2 == found["product_id"] % 2
        assert own.sum() >= self.repeat_floor * len(found)

    def test_best_new_product_is_the_missing_one(self) -> None:
        """Quality floor of the task ``new``."""
        found = self._top("new", 1)
        hit = found["customer_id"] == found["product_id"]
        assert hit.sum() >= self.new_floor * len(found)

    def _seen(self, purchases: pl.DataFrame) -> Interactions:
        return Interactions.build(purchases, _TODAY, context=self.context)

    def _fitted(self) -> Recommender:
        return self.make().fit(self._seen(checkerboard()))

    def _top(self, task: Task, k: int) -> pl.DataFrame:
        interactions = self._seen(checkerboard())
        return top(self.make().fit(interactions), interactions, task, k, interactions.customers)
