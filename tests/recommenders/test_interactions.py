import numpy as np
import polars as pl
import pytest

from offerloop.errors import ContractError, EvidenceError
from offerloop.recommenders import Context, Interactions

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


def test_customers_who_rated_and_bought_nothing_have_no_history():
    rated = pl.DataFrame({"customer_id": [8], "product_id": [10], "order_day": [90], "value": [4.0]})
    histories, _ = Interactions.build(PURCHASES, 100).histories(rated)
    assert (histories.customers.tolist(), len(histories.rated[0])) == ([], 0)
    assert histories.of([8]).is_empty.tolist() == [True]


def test_histories_come_in_the_order_asked_for_and_strangers_have_none():
    some = Interactions.build(PURCHASES, 100).of([2, 9, 1, 2])
    assert some.counts().toarray().tolist() == [[1, 2], [0, 0], [1, 0], [1, 2]]
    assert some.is_empty.tolist() == [False, True, False, False]


@pytest.mark.parametrize("fewest", [1, 2])
def test_looking_back_is_the_same_as_building_then(fewest):
    rng = np.random.default_rng(2)
    rows = [(int(rng.integers(6)), f"p{rng.integers(9)}", int(rng.integers(80, 100))) for _ in range(40)]
    bought = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    back = Interactions.build(bought, 100, min_buyers=fewest).before(86)
    then = Interactions.build(bought, 86, min_buyers=fewest)
    for name in ("customers", "products", "rows", "columns", "age_days"):
        np.testing.assert_array_equal(getattr(back, name), getattr(then, name))
    assert (back.as_of_day, back.n_products) == (then.as_of_day, then.n_products)
    assert set(zip(*back.rare, strict=True)) <= set(zip(*then.rare, strict=True))


def test_an_added_purchase_day_counts_once_and_events_stay_sorted():
    before = Interactions.build(PURCHASES, 100).of([1, 2])
    after = before.add(1, 1, 5).add(1, 1, 5).add(0, 1)
    assert after.counts().toarray().tolist() == [[1, 1], [1, 3]]
    assert after.age_days.tolist() == [50, 1, 40, 10, 5, 1]
    assert before.counts().toarray().tolist() == [[1, 0], [1, 2]]


def test_the_last_rating_before_the_day_counts():
    ratings = pl.DataFrame(
        [(1, 10, 3.0, 90), (1, 10, 5.0, 95), (1, 10, 1.0, 100), (2, 77, 4.0, 90)],
        schema=["customer_id", "product_id", "value", "rated_day"],
        orient="row",
    )
    seen = Interactions.build(PURCHASES, 100, context=Context(ratings=ratings))
    assert seen.ratings().toarray().tolist() == [[5.0, 0], [0, 0]]
    assert seen.of([2, 1]).ratings().toarray().tolist() == [[0, 0], [5.0, 0]]
