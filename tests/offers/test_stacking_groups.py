"""Groups of which one offer applies, offers that rule each other out by name, and what is announced."""

import pytest

from offerloop.offers import Basket, BasketLine, StackingChoice, StackingPolicy, price, read_offers

NOW = 1_768_478_400
BASKET = Basket("USD", (BasketLine("tea", 1, 10_000, ("drinks",), lowest_minor=9_000),), 500)
CHOICES = pytest.mark.parametrize("choice", StackingChoice)


def priced(*written, choice=StackingChoice.BEST):
    return price(BASKET, read_offers(list(written), None, "USD"), NOW, StackingPolicy(choice))


def applied(*written, choice=StackingChoice.BEST):
    return [one.offer_id for one in priced(*written, choice=choice).applied]


def coupon(name, percent, **terms):
    return {"kind": "coupon", "id": name, "percent": percent, **terms}


@CHOICES
def test_one_shop_coupon_and_one_platform_coupon(choice):
    shop = [coupon("s1", 10, group="shop"), coupon("s2", 20, group="shop", priority=1)]
    platform = [coupon("p1", 5, group="platform"), coupon("p2", 4, group="platform", priority=-1)]
    assert applied(*shop, *platform, choice=choice) == ["s2", "p1"]


@CHOICES
def test_a_group_goes_across_lanes(choice):
    flash = {"kind": "flash_sale", "id": "flash", "percent": 30, "group": "one", "priority": 1}
    assert applied(flash, coupon("c", 10, group="one"), choice=choice) == ["flash"]


@CHOICES
def test_not_together_with_an_offer_whichever_names_the_other(choice):
    flash = {"kind": "flash_sale", "id": "flash", "percent": 30, "priority": 1}
    assert applied(flash, coupon("c", 10, not_with="flash"), choice=choice) == ["flash"]
    assert applied({**flash, "not_with": ["c"]}, coupon("c", 10), choice=choice) == ["flash"]


def test_the_better_one_of_two_that_rule_each_other_out():
    found = priced({"kind": "flash_sale", "id": "flash", "percent": 10}, coupon("c", 30, not_with="flash"))
    assert [one.offer_id for one in found.applied] == ["c"]
    assert [(one.offer_id, one.why.value, one.by) for one in found.rejected] == [
        ("flash", "another_takes_off_more", "c")
    ]


def test_a_lane_may_be_chosen_without_announcing_a_reduction():
    (line,) = priced(coupon("c", 20, lane="product", announced=False)).lines
    assert (line.announced_minor, line.prior_minor) == (10_000, None)
    (line,) = priced(coupon("c", 20, announced=True)).lines
    assert (line.announced_minor, line.prior_minor) == (8_000, 9_000)


def gift(name, **terms):
    return {"kind": "gift", "id": name, "product": "mug", **terms}


def why(*written, choice=StackingChoice.BEST):
    return [(one.offer_id, one.why.value, one.by) for one in priced(*written, choice=choice).rejected]


@CHOICES
def test_one_gift_of_a_group_is_given(choice):
    gifts = [gift("g1", group="x"), gift("g2", group="x", priority=1), gift("g3")]
    assert applied(*gifts, choice=choice) == ["g2", "g3"]
    assert why(*gifts, choice=choice) == [("g1", "excluded_by_another", "g2")]
    benefits = [{"kind": "benefit", "id": name, "text": "trial", "group": "x"} for name in ("b1", "b2")]
    assert applied(*benefits, choice=choice) == ["b1"]


@CHOICES
def test_no_gift_beside_a_discount_that_rules_it_out(choice):
    assert applied(gift("g"), coupon("c", 10, not_with="g"), choice=choice) == ["c"]
    assert applied(gift("g", not_with="c"), coupon("c", 10), choice=choice) == ["c"]
    assert applied(gift("g", group="x"), coupon("c", 10, group="x"), choice=choice) == ["c"]
    assert why(gift("g", not_with="c"), coupon("c", 10), choice=choice) == [("g", "excluded_by_another", "c")]
    assert applied(gift("g", not_with="c"), coupon("c", 10, min_spend="200"), choice=choice) == ["g"]


@CHOICES
def test_an_exclusive_gift_is_given_alone(choice):
    assert applied(gift("g1", exclusive=True), gift("g2"), gift("g3", exclusive=True), choice=choice) == ["g1"]
    assert applied(gift("g1"), gift("g2", exclusive=True), choice=choice) == ["g1"]
    assert why(gift("g1", exclusive=True), coupon("c", 10), choice=choice) == [("g1", "excluded_by_another", "c")]


def test_a_gift_whose_condition_an_earlier_discount_breaks_bars_nothing():
    late = gift("g1", group="x", min_spend="100", measured="after", lane="coupon", priority=-1)
    assert applied(coupon("c", 10), late, gift("g2", group="x", lane="shipping")) == ["c", "g2"]
