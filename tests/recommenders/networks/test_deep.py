import subprocess
import sys

import jax
import numpy as np
import polars as pl
import pytest

from offerloop.errors import ConfigError, SourceError
from offerloop.recommenders import Context, Deep, Interactions, OneLayer
from offerloop.recommenders.networks import adam
from offerloop.recommenders.networks.batches import Batches, chances, draw
from offerloop.recommenders.networks.next_period_labels import next_period_labels
from offerloop.recommenders.networks.pairs import attributes
from offerloop.recommenders.networks.two_towers import loss, start
from offerloop.testing import RecommenderContract, checkerboard

TODAY = 200


def small(**options):
    sizes = {"embedding_size": 8, "hidden_size": 4, "epochs": 25, "learning_rate": 0.03, "batch_size": 64}
    return Deep(**(sizes | options))


class TestDeep(RecommenderContract):
    def make(self):
        return small()


class TestOneLayer(RecommenderContract):
    new_floor = 0.0  # one layer gives all customers the same ranking of what they have not bought

    def make(self):
        return OneLayer(epochs=3, batch_size=500)


@pytest.fixture(scope="module")
def followers():
    """Who bought product i buys i + 20 four weeks later, whoever it is; products have two brands."""
    rng = np.random.default_rng(0)
    rows = []
    for customer in range(120):
        for week in range(0, 28, 4):
            first = int(rng.integers(20))
            rows += [(customer, first, 7 * week), (customer, first + 20, 7 * week + 28)]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    brands = pl.DataFrame({"product_id": range(40), "brand": ["a", None, "b", "b"] * 10})
    return Interactions.build(purchases, TODAY - 3, context=Context(products=brands))


def test_one_layer_ranks_what_is_new_alike_for_all(followers):
    scores = OneLayer().fit(followers).score(np.array([0, 1]))
    new = ~(followers.of([0, 1]).counts().toarray() > 0).any(axis=0)
    assert new.sum() > 5
    np.testing.assert_array_equal(*np.argsort(scores[:, new], axis=1))


@pytest.fixture(scope="module")
def fitted(followers):
    return small().fit(followers)


def test_what_follows_is_learned(followers):
    """As of day 190 the first product of day 168 is followed on day 196, and that is all that is bought."""
    known = followers.before(TODAY - 10)
    first = known.columns[(known.age_days == TODAY - 10 - 168) & (known.columns < 20)]
    found = small(epochs=40).fit(known).score(known.customers)
    followed = np.take_along_axis(found, first[:, None] + 20, axis=1)
    assert ((found > followed).sum(axis=1) < 3).mean() > 0.8


def test_saved_and_loaded(followers, fitted, tmp_path):
    fitted.save(tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["deep.json", "deep.npz"]
    loaded = Deep.load(tmp_path / "model", followers)
    np.testing.assert_array_equal(loaded.score(np.arange(130)), fitted.score(np.arange(130)))
    assert loaded.embedding_size == 8
    with pytest.raises(SourceError, match="fitted on 40 products"):
        Deep.load(tmp_path / "model", Interactions.build(checkerboard(6), 100))


def test_the_seed_decides(followers, fitted):
    customers = np.arange(9)
    np.testing.assert_array_equal(small().fit(followers).score(customers), fitted.score(customers))
    assert not np.array_equal(small(rng=1).fit(followers).score(customers), fitted.score(customers))


def test_the_loss_of_sampled_products_estimates_that_of_all(followers):
    rng = np.random.default_rng(0)
    params = start(attributes(followers), 4, 4, rng) | {"bias": rng.normal(size=40).astype(np.float32)}
    seen = next_period_labels(followers, window_days=28, n_windows=4, max_examples=64, rng=rng)
    measured = jax.jit(loss)

    def losses(candidates, count):
        options = {"batch_size": 64, "candidates": candidates, "dropout": 0.0, "rng": np.random.default_rng(0)}
        return [
            float(measured(params, batch)) for batch in Batches(seen, attributes(followers), **options).epochs(count)
        ]

    (exact,) = losses(40, 1)
    assert np.mean(losses(25, 200)) == pytest.approx(exact, rel=0.02)
    assert abs(np.log(25 / 40)) > 0.02 * exact  # so much would be missing without the correction


def test_chances_sum_to_the_number_drawn_and_are_kept():
    weights = np.array([100.0, 50.0, 1.0, 2.0, 3.0, 4.0])
    found = chances(weights, 4)
    np.testing.assert_allclose(found, [1, 1, 0.2, 0.4, 0.6, 0.8])
    rng = np.random.default_rng(0)
    draws = [draw(found, rng) for _ in range(4000)]
    assert all(len(np.unique(places)) == 4 for places in draws)
    np.testing.assert_allclose(np.bincount(np.concatenate(draws)) / 4000, found, atol=0.03)
    np.testing.assert_array_equal(draw(chances(weights, 9), rng), np.arange(6))


def test_a_single_purchase_is_enough():
    one = pl.DataFrame({"customer_id": [1], "product_id": [2], "order_day": [3]})
    for model in (small(epochs=1), OneLayer(epochs=1)):
        assert np.isfinite(model.fit(Interactions.build(one, 5)).score(np.array([1, 2]))).all()


def test_jax_is_imported_for_fitting_only():
    networks = "offerloop.recommenders.networks"
    code = f"import sys, {networks}.deep, {networks}.one_layer; assert 'jax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_jax_the_extra_is_named(followers, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    adam._compiled.cache_clear()
    with pytest.raises(ConfigError, match=r"pip install 'offerloop\[deep\]'"):
        small().fit(followers)
