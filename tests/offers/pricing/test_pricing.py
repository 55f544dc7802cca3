"""What each kind of offer does to a basket, with figures that can be checked by hand."""

from fractions import Fraction

import pytest

from offerloop.offers import Arithmetic, Basket, BasketLine, OfferUsage, Remainder, StackingPolicy, price, read_offers

NOW = 1_768_478_400


def tea(quantity=1, unit=1_000, **facts):
    return BasketLine("tea", quantity, unit, categories=("drinks",), brand="north", **facts)


def rice(quantity=1, unit=2_000, **facts):
    return BasketLine("rice", quantity, unit, categories=("food",), brand="south", **facts)


def basket(*lines, shipping=500, **facts):
    return Basket("USD", lines, shipping, **facts)


def priced(lines, *written, policy=None, **facts):
    offers = read_offers([{"id": f"o{place}", **one} for place, one in enumerate(written)], None, "USD")
    return price(basket(*lines, **facts), offers, NOW, policy or StackingPolicy())


def off(lines, *written, **facts):
    """What each line gets off."""
    return [one.off_minor for one in priced(lines, *written, **facts).lines]


COUPON = {"kind": "coupon"}


class TestCoupon:
    def test_a_percentage_of_everything_is_rounded_once_and_shared(self):
        assert off([tea(1, 333), rice(1, 333), tea(1, 334)], {**COUPON, "percent": 15}) == [50, 50, 50]
        assert off([tea(1, 333), rice(1, 333), tea(1, 333)], {**COUPON, "percent": 15}) == [50, 50, 50]
        assert off([tea(1, 10), rice(1, 10), tea(1, 10)], {**COUPON, "percent": 15}) == [2, 2, 1]

    def test_half_a_cent_is_rounded_up(self):
        assert off([tea(1, 110)], {**COUPON, "percent": 5}) == [6]
        assert off([tea(1, 109)], {**COUPON, "percent": 5}) == [5]

    def test_a_maximum_discount(self):
        assert sum(off([tea(1, 5_000), rice(1, 5_000)], {**COUPON, "percent": 20, "max_discount": "15"})) == 1_500

    def test_an_amount_is_shared_by_largest_remainder_ties_to_the_first_product_by_name(self):
        assert off([tea(1, 1_000), rice(1, 1_000), tea(1, 1_000)], {**COUPON, "amount": "10"}) == [333, 334, 333]

    def test_an_amount_never_exceeds_what_it_is_about(self):
        assert off([tea(1, 700), rice()], {**COUPON, "amount": "10", "on": "drinks"}) == [700, 0]

    def test_a_fixed_price_for_the_whole_basket(self):
        assert priced([tea(), rice()], {**COUPON, "price": "25"}).goods_minor == 2_500
        assert priced([tea()], {**COUPON, "price": "25"}).goods_minor == 1_000

    def test_a_fixed_price_for_every_unit_of_a_product(self):
        assert off([tea(3), rice()], {**COUPON, "price": "7.50", "products": ["tea"]}) == [750, 0]

    @pytest.mark.parametrize(
        ("scope", "expected"),
        [({"on": "food"}, [0, 200]), ({"brands": "north"}, [100, 0]), ({"products": ["tea", "rice"]}, [100, 200])],
        ids=["category", "brand", "products"],
    )
    def test_what_it_is_about(self, scope, expected):
        assert off([tea(), rice()], {**COUPON, "percent": 10, **scope}) == expected

    def test_the_cheapest_unit(self):
        found = priced([tea(3), rice()], {**COUPON, "percent": 50, "cheapest": 1})
        assert [one.units for one in found.lines] == [((1, 500), (2, 1_000)), ((1, 2_000),)]

    def test_off_every_unit(self):
        assert off([tea(3, 33)], {**COUPON, "percent": 50, "each_unit": True}) == [51]
        assert off([tea(3, 33)], {**COUPON, "percent": 50}) == [50]


SPEND = {"kind": "spend_and_save"}


class TestSpendAndSave:
    @pytest.mark.parametrize(("unit", "expected"), [(9_999, 0), (10_000, 2_000), (10_001, 2_000), (30_000, 2_000)])
    def test_once(self, unit, expected):
        assert off([tea(1, unit)], {**SPEND, "spend": "100", "save": "20"}) == [expected]

    @pytest.mark.parametrize(("unit", "expected"), [(9_999, 0), (20_000, 4_000), (29_999, 4_000), (99_900, 6_000)])
    def test_for_each_full_threshold_with_a_limit(self, unit, expected):
        terms = {**SPEND, "spend": "100", "save": "20", "each_full": True, "times": 3}
        assert off([tea(1, unit)], terms) == [expected]

    @pytest.mark.parametrize(("unit", "expected"), [(9_000, 0), (10_000, 1_000), (19_999, 1_000), (20_000, 3_000)])
    def test_only_the_best_tier_counts(self, unit, expected):
        tiers = [{"spend": "100", "save": "10"}, {"spend": "200", "save": "30"}]
        assert off([tea(1, unit)], {**SPEND, "tiers": tiers}) == [expected]

    def test_by_number_of_units(self):
        terms = {**SPEND, "by_count": True, "tiers": [{"count": 3, "percent": 20}]}
        assert off([tea(2), rice(1)], terms) == [400, 400]
        assert off([tea(2)], terms) == [0]

    def test_a_tier_may_free_shipping(self):
        terms = {**SPEND, "tiers": [{"spend": "10", "save": "1", "free_shipping": True}]}
        found = priced([tea()], terms)
        assert (found.goods_minor, found.shipping_minor, found.discount_minor) == (900, 0, 600)

    def test_what_is_missing_is_said(self):
        found = priced([tea(1, 8_760)], {**SPEND, "spend": "100", "save": "20"})
        assert [(one.why.value, one.minor) for one in found.rejected] == [("spend_more", 1_240)]

    @pytest.mark.parametrize(("measured", "total"), [("parallel", 7_000), ("cascading", 8_000)])
    def test_across_shops_parallel_or_cascading(self, measured, total):
        """A shop takes 20.00 off from 100.00; the platform 10.00 from 100.00, before or after that."""
        shop = {**SPEND, "spend": "100", "save": "20", "shops": "north", "stackable": True, "priority": 1}
        platform = {**SPEND, "spend": "100", "save": "10", "measured": measured, "stackable": True}
        lines = [tea(1, 10_000, shop="north")]
        assert priced(lines, shop, platform, shipping=0).total_minor == total


class TestFlashSale:
    def test_a_price_for_as_many_units_as_there_are(self):
        terms = {"kind": "flash_sale", "price": "6", "products": "tea", "stock": 100, "per_customer": 5}
        usage = {"o0": OfferUsage(sold=98, by_customer=1)}
        found = priced([tea(3)], terms, usage=usage)
        assert found.lines[0].units == ((2, 600), (1, 1_000))

    @pytest.mark.parametrize(
        ("usage", "why"), [(OfferUsage(100, 0), "sold_out"), (OfferUsage(50, 5), "limit_of_customer_reached")]
    )
    def test_nothing_is_left(self, usage, why):
        terms = {"kind": "flash_sale", "price": "6", "stock": 100, "per_customer": 5}
        found = priced([tea()], terms, usage={"o0": usage})
        assert ([one.why.value for one in found.rejected], found.discount_minor) == ([why], 0)

    def test_every_unit_is_rounded_as_on_a_price_tag(self):
        assert off([tea(10, 333)], {"kind": "flash_sale", "percent": 15}) == [500]

    def test_a_maximum_discount_holds_for_the_basket(self):
        assert off([tea(10)], {"kind": "flash_sale", "percent": 50, "max_discount": "12"}) == [1_200]

    def test_a_price_above_the_shelf_price_changes_nothing(self):
        found = priced([tea(1, 500)], {"kind": "flash_sale", "price": "6"})
        assert [one.why.value for one in found.rejected] == ["nothing_to_take_off"]


class TestOthers:
    def test_buy_two_get_one_the_cheapest_free(self):
        found = priced([tea(2), rice(2)], {"kind": "buy_x_get_y", "buy": 2, "get": 1})
        assert [one.off_minor for one in found.lines] == [1_000, 0]

    def test_ten_thousand_units_are_as_two(self):
        assert off([tea(10_000)], {"kind": "buy_x_get_y", "buy": 3, "get": 1, "percent": 50}) == [2_500 * 500]

    def test_what_is_got_may_come_from_elsewhere(self):
        terms = {"kind": "buy_x_get_y", "buy": 1, "get": 1, "on": "drinks", "got_from": {"on": "food"}}
        assert off([tea(2), rice(3)], terms) == [0, 4_000]
        assert off([tea(2)], terms) == [0]

    def test_units_to_add_are_said(self):
        found = priced([tea(2)], {"kind": "buy_x_get_y", "buy": 2, "get": 1})
        assert [(one.why.value, one.count) for one in found.rejected] == [("add_units", 1)]

    def test_a_bundle_as_often_as_it_is_there(self):
        parts = [{"on": "drinks", "count": 1}, {"on": "food", "count": 2}]
        found = priced([tea(3), rice(4)], {"kind": "bundle", "parts": parts, "price": "40"})
        assert [one.off_minor for one in found.lines] == [400, 1_600]

    def test_a_bundle_takes_the_dearest_units(self):
        found = priced([tea(1, 1_000), tea(2, 1_500)], {"kind": "bundle", "parts": [{"count": 2}], "price": "20"})
        assert found.goods_minor == 1_000 + 2_000

    def test_a_bundle_dearer_than_its_parts_is_not_made(self):
        found = priced([tea(2)], {"kind": "bundle", "parts": [{"count": 2}], "price": "30"})
        assert found.discount_minor == 0

    def test_a_gift_changes_no_price(self):
        found = priced([tea()], {"kind": "gift", "product": "mug", "quantity": 2, "worth": "3"})
        (given,) = found.applied[0].gives
        assert (given.product_id, given.quantity, given.worth_minor, found.discount_minor) == ("mug", 2, 300, 0)

    def test_half_of_shipping_and_not_more_than_a_maximum(self):
        assert priced([tea()], {"kind": "free_shipping", "percent": 50}).shipping_minor == 250
        assert priced([tea()], {"kind": "free_shipping", "max_discount": "1"}).shipping_minor == 400

    def test_several_things_at_once_are_all_of_the_first_price(self):
        parts = [{**COUPON, "percent": 20, "each_unit": True}, {**COUPON, "percent": 10, "each_unit": True}]
        assert off([tea()], {"kind": "combined", "parts": [*parts, {**COUPON, "amount": "1"}]}) == [400]


class TestBill:
    def test_a_supplier_pays_a_share(self):
        (applied,) = priced([tea(1, 333)], {**COUPON, "percent": 50, "funded_share": 0.5}).applied
        assert (applied.off_minor, applied.funded_minor) == (167, 83)

    def test_a_floor_is_kept_and_the_rest_shared_again(self):
        assert off([tea(1, 5_000, floor_minor=4_500), rice(1, 2_000)], {**COUPON, "percent": 20}) == [500, 900]

    def test_a_line_that_is_not_to_be_paid_counts_for_nothing(self):
        terms = {**SPEND, "spend": "30", "save": "5"}
        found = priced([tea(), rice(selected=False)], terms)
        assert (found.goods_before_minor, found.discount_minor, found.lines[1].paid_minor) == (1_000, 0, 0)

    @pytest.mark.parametrize(("included", "tax", "total"), [(True, 144, 1_400), (False, 171, 1_571)])
    def test_tax_is_of_what_is_paid(self, included, tax, total):
        lines = [tea(1, 1_000, tax=Fraction(19, 100))]
        found = priced(lines, {**COUPON, "percent": 10}, tax_included=included)
        assert (found.tax_minor, found.total_minor) == (tax, total)

    def test_the_lowest_price_of_30_days_stands_beside_an_announced_reduction(self):
        found = priced(
            [tea(2, 1_000, lowest_minor=900)], {"kind": "flash_sale", "percent": 20}, {**COUPON, "percent": 50}
        )
        line = found.lines[0]
        assert (line.announced_minor, line.prior_minor, line.announced_reduction) == (1_600, 1_800, Fraction(1, 9))

    def test_a_coupon_alone_is_no_announced_reduction(self):
        (line,) = priced([tea(lowest_minor=900)], {**COUPON, "percent": 50}).lines
        assert (line.prior_minor, line.announced_reduction) == (None, None)

    def test_a_price_above_the_lowest_one_is_no_reduction(self):
        (line,) = priced([tea(lowest_minor=700)], {"kind": "flash_sale", "percent": 20}).lines
        assert line.announced_reduction == 0


@pytest.mark.parametrize(
    ("remainder", "expected"),
    [
        (Remainder.LARGEST, [33, 67]),
        (Remainder.FIRST_UNIT, [34, 66]),
        (Remainder.LAST_LINE, [33, 67]),
        (Remainder.PER_UNIT, [34, 66]),
    ],
)
def test_remainders(remainder, expected):
    policy = StackingPolicy(arithmetic=Arithmetic(remainder))
    assert off([tea(1, 1_000), rice(2, 1_000)], {**COUPON, "amount": "1"}, policy=policy) == expected


def test_a_remainder_per_unit_goes_to_the_units_with_the_largest_ones():
    lines = [tea(2, 100), rice(1, 150)]
    units = {}
    for remainder in Remainder:
        found = priced(lines, {**COUPON, "amount": "1"}, policy=StackingPolicy(arithmetic=Arithmetic(remainder)))
        units[remainder] = [
            one.line.unit_minor - cost for one in found.lines for count, cost in one.units for _ in range(count)
        ]
    assert units[Remainder.PER_UNIT] == [29, 28, 43]
    assert units[Remainder.FIRST_UNIT] == [29, 29, 42]
    assert units[Remainder.LARGEST] == [29, 28, 43]
    assert units[Remainder.LAST_LINE] == [29, 28, 43]


def test_the_price_may_be_rounded_instead_of_the_discount():
    policy = StackingPolicy(arithmetic=Arithmetic(price_rounds=True))
    assert off([tea(1, 110)], {**COUPON, "percent": 5}, policy=policy) == [5]
