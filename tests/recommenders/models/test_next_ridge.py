import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import Interactions, NextRidge
from offerloop.testing import RecommenderContract

TODAY = 200


class TestNextRidge(RecommenderContract):
    repeat_floor = 0.5  # on the checkerboard all purchases are of one day: nothing came before
    new_floor = 0.0

    def make(self):
        return NextRidge()


def sequels():
    """Customers read volumes of one of two series, one a month, at their own pace."""
    rows = []
    for customer in range(60):
        series, begun = customer % 2, 1 + customer // 2 % 6
        rows += [(customer, 10 * series + volume, TODAY - 1 - 28 * (begun - volume)) for volume in range(begun + 1)]
    return pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")


def test_the_next_volume_of_the_series_comes_first():
    past = sequels().filter(pl.col("order_day") < TODAY - 28)
    model = NextRidge(reg=0.1).fit(Interactions.build(past, TODAY - 28))
    known = model.interactions
    scores = model.score(known.customers)
    scores[known.rows, known.columns] = -np.inf
    last = {customer: known.columns[known.rows == at].max() for at, customer in enumerate(known.customers)}
    foretold = {customer: known.products[scores[at].argmax()] for at, customer in enumerate(known.customers)}
    followed = [customer for customer in foretold if known.products[last[customer]] + 1 in known.products]
    right = [foretold[customer] == known.products[last[customer]] + 1 for customer in followed]
    assert np.mean(right) > 0.9


def test_only_so_many_customers_are_learned_from():
    interactions = Interactions.build(sequels(), TODAY)
    few, again = (NextRidge(max_customers=10, rng=1).fit(interactions) for _ in range(2))
    np.testing.assert_array_equal(few.score(interactions.customers), again.score(interactions.customers))
    assert not np.array_equal(
        few.score(interactions.customers), NextRidge(rng=1).fit(interactions).score(interactions.customers)
    )


@pytest.mark.parametrize("reg", [0.1, 10.0])
def test_regularisation_shrinks(reg):
    interactions = Interactions.build(sequels(), TODAY)
    less, more = (NextRidge(reg=one).fit(interactions).score(interactions.customers) for one in (reg, 10 * reg))
    assert np.abs(more).sum() < np.abs(less).sum()
