import numpy as np
import polars as pl
import pytest

from offerloop.errors import ContractError, EvidenceError
from offerloop.recommenders.interactions import Interactions

PURCHASES = pl.DataFrame(
    [(2, 30, 99), (2, 30, 99), (2, 30, 90), (1, 10, 50), (2, 10, 60), (1, 77, 100), (5, 10, 101)],
    schema=["customer_id", "product_id", "order_day"],
    orient="row",
)


def test_nothing_from_the_day_itself_on_is_seen():
    seen = Interactions.build(PURCHASES, 100)
    assert seen.customers.tolist() == [1, 2]
    assert seen.products.tolist() == [10, 30]
    assert seen.age_days.tolist() == [50, 40, 10, 1]


def test_an_event_is_a_day_on_which_a_customer_bought_a_product():
    seen = Interactions.build(PURCHASES, 100)
    assert seen.counts().toarray().tolist() == [[1, 0], [1, 2]]
    assert seen.counts(within_days=1).toarray().tolist() == [[0, 0], [0, 1]]
    assert seen.counts(within_days=1).nnz == 1
    np.testing.assert_allclose(
        seen.decayed(10.0).toarray(), [[np.exp(-5), 0], [np.exp(-4), np.exp(-1) + np.exp(-0.1)]], rtol=1e-6
    )


def test_products_of_few_buyers_can_be_left_out():
    seen = Interactions.build(PURCHASES, 100, min_buyers=2)
    assert seen.products.tolist() == [10]
    assert seen.counts().toarray().tolist() == [[1], [1]]


def test_codes_of_known_and_unknown_ids():
    seen = Interactions.build(PURCHASES, 100)
    assert seen.customer_codes(np.array([2, 5, 1])).tolist() == [1, -1, 0]
    assert seen.product_codes(pl.Series([30, 31, 9])).tolist() == [1, -1, -1]


def test_text_ids_are_matched_whole():
    text = PURCHASES.with_columns(pl.col("customer_id", "product_id").cast(pl.String))
    seen = Interactions.build(text, 100)
    assert seen.product_codes(np.array(["30", "301", "3"])).tolist() == [1, -1, -1]


def test_ids_of_the_wrong_type_are_refused():
    with pytest.raises(ContractError, match="ids are int64 when fitting"):
        Interactions.build(PURCHASES, 100).customer_codes(np.array(["1"]))


def test_no_history_is_refused_with_the_day():
    with pytest.raises(EvidenceError, match="before 1970-01-11"):
        Interactions.build(PURCHASES, 10)
