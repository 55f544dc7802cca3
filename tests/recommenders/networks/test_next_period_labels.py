import numpy as np
import polars as pl

from offerloop.recommenders import Context, Interactions
from offerloop.recommenders.networks.next_period_labels import next_period_labels
from offerloop.recommenders.networks.pairs import TIME_CONSTANTS, PurchasePairs, attributes

TODAY = 100


def build(rows, **context):
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    return Interactions.build(purchases, TODAY, context=Context(**context))


def examples(interactions, **options):
    given = {"window_days": 10, "n_windows": 2, "max_examples": 99, "rng": np.random.default_rng(0)}
    return next_period_labels(interactions, **(given | options))


def test_each_window_is_foretold_from_what_came_before():
    """Windows are days 90 to 99 and 80 to 89; b has no past before 90, c buys nothing after 80."""
    rows = [("a", 1, 70), ("a", 2, 85), ("a", 1, 95), ("a", 3, 95), ("b", 2, 85), ("b", 3, 99), ("c", 3, 60)]
    seen = examples(build(rows))
    found = {}
    for k, window in enumerate(seen.windows):
        own = seen.histories.rows == k
        history = list(zip(seen.histories.columns[own].tolist(), seen.histories.age_days[own].tolist(), strict=True))
        found.setdefault(int(window), []).append((history, seen.targets[k].nonzero()[1].tolist()))
    assert found[1] == [([(0, 10)], [1])]
    assert sorted(found[0]) == [([(0, 20), (1, 5)], [0, 2]), ([(1, 5)], [2])]
    np.testing.assert_array_equal(seen.buyers, [[0, 2, 0], [1, 0, 0]])


def test_without_a_past_half_of_a_history_tells_all_of_it():
    seen = examples(build([(customer, product, 99) for customer in range(5) for product in range(8)]))
    shown = seen.histories.counts().toarray()
    assert len(shown) == 10
    assert 0.3 < shown.mean() < 0.7
    assert seen.targets.toarray().all()


def test_examples_are_limited_and_drawn_at_random():
    rows = [(customer, 1, day) for customer in range(50) for day in (50, 95)]
    seen = examples(build(rows), max_examples=7)
    assert seen.targets.shape == (7, 1)
    assert len(seen.windows) == 7


def test_pairs_are_the_decayed_sums():
    interactions = build([("a", 1, 90), ("a", 1, 97), ("a", 2, 99), ("c", 2, 99)])
    pairs = PurchasePairs.of(interactions.of(["c", "x", "a"]))
    np.testing.assert_array_equal(pairs.starts, [0, 1, 1, 3])
    np.testing.assert_array_equal(pairs.columns, [1, 0, 1])
    for k, constant in enumerate(TIME_CONSTANTS):
        assert np.isclose(pairs.own[1, k], np.log1p(np.exp(-10 / constant) + np.exp(-3 / constant)))
    np.testing.assert_allclose(pairs.facts[:, 3], np.log1p([1, 0, 3]) / 5, rtol=1e-6)
    turned = pairs.take(np.array([2, 0]))
    np.testing.assert_array_equal(turned.columns, [0, 1, 1])
    np.testing.assert_array_equal(turned.own, pairs.own[[1, 2, 0]])
    found = pairs.find(np.array([2, 1, 0]), np.array([1, 1, 1]))
    np.testing.assert_array_equal(found, [pairs.own[2], np.zeros(4), pairs.own[0]])


def test_attributes_have_codes_of_their_own():
    described = pl.DataFrame(
        {"product_id": [9, 1, 3], "category": ["x", "y", "x"], "brand": [None, "b", None], "text": ["", "", ""]}
    )
    found = attributes(build([(0, product, 99) for product in (1, 2, 3)], products=described))
    assert found.shape == (3, 2)
    assert found[0, 0] != found[2, 0] != found[1, 0]
    assert found[1, 1] == found[2, 1] != found[0, 1]
    assert not set(found[:, 0]) & set(found[:, 1])
    assert attributes(build([(0, 1, 99)])).shape == (1, 0)
