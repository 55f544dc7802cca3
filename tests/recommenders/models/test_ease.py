import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import EASE, Interactions
from offerloop.testing import RecommenderContract, checkerboard


class TestEASE(RecommenderContract):
    def make(self):
        return EASE(reg=10.0)


@pytest.mark.parametrize(
    "customers, max_size", [(30, 8), (30, 4_000), (6, 4_000)], ids=["capped", "by products", "by customers"]
)
def test_weights_are_the_solution_column_by_column(customers, max_size):
    """Each column of B is a ridge regression of a product on all others, without itself."""
    interactions = Interactions.build(random_purchases(customers), 100)
    model = EASE(reg=5.0, max_size=max_size).fit(interactions)
    bought = interactions.counts().log1p().toarray().astype(np.float64)
    scores = model.score(interactions.customers)
    for product in range(interactions.n_products):
        others = np.delete(bought, product, axis=1)
        ridge = np.linalg.solve(others.T @ others + 5.0 * np.eye(others.shape[1]), others.T @ bought[:, product])
        np.testing.assert_allclose(scores[:, product], others @ ridge, atol=1e-4)


def test_products_beyond_the_cap_rank_below_by_popularity():
    purchases = pl.concat(
        [
            checkerboard(),
            pl.DataFrame({"customer_id": [0, 1, 0], "product_id": [98, 98, 99]}).with_columns(
                order_day=pl.lit(99, pl.Int64), n_units=pl.lit(1, pl.Int64)
            ),
        ]
    )
    interactions = Interactions.build(purchases, 100)
    scores = EASE(reg=10.0, max_size=39).fit(interactions).score(interactions.customers)
    assert (scores[:, :39].min(axis=1) > scores[:, 40]).all()
    assert (scores[:, 40] > scores[:, 41]).all()  # two lately bought the one, one the other


def random_purchases(customers=30):
    rng = np.random.default_rng(3)
    rows = [
        (customer, int(product), 99) for customer in range(customers) for product in rng.choice(8, 3, replace=False)
    ]
    return pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")


@pytest.mark.parametrize("reg", [1.0, 100.0])
def test_regularisation_shrinks(reg):
    interactions = Interactions.build(random_purchases(), 100)
    less, more = (EASE(reg=one).fit(interactions).score(interactions.customers) for one in (reg, reg * 10))
    assert np.abs(more).sum() < np.abs(less).sum()
