import polars as pl
import pytest

from offerloop.profiles import TAGS
from offerloop.profiles.tags import tag_bounds, with_tags

ORDINARY = {
    "p_active": 0.7,
    "tenure_days": 300,
    "n_redemptions": 0,
    "weekend_share": 0.3,
    "trend": 0.0,
    "top_category": "tea",
    "top_category_share": 0.2,
    "n_products": 10,
    "basket_lines": 2.0,
    "bulk_buyer": False,
}
MIDDLE = 6
HITS = {  # what the customer in the middle needs, and what just misses it; ranks are among 1 to 11
    "loyal": ({"n_orders": 11, "p_active": 0.9}, {"n_orders": 11, "p_active": 0.89}, {"n_orders": 6, "p_active": 0.9}),
    "big basket": ({"basket_minor": 11.0}, {"basket_minor": 9.0}),
    "lapsing": ({"p_active": 0.49}, {"p_active": 0.5}),
    "newcomer": ({"tenure_days": 91}, {"tenure_days": 92}),
    "deal seeker": ({"discount_share": 0.11}, {"discount_share": 0.08}),
    "pays full price": ({"discount_share": 0.01}, {"discount_share": 0.04}),
    "coupon user": ({"n_redemptions": 3}, {"n_redemptions": 2}),
    "explorer": ({"n_products": 31}, {"n_products": 29}),
    "weekend shopper": ({"weekend_share": 0.6}, {"weekend_share": 0.59}),
    "growing": (
        {"trend": (150 - 100) / (150 + 100)},
        {"trend": (149 - 100) / (149 + 100)},
        {"trend": 1.0, "tenure_days": 182},
    ),
    "shrinking": (
        {"trend": (200 - 300) / (200 + 300)},
        {"trend": (201 - 300) / (201 + 300)},
        {"trend": -1.0, "tenure_days": 182},
    ),
    "bulk buyer": ({"bulk_buyer": True}, {"bulk_buyer": False}),
    "one-category": (
        {"top_category_share": 0.4},
        {"top_category_share": 0.39},
        {"top_category_share": 1.0, "top_category": "unknown"},
    ),
}


def tagged(profiles):
    return with_tags(profiles, tag_bounds(profiles))


def tags(**changes):
    """Tags of a customer in the middle of eleven, with some features changed."""
    rows = [
        {**ORDINARY, "n_orders": rank, "basket_minor": float(rank), "discount_share": rank / 100}
        for rank in range(1, 12)
    ]
    rows[MIDDLE - 1] |= changes
    return tagged(pl.DataFrame(rows))["tags"].to_list()[MIDDLE - 1]


def test_the_customer_in_the_middle_has_none():
    assert tags() == []


@pytest.mark.parametrize("tag", [tag.name for tag in TAGS])
def test_a_tag_is_given_where_its_rule_holds_and_not_where_it_just_fails(tag):
    hit, *misses = HITS[tag]
    assert tag in tags(**hit)
    for miss in misses:
        assert tag not in tags(**miss)


def test_tags_come_in_the_order_of_their_list():
    found = tags(n_redemptions=3, p_active=0.1, trend=0.5, weekend_share=1.0)
    assert found == ["lapsing", "coupon user", "weekend shopper", "growing"]


@pytest.mark.parametrize(
    ("tag", "feature"),
    [
        ("loyal", "n_orders"),
        ("big basket", "basket_minor"),
        ("deal seeker", "discount_share"),
        ("explorer", "n_products"),
    ],
)
@pytest.mark.parametrize("n_above", [0, 1])
def test_who_is_level_with_the_bound_of_the_top_fifth_is_not_in_it(tag, feature, n_above):
    low, bound, above = (1, 2, 3) if feature.startswith("n_") else (0.1, 0.2, 0.3)
    values = [low] * 5 + [bound] * (5 - n_above) + [above] * n_above
    rows = [
        {**ORDINARY, "n_orders": 1, "basket_minor": 1.0, "discount_share": 0.1, "p_active": 0.95, feature: value}
        for value in values
    ]
    found = tagged(pl.DataFrame(rows))["tags"].to_list()
    assert [tag in one for one in found] == [value == above for value in values]


def test_where_nobody_ever_buys_below_list_price_nobody_seeks_deals_or_pays_full_price():
    rows = [{**ORDINARY, "n_orders": 1, "basket_minor": 1.0, "discount_share": 0.0}] * 5
    found = tagged(pl.DataFrame(rows))["tags"].to_list()
    assert all("deal seeker" not in each and "pays full price" not in each for each in found)


def test_every_tag_is_called_by_its_name_and_has_its_rule_in_words():
    renamed = {tag.name: str(tag.label) for tag in TAGS if str(tag.label) != tag.name}
    assert renamed == {"pays full price": "fewest discounts"}
    assert all(str(tag.rule) for tag in TAGS)
    assert len({tag.name for tag in TAGS}) == len({tag.rule for tag in TAGS}) == len(TAGS)


def test_tags_of_a_fifth_say_so_in_their_rule():
    assert [tag.name for tag in TAGS if tag.is_a_fifth] == [tag.name for tag in TAGS if "four fifths" in str(tag.rule)]
