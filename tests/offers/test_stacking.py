"""How offers combine: lanes, priority, exclusive, stackable, the best of several, and the most in all."""

from fractions import Fraction

from offerloop.offers import Basket, BasketLine, StackingChoice, StackingPolicy, price, read_offers

NOW = 1_768_478_400
BASKET = Basket("USD", (BasketLine("tea", 1, 10_000, categories=("drinks",)), BasketLine("rice", 1, 10_000)), 500)


def priced(*written, policy=None, basket=BASKET):
    return price(basket, read_offers(list(written), None, "USD"), NOW, policy or StackingPolicy())


def coupon(name, **terms):
    return {"kind": "coupon", "id": name, **terms}


def applied(found):
    return [one.offer_id for one in found.applied]


FLASH = {"kind": "flash_sale", "id": "flash", "percent": 50}
TIER = {"kind": "spend_and_save", "id": "tier", "spend": "200", "save": "20"}
TEN = coupon("ten", percent=10)
SHIPPING = {"kind": "free_shipping", "id": "ship"}


def test_lanes_follow_each_other_and_each_sees_the_prices_before():
    found = priced(SHIPPING, TEN, TIER, FLASH)
    assert applied(found) == ["flash", "tier", "ten", "ship"]
    assert [one.off_minor for one in found.applied] == [10_000, 2_000, 800, 500]


def test_a_lane_can_be_chosen():
    early = {**TEN, "lane": "flash_sale", "priority": 1, "stackable": True}
    found = priced(early, {**FLASH, "stackable": True})
    assert [(one.offer_id, one.off_minor) for one in found.applied] == [("ten", 2_000), ("flash", 9_000)]


def test_the_better_of_two_coupons_applies_and_the_other_names_it():
    found = priced(coupon("small", percent=5), coupon("big", amount="30"))
    assert applied(found) == ["big"]
    assert [(one.offer_id, one.why.value, one.by) for one in found.rejected] == [
        ("small", "another_takes_off_more", "big")
    ]


def test_offers_for_different_lines_do_not_compete():
    found = priced(coupon("tea", percent=10, products="tea"), coupon("rice", percent=20, products="rice"))
    assert sorted(applied(found)) == ["rice", "tea"]


def test_two_small_ones_may_beat_a_large_one():
    small = [coupon("tea", percent=10, products="tea"), coupon("rice", percent=20, products="rice")]
    assert applied(priced(*small, coupon("all", amount="29"))) == ["rice", "tea"]
    assert applied(priced(*small, coupon("all", amount="31"))) == ["all"]


def test_stackable_offers_apply_together():
    found = priced(coupon("a", percent=10, stackable=True), coupon("b", percent=10, stackable=True))
    assert [one.off_minor for one in found.applied] == [2_000, 1_800]


def test_a_stackable_one_does_not_join_one_that_is_not():
    assert applied(priced(coupon("a", percent=10, stackable=True), coupon("b", percent=20))) == ["b"]


def test_an_exclusive_one_stands_alone_when_it_is_better_than_all_others():
    others = [TIER, TEN]
    assert applied(priced(*others, coupon("only", amount="38.01", exclusive=True))) == ["only"]
    found = priced(*others, coupon("only", amount="38", exclusive=True))
    assert applied(found) == ["tier", "ten"]
    found = priced(*others, SHIPPING, coupon("only", amount="50", exclusive=True))
    assert {(one.why.value, one.by) for one in found.rejected} == {("excluded_by_another", "only")}


def test_an_offer_that_would_raise_the_total_is_dropped():
    """The flash sale takes 1.00 off a full price, and with it the 20.00 that only full prices get."""
    flash = {"kind": "flash_sale", "id": "flash", "price": "99", "products": "tea"}
    full = coupon("full", percent=20, only_full_price=True, products="tea")
    found = priced(flash, full)
    assert applied(found) == ["full"]
    assert [(one.offer_id, one.why.value) for one in found.rejected] == [("flash", "would_raise_the_total")]
    assert applied(priced(flash)) == ["flash"]


def test_a_threshold_after_other_discounts_is_measured_there():
    after = coupon("after", amount="20", min_spend="150", measured="after")
    found = priced(FLASH, after)
    assert applied(found) == ["flash"]
    assert [(one.offer_id, one.why.value, one.minor) for one in found.rejected] == [("after", "spend_more", 5_000)]
    assert applied(priced({**FLASH, "percent": 20}, after)) == ["flash", "after"]
    assert applied(priced(FLASH, {**after, "measured": "before"})) == ["flash", "after"]


def test_the_most_in_all_cuts_the_offer_that_would_pass_it():
    found = priced(FLASH, TIER, TEN, policy=StackingPolicy(most_share=Fraction(11, 20)))
    assert [(one.offer_id, one.off_minor) for one in found.applied] == [("flash", 10_000), ("tier", 1_000)]
    assert [(one.offer_id, one.why.value) for one in found.rejected] == [("ten", "maximum_discount_reached")]


def test_by_priority_everything_applies_in_turn_and_the_first_exclusive_alone():
    policy = StackingPolicy(StackingChoice.PRIORITY)
    found = priced(coupon("a", percent=10, priority=1), coupon("b", amount="10", priority=2), policy=policy)
    assert [(one.offer_id, one.off_minor) for one in found.applied] == [("b", 1_000), ("a", 1_900)]
    low, high = (
        coupon("low", percent=50, priority=1, exclusive=True),
        coupon("high", percent=5, priority=2, exclusive=True),
    )
    assert applied(priced(TEN, low, high, policy=policy)) == ["high"]


def test_above_the_exact_size_the_larger_offer_of_a_lane_comes_first():
    policy = StackingPolicy(effort=0)
    assert applied(priced(coupon("a", percent=10), coupon("b", percent=20), TIER, policy=policy)) == ["tier", "b"]


def test_equal_offers_are_taken_by_id():
    assert applied(priced(coupon("b", percent=10), coupon("a", percent=10))) == ["a"]
