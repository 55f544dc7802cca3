"""Which offers a log shows often enough to learn of."""

import polars as pl
import pytest

from offerloop.errors import EvidenceError
from offerloop.offers import read_offers
from offerloop.response.shown.offer_terms import shown_terms, terms_of, with_own_ids

COUPONS = [
    {"id": f"off-{percent}", "kind": "coupon", "percent": percent, "max_discount": "5.00"} for percent in (5, 10)
]
MUG = {"id": "mug", "kind": "gift", "product": "mug", "worth": "3.00"}


def learned(shown, customers=100):
    """The offers that are learned of where each was shown so often, to customers in turn."""
    offers = {one.offer_id: one for one in read_offers([], [], "EUR", [*COUPONS, MUG])}
    rows = pl.DataFrame({"offer_id": [name for name, n in shown.items() for _ in range(n)]})
    rows = rows.with_row_index("row").with_columns(customer_id=pl.col("row") % customers)
    return {one.offer_id for one in shown_terms(rows, offers, (), 0)} - {"none"}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"none": 200, "mug": 200}, {"mug"}),
        ({"none": 200, "mug": 199, "off-5": 200}, {"off-5"}),
        ({"none": 290, "off-5": 60, "off-10": 60}, {"off-5", "off-10"}),
        ({"none": 60, "off-5": 170, "off-10": 170, "mug": 300}, {"off-5", "off-10"}),
        ({"none": 290, "off-5": 60, "off-10": 60, "mug": 199}, {"off-5", "off-10"}),
        ({"none": 290, "off-5": 210, "off-10": 1}, {"off-5"}),
    ],
)
def test_an_offer_is_shown_200_times_or_as_one_of_several_depths_50_times(shown, expected):
    assert learned(shown) == expected


@pytest.mark.parametrize(
    "shown",
    [
        {"none": 290, "off-5": 60, "off-10": 1, "mug": 55},
        {"none": 199, "mug": 900},
        {"none": 49, "off-5": 300, "off-10": 300},
        {"none": 200, "off-5": 99, "off-10": 99},
    ],
)
def test_nothing_is_learned_where_no_offer_or_nothing_was_shown_often_enough(shown):
    with pytest.raises(EvidenceError, match=f"hold {shown['none']} finished windows .* 200 of each"):
        learned(shown)


def test_depths_are_of_one_family_whatever_dates_they_hold_from_and_until():
    dated = [COUPONS[0], {**COUPONS[1], "ends_at": "2024-06-30", "timezone": "Asia/Shanghai"}]
    weekend = {**COUPONS[1], "id": "weekend", "days": ["sat", "sun"], "timezone": "Asia/Shanghai"}
    plain, ends, on_days = (terms_of(one, ()) for one in read_offers([], [], "EUR", [*dated, weekend]))
    assert plain.family == ends.family != on_days.family


def test_nothing_is_learned_of_a_few_customers():
    with pytest.raises(EvidenceError, match=r"are of 2 customers, too few to learn effects from; .* at least 50"):
        learned({"none": 400, "mug": 400}, customers=2)


@pytest.mark.parametrize(
    ("shared", "one", "other"),
    [
        ({"kind": "coupon", "on": ["tea"]}, {"price": "8.00"}, {"price": "1.00"}),
        ({"kind": "coupon", "each_unit": True}, {"amount": "1.00"}, {"amount": "9.00"}),
        ({"kind": "coupon"}, {"steps": [1, 5]}, {"steps": [1, 90]}),
        ({"kind": "flash_sale", "hours": 2}, {"price": "8.00"}, {"price": "1.00"}),
        ({"kind": "free_shipping", "max_discount": "4.00"}, {"percent": 50}, {"percent": 100}),
        ({"kind": "bundle", "parts": [{"count": 2}]}, {"price": "9.00"}, {"price": "1.00"}),
        ({"kind": "spend_and_save", "each_full": True, "spend": "100.00"}, {"save": "5.00"}, {"save": "50.00"}),
        (
            {"kind": "spend_and_save"},
            {"tiers": [{"spend": "100.00", "save": "5.00"}, {"spend": "900.00", "save": "50.00"}]},
            {"tiers": [{"spend": "100.00", "save": "50.00"}]},
        ),
    ],
)
def test_offers_whose_size_is_no_depth_are_not_taken_for_each_other(shared, one, other):
    written = [{**shared, **own, "id": name} for name, own in (("one", one), ("other", other), ("same", one))]
    first, second, same = (terms_of(offer, ()) for offer in read_offers([], ["tea"], "USD", written))
    assert first.family == same.family != second.family


def test_amounts_off_each_order_are_depths_of_a_family():
    written = [{"id": off, "kind": "spend_and_save", "spend": "50.00", "save": off} for off in ("5.00", "9.00")]
    five, nine = (terms_of(offer, ()) for offer in read_offers([], ["tea"], "USD", written))
    assert five.family == nine.family
    assert (five.depth, nine.depth) == (500, 900)


def test_nothing_is_learned_of_an_id_that_stands_for_two_offers():
    full = {"kind": "spend_and_save", "id": "full", "spend": "50.00", "save": "5.00"}
    other, mug = (
        full | {"spend": "500.00", "save": "100.00"},
        {**MUG, "channel": "sms", "assumed": {"p_redeem": 0.1, "value": "1.00"}},
    )
    campaigns = [read_offers([], [], "USD", written) for written in ([full, MUG], [other, mug])]
    offers, (note,) = with_own_ids([one for of_campaign in campaigns for one in of_campaign], ())
    assert [one.offer_id for one in offers] == ["mug", "mug"]
    assert "full" in str(note)
    with pytest.raises(EvidenceError, match="give each an 'id' of its own"):
        with_own_ids([campaigns[0][0], campaigns[1][0]], ())
