"""Products that are no goods: recognised by words, codes and behaviour, and goods whose names are merely alike."""

import pytest

from offerloop.events import kind_of

CHARGES = [
    ("POST", "POSTAGE"),
    ("DOT", "DOTCOM POSTAGE"),
    ("C2", "CARRIAGE"),
    ("M", "Manual"),
    ("BANK CHARGES", "Bank Charges"),
    ("AMAZONFEE", "AMAZON FEE"),
    ("S", "SAMPLES"),
    ("gift_0001_20", "Dotcomgiftshop Gift Voucher £20.00"),
    ("ADJUST", "Adjustment by john on 26/01/2010 17"),
    ("1", "Versandkosten DHL"),
    ("1", "Versandkosten"),
    ("1", "Porto"),
    ("1", "Flaschenpfand"),
    ("1", "Frais de port"),
    ("1", "Gastos de envío"),
    ("1", "补差价专用"),
    ("1", "运费"),
    ("1", "手续费"),
    ("1", "押金"),
    ("1", "打包"),
    ("1", "小样"),
    ("POST", None),
    ("ADJUST2", None),
]
GOODS = [
    ("1", "POSTAGE STAMP STICKERS FOR CHILDREN"),
    ("1", "COFFEE MUG"),
    ("1", "Sampler set of teas"),
    ("1", "Adjustable strap"),
    ("1", "Portofino wine glass"),
    ("1", "Manual coffee grinder"),
    ("1", "Dinner service, 12 pieces"),
    ("1", "Gift bag"),
    ("1", "Pfandflasche Deko"),
    ("1", "Fence post"),
    ("1", "便携打包盒三件套装加厚款"),
    ("1", "红富士苹果"),
    ("DCGSSBOY", "BOYS PARTY BAG"),
    ("POST", "Fence post"),
    ("85123A", None),
    ("P1", None),
    ("1", ""),
]


@pytest.mark.parametrize("product, text", CHARGES)
def test_what_is_no_goods_is_recognised(product, text):
    assert kind_of(product, text)


@pytest.mark.parametrize("product, text", GOODS)
def test_goods_are_not_mistaken_for_it(product, text):
    assert kind_of(product, text) == ""


@pytest.mark.parametrize("category", ["Discounts", "Rabatt", "Packaging", "Deposit", "Muster", "Manual"])
def test_a_shelf_that_is_called_like_a_charge_holds_goods(category):
    assert kind_of("4711", "Blue mug with handle", category) == ""


@pytest.mark.parametrize("category", ["Versandkosten", "Gift cards", "运费"])
def test_a_category_of_what_is_on_no_shelf_tells_what_its_products_are(category):
    assert kind_of("4711", "DHL up to 5 kg", category)
