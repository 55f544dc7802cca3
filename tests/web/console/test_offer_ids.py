"""Ids of the offers of a draft that a person writes without any."""

from offerloop.web.console.campaigns.offer_ids import with_own_ids

TEN, TWENTY, THIRTY = ({"kind": "coupon", "percent": percent} for percent in (10, 20, 30))
SAVE = {"kind": "spend_and_save", "spend": "30", "save": "5"}


def ids(offers):
    return [one.get("id") for one in with_own_ids(offers)]


def test_further_offers_of_a_kind_get_an_id_that_none_further_down_has():
    assert ids([TEN, SAVE, TWENTY, THIRTY | {"id": "offer-2"}, THIRTY]) == [None, None, "offer-3", "offer-2", "offer-4"]


def test_an_id_stays_with_its_offer_whatever_is_removed_or_added_before_it():
    first, second, third = with_own_ids([TEN, TWENTY, THIRTY])
    assert with_own_ids([second, third]) == [second, third]
    assert ids([SAVE, TEN, second, third]) == [None, None, "offer-2", "offer-3"]
    assert ids([TEN | {"id": "coupon-10"}, TWENTY | {"id": "coupon-20"}]) == ["coupon-10", "coupon-20"]
    assert first == TEN
