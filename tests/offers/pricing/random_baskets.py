"""Random baskets and offers of every kind, for properties that hold for all of them."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from offerloop.offers import Basket, BasketLine, Customer, Remainder, Shipment, SpendAndSave
from offerloop.offers.attributes import AttributeTest
from offerloop.offers.conditions import Conditions, Measured
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.combined import Combined
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.flash_sale import FlashSale
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.kinds.gift import Gift
from offerloop.offers.pricing.effects.base import Arithmetic
from offerloop.offers.pricing.effects.tiers import Tier
from offerloop.offers.purchase import PurchaseConditions
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Lane, Stacking, StackingPolicy

CATEGORIES = ("tea", "rice", "soap")
BRANDS = ("north", "south")


@st.composite
def lines(draw):
    unit = draw(st.one_of(st.integers(0, 5_000), st.integers(0, 200)))
    quantity = draw(st.sampled_from([1, 1, 2, 3, 7, 10_000]))
    return BasketLine(
        product_id=draw(st.sampled_from("abcdef")),
        quantity=quantity,
        unit_minor=unit,
        categories=tuple(draw(st.sets(st.sampled_from(CATEGORIES), max_size=2))),
        brand=draw(st.sampled_from([None, *BRANDS])),
        list_minor=draw(st.sampled_from([None, unit, unit + 100])),
        floor_minor=draw(st.sampled_from([0, 0, unit // 2, unit, unit + 50])),
        selected=draw(st.sampled_from([True, True, True, False])),
        attributes=draw(st.sampled_from([(), (("organic", ("true",)),)])),
        gift=draw(st.sampled_from([False] * 5 + [True])),
        shop=draw(st.sampled_from([None, "shop a", "shop b"])),
        extra_minor=draw(st.sampled_from([0, 0, quantity // 2])),
    )


shipment_lists = st.one_of(
    st.just(()),
    st.lists(
        st.builds(
            Shipment,
            st.integers(0, 900),
            shop=st.sampled_from([None, "shop a", "shop b"]),
            method=st.sampled_from([None, "express"]),
            tax=st.sampled_from([Fraction(0), Fraction(19, 100)]),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)


@st.composite
def baskets(draw):
    """Some of which have lines that differ in their names only."""
    bought = draw(st.lists(lines(), max_size=5))
    if draw(st.integers(0, 2)) == 0:
        bought = [
            replace(bought[0], product_id=one.product_id, categories=one.categories, brand=one.brand, shop=one.shop)
            for one in bought
        ]
    shipments = draw(shipment_lists)
    return Basket(
        currency="USD",
        lines=tuple(bought),
        shipping_minor=0 if shipments else draw(st.sampled_from([0, 500])),
        shipments=shipments,
        customer=Customer(
            orders_before=draw(st.sampled_from([None, 0, 3])),
            segments=frozenset(draw(st.sampled_from([[], ["vip"]]))),
        ),
        payment=draw(st.sampled_from([None, "card"])),
    )


EXCEPTIONS = (Scope(categories=frozenset(["soap"])), Scope(products=frozenset("ab")))
scopes = st.one_of(
    st.just(EVERYTHING),
    st.builds(Scope, but=st.sampled_from(EXCEPTIONS)),
    st.builds(Scope, categories=st.sets(st.sampled_from(CATEGORIES), min_size=1).map(frozenset)),
    st.builds(Scope, brands=st.sets(st.sampled_from(BRANDS), min_size=1).map(frozenset), only_full_price=st.booleans()),
    st.just(Scope(attributes=(AttributeTest("organic", frozenset(["true"])),))),
    st.builds(Scope, products=st.sets(st.sampled_from("abcdef"), min_size=1).map(frozenset)),
)
percents = st.fractions(1, 90, max_denominator=3)
amounts = st.one_of(st.integers(1, 4_000), st.integers(1, 30))
OFF = ("percent", "amount_minor", "price_minor")


BY_CARD = Conditions(purchase=PurchaseConditions(paid_with=frozenset(["card"])))


@st.composite
def conditions(draw, *, after=True):
    return Conditions(
        min_minor=draw(st.sampled_from([0, 0, 1_000, 5_000])),
        min_count=draw(st.sampled_from([0, 0, 2])),
        measured=draw(st.sampled_from([Measured.BEFORE, Measured.AFTER] if after else [Measured.BEFORE])),
        order_number=draw(st.sampled_from([None, None, None, 1])),
        not_segments=frozenset(draw(st.sampled_from([[], [], [], ["vip"]]))),
        any_of=draw(st.sampled_from([(), (), (), (BY_CARD, Conditions(min_minor=3_000))])),
        none_of=draw(st.sampled_from([(), (), (), (BY_CARD, Conditions(min_count=8))])),
    )


@st.composite
def stackings(draw):
    exclusive = draw(st.sampled_from([False] * 5 + [True]))
    return Stacking(
        lane=draw(st.sampled_from([None, None, *Lane])),
        priority=draw(st.integers(0, 2)),
        exclusive=exclusive,
        stackable=draw(st.booleans()) and not exclusive,
        group=draw(st.sampled_from(["", "", "", "shop"])),
        not_with=frozenset(draw(st.sampled_from([[], [], [], ["offer 0"]]))),
    )


def _coupon(draw, common):
    off = draw(st.sampled_from(OFF))
    what = {off: draw(percents if off == "percent" else amounts)}
    shape = draw(st.sampled_from(["together", "each", "few", "cheapest", "most_expensive", "steps"]))
    if shape == "steps":
        return Coupon(**common, steps=(Fraction(10), Fraction(50), Fraction(30)))
    if shape == "few":
        limits = {"max_units": draw(st.sampled_from([None, 3])), "units_per_line": draw(st.sampled_from([None, 1]))}
        return Coupon(**common, **what, each_unit=True, **limits)
    if shape == "most_expensive":
        return Coupon(**common, **what, most_expensive=2)
    if shape == "together":
        return Coupon(**common, **what, max_minor=None if off == "price_minor" else draw(st.sampled_from([None, 300])))
    return Coupon(**common, **what, each_unit=shape == "each", cheapest=2 if shape == "cheapest" else None)


def _spend_and_save(draw, common):
    by_count = draw(st.booleans())
    first = draw(st.sampled_from([1, 3] if by_count else [500, 2_000]))
    if draw(st.booleans()):
        tiers = (Tier(first, draw(amounts)),)
        return SpendAndSave(
            **common, tiers=tiers, by_count=by_count, each_full=True, times=draw(st.sampled_from([None, 2]))
        )
    tiers = (Tier(first, draw(amounts)), Tier(first * 4, percent=draw(percents), free_shipping=draw(st.booleans())))
    return SpendAndSave(**common, tiers=tiers, by_count=by_count, max_minor=draw(st.sampled_from([None, 700])))


def _flash_sale(draw, common):
    off = draw(st.sampled_from([{"percent": draw(percents)}, {"price_minor": draw(amounts)}]))
    return FlashSale(
        **common,
        **off,
        stock=draw(st.sampled_from([None, 3])),
        per_customer=draw(st.sampled_from([None, 2])),
        units_per_line=draw(st.sampled_from([None, 1])),
    )


def _buy_x_get_y(draw, common):
    got_from = draw(st.sampled_from([None, Scope(categories=frozenset(["tea"]))]))
    count = st.integers(1, 3)
    return BuyXGetY(
        **common,
        buy=draw(count),
        get=draw(count),
        percent=draw(percents),
        got_from=got_from,
        most_expensive=draw(st.booleans()),
        units_per_line=draw(st.sampled_from([None, None, 2])),
    )


def _bundle(draw, common):
    parts = tuple((draw(scopes), draw(st.integers(1, 3))) for _ in range(draw(st.integers(1, 2))))
    off = draw(st.sampled_from([{"percent": draw(percents)}, {"price_minor": draw(amounts)}]))
    limits = {"times": draw(st.sampled_from([None, 2])), "units_per_line": draw(st.sampled_from([None, None, 2]))}
    return Bundle(**{**common, "scope": EVERYTHING}, parts=parts, **off, **limits)


def _free_shipping(draw, common):
    return FreeShipping(
        **{**common, "scope": draw(st.one_of(scopes, st.just(Scope(shops=frozenset(["shop a"])))))},
        percent=Fraction(draw(st.sampled_from([50, 100]))),
        methods=frozenset(draw(st.sampled_from([[], [], ["express"]]))),
        max_minor=draw(st.sampled_from([None, 300])),
    )


def _combined(draw, common):
    parts = (
        Coupon(offer_id="1", percent=draw(percents), scope=draw(scopes), each_unit=True),
        Coupon(offer_id="2", percent=draw(percents), scope=draw(scopes), each_unit=True),
        Coupon(offer_id="3", amount_minor=draw(amounts)),
        FreeShipping(offer_id="4"),
    )
    return Combined(**{**common, "scope": EVERYTHING}, parts=parts[draw(st.integers(0, 3)) :])


def _gift(draw, common):
    del draw
    return Gift(**common, product_id="mug")


KINDS = (_coupon, _spend_and_save, _flash_sale, _buy_x_get_y, _bundle, _free_shipping, _combined, _gift)


@st.composite
def offer_lists(draw, *, most=6, after=True):
    found = []
    for place in range(draw(st.integers(0, most))):
        common = {
            "offer_id": f"offer {place}",
            "scope": draw(scopes),
            "conditions": draw(conditions(after=after)),
            "stacking": draw(stackings()),
            "funded_share": Fraction(draw(st.integers(0, 2)), 2),
        }
        found.append(draw(st.sampled_from(KINDS))(draw, common))
    return found


arithmetics = st.builds(Arithmetic, remainder=st.sampled_from(Remainder), price_rounds=st.booleans())
policies = st.builds(
    StackingPolicy,
    arithmetic=arithmetics,
    most_minor=st.sampled_from([None, None, 800]),
    most_share=st.sampled_from([None, Fraction(1, 3)]),
    most_line_share=st.sampled_from([None, None, Fraction(2, 5)]),
    most_unit_minor=st.sampled_from([None, None, None, 90]),
    units_once=st.sampled_from([True, True, False]),
)
