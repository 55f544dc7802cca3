"""What was known on earlier days, and whom and what a seed draws."""

import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import Hybrid, Interactions, RankingWindow
from offerloop.recommenders.ranking import window as window_module
from offerloop.recommenders.ranking.snapshots import Snapshots

TODAY = 100


@pytest.fixture(scope="module")
def interactions():
    """Sixty customers who each buy another product every week."""
    rows = [(who, (who + 7 * week) % 20, TODAY - 7 * week - 1) for who in range(60) for week in range(10)]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    return Interactions.build(purchases, TODAY)


@pytest.mark.parametrize(("name", "is_random"), [("next_ridge", True), ("popularity", False)])
def test_a_recommender_that_draws_at_random_draws_by_the_seed(interactions, name, is_random):
    fitted = Snapshots(interactions, 5).fitted(name, TODAY)
    assert getattr(fitted, "rng", None) == (5 if is_random else None)


def test_another_seed_lets_other_customers_judge(interactions, monkeypatch):
    monkeypatch.setattr(window_module, "MOST_JUDGED", 20)
    before = interactions.before(TODAY - 28)
    one, same, other = (RankingWindow.between(before, interactions, seed).customers for seed in (1, 1, 2))
    assert len(one) == len(other) == 20
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_all_recommenders_of_a_hybrid_are_judged_by_the_same_customers(interactions, monkeypatch):
    monkeypatch.setattr(window_module, "MOST_JUDGED", 20)
    judged = Hybrid(candidates=["popularity", "repeat", "ranker"], rng=2).fit(interactions).choice.judged
    assert {len(one.ndcg) for one in judged.values()} == {20}
    assert ("repeat", "ranker") in judged
