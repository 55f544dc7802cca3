"""Baskets in which a bound, a floor or a reduction could hide the best set of offers, or give what nobody promised."""

import pytest

from offerloop.errors import InputError
from offerloop.offers import Basket, BasketLine, OfferUsage, StackingChoice, StackingPolicy, price, read_offers
from offerloop.offers.pricing.search import branch_and_bound, local

NOW = 1_768_478_400


def basket(*lines, shipping=0, **facts):
    made = tuple(BasketLine(name, count, unit, floor_minor=floor) for name, count, unit, floor in lines)
    return Basket("USD", made, shipping, **facts)


def priced(bought, *written, policy=None):
    offers = read_offers([{"id": f"o{place}", **one} for place, one in enumerate(written)], None, "USD")
    return price(bought, offers, NOW, policy or StackingPolicy())


SHIRT = basket(("shirt", 1, 10_000, 0))


def test_more_than_everything_off_is_still_the_best():
    tier = {"kind": "spend_and_save", "spend": "80", "save": "80", "stackable": True}
    coupon = {"kind": "coupon", "amount": "60", "stackable": True}
    assert priced(SHIRT, tier, tier, coupon, coupon, coupon).total_minor == 0


def test_a_reduction_may_make_another_unit_the_cheapest_at_full_price():
    bought = basket(("a", 1, 100, 0), ("b", 1, 5_000, 0))
    flash = {"kind": "flash_sale", "price": "0.90", "products": "a"}
    cheapest = {"kind": "coupon", "percent": 100, "cheapest": 1, "only_full_price": True}
    assert priced(bought, flash, {"kind": "coupon", "amount": "2"}, cheapest).total_minor == 90


def test_a_unit_at_its_floor_is_not_the_cheapest_to_be_had():
    bought = basket(("a", 1, 100, 100), ("b", 1, 105, 0))
    flash = {"kind": "flash_sale", "percent": 10, "products": "b"}
    assert priced(bought, flash, {"kind": "coupon", "percent": 100, "cheapest": 1}).total_minor == 100
    assert (
        priced(basket(("a", 1, 100, 100), ("b", 1, 9_000, 0)), {"kind": "buy_x_get_y", "buy": 1, "get": 1}).total_minor
        == 100
    )


def test_the_best_tier_is_the_one_that_takes_off_most():
    tiers = [{"spend": "100", "save": "50"}, {"spend": "200", "free_shipping": True}]
    found = priced(basket(("a", 1, 30_000, 0), shipping=500), {"kind": "spend_and_save", "tiers": tiers})
    assert found.discount_minor == 5_000


def test_a_percentage_of_a_tier_is_of_what_is_left():
    flash = {"kind": "flash_sale", "percent": 50}
    tier = {"kind": "spend_and_save", "by_count": True, "tiers": [{"count": 3, "percent": 10}]}
    assert priced(basket(("a", 3, 10_000, 0)), flash, tier).total_minor == 13_500


def test_a_part_of_a_bundle_at_full_price_is_not_one_that_a_flash_sale_has_reduced():
    bought = basket(("a", 1, 100, 0), ("b", 1, 1_000, 0))
    flash = {"kind": "flash_sale", "price": "0.50", "products": "a"}
    parts = [{"products": "a", "only_full_price": True, "count": 1}, {"products": "b", "count": 1}]
    found = priced(bought, flash, {"kind": "bundle", "parts": parts, "price": "10.80"})
    assert found.total_minor == 1_050


def test_only_what_a_flash_sale_reduces_counts_as_reduced():
    bought = basket(("a", 1, 1_000, 0), ("b", 1, 800, 0))
    flash = {"kind": "flash_sale", "price": "8.50"}
    full = {"kind": "coupon", "percent": 10, "only_full_price": True}
    assert [one.off_minor for one in priced(bought, flash, full).lines] == [150, 80]


GIFT = {"kind": "gift", "product": "mug", "min_spend": "50"}
HALF = {"kind": "coupon", "percent": 50}


class TestGifts:
    def given(self, *written, policy=None):
        return [
            gift.product_id
            for one in priced(basket(("a", 1, 6_000, 0)), *written, policy=policy).applied
            for gift in one.gives
        ]

    def test_after_other_discounts_its_condition_must_still_hold(self):
        late = {**GIFT, "measured": "after", "lane": "coupon", "priority": -1}
        assert self.given(late) == ["mug"]
        assert self.given(HALF, late) == []
        assert self.given(HALF, {**late, "measured": "before"}) == ["mug"]

    @pytest.mark.parametrize("choice", StackingChoice)
    def test_an_exclusive_one_stands_beside_nothing(self, choice):
        policy, alone = StackingPolicy(choice), {**GIFT, "exclusive": True}
        assert self.given(alone, policy=policy) == ["mug"]
        found = priced(basket(("a", 1, 6_000, 0)), HALF, alone, policy=policy)
        assert [one.offer_id for one in found.applied] == ["o0"]

    def test_it_is_given_where_the_rest_of_its_offer_takes_nothing_off(self):
        both = {"kind": "combined", "parts": [{"kind": "gift", "product": "mug"}, {"kind": "free_shipping"}]}
        assert self.given(both) == ["mug"]


def test_a_threshold_of_a_combined_offer_is_measured_as_the_offer_says():
    flash = {"kind": "flash_sale", "percent": 50}
    parts = [{"kind": "spend_and_save", "spend": "100", "save": "10"}]
    assert priced(SHIRT, flash, {"kind": "combined", "parts": parts}).total_minor == 4_000
    assert priced(SHIRT, flash, {"kind": "combined", "parts": parts, "measured": "after"}).total_minor == 5_000


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"kind": "combined", "on": "tea", "parts": [{"kind": "coupon", "percent": 20}]}, "stands in its parts"),
        ({"kind": "bundle", "on": "tea", "parts": [{"count": 2}], "price": "5"}, "stands in its parts"),
        ({"kind": "combined", "parts": [{"kind": "flash_sale", "percent": 20, "stock": 1}]}, "a stock of its own"),
        ({"kind": "flash_sale", "price": "1", "max_discount": "5"}, "goes with a 'percent'"),
        ({"kind": "coupon", "percent": 5, "timezone": "America"}, "'timezone' must be a name"),
        ({"kind": "coupon", "percent": 5, "between": "18:00Z-22:00Z"}, "'between' must be like"),
        ({"kind": "coupon", "percent": 5, "between": "18:00-24:00"}, "midnight being 00:00"),
    ],
    ids=["combined", "bundle", "stock", "price and maximum", "folder of zones", "offsets", "24:00"],
)
def test_what_could_not_be_kept_is_refused(written, said):
    with pytest.raises(InputError, match=said):
        read_offers([written], None, "USD")


def test_free_shipping_of_a_tier_has_no_known_limit():
    (offer,) = read_offers(
        [{"kind": "spend_and_save", "tiers": [{"spend": 9, "save": 1, "free_shipping": True}], "max_discount": "5"}],
        None,
        "USD",
    )
    assert offer.most_minor is None


def test_what_only_some_customers_get_is_not_announced():
    bought = Basket("USD", (BasketLine("a", 1, 1_000, lowest_minor=900),), codes=frozenset(["o0"]))
    (line,) = priced(bought, {"kind": "flash_sale", "percent": 20, "code_needed": True}).lines
    assert (line.announced_minor, line.prior_minor) == (1_000, None)


def test_by_priority_the_reasons_are_those_of_its_own_order():
    policy = StackingPolicy(StackingChoice.PRIORITY)
    coupon = {"kind": "coupon", "percent": 60, "priority": 5}
    flash = {"kind": "flash_sale", "price": "50"}
    after = {"kind": "coupon", "amount": "1", "min_spend": "50", "measured": "after"}
    found = priced(SHIRT, coupon, flash, after, policy=policy)
    assert {one.offer_id: (one.why.value, one.minor) for one in found.rejected} == {
        "o1": ("nothing_to_take_off", 0),
        "o2": ("spend_more", 1_000),
    }


def test_many_bundles_of_many_units_make_few_prices():
    lines = [(f"p{place}", 100_000, 1_000 + 7 * place, 0) for place in range(3)]
    bundles = [
        {
            "kind": "bundle",
            "parts": [{"products": f"p{place % 3}", "count": 2 + place % 2}],
            "percent": 10 + place,
            "stackable": True,
        }
        for place in range(6)
    ]
    found = priced(basket(*lines), *bundles)
    assert max(len(one.units) for one in found.lines) < 200


def test_many_lines_of_many_units_are_tried_within_the_effort(monkeypatch):
    tried = []
    for module in (branch_and_bound, local):
        monkeypatch.setattr(module, "apply", lambda *given, apply=module.apply: tried.append(1) or apply(*given))
    lines = [(f"p{place}", 1_000, 1_000 + 7 * place, 0) for place in range(100)]
    free = [{"kind": "buy_x_get_y", "buy": 2 + place, "get": 1} for place in range(2)]
    priced(basket(*lines), *free, {"kind": "spend_and_save", "spend": "20", "save": "2", "each_full": True})
    assert len(tried) < StackingPolicy().effort / len(lines) * 7 / 6 + 10


def test_a_sold_out_sale_takes_nothing_off():
    bought = basket(("a", 10, 1_000, 0), usage={"o0": OfferUsage(sold=1)})
    assert priced(bought, {"kind": "flash_sale", "percent": 50, "stock": 1}).discount_minor == 0


def test_an_offer_is_used_less_often_for_one_behind_it_that_takes_several_units():
    bought = basket(("a", 2, 2_386, 0), ("b", 2, 1_640, 820), ("c", 1, 1_415, 707))
    flash = {"kind": "flash_sale", "price": "6.01", "stock": 1}
    pairs = {"kind": "bundle", "parts": [{"count": 1, "products": ["b", "c"]}], "percent": 10}
    steps = {"kind": "coupon", "steps": [20, 30, 50], "stackable": True}
    assert priced(bought, flash, pairs, steps).total_minor == 5_841


def test_of_many_units_those_of_one_price_are_left_to_later_offers():
    """The bundles take six of the ten more expensive units, so that four are left for the steps."""
    bought = basket(("a", 10, 730, 0), ("b", 17, 522, 0))
    each = {"kind": "bundle", "parts": [{"count": 1}], "percent": 5, "priority": 1}
    steps = {"kind": "coupon", "products": "a", "steps": [10, 20, 30, 40], "stackable": True, "priority": 1}
    few = {"kind": "coupon", "products": "a", "percent": 25, "each_unit": True, "max_units": 2}
    assert priced(bought, each, steps, few).total_minor == 14_876


def test_lines_that_tie_stand_for_the_parts_of_a_bundle_that_make_most_bundles():
    bought = basket(*[(name, 1, 675, 0) for name in ("a", "b", "c", "d", "e")])
    parts = [{"count": 1, "except": {"on": "soap"}}, {"count": 1, "products": ["d", "e"]}]
    for some in (parts, parts[::-1]):
        assert priced(bought, {"kind": "bundle", "parts": some, "percent": 10}).total_minor == 5 * 675 - 2 * 135
