"""Arithmetic of coupons on a made-up shop, and what is never claimed."""

import math
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import HALF, SETTINGS, simulate, summed

from offerloop.config import Config
from offerloop.errors import ConfigError
from offerloop.money import MICRO
from offerloop.response import BaselineBaskets, ShownEffects, baseline_baskets, estimate_effects, study_shelf_prices

COUPON = {"kind": "coupon", "on": "each category", "percent": [10, 20, 40], "max_discount": "5.00"}
SPEND_AND_SAVE = {"kind": "spend_and_save", "spend": "50.00", "save": "5.00"}
FREE_SHIPPING = {"kind": "free_shipping", "max_discount": "5.00"}
SAVE_AT_ONCE = {"kind": "coupon", "amount": "5.00"}
FLASH_SALE = {"kind": "flash_sale", "percent": 15, "hours": 24, "max_discount": "5.00"}
ON_EVERYTHING = {"kind": "coupon", "id": "whole", "percent": 10, "max_discount": "5.00"}
ON_PART = {"kind": "coupon", "id": "part", "on": "category 03", "percent": 10}
EXPECTED = {"value": "3.00", "p_redeem": 0.3}


def configured(*offers, margin=0.3):
    """One campaign of these offers."""
    return Config.model_validate(
        {
            "shop": {"name": "made up", "margin": margin},
            "sources": {"order_lines": {"path": "none.csv", "columns": {}}},
            "campaigns": [{"id": "one", "title": "One", "budget": "10.00", "offers": offers}],
        }
    )


def usual(study, basket=1000.0):
    """Everyone buys for the same in every basket, and half of it in the first category."""
    ids = study.lines.own["customer_id"].unique().sort()
    whole = pl.DataFrame({"customer_id": ids}).with_columns(basket_minor=basket)
    first = whole.with_columns(category=pl.lit(study.lines.categories[0]), basket_minor=pl.col("basket_minor") / 2)
    lines = study.lines.own.select("customer_id")  # nothing is read of them
    products = pl.DataFrame(schema={"product_id": pl.Int64, "category": pl.String})
    return BaselineBaskets(
        study.lines.categories, *(nw.from_native(one.lazy()) for one in (whole, first, lines, products))
    )


def effects_of(study, *offers, margin=0.3):
    return estimate_effects(study, usual(study), configured(*offers, margin=margin))


def by_depth(found, depth):
    """Coupon effects of one depth, sorted by customer and category."""
    terms = found.offers.select("offer_id", "category", "depth", "funded_share")
    return found.effects.join(terms, on="offer_id").filter(depth=depth).sort("customer_id", "category")


@pytest.mark.parametrize("funded, margin", [(0, 0.3), (0.75, 0.3), (1, 0.3), (0.333, 0.41)])
def test_coupon_arithmetic(responsive, funded, margin):
    """gained = growth x usual sales x depth; value = margin x gained; discount on all that is sold."""
    found = effects_of(responsive, {**COUPON, "funded_share": funded}, margin=margin)
    shallow, deep = by_depth(found, 0.1), by_depth(found, 0.4)
    gained = [table["value_minor"] / margin for table in (shallow, deep)]
    np.testing.assert_allclose(gained[1], 4 * gained[0])
    usual = [
        table["discount_minor"] / depth - more
        for table, depth, more in zip((shallow, deep), (0.1, 0.4), gained, strict=True)
    ]
    np.testing.assert_allclose(*usual)
    assert usual[0].min() > 0
    for table in (shallow, deep):
        profit = table["value_minor"] - table["cost_expected_micro"] / MICRO
        np.testing.assert_allclose(table["profit_minor"], profit, rtol=1e-12)


def test_expected_cost_is_our_share_rounded_up_to_whole_micro_units(responsive):
    found = by_depth(effects_of(responsive, {**COUPON, "funded_share": 0.333}), 0.2)
    exact = found["discount_minor"] * (1 - 0.333) * MICRO
    extra = found["cost_expected_micro"] - exact
    assert found.schema["cost_expected_micro"] == pl.Int64
    assert extra.min() > -1e-6  # exact products differ in the last digit of a float
    assert extra.max() < 1


def test_levels_are_those_of_the_shop(responsive):
    """Category k costs 2.00 (k + 1) and is bought in one week of five; three categories gain .8 x depth x price."""
    found = by_depth(effects_of(responsive, COUPON), 0.1)
    gained, held_out = (
        found.group_by("category", maintain_order=True).agg(pl.col(name).mean()).sort("category")[name] / 0.3
        for name in ("value_minor", "held_out_value_minor")
    )
    price, true = 200 * np.arange(1, 7), np.array(HALF) * 0.1 * 200 * np.arange(1, 7)
    np.testing.assert_allclose(gained / price, true / price, atol=0.02)
    assert held_out.sum() == pytest.approx(true.sum(), rel=0.15)


@pytest.mark.parametrize(
    "most, funded, liability",
    [("5.00", 0, 500), ("5.00", 0.75, 125), ("5.01", 0.75, 126), ("5.00", 1, 0), ("0.01", 0.999, 1)],
)
def test_liability_is_our_share_of_the_largest_discount(responsive, most, funded, liability):
    found = effects_of(responsive, {**COUPON, "max_discount": most, "funded_share": funded})
    assert liability == math.ceil(Fraction(most) * 100 * (1 - Fraction(str(funded))))
    assert found.effects["cost_liability_minor"].unique().to_list() == [liability]
    assert found.offers["cost_liability_minor"].unique().to_list() == [liability]


def test_without_a_maximum_the_liability_is_empty(responsive):
    found = effects_of(responsive, {"kind": "coupon", "on": "each category", "percent": 10})
    assert found.effects["cost_liability_minor"].is_null().all()


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=2, unique=True).map(sorted))
def test_profit_falls_with_our_own_share(responsive, shares):
    less, more = (effects_of(responsive, {**COUPON, "funded_share": 1 - own / 20}).effects for own in shares)
    assert (more["profit_minor"] < less["profit_minor"]).all()
    assert more["value_minor"].equals(less["value_minor"])


def test_redemption_is_a_probability_and_rises_with_depth(responsive):
    found = effects_of(responsive, {**COUPON, "percent": [10, 99]})
    assert found.effects["p_redeem"].is_between(0, 1).all()
    gain = by_depth(found, 0.99)["p_redeem"] - by_depth(found, 0.1)["p_redeem"]
    assert gain.min() >= 0
    assert gain.max() > 0.3


@pytest.mark.parametrize("percent", [10, 30, 40, 90])
def test_intervals_hold_their_estimate(responsive, percent):
    """Also where growth makes a loss worse, because the discount is more than the margin."""
    found = effects_of(responsive, {**COUPON, "percent": percent}).effects
    slack = 2 / MICRO  # expected costs are rounded up
    assert (found["value_low_minor"] <= found["value_minor"]).all()
    assert (found["value_minor"] <= found["value_high_minor"]).all()
    assert (found["profit_low_minor"] <= found["profit_minor"] + slack).all()
    assert (found["profit_minor"] <= found["profit_high_minor"] + slack).all()


def test_every_effect_of_a_coupon_is_marked_as_transferred(responsive):
    found = effects_of(responsive, COUPON)
    assert found.effects["basis"].unique().to_list() == ["transferred"]
    assert found.offers["basis"].unique().to_list() == ["transferred"]
    assert found.effects.select("customer_id", "offer_id").is_unique().all()


@pytest.mark.parametrize(
    "offer",
    [
        SPEND_AND_SAVE, FLASH_SALE, ON_EVERYTHING, {**ON_PART, "shops": "leeds"}, {**COUPON, "min_spend": "500.00"},
        {**COUPON, "min_count": 2},
    ],
)  # fmt: skip
def test_nothing_is_transferred_to_what_shelf_prices_do_not_show(responsive, offer):
    found = effects_of(responsive, offer)
    assert found.effects.is_empty()
    assert found.offers["basis"].unique().to_list() == ["unknown"]


@pytest.mark.parametrize("offer", [SPEND_AND_SAVE, FLASH_SALE, ON_EVERYTHING])
def test_an_assumption_is_the_same_for_everyone_and_is_called_so(responsive, offer):
    found = effects_of(responsive, {**offer, "funded_share": 0.5, "assumed": EXPECTED})
    assert found.offers["basis"].to_list() == ["assumed"]
    assert found.effects["customer_id"].to_list() == responsive.lines.own["customer_id"].unique().sort().to_list()
    row = found.effects.drop("customer_id").unique()
    assert row.height == 1
    assert row["basis"][0] == "assumed"
    assert (row["value_minor"][0], row["p_redeem"][0]) == (300, 0.3)
    assert row["cost_expected_micro"][0] == 0.3 * 500 * 0.5 * MICRO
    assert row["profit_minor"][0] == 300 - 75
    assert (
        row.select("profit_low_minor", "profit_high_minor", "value_low_minor", "value_high_minor").row(0) == (None,) * 4
    )


@pytest.mark.parametrize(
    ("offer", "value", "discount"),
    [
        (SPEND_AND_SAVE, 0.3 * 5000, 500),  # the usual basket of 10.00 is below the threshold of 50.00
        ({**SPEND_AND_SAVE, "spend": "20.00", "min_spend": "50.00"}, 0.3 * 5000, 500),
        ({"kind": "combined", "parts": [SPEND_AND_SAVE, FREE_SHIPPING]}, 0.3 * 1000, 1000),  # shipping is always free
        ({"kind": "combined", "min_spend": "50.00", "parts": [SAVE_AT_ONCE, FREE_SHIPPING]}, 0.3 * 5000, 1000),
        (FLASH_SALE, 0.3 * 1000, 150),
        (ON_EVERYTHING, 0.3 * 1000, 100),
        ({**ON_EVERYTHING, "percent": 80}, 0.3 * 1000, 500),  # the maximum binds
    ],
)
def test_an_assumed_share_of_purchases_follows_the_usual_basket(responsive, offer, value, discount):
    expected = {"p_redeem": 0.1, "incremental": 0.4}
    row = effects_of(responsive, {**offer, "assumed": expected}).effects.row(0, named=True)
    assert row["value_minor"] == pytest.approx(0.1 * 0.4 * value)
    assert row["discount_minor"] == pytest.approx(0.1 * discount)
    assert row["profit_minor"] == pytest.approx(0.1 * 0.4 * value - 0.1 * discount)


def test_an_assumed_combined_offer_is_on_what_its_parts_are_on(responsive):
    part, expected = {**ON_PART, "max_discount": "5.00"}, {"p_redeem": 0.1, "incremental": 0.4}
    save = {**SAVE_AT_ONCE, "on": part["on"]}
    found, combined = (
        effects_of(responsive, {**offer, "assumed": expected})
        for offer in (part, {"kind": "combined", "parts": [{**part, "id": "tenth"}, save]})
    )
    assert combined.effects["value_minor"].to_list() == found.effects["value_minor"].to_list()
    assert combined.offers["category"].to_list() == found.offers["category"].to_list() == ["category 03"]


def of_shown(study, **changes):
    """Effects of 5.00 off 50.00 by what a log tells of it, beside those of coupons by shelf prices."""
    ids = study.lines.own["customer_id"].unique().sort()
    names = ("value_minor", "coupon_minor", "redeemed", "growth", "alike")
    told = {name: np.full((ids.len(), 1), 50.0) for name in names} | changes.pop("told", {})
    widths = {"value_minor": 3.0, "coupon_minor": 4.0, "response": 0.1}
    errors = {name: np.full((ids.len(), 1), width) for name, width in widths.items()}
    learned = SimpleNamespace(growth=SimpleNamespace(growth=SimpleNamespace(lasting_covariance=np.eye(1))))
    shown = ShownEffects(ids, {"save-5": np.ones(1)}, told, errors, pl.DataFrame(), model=learned, **changes)
    config = configured(COUPON, {**SPEND_AND_SAVE, "id": "save-5"})
    return estimate_effects(study, usual(study), config, shown=shown)


@pytest.mark.parametrize("used_again", [frozenset(), frozenset({"save-5"})])
def test_an_offer_counts_at_what_is_expected_where_customers_use_it_for_several_orders(responsive, used_again):
    n = responsive.lines.own["customer_id"].n_unique()
    taken = np.linspace(0.0, 1_200.0, n)[:, None]
    found = of_shown(responsive, told={"coupon_minor": taken}, used_again=used_again)
    most = found.effects.filter(offer_id="save-5")["cost_liability_minor"]
    assert most.to_list() == [500 if not used_again else max(500, math.ceil(one)) for one in taken.ravel()]
    assert found.offers.filter(offer_id="save-5")["cost_liability_minor"].item() == 500


def test_an_offer_that_was_shown_is_planned_beside_those_of_shelf_prices(responsive):
    """Every division has its effects, which are those that the log tells."""
    ids = responsive.lines.own["customer_id"].unique().sort()
    found = of_shown(responsive)
    of_log = found.effects.filter(offer_id="save-5")
    assert of_log["value_minor"].to_list() == [50.0] * ids.len()
    for name, width in (("value", 3), ("profit", 5)):  # the discount is uncertain too, and independent
        np.testing.assert_allclose(of_log[f"{name}_high_minor"] - of_log[f"{name}_minor"], 1.959964 * width)
    assert {view.height for view, _ in found.views} == {found.effects.height}


def test_without_a_study_only_assumed_offers_have_an_effect(responsive):
    coupon = {"kind": "coupon", "on": "each category", "percent": 10, "max_discount": "5.00"}
    assumed = {**coupon, "id": "sure", "assumed": {"p_redeem": 0.1, "incremental": 0.4}}
    found = estimate_effects(None, usual(responsive), configured(coupon, assumed))
    assert set(found.effects["basis"]) == {"assumed"}
    assert dict(found.offers.group_by("basis").len().iter_rows()) == {"unknown": 6, "assumed": 6}
    assert found.effects["offer_id"].unique().to_list() == [f"sure-10 {responsive.lines.categories[0]}"]
    assert len(found.views) == 1


@pytest.mark.parametrize("offer", [{**COUPON, "percent": 20}, {**SPEND_AND_SAVE, "assumed": EXPECTED}])
def test_a_contact_costs_everyone_who_is_told(responsive, offer):
    plain, told = (
        effects_of(responsive, {**offer, **more}) for more in ({}, {"contact_cost": "0.07", "channel": "sms"})
    )
    for name in ("profit_minor", "profit_low_minor", "profit_high_minor"):
        np.testing.assert_allclose(told.effects[name], plain.effects[name] - 7)
    assert (told.effects["cost_expected_micro"] - plain.effects["cost_expected_micro"]).unique().to_list() == [
        7 * MICRO
    ]
    assert (told.offers["cost_liability_minor"] - plain.offers["cost_liability_minor"]).unique().to_list() == [7]
    assert told.offers["channel"].unique().to_list() == ["sms"]


def test_a_budget_of_another_unit_is_not_subtracted_from_value(responsive):
    benefit = {"kind": "benefit", "text": "Try it", "takes": "1", "assumed": {"p_redeem": 0.5, "value": "3"}}
    config = configured(benefit)
    seats = config.model_copy(update={"campaigns": (config.campaigns[0].model_copy(update={"budget_unit": "seats"}),)})
    of_money, of_seats = (estimate_effects(None, usual(responsive), one) for one in (config, seats))
    for found, profit in ((of_money, 300 - 50), (of_seats, 300)):
        assert set(found.effects["profit_minor"]) == {profit}
        assert set(found.effects["cost_expected_micro"]) == {50 * MICRO}
        assert set(found.effects["cost_liability_minor"]) == {100}


def test_an_assumption_needs_a_largest_cost(responsive):
    unlimited = {"kind": "coupon", "percent": 10, "assumed": EXPECTED}
    with pytest.raises(ConfigError, match="campaign 'one': the offer 'coupon-10' has 'assumed' but no 'max_discount'"):
        effects_of(responsive, unlimited)


class _Constant:
    """A model that says the same of everyone."""

    def __init__(self, slope):
        self.slope = slope

    def predict(self, features):
        return np.full(len(features), self.slope)


def test_effects_come_from_the_model_of_the_other_half(responsive):
    """Models of both halves say 0 and 1: whoever gets a 1 is not in the half that said it."""
    sales = replace(responsive.splits[0], models=(_Constant(0.0), _Constant(1.0)))
    found = effects_of(replace(responsive, splits=(sales,)), COUPON).effects
    halves = dict(found.group_by("fold").agg(pl.col("value_minor").max()).iter_rows())
    assert halves[0] > 0
    assert halves[1] == 0


@pytest.mark.slow
def test_nobody_responds_so_no_own_funded_coupon_pays(null):
    """The estimates that choose are optimistic; valued on the other half, the coupons lose money as a whole."""
    for study in null:
        found = by_depth(effects_of(study, COUPON), 0.2)
        held_out = found["held_out_value_minor"] - found["held_out_discount_minor"]
        assert held_out.mean() < 0
        assert found["profit_minor"].mean() < 0


def test_text_ids_give_the_same_effects():
    lines, products = simulate(0, HALF)
    text = lines.with_columns(pl.format("customer {}", "customer_id").alias("customer_id"))
    study = study_shelf_prices(summed(text, products), SETTINGS, seed=1)
    found = effects_of(study, {**COUPON, "percent": 10})
    assert found.effects.schema["customer_id"] == pl.String
    assert found.effects["customer_id"].n_unique() == 500
    assert effects_of(study, SPEND_AND_SAVE).effects.schema["customer_id"] == pl.String


def test_a_large_shop_is_looked_at_in_groups_and_loses_nobody(responsive, monkeypatch):
    """Groups of customers are random: every customer keeps a row, and values stay near those of the whole."""
    whole = effects_of(responsive, COUPON).effects
    monkeypatch.setattr("offerloop.response.shelf.study.MOST_PAIRS", whole.height // 9)
    parts = effects_of(responsive, COUPON).effects
    keys = ["customer_id", "offer_id"]
    both = whole.select(*keys, "value_minor").join(parts.select(*keys, other="value_minor"), on=keys, how="full")
    assert both.null_count().sum_horizontal()[0] == 0
    assert both.height == whole.height
    assert both["other"].mean() == pytest.approx(both["value_minor"].mean(), rel=0.05)
    assert both.select(pl.corr("value_minor", "other")).item() > 0.95


def test_over_two_weeks_twice_as_much_is_sold_gained_and_given_and_no_more_than_one_coupon_redeemed(responsive):
    settings = configured({"kind": "coupon", "on": "each category", "percent": 10})
    two = settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update={"window_days": 14})})
    of_one, of_two = (estimate_effects(responsive, usual(responsive), one).effects for one in (settings, two))
    for name in ("value_minor", "held_out_value_minor", "discount_minor", "value_high_minor"):
        np.testing.assert_allclose(of_two[name], 2 * of_one[name], rtol=1e-9)
    assert (of_two["p_redeem"] > of_one["p_redeem"]).all()
    assert (of_two["p_redeem"] <= np.minimum(2 * of_one["p_redeem"], 1)).all()


@pytest.mark.parametrize(
    "terms",
    [
        {"except": {"on": "category 05"}},
        {"on": [f"category 0{one}" for one in range(5)]},
        {"brands": ["old"]},
        {"products": [str(one) for one in range(30)]},
        {"only_full_price": True},
    ],
)
def test_an_assumption_is_about_what_baskets_hold_of_what_an_offer_is_on(responsive, terms):
    lines, products = simulate(0, HALF)
    products = products.with_columns(brand=pl.when(pl.col("product_id") < 30).then(pl.lit("old")).otherwise(None))
    reduced = 1 if "only_full_price" in terms else 0
    lines = lines.with_columns(
        order_id=pl.col("customer_id") * 100 + pl.col("order_week"),
        discount_minor=pl.when(pl.col("product_id") < 30).then(0).otherwise(reduced),
    )
    tables = [nw.from_native(one.lazy()) for one in (lines, products)]
    baskets = baseline_baskets(*tables, SETTINGS, responsive.lines.categories, coupons_apart=True)
    offer = {**ON_EVERYTHING, "assumed": {"p_redeem": 0.1, "incremental": 0.4}, **terms}
    found = estimate_effects(None, baskets, configured(offer)).effects
    left = (
        lines.filter(pl.col("product_id") < 30)
        .group_by("customer_id", "order_id")
        .agg(pl.col("list_value_minor").sum())
    )
    basket = left.group_by("customer_id").agg(pl.col("list_value_minor").mean()).sort("customer_id")
    assert found["customer_id"].to_list() == basket["customer_id"].to_list()
    np.testing.assert_allclose(found["value_minor"], 0.1 * 0.4 * 0.3 * basket["list_value_minor"])
    new = configured({**offer, "products": ["99"], "assumed": EXPECTED})  # one value for everyone, also of new goods
    assert estimate_effects(None, baskets, new).effects["value_minor"].unique().to_list() == [300.0]


def test_an_assumption_holds_for_a_category_that_is_not_among_those_of_highest_sales(responsive):
    lines, products = simulate(0, HALF)
    lines = lines.with_columns(order_id=pl.col("customer_id") * 100 + pl.col("order_week"))
    tables = [nw.from_native(one.lazy()) for one in (lines, products)]
    offer = {**SPEND_AND_SAVE, "on": "category 03", "spend": "1.00", "save": "0.50"}
    settings = configured({**offer, "assumed": {"p_redeem": 0.1, "incremental": 0.4}})
    all_names = responsive.lines.categories
    known, other = (
        estimate_effects(None, baseline_baskets(*tables, SETTINGS, names), settings).effects.sort("customer_id")
        for names in (all_names, [one for one in all_names if one != "category 03"])
    )
    assert known.height > 0
    assert other.equals(known)
