"""Contract suites that every new part inherits.

A test module subclasses the suite and says how the part is made; pytest runs every method named ``test_``:

    class TestMine(RecommenderContract):
        def make(self) -> Recommender:
            return Mine(embedding_size=8)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.errors import EvidenceError
from offerloop.recommenders import Context, Interactions, Recommender, Task, top
from offerloop.response import NO_OFFER_TERMS, Estimator, Evidence, OfferTerms

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
        """Two fits with the same data agree to the last bit."""
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
        """Score a stranger with a customer's history, one purchase day added to another's, and no history at all."""
        model, with_history = self._fitted(), self._seen(checkerboard())
        strangers = replace(with_history.of([0, 1, 999]), customers=np.array([997, 998, 999]))
        scores = model.score_histories(strangers)
        assert np.isfinite(scores).all()
        if self.is_fold_in_exact:
            np.testing.assert_allclose(scores, model.score(np.array([0, 1, 999])), rtol=1e-4, atol=1e-5)
        assert np.isfinite(model.score_histories(strangers.add(2, 3))).all()

    def test_next_basket_is_of_the_own_colour(self) -> None:
        """Quality floor of the task ``repeat``."""
        top = self._top("repeat", 10)
        own = top["customer_id"] % 2 == top["product_id"] % 2
        assert own.sum() >= self.repeat_floor * len(top)

    def test_best_new_product_is_the_missing_one(self) -> None:
        """Quality floor of the task ``new``."""
        top = self._top("new", 1)
        hit = top["customer_id"] == top["product_id"]
        assert hit.sum() >= self.new_floor * len(top)

    def _seen(self, purchases: pl.DataFrame) -> Interactions:
        return Interactions.build(purchases, _TODAY, context=self.context)

    def _fitted(self) -> Recommender:
        return self.make().fit(self._seen(checkerboard()))

    def _top(self, task: Task, k: int) -> pl.DataFrame:
        interactions = self._seen(checkerboard())
        return top(self.make().fit(interactions), interactions, task, k, interactions.customers)


def depth_trial(rows: int = 4_000, seed: int = 1, steep: float = 0.8) -> tuple[Evidence, NDArray[np.float64]]:
    """A random trial whose effects are known: depths 0, .1 and .2, the outcome 1 + x1 + depth steep (1 + x2) + noise.

    Also the effects, shape (rows, 3). With `steep` 0 there are none.
    """
    rng = np.random.default_rng(seed)
    offers = (NO_OFFER_TERMS, OfferTerms("ten", "percent", 0.1), OfferTerms("twenty", "percent", 0.2))
    x = rng.normal(size=(rows, 3))
    action = rng.integers(0, 3, rows)
    depth = np.array([one.depth for one in offers])
    effect = steep * 10 * depth * (1 + np.clip(x[:, 1:2], -0.9, 3))
    outcome = 1 + x[:, 0] + effect[np.arange(rows), action] + rng.normal(size=rows)
    return Evidence(x, action, outcome, np.full((rows, 3), 1 / 3), offers), effect


class EstimatorContract:
    """What every estimator of effects must do, on a random trial with three depths whose effects are known."""

    least_correlation: ClassVar[float] = 0.8
    """The least correlation of estimated and true effects of the deepest offer, on customers not learned from."""

    def make(self) -> Estimator:
        """An estimator; equal at every call."""
        raise NotImplementedError

    def test_recovers_effects_on_other_customers(self) -> None:
        """Effects are right on average and, as far as the estimator can, one by one."""
        learned_from, _ = depth_trial()
        others, true = depth_trial(seed=2)
        effects = self.make().fit(learned_from, 0).effects(others.features, others.offers)
        assert effects.shape == true.shape
        assert np.abs(effects.mean(axis=0) - true.mean(axis=0)).max() < 0.15
        assert np.corrcoef(effects[:, 2], true[:, 2])[0, 1] >= self.least_correlation

    def test_no_offer_has_no_effect(self) -> None:
        """The first offer is none."""
        evidence, _ = depth_trial(1_000)
        assert not self.make().fit(evidence, 0).effects(evidence.features, evidence.offers)[:, 0].any()

    def test_finds_next_to_nothing_where_there_is_nothing(self) -> None:
        """Mean effects within four standard errors of 0."""
        evidence, _ = depth_trial(steep=0.0)
        effects = self.make().fit(evidence, 0).effects(evidence.features, evidence.offers)
        assert np.abs(effects.mean(axis=0)).max() < 4 * np.sqrt(4 / 4_000 * 3)

    def test_the_same_seed_gives_the_same_effects(self) -> None:
        """Two fits with one seed agree bit by bit."""
        evidence, _ = depth_trial(1_000)
        first, second = (self.make().fit(evidence, 7).effects(evidence.features, evidence.offers) for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_a_depth_between_tested_ones_has_an_effect_between_theirs(self) -> None:
        """Interpolated; one beyond them is refused."""
        evidence, _ = depth_trial()
        fitted = self.make().fit(evidence, 0)
        between = OfferTerms("fifteen", "percent", 0.15)
        effects = fitted.effects(evidence.features, [*evidence.offers[1:], between]).mean(axis=0)
        assert effects[0] - 1e-9 <= effects[2] <= effects[1] + 1e-9
        assert _refused(lambda: fitted.effects(evidence.features, [OfferTerms("thirty", "percent", 0.3)]))

    def test_scaling_the_columns_of_others_changes_nothing(self) -> None:
        """What is learned comes from the rows that are learned from alone."""
        evidence, _ = depth_trial(1_000)
        fitted = self.make().fit(evidence, 0)
        alone = fitted.effects(evidence.features[:1], evidence.offers)
        among = fitted.effects(np.vstack([evidence.features[:1], 1e6 * evidence.features]), evidence.offers)[:1]
        np.testing.assert_allclose(alone, among)


def _refused(work: Callable[[], object]) -> bool:
    """Whether it raises EvidenceError."""
    try:
        work()
    except EvidenceError:
        return True
    return False
