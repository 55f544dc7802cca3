import numpy as np
import polars as pl
import pytest
from scipy import sparse

from offerloop.recommenders import MFSGD, Context, Interactions
from offerloop.recommenders.models.mf_sgd import Errors, gradient, loss
from offerloop.testing import RecommenderContract

TODAY = 100
NOISE = 0.1


class TestMFSGD(RecommenderContract):
    def make(self):
        return MFSGD()


def rated(customer, product, value):
    """Interactions in which each of these pairs was bought and rated on one day."""
    pairs = pl.DataFrame({"customer_id": customer, "product_id": product, "value": value})
    days = pairs.with_columns(rated_day=pl.lit(TODAY - 1, pl.Int64), order_day=pl.lit(TODAY - 1, pl.Int64))
    return Interactions.build(days, TODAY, context=Context(ratings=days))


def low_rank(share=0.4):
    """Ratings 3 + b_u + b_i + a product of 3 factors + noise: the interactions of a share, and the rest held out."""
    rng = np.random.default_rng(1)
    customers, products = rng.normal(size=(200, 3)), rng.normal(size=(150, 3))
    b_u, b_i = rng.normal(0, 0.5, 200), rng.normal(0, 0.5, 150)
    truth = 3 + b_u[:, None] + b_i + customers @ products.T
    seen = rng.random(truth.shape) < share
    row, column = np.nonzero(seen)
    noisy = truth + rng.normal(0, NOISE, truth.shape)
    return rated(row, column, noisy[seen]), noisy, ~seen, (b_u, b_i)


@pytest.fixture(scope="module")
def shop():
    return low_rank()


def error(model, shop):
    interactions, noisy, held_out, _ = shop
    found = model.fit(interactions).score(np.arange(200), np.arange(150))
    return np.sqrt(((found - noisy)[held_out] ** 2).mean())


@pytest.mark.parametrize("biases", [True, False])
def test_a_low_rank_matrix_is_recovered_to_the_noise(shop, biases):
    size = 3 if biases else 5  # biases are two more factors
    assert error(MFSGD(embedding_size=size, epochs=400, reg=0.01, biases=biases), shop) < 1.5 * NOISE
    assert error(MFSGD(embedding_size=1, epochs=0, biases=biases), shop) > 10 * NOISE


def test_known_biases_are_found(shop):
    interactions, _, _, (b_u, b_i) = shop
    model = MFSGD(embedding_size=3, epochs=100, reg=1.0, biases=True).fit(interactions)
    found_u, found_i = model._fold_in(interactions.ratings())[:, -2], model.products[:, -1]
    assert np.corrcoef(found_u, b_u)[0, 1] > 0.95
    assert np.corrcoef(found_i, b_i)[0, 1] > 0.95


def test_a_sum_of_biases_is_predicted_for_every_pair(shop):
    b_u, b_i = shop[3]
    no_factors = MFSGD(embedding_size=1, epochs=50, reg=0.01, biases=True)
    additive = rated(*np.nonzero(b_u[:, None] + b_i), (3 + b_u[:, None] + b_i).ravel())
    score = no_factors.fit(additive).score(np.arange(200), np.arange(150))
    np.testing.assert_allclose(score, 3 + b_u[:, None] + b_i, atol=0.02)


@pytest.mark.parametrize("rate", [0.05, 1.0, 1.9])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("biases", [True, False])
def test_no_step_climbs_whatever_the_scale_of_ratings(rate, scale, biases):
    rng = np.random.default_rng(0)
    row, column = np.nonzero(rng.random((50, 40)) < 0.2)
    interactions = rated(row, column, scale * rng.normal(3, 1, len(row)))
    losses = np.array(MFSGD(learning_rate=rate, biases=biases, reg=0.1).fit(interactions).losses)
    assert np.isfinite(losses).all()
    assert (np.diff(losses) <= 1e-5 * losses[0]).all()
    assert losses[-1] < 0.9 * losses[0]


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    ratings = sparse.random(7, 6, 0.5, format="csr", random_state=0)
    sides = rng.normal(size=(7, 3)), rng.normal(size=(6, 3))

    def slope(side, row, k, width=1e-6):
        values = []
        for change in (width, -width):
            moved = [factors.copy() for factors in sides]
            moved[side][row, k] += change
            values.append(loss(Errors.of(ratings, 0.3, *moved), *moved, 0.2))
        return (values[0] - values[1]) / (2 * width)

    errors = Errors.of(ratings, 0.3, *sides)
    for side, seen in enumerate((errors, errors.turned())):
        by_formula = gradient(seen, sides[side], sides[1 - side], 0.2)
        by_differences = [[slope(side, row, k) for k in range(3)] for row in range(len(sides[side]))]
        np.testing.assert_allclose(by_formula, by_differences, atol=1e-7)
        assert not np.allclose(-by_formula, by_differences, atol=0.1)


def test_regularisation_shrinks(shop):
    sizes = [np.abs(MFSGD(reg=reg).fit(shop[0]).score(np.arange(200))).mean() for reg in (0.1, 10, 50, 1000)]
    assert sizes[0] > sizes[1] > sizes[2] > sizes[3]
    assert sizes[3] < 1e-3


def test_the_seed_decides(shop):
    scores = [MFSGD(rng=rng, epochs=3).fit(shop[0]).score(np.arange(9)) for rng in (0, 0, 1)]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


def test_a_rating_counts_more_than_a_purchase():
    """Everybody buys 0 and 1 and rates 0 low and 1 high; with ratings liking ranks, without them buying does."""
    rows = [(customer, product, day) for customer in range(20) for product in (0, 1) for day in range(5 - 3 * product)]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    ratings = purchases.unique(["customer_id", "product_id"]).select(
        "customer_id", "product_id", value=1.0 + 4 * pl.col("product_id"), rated_day="order_day"
    )
    model = MFSGD(reg=0.1)
    liked = model.fit(Interactions.build(purchases, TODAY, context=Context(ratings=ratings))).score(np.array([3]))
    bought = model.fit(Interactions.build(purchases, TODAY)).score(np.array([3]))
    np.testing.assert_allclose(liked, [[1, 5]], atol=0.2)
    np.testing.assert_allclose(bought, np.log([[6, 3]]), atol=0.1)


def test_what_nobody_rated_has_no_affinity_and_who_rated_nothing_gets_the_popular():
    purchases = pl.DataFrame({"customer_id": [0, 1, 2, 2], "product_id": [5, 5, 5, 6], "order_day": [90] * 4})
    ratings = pl.DataFrame({"customer_id": [0, 1], "product_id": [5, 5], "value": [4.0, 5.0], "rated_day": [90, 90]})
    interactions = Interactions.build(purchases, TODAY, context=Context(ratings=ratings))
    scores = MFSGD(reg=0.01).fit(interactions).score(np.array([0, 2]))
    np.testing.assert_allclose(scores[0], [4.0, 0.0], atol=0.1)
    np.testing.assert_array_equal(scores[1], MFSGD().fit(interactions).popular)
    assert scores[1, 0] > scores[1, 1]
