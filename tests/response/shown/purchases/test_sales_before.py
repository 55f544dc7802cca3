"""What an offer covers of what a customer bought before."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from offerloop.engine import ENGINES
from offerloop.response import EXPOSURE_FEATURES, NO_OFFER_TERMS, OfferTerms
from offerloop.response.margins import Margins
from offerloop.response.shown.purchases.category_shares import CategoryShares
from offerloop.response.shown.purchases.sales_before import Before
from offerloop.response.shown.purchases.usual_week import WEEKS_TRIED
from offerloop.response.terms import CoveredGoods

WEEK = 1800 / 3 / 5
"""What the mean customer buys in a week of the 35 days that the data have before ROWS."""
ORDERS = [("a", 10, "tea", 100), ("a", 20, "tea", 200), ("a", 30, "milk", 400), ("b", 20, "milk", 600),
          ("b", 20, "milk", 500), ("a", 40, "milk", 900)]  # fmt: skip
SHARE_OFF = OfferTerms("off-10", "coupon", 0.1)
FULL_REDUCTION = OfferTerms("full-50", "spend_and_save", 50.0, threshold=300.0, amount=True)
OFF_TEA = OfferTerms("tea-10", "coupon", 0.1, goods=CoveredGoods(categories=("drinks",)))
ROWS = pl.DataFrame({"customer_id": ["a", "b", "c"], "shown_day": 40})
OF_TEA = OfferTerms(
    "tea-50", "spend_and_save", 50.0, threshold=150.0, goods=CoveredGoods(categories=("drinks",)), amount=True
)


def before(*offers):
    """What is covered, and the orders in a unit of it, by customer (a, b, one who bought nothing)."""
    before = sales(*offers)
    return before.covered(ROWS, before.usual_week(ROWS))


def sales(*offers, bought=ORDERS, customers=("a", "b", "c"), paid=1.0, coupons_apart=False, one_order_a_day=False):
    lines = pl.DataFrame(bought, ["customer_id", "order_day", "product_id", "list_value_minor"], orient="row")
    money = {name: pl.lit(0) for name in ("discount_minor", "coupon_minor", "reimbursed_minor")}
    revenue = (paid * pl.col("list_value_minor")).cast(pl.Int64)
    if one_order_a_day:
        lines = lines.with_columns(order_id=pl.format("{}-{}", "customer_id", "order_day"))
    else:
        lines = lines.with_row_index("order_id")
    lines = lines.with_columns(
        revenue_minor=revenue, **{**money, "discount_minor": pl.col("list_value_minor") - revenue}
    )
    products = pl.DataFrame(
        {"product_id": ["tea", "milk"], "category": ["drinks", "dairy"], "brand": ["hills", "cows"]}
    )
    engine = ENGINES.load("duckdb")()
    tables = (engine.table(one) for one in (lines, products))
    return Before.of(
        *tables, Margins(0.4), engine.table(pl.DataFrame({"customer_id": customers})), (NO_OFFER_TERMS, *offers), 5,
        coupons_apart=coupons_apart,
    )  # fmt: skip


@pytest.mark.parametrize("scale", [1, 10**10])
def test_margins_of_goods_are_those_of_sums_of_any_size(scale):
    """The larger shop sells for 2.7e13 minor units: the profit in millionths does not fit 64 bits."""
    found = sales(OFF_TEA, bought=[(who, day, what, value * scale) for who, day, what, value in ORDERS], paid=0.9)
    assert (found.left, found.margins_of_named()[1]) == (pytest.approx(0.4), pytest.approx(1.0))


def test_shares_of_categories_are_those_of_the_quarter_before_with_a_mean_week():
    shares = sales(SHARE_OFF).shares.before(ROWS)
    week = np.array([300, 2400]) / 2 / (31 / 7)
    bought = np.array([[300, 400], [0, 1100], [0, 0]]) + week
    assert np.sort(shares) == pytest.approx(np.sort(bought / bought.sum(axis=1, keepdims=True)), abs=1e-6)
    assert sales(SHARE_OFF).shares.before(ROWS[1:]) == pytest.approx(shares[1:])


def test_an_amount_off_counts_on_the_orders_that_reach_its_threshold():
    share, orders = before(SHARE_OFF, FULL_REDUCTION, OF_TEA)
    bought, value, counted = (np.array(one) for one in ([700, 1100, 0], [400, 1100, 0], [1, 2, 0]))

    assert share[:, 1].tolist() == [1.0, 1.0, 1.0]
    assert share[:, 2] == pytest.approx((value + WEEK * 1500 / 1800) / (bought + WEEK))
    assert share[:, 3] == pytest.approx((np.array([200, 0, 0]) + WEEK * 200 / 1800) / (bought + WEEK))
    assert (share * orders)[:, 2] == pytest.approx((counted + WEEK * 3 / 1800) / (bought + WEEK))


def test_thresholds_are_measured_at_shelf_prices_where_discounts_hold_no_coupons():
    """Everything was bought at 30 % off: if that is the shelf's, 400 is 280 there; with coupons it may be theirs."""
    bought = np.array([700, 1100, 0]) + WEEK
    for apart, reached in ((False, [400, 1100, 0]), (True, [0, 1100, 0])):
        found = sales(FULL_REDUCTION, paid=0.7, coupons_apart=apart)
        share, _ = found.covered(ROWS, found.usual_week(ROWS))
        assert share[:, 1] == pytest.approx((np.array(reached) + WEEK * sum(reached) / 1800) / bought)


def test_what_was_bought_at_a_discount_is_covered_like_anything_else():
    """Here everything was bought at half of its list price; shares are of value at list price."""
    full, half = (sales(OFF_TEA, paid=paid) for paid in (1.0, 0.5))
    share = half.covered(ROWS, half.usual_week(ROWS))[0]
    np.testing.assert_allclose(share, full.covered(ROWS, full.usual_week(ROWS))[0])
    assert share[0, 1] == pytest.approx((300 + WEEK / 6) / (700 + WEEK))
    worth = [one.order_worth(ROWS, one.usual_week(ROWS)) for one in (full, half)]
    np.testing.assert_allclose(worth[1], worth[0])


@pytest.mark.parametrize(
    ("goods", "values"),
    [
        (CoveredGoods(products=("tea", "water")), [300, 0, 0]),
        (CoveredGoods(brands=("cows",)), [400, 1100, 0]),
        (CoveredGoods(categories=("drinks", "dairy")), [700, 1100, 0]),
        (CoveredGoods(categories=("drinks", "dairy"), brands=("hills", "seas")), [300, 0, 0]),
        (CoveredGoods(products=("tea",), brands=("cows",)), [0, 0, 0]),
        (CoveredGoods(but=CoveredGoods(categories=("dairy",))), [300, 0, 0]),
        (CoveredGoods(categories=("dairy",), but=CoveredGoods(brands=("hills",))), [400, 1100, 0]),
    ],
    ids=[
        "products",
        "brand",
        "categories",
        "categories and brands",
        "nothing that is sold",
        "exception",
        "but a brand",
    ],
)
def test_an_offer_covers_the_products_categories_and_brands_that_it_names(goods, values):
    share, _ = before(SHARE_OFF, OF_TEA, OfferTerms("some-10", "coupon", 0.1, goods=goods))
    bought, value = np.array([700, 1100, 0]), np.array(values)
    assert share[:, 3] == pytest.approx((value + WEEK * value.sum() / 1800) / (bought + WEEK))


def test_nobody_is_free_who_never_reached_the_threshold():
    share, orders = before(FULL_REDUCTION)

    assert (share * orders)[:, 1].min() > 0


def weeks_of(reaches, offer=FULL_REDUCTION):
    """By how many usual weeks orders are shrunk, if `reaches` (customers, days) says which of them are of tea worth
    400, not of milk worth 100; one order each third day."""
    customers = [f"c{number:03}" for number in range(len(reaches))]
    bought = [
        (who, 3 * day, *(("tea", 400) if reached else ("milk", 100)))
        for who, row in zip(customers, reaches, strict=True)
        for day, reached in enumerate(row)
    ]
    before = sales(offer, bought=bought, customers=customers)
    windows = pl.DataFrame({"customer_id": customers, "shown_day": 60, "until_day": 75})
    usual = before.with_weeks(before.usual_week(windows), windows)
    (weeks,) = usual.weeks.values()
    return weeks


@pytest.mark.parametrize("offer", [FULL_REDUCTION, OFF_TEA], ids=["above a threshold", "of a category"])
def test_orders_that_count_are_shrunk_by_as_much_as_the_log_says(offer):
    rng = np.random.default_rng(1)
    alike, apart = rng.random((200, 25)) < 0.3, np.repeat(rng.random((200, 1)) < 0.3, 25, axis=1)
    assert weeks_of(alike, offer) == max(WEEKS_TRIED)
    assert weeks_of(apart, offer) == min(WEEKS_TRIED)
    assert weeks_of(np.zeros((200, 25), dtype=bool), offer) == WEEKS_TRIED[0]
    assert weeks_of(alike[:3], offer) == WEEKS_TRIED[0], "three customers say nothing clearly"


@pytest.mark.parametrize(("lasts", "weeks"), [(True, min(WEEKS_TRIED)), (False, max(WEEKS_TRIED))])
def test_a_share_off_is_shrunk_by_how_far_shares_of_value_last_not_by_which_orders_hold_some_of_it(lasts, weeks):
    """Every order holds milk worth 300 and tea: much of it in those of some customers, or in some of everybody's."""
    rng, customers = np.random.default_rng(1), [f"c{number:03}" for number in range(200)]
    much = np.repeat(rng.random((200, 1)) < 0.5, 25, axis=1) if lasts else rng.random((200, 25)) < 0.5
    bought = [
        (who, 3 * day, product, value)
        for who, row in zip(customers, much, strict=True)
        for day, is_much in enumerate(row)
        for product, value in (("tea", 3_000 if is_much else 30), ("milk", 300))
    ]
    windows = pl.DataFrame({"customer_id": customers, "shown_day": 60, "until_day": 75})
    before = sales(OFF_TEA, replace(OF_TEA, threshold=0.0), bought=bought, customers=customers, one_order_a_day=True)
    usual = before.with_weeks(before.usual_week(windows), windows)
    assert list(usual.weeks.values()) == [weeks, WEEKS_TRIED[0]]


def big_orders(chances, rng):
    """Of each customer, which of 25 orders are worth 400 and not 100, with a probability of its own."""
    return [
        (f"c{number:04}", 3 * day, *(("tea", 400) if is_big else ("milk", 100)))
        for number, row in enumerate(rng.random((len(chances), 25)) < np.array(chances)[:, None])
        for day, is_big in enumerate(row)
    ]


@pytest.mark.parametrize("differ", [True, False], ids=["baskets differ", "baskets differ by chance alone"])
def test_orders_reach_a_threshold_as_often_as_those_of_customers_of_such_baskets(differ):
    """Half of the customers have a large order in a hundred and the others in two; or everybody in three of ten."""
    rng, number = np.random.default_rng(1), 1_000
    chances = np.where(np.arange(number) % 2, 0.5, 0.01) if differ else np.full(number, 0.3)
    customers = [f"c{one:04}" for one in range(number)]
    before = sales(FULL_REDUCTION, bought=big_orders(chances, rng), customers=customers)
    windows = pl.DataFrame({"customer_id": customers, "shown_day": 60, "until_day": 75})
    usual = before.with_weeks(before.usual_week(windows), windows)
    share, orders = before.covered(windows, usual)
    reached = (share * orders)[:, 1] * (100 + 300 * chances)
    for chance in set(chances):
        assert reached[chances == chance].mean() == pytest.approx(chance, rel=0.25, abs=0.005)
    assert reached.min() > 0
    if not differ:
        assert reached.std() < 0.05


CAPPED = OfferTerms("capped", "coupon", 0.1, most=20.0)
"""Takes no more off an order that is worth more than 200."""


def below_maximum(chances):
    """The weeks by which the share below the maximum is shrunk, and that share of each customer."""
    customers = [f"c{one:04}" for one in range(len(chances))]
    before = sales(CAPPED, bought=big_orders(chances, np.random.default_rng(1)), customers=customers)
    windows = pl.DataFrame({"customer_id": customers, "shown_day": 60, "until_day": 75})
    usual = before.with_weeks(before.usual_week(windows), windows)
    (weeks,) = usual.below_weeks.values()
    return weeks, before.below_maximum(windows, usual)[:, 1]


def below(chance):
    """The share of value that lies below the maximum where so many orders are worth 400 and the others 100."""
    return (100 + 100 * chance) / (100 + 300 * chance)


def test_large_orders_by_chance_do_not_make_a_customer_cheap_under_a_maximum():
    weeks, share = below_maximum(np.full(1_000, 0.3))
    assert weeks >= 64
    assert share == pytest.approx(np.full(1_000, below(0.3)), rel=0.1)


def test_customers_who_always_buy_much_at_once_stay_cheap_under_a_maximum():
    weeks, share = below_maximum(np.arange(1_000) % 2)
    assert weeks == min(WEEKS_TRIED)
    assert share[1::2] == pytest.approx(np.full(500, below(1.0)), rel=0.02)
    assert share[::2] == pytest.approx(np.ones(500), rel=0.02)


def test_below_a_maximum_customers_of_large_baskets_differ_from_others_as_later_windows_say():
    chances = np.where(np.arange(1_000) % 2, 0.5, 0.01)
    _, share = below_maximum(chances)
    for chance in set(chances):
        assert share[chances == chance].mean() == pytest.approx(below(chance), rel=0.05)


def test_a_log_of_three_customers_leaves_one_week_below_a_maximum():
    assert below_maximum(np.full(3, 0.3))[0] == WEEKS_TRIED[0]


def test_more_weeks_bring_a_customer_nearer_to_all_others():
    one = sales(FULL_REDUCTION)
    usual = one.usual_week(ROWS)
    share, _ = one.covered(ROWS, replace(usual, weeks=dict.fromkeys(usual.weeks, 4.0)))
    bought, value = np.array([700, 1100, 0]), np.array([400, 1100, 0])
    assert share[:, 1] == pytest.approx((value + 4 * WEEK * 1500 / 1800) / (bought + 4 * WEEK))


def test_a_usual_week_is_one_of_the_quarter_that_the_data_have():
    before = sales(FULL_REDUCTION, OfferTerms("most", "coupon", 0.1, most=20.0))
    for shown_day, weeks in ((7, 1), (40, 5), (5 + 91, 13)):
        usual = before.usual_week(ROWS.with_columns(shown_day=shown_day))
        bought = 0 if shown_day == 7 else 2700 if shown_day == 5 + 91 else 1800
        assert usual.value == pytest.approx(bought / 3 / weeks, abs=1e-6)
        ((_, in_all),) = usual.below.values()
        assert in_all == pytest.approx(bought / 3 / weeks)


def test_shares_off_everything_need_no_more():
    assert before(SHARE_OFF) == (None, None)


def test_sums_of_a_window_that_the_data_do_not_reach_back_through_are_as_if_they_did():
    rows = pl.DataFrame({"customer_id": ["a"] * 5, "shown_day": [9, 11, 32, 40, 5 + 91]})
    names = [EXPOSURE_FEATURES.index(one) for one in ("spend_91", "orders_91", "spend_28")]
    found = sales(SHARE_OFF).features(rows)[:, names]

    assert found[0].tolist() == [0, 0, 0]
    assert found[1] == pytest.approx([100 * 91 / 7, 91 / 7, 100 * 28 / 7])
    assert found[2] == pytest.approx([700 * 91 / 27, 3 * 91 / 27, 700 * 28 / 27])
    assert found[3] == pytest.approx([700 * 91 / 35, 3 * 91 / 35, 600])
    assert found[4] == pytest.approx([1600, 4, 0])


def test_silence_of_more_than_a_quarter_still_says_how_long_it_was():
    rows = pl.DataFrame({"customer_id": ["a", "a", "c"], "shown_day": [40 + 100, 40 + 200, 240]})
    days = sales(SHARE_OFF).features(rows)[:, EXPOSURE_FEATURES.index("days_since_order")]

    assert np.expm1(days) == pytest.approx([100, 200, 364])


def test_the_order_of_days_does_not_change_which_share_is_which():
    days = {"customer_id": [1, 1, 2], "order_day": [1, 2, 1], "category": ["tea", "jam", "tea"]}
    daily = pl.DataFrame({**days, "list_value_minor": [5, 9, 1]})
    columns = {CategoryShares.of(rows).scale.columns for rows in (daily, daily.reverse())}
    assert len(columns) == 1
