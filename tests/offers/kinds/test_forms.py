"""Every kind tells a console its form, and reads what the form says."""

from fractions import Fraction

import pytest

from offerloop.offers import OFFER_KINDS, Offer, SpendAndSave, read_offers
from offerloop.offers.form import Unit, form
from offerloop.offers.kinds.benefit import Benefit
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.combined import Combined
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.flash_sale import FlashSale
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.kinds.gift import Gift
from offerloop.report import Localizer

EN, ZH = Localizer("en"), Localizer("zh")
KINDS = (Coupon, SpendAndSave, FlashSale, BuyXGetY, Bundle, Gift, FreeShipping, Combined, Benefit)


def test_these_are_all_kinds():
    assert [kind.kind for kind in KINDS] == OFFER_KINDS.names()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_field_has_a_name_in_all_languages_and_a_unit(kind):
    own = [one for one in form(kind) if one.name != "scope"]
    assert own or kind is FreeShipping
    for one in own:
        assert EN(one.label).isascii()
        assert not ZH(one.label).isascii()
        assert isinstance(one.unit, Unit)
        assert hasattr(kind, one.name) or one.needed
    assert len({one.written for one in own}) == len(own)


def test_all_kinds_have_a_scope():
    assert [one.written for one in form(Offer)] == ["on"]


def test_bounds_are_told_and_kept():
    terms = {one.written: one for one in form(BuyXGetY)}
    assert (terms["buy"].least, terms["percent"].most, terms["buy"].needed, terms["times"].needed) == (
        1,
        100,
        True,
        False,
    )
    (offer,) = read_offers([{"kind": "buy_x_get_y", "buy": 1, "get": 1, "percent": 100}], None, "USD")
    assert offer.percent == Fraction(100)
