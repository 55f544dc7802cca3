"""Every feature on a shop of three customers, worked out by hand."""

from statistics import median

import pytest

from offerloop.profiles import FEATURES

TODAY = 19_723  # Monday, 1 January 2024
PRODUCTS = [
    (1, "food", "A"),
    (2, "drink", "B"),
    (3, "food", "B"),
    (4, "bread", "C"),
    (5, "ale", "D"),
    (6, "unknown", "unknown"),
]
LINES = [  # customer, order, product, day, quantity, revenue, at list price, discount, coupon
    (1, 11, 1, TODAY - 200, 2, 600, 800, 200, 0),  # a Thursday
    (1, 11, 2, TODAY - 200, 1, 400, 400, 0, 50),
    (1, 12, 1, TODAY - 100, 1, 300, 400, 100, 0),  # a Saturday
    (1, 13, 3, TODAY - 1, 3, 700, 700, 0, 0),  # a Sunday, twice
    (1, 14, 1, TODAY - 1, 1, 100, 400, 300, 0),
    (2, 21, 1, TODAY - 91, 1, 100, 100, 0, 0),  # the first day of the last quarter, a Monday
    (2, 22, 2, TODAY - 92, 1, 100, 100, 0, 0),  # the last day of the quarter before
    (2, 23, 4, TODAY - 182, 1, 100, 100, 0, 0),  # its first day, a Monday
    (2, 24, 5, TODAY - 183, 1, 100, 100, 0, 0),  # earlier
    (3, 31, 6, TODAY - 10, 1, 0, 0, 0, 0),  # a Friday; a coupon paid for all of it
]
CAMPAIGNS = [(7, TODAY - 50), (8, TODAY - 1), (9, TODAY)]
AUDIENCES = [(7, 1), (8, 1), (9, 1), (7, 2), (9, 3)]
REDEMPTIONS = [(1, TODAY - 1), (2, TODAY - 40), (2, TODAY - 40), (1, TODAY)]

BROWSING = [  # customer, kind, value, day
    (1, "view", None, TODAY - 28), (1, "view", None, TODAY - 1), (1, "view", None, TODAY - 29),
    (1, "view", None, TODAY),
    (1, "cart", None, TODAY - 20), (1, "wish", None, TODAY - 19), (3, "wish", None, TODAY - 5),
    (2, "share", None, TODAY - 1),
    (1, "rating", 4.0, TODAY - 97), (1, "rating", 5.0, TODAY - 1), (1, "rating", 1.0, TODAY),
]  # fmt: skip
EXPOSURES = [
    (1, "a", TODAY - 50), (1, "none", TODAY - 49), (1, None, TODAY - 48), (1, "b", TODAY - 1), (1, "late", TODAY)
]  # fmt: skip
EXPECTED = {
    "recency_days": (1, 91, 10),
    "tenure_days": (200, 183, 10),
    "n_orders": (4, 4, 1),
    "n_days": (3, 4, 1),
    "spend_minor": (2100, 400, 0),
    "interval_days": (199 / 2, 92 / 3, median([199 / 2, 92 / 3])),
    "basket_minor": (525, 100, 0),
    "basket_units": (2, 1, 1),
    "basket_lines": (5 / 4, 1, 1),
    "n_products": (3, 4, 1),
    "n_categories": (2, 4, 1),
    "n_stores": (0, 0, 0),
    "n_channels": (0, 0, 0),
    "top_category": ("food", "ale", "unknown"),
    "top_category_share": (1700 / 2100, 1 / 4, 0),
    "top_brand": ("B", "A", "unknown"),
    "top_brand_share": (1100 / 2100, 1 / 4, 0),
    "discount_share": (3 / 5, 0, 0),
    "mean_depth": (600 / 2700, 0, 0),
    "coupon_share": (1 / 5, 0, 0),
    "n_campaigns": (2, 1, 0),
    "n_redemptions": (1, 2, 0),
    "weekend_share": (3 / 4, 1 / 2, 0),
    "recent_minor": (800, 100, 0),
    "recent_orders": (2, 1, 1),
    "trend": (500 / 1100, -100 / 300, 0),
    "recent_views": (2, 0, 0),
    "recent_carts": (2, 0, 1),
    "mean_rating": (4.5, 0, 0),
    "n_exposures": (2, 0, 0),
    "expected_orders_28": (None, None, None),  # three customers do not show that anybody stops
    "p_active": (None, None, None),
}


@pytest.fixture(scope="module")
def profiles(profiles_of):
    return profiles_of(
        TODAY,
        lines=LINES,
        products=PRODUCTS,
        campaigns=CAMPAIGNS,
        audiences=AUDIENCES,
        redemptions=REDEMPTIONS,
        browsing=BROWSING,
        exposures=EXPOSURES,
    )


@pytest.mark.parametrize("feature", [feature.name for feature in FEATURES])
def test_feature(profiles, feature):
    found, expected = profiles[feature].to_list(), list(EXPECTED[feature])
    assert found == (pytest.approx(expected, rel=1e-12) if isinstance(expected[0], int | float) else expected)


def test_every_feature_is_worked_out_here_and_explained_there():
    assert list(EXPECTED) == [feature.name for feature in FEATURES]
    assert all(feature.meaning and feature.missing for feature in FEATURES)


def test_one_row_per_customer_in_order(profiles):
    assert profiles["customer_id"].to_list() == [1, 2, 3]


def test_who_bought_on_one_day_only_is_marked_where_the_interval_is_the_median(profiles):
    assert profiles["one_day_only"].to_list() == [False, False, True]


def test_a_negative_line_can_make_spend_negative_but_no_share(profiles_of):
    profile = profiles_of(TODAY, products=PRODUCTS, lines=[(1, 1, 1, TODAY - 1, 1, -50, 100, 0, 150)])
    assert profile["spend_minor"].to_list() == [-50]
    assert profile["top_category_share"].to_list() == profile["trend"].to_list() == [0]


def test_one_category_or_brand_is_never_more_than_all_of_spend(profiles_of):
    lines = [(1, 1, 1, TODAY - 1, 1, 100, 100, 0, 0), (1, 2, 2, TODAY - 1, 1, -20, 100, 0, 120)]
    profile = profiles_of(TODAY, products=PRODUCTS, lines=lines)
    assert profile["top_category_share"].to_list() == profile["top_brand_share"].to_list() == [1]


def test_a_quarter_below_zero_counts_as_nothing_in_the_trend(profiles_of):
    lines = [(1, 1, 1, TODAY - 1, 1, 1000, 1000, 0, 0), (1, 2, 1, TODAY - 120, 1, -500, 1000, 0, 1500)]
    profile = profiles_of(TODAY, products=PRODUCTS, lines=lines)
    assert (profile["trend"].to_list(), profile["recent_minor"].to_list()) == ([1.0], [1000])


def test_a_brand_that_is_not_known_has_no_share_of_spend(profiles_of):
    lines = [(1, 1, 6, TODAY - 1, 1, 50, 50, 0, 0), (2, 2, 99, TODAY - 1, 1, 50, 50, 0, 0)]
    profile = profiles_of(TODAY, products=PRODUCTS, lines=[*lines, (2, 3, 1, TODAY - 1, 1, 10, 10, 0, 0)])
    assert profile["top_brand_share"].to_list() == [0, 0]


def test_a_product_that_is_on_no_list_counts(profiles_of):
    profile = profiles_of(TODAY, products=[], lines=[(1, 1, 99, TODAY - 1, 1, 50, 50, 0, 0)])
    assert (profile["spend_minor"][0], profile["n_products"][0]) == (50, 1)


def test_stores_and_channels_are_counted_where_order_lines_name_them(engine_features):
    rows = [(1, 1, 7, "web"), (1, 2, 8, "web"), (1, 3, 8, None), (2, 4, None, None)]
    found = engine_features(rows)
    assert found.select("n_stores", "n_channels").rows() == [(2, 1), (0, 0)]
