"""When an offer holds, and what is said where it does not."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from offerloop.offers import Basket, BasketLine, Customer, price, read_offers

NOW = 1_768_478_400
TEA = BasketLine("tea", 2, 1_000, categories=("drinks",), brand="north")
BASKET = Basket(
    "USD",
    (TEA,),
    500,
    Customer("ann", frozenset(["vip"]), orders_before=4),
    bought_in="app",
    codes=frozenset(["known"]),
)


def rejected(now=NOW, basket=BASKET, **terms):
    """Why one offer does not apply; None when it does."""
    (offer,) = read_offers([{"id": "one", "kind": "coupon", "percent": 10, **terms}], None, "USD")
    found = price(basket, [offer], now)
    return next(((one.why.value, one.minor or one.count) for one in found.rejected), None)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"min_spend": "20"}, None),
        ({"min_spend": "20.01"}, ("spend_more", 1)),
        ({"min_count": 2}, None),
        ({"min_count": 5}, ("add_units", 3)),
        ({"min_spend": "5", "measured_on": {"on": "food"}}, ("spend_more", 500)),
        ({"products": "rice"}, ("not_in_basket", 0)),
        ({"on": "food"}, ("not_in_basket", 0)),
        ({"on": ["food", "drinks"]}, None),
        ({"on": "drinks", "brands": "south"}, ("not_in_basket", 0)),
        ({"price_from": "10"}, None),
        ({"price_from": "10.01"}, ("not_in_basket", 0)),
        ({"price_to": "9.99"}, ("not_in_basket", 0)),
        ({"contains": {"products": "rice"}}, ("product_missing", 0)),
        ({"contains": {"on": "drinks"}}, None),
        ({"contains_not": {"products": "rice"}}, None),
        ({"contains_not": {"on": "drinks"}}, ("not_beside_product", 0)),
        ({"on": "drinks", "except": {"brands": "south"}}, None),
        ({"on": "drinks", "except": {"brands": "north"}}, ("not_in_basket", 0)),
        ({"except": {"on": "drinks"}}, ("not_in_basket", 0)),
        ({"not_segments": ["new"]}, None),
        ({"not_segments": ["vip", "new"]}, ("not_for_segment", 0)),
        ({"not_bought_in": "store"}, None),
        ({"not_bought_in": "app"}, ("other_channel", 0)),
        ({"segments": ["vip", "new"]}, None),
        ({"segments": "new"}, ("not_in_segment", 0)),
        ({"order_number": 5}, None),
        ({"order_number": 1}, ("not_that_order", 0)),
        ({"bought_in": "app"}, None),
        ({"bought_in": "store"}, ("other_channel", 0)),
        ({"code_needed": True}, ("coupon_not_presented", 0)),
        ({"code_needed": True, "id": "known"}, None),
        ({"starts_at": "2026-01-15T12:00:01Z"}, ("not_started", 0)),
        ({"starts_at": "2026-01-15T12:00:00Z"}, None),
        ({"ends_at": "2026-01-15T12:00:00Z"}, ("ended", 0)),
        ({"ends_at": "2026-01-15T12:00:01Z"}, None),
        ({"ends_at": date(2026, 1, 15), "starts_at": date(2026, 1, 15)}, None),
        ({"ends_at": "2026-01-14"}, ("ended", 0)),
        ({"ends_at": "2026-01-15", "timezone": "Pacific/Kiritimati"}, ("ended", 0)),
        ({"ends_at": "9999-12-31"}, None),
        ({"days": ["thu"]}, None),
        ({"days": ["wed", "fri"]}, ("outside_days_or_hours", 0)),
    ],
    ids=str,
)
def test_each_condition(terms, why):
    assert rejected(**terms) == why


@pytest.mark.parametrize(
    ("terms", "names", "at"),
    [
        ({"products": ["rice", "bread"]}, ("bread", "rice"), None),
        ({"contains": {"on": "food"}}, ("food",), None),
        ({"segments": ["new"], "products": "tea"}, ("new",), None),
        ({"bought_in": "store"}, ("store",), None),
        ({"code_needed": True}, ("one",), None),
        ({"starts_at": "2026-01-15T12:00:01Z"}, (), 1_768_478_401),
        ({"ends_at": "2026-01-15T11:59:00Z"}, (), 1_768_478_340),
    ],
    ids=str,
)
def test_what_would_do_is_named(terms, names, at):
    (offer,) = read_offers([{"id": "one", "kind": "coupon", "percent": 10, **terms}], None, "USD")
    (found,) = price(BASKET, [offer], NOW).rejected
    assert (found.names, found.at) == (names, at)


def test_a_part_that_a_bundle_misses_is_named():
    parts = [{"on": "drinks", "count": 1}, {"on": "food", "count": 1}]
    (offer,) = read_offers([{"id": "one", "kind": "bundle", "parts": parts, "price": "5"}], None, "USD")
    (found,) = price(BASKET, [offer], NOW).rejected
    assert (found.why.value, found.names) == ("product_missing", ("food",))


def test_a_first_order_is_not_assumed_of_a_customer_whose_orders_nobody_knows():
    assert rejected(basket=Basket("USD", (TEA,)), order_number=1) == ("not_that_order", 0)


def test_other_money_is_not_mixed():
    (offer,) = read_offers([{"kind": "coupon", "amount": "5"}], None, "EUR")
    assert [one.why.value for one in price(BASKET, [offer], NOW).rejected] == ["other_currency"]


def at(text, zone="UTC"):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("clock", "holds"),
    [
        ("2026-03-28T22:00", True),
        ("2026-03-29T01:59", True),
        ("2026-03-29T03:00", True),
        ("2026-03-29T03:59", True),
        ("2026-03-29T04:00", False),
        ("2026-03-29T22:00", False),
        ("2026-10-24T22:00", True),
        ("2026-10-25T02:30", True),
        ("2026-10-25T03:59", True),
        ("2026-10-25T04:00", False),
        ("2026-10-23T23:00", False),
        ("2026-10-24T03:00", False),
    ],
)
def test_a_night_is_that_of_its_evening_also_when_the_clock_changes(clock, holds):
    """Saturdays from 22:00 to 4:00 in Berlin, where clocks change in these nights."""
    terms = {"days": ["sat"], "between": "22:00-04:00", "timezone": "Europe/Berlin"}
    assert (rejected(now=at(clock, "Europe/Berlin"), **terms) is None) is holds


def test_a_start_without_an_offset_is_on_the_clock_of_the_campaign():
    terms = {"starts_at": "2026-07-01T00:00", "timezone": "Asia/Shanghai"}
    assert rejected(now=at("2026-06-30T15:59:59"), **terms) == ("not_started", 0)
    assert rejected(now=at("2026-06-30T16:00:00"), **terms) is None


def test_hours_after_the_start_are_an_end():
    (offer,) = read_offers(
        [{"kind": "flash_sale", "percent": 10, "hours": 2, "starts_at": "2026-07-01T10:00Z"}], None, "USD"
    )
    assert price(BASKET, [offer], at("2026-07-01T11:59:59")).discount_minor == 200
    assert price(BASKET, [offer], at("2026-07-01T12:00:00")).discount_minor == 0


def test_offers_filed_under_a_segment_say_so():
    (offer,) = read_offers([{"kind": "coupon", "percent": 10, "segments": ["new"]}], None, "USD")
    found = price(BASKET, [offer], NOW)
    assert [one.why.value for one in found.rejected] == ["not_in_segment"]


def test_the_label_of_an_offer_in_reports_says_the_minimum_spend():
    written = [{"kind": "coupon", "percent": 10, "min_spend": "80.00"}, {"kind": "coupon", "percent": 20}]
    labels = [str(offer.label_with_minimum()) for offer in read_offers(written, [], "USD")]
    assert labels == ["10 % off everything, minimum spend 80.00 USD", "20 % off everything"]


def test_a_least_spend_is_measured_on_what_all_parts_of_a_combined_offer_are_on():
    """10.00 of drinks beside 45.00 of rice do not reach 50.00 of drinks."""
    drinks = [{"kind": "coupon", "percent": 10, "on": "drinks"}, {"kind": "coupon", "amount": "1", "on": "drinks"}]
    basket = Basket("USD", (BasketLine("tea", 1, 1_000, ("drinks",)), BasketLine("rice", 1, 4_500)))
    whole = [drinks[0], {"kind": "coupon", "amount": "1"}]
    for parts, why in ((drinks, [("spend_more", 4_000)]), (drinks[:1], [("spend_more", 4_000)]), (whole, [])):
        for measured in ("before", "after"):
            offer = {"kind": "combined", "parts": parts, "min_spend": "50", "measured": measured}
            found = price(basket, read_offers([offer], None, "USD"), NOW)
            assert [(one.why.value, one.minor) for one in found.rejected] == why
