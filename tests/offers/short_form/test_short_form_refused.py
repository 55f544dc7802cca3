"""Short forms that are refused: what is not understood, what no form says, and what would be misread."""

import pytest

from offerloop.errors import InputError
from offerloop.offers import SHORT_FORM_LANGUAGES, parse_offer, print_offer
from offerloop.report import Localizer


def coupon(**terms):
    return {"kind": "coupon", **terms}


REFUSED = {
    "20% off Drinks": "'20% off' is understood, but not 'Drinks' behind it; if 'Drinks' is a category",
    "Spend $50, get $10 off your next order": "the nearest form is '.10 off your next order'",
    "Spend $100 and get 20% off your next purchase": "the nearest form is '.10 off your next order'",
    "20% off your next order when you spend $50": "the nearest form is '.10 off your next order'",
    "Free shipping + $10 off your next order": "write two offers, as '.10 off your next order' is about a later order",
    "20% off + $10 off your next order": "about a later order",
    "Buy 2 get 1 free + $10 off your next order": "about a later order",
    "$20 off $100 + 10% off your next purchase": "about a later order",
    "Free shipping + 15% off the next order": "about a later order",
    "$10 off your next order + free shipping": "about a later order",
    "满100减20 + 下次立减10": "as '下次立减10' is about a later order",
    "10 % Rabatt + 5 $ auf die nächste Bestellung": "about a later order",
    "$10 off your next order over $50, $20 off over $100": "the nearest form is '.10 off your next order'",
    "20% off (20% off your next order)": "the nearest form is '.10 off your next order'",
    "20% off your second order": "the nearest form is '20% off, first order only'",
    "$10 off today instantly": "the nearest form is '.10 off'",
    "10% off on purchase of 3": "not 'on purchase of 3' behind it",
    "20% off on orders of 3": "not 'on orders of 3' behind it",
    "15% off for purchases of 2": "not 'for purchases of 2' behind it",
    "15% off your first order of 3": "not 'of 3' behind it",
    "10% off on minimum purchase of 3": "not 'on minimum purchase of 3' behind it",
    "$5 off, max $20": "a cap of 20 is above all that is taken off; leave it out, or write '.5 off every .20, max .20'",
    "立减5，最高减20": "a cap of 20 is above all that is taken off",
    "满100减20，满200减50，最高减80": "a cap of 80 is above all that is taken off",
    "任选立减10": "the nearest form is '3件99元'",
    "[原价] 8折": "'原价' is not clear as a name",
    "[茶、快递费] 8折": "'快递费' is not clear as a name",
    "20% off + free delivery over $30": "'free delivery over .30' behind a '.' may be about itself",
    "15% off sitewide + free shipping over $50": "may be about itself alone",
    "立减10 + 满99包邮": "'满99包邮' behind a '.' may be about itself alone",
    "全场8折 + 满99包邮": "write two offers, as '满99包邮' behind a '.' may be about itself alone; a condition",
    "满100减20 + 满1，000包邮": "may be about itself alone",
    "10 % Rabatt + versandkostenfrei ab 50 $": "may be about itself alone",
    '10% off + free "mug" over $50': "may be about itself alone",
    "20% off + $5 off first order, max $4": "may be about itself alone",
    "20% off + spend $50, get free shipping": "may be about itself alone",
    "$5 off shipping": "the nearest form is '50% off shipping'",
    "$5 off on shipping": "the nearest form is '50% off shipping'",
    "Save $5 on shipping costs": "the nearest form is '50% off shipping'",
    "20% off RRP": "'20% off' is understood, but not 'RRP' behind it; the nearest form is '20% off'",
    "支付宝付款立减5": "the nearest form is '立减20'",
    "运费减5": "the nearest form is '运费打5折'",
    "首件5折": "the nearest form is '打8折'",
    "折上折9折": "the nearest form is '打8折'",
    "20% off on Drinks for 2 hours": "'Drinks for 2 hours' is not clear as a name; put a name in quotes",
    "hello": "'hello' is not the short form of an offer",
    "满$200加20": "the nearest form is '满200减20'",
    "-5% off": "the nearest form is '20% off'",
    "前3件5折": "'前3件5折' is not the short form of an offer",
    "10折": "'10折' is not clear; it is no reduction; write '1折' if 10 % is to be paid, or '9折' if 10 % is taken off",
    "11折": "it is no reduction; write '1.1折' if 11 % is to be paid, or '8.9折' if 11 % is taken off",
    "第二件12折": "'12折' is not clear",
    "$5 off every item": "the nearest form is '.5 off each item'",
    "$5 off all items": "the nearest form is '.5 off each item'",
    "$5 off on all products": "the nearest form is '.5 off each item'",
    "buy 3 get $5 off every product": "the nearest form is 'buy 2 get 1 free'",
    "spend $50 get $5 off all items": "is understood, but not 'all items' behind it",
    "0.95折": "'0.95折' is not clear; it would leave 9.5 % to pay; write '9.5折' if 5 % off is meant",
    "99.9折": "'99.9折' is not clear; 8折 and 80折 pay 80 %",
    "$1.000 off": "'1.000' is not clear, as a point may part thousands; write '1,000' for that many",
    "10% off $50.000": "'50.000' is not clear",
    "0折": "'0折' gives everything away; write 'cheapest item free'",
    "100% off": "'100% off' gives everything away; write 'cheapest item free'",
    "3 for the price of 3": "'3 for the price of 3' is no offer; at least 1 unit is paid for, and fewer than are taken",
    "5 for the price of 0": "'5 for the price of 0' is no offer",
    "Pay 2 get 1": "'1 for the price of 2' is no offer",
    "free delivery on Mondays": "'Mondays' is not clear as a name; put a name in quotes",
    "10% off on the app": "'the app' is not clear as a name",
    "20% off on all tea": "'all tea' is not clear as a name; put a name in quotes",
    "Up to 50% off": "the nearest form is '20% off'",
    "20% auf alles außer Tiernahrung": "'20% auf alles' is understood, but not 'außer Tiernahrung' behind it",
    "5 € Rabatt ab 50 $": "'50 .' is not an amount in USD|'5 €' is not an amount in USD",
    "满百减十": "the nearest form is '满200减20'",
    "低至5折": "the nearest form is '打8折'",
    "第二件1.5": "the nearest form is '第二件半价'",
    "券后减50": "the nearest form is '立减20'",
    "Buy 2 red ones save 10%": "the nearest form is '20% off'",
    "Ab 3 roten Stücken 10 % Rabatt": "the nearest form is '10 % Rabatt ab 3 Artikeln'",
    "买三件送袜子": "the nearest form is '买2送1'",
    "3x1": "the nearest form is '3 for the price of 2'",
    "2x3": "the nearest form is '3 for the price of 2'",
    "0,95": "the nearest form is '0.95'",
    "满三免一": "has 2 readings: 1. '买2送1', 2. '买3送1'",
    "买3免最低价": "the nearest form is '3件付2件的钱'",
    "满100免10": "the nearest form is '满200减20'",
    "买100付50": "the nearest form is '3件付2件的钱'",
    "3件付5件": "'3 for the price of 5' is no offer",
    "满100件享88折 + 包邮": "has 2 readings: 1. '满100件打8.8折包邮', 2. '满100件打8.8折 . 全场包邮'",
    "10% off over $50 + free shipping": "1. '10% off and free shipping over .50', 2. '10% off over .50 . free",
    "满100减20 + 包邮，限首单": "has 2 readings",
    "满100减20 + 包邮，全场通用": "has 2 readings",
    "滿100減20 + 免運，全館適用": "has 2 readings",
    "满100减20 + 包邮 + 赠“杯子”": "has 2 readings",
    "满100减20 + 赠“杯子” + 包邮": "has 2 readings",
    "free second delivery": "the nearest form is 'buy 1 get 1 50% off'",
    "\ud800": "half of a sign",
    'gift: "\\ud800"': "half of a sign",
    'gift: "\\udcff"': "half of a sign",
    "满200减20\udc00": "the text holds '.udc00', half of a sign, which no file can hold; type it again",
    "20% off for 0 hours": "'hours' must be a whole number of at least 1, not 0",
    "买0送1": "'buy' must be a whole number of at least 1",
    "满0减5": "'spend' must be above zero",
    "100折": "'100折' is not clear",
    "满¥200减¥20": "'¥200' is not an amount in USD",
    "满200元减20": "'200元' is not an amount in USD",
    "€10 off": "'€10' is not an amount in USD",
    "10 EUR off": "'10 EUR' is not an amount in USD",
    "$9.999 off": "'9.999' is not an amount in USD",
    "$0 off": "'amount' must be above zero",
    "满200减300": "'save' .300. is more than 'spend' .200.",
    "满200减20，满100减10": "must rise",
    "满100减20，满200包邮": "of several tiers one alone counts, so each says all that it gives",
    "free shipping over $50, 10% off over $100": "else write two offers",
    "满200减20，满3件减30": "must all be by amount or all by number",
    "满十百减20": "'十百' is not a number",
    "150% off": "'percent' must be between 0 and 100",
    "20% off, max $5, up to $6": "says 'max_discount' twice",
    "20% off, up to 3 times": "no field 'times'",
    "20% off on Tea on Coffee": "is not clear as a name",
    "[a] 20% off on b": "about one thing",
    "[colour: red] 20% off": "'colour:' is none of",
    "[brand: a; brand: b] 20% off": "says 'brands' twice",
    "\udcff20% off": "the text holds the byte '.xff', which is no UTF-8",
    "free shipping over $35 + 20% off": "conditions such as 'min_spend'",
    'gift: "\\x"': "not a text in quotes",
    "20% off every $50": "is understood, but not 'every .50' behind it",
    "": "a text of 1 to",
    "a" * 1001: "a text of 1 to",
}


def needs_quotes(name):
    """Behind "on" it is refused as it stands, and read in quotes."""
    with pytest.raises(InputError, match="is not clear as a name"):
        parse_offer(f"10% off on {name}", "USD")
    assert parse_offer(f'10% off on "{name}"', "USD") == coupon(percent=10, on=name)


@pytest.mark.parametrize(
    "name",
    ["Thanksgiving", "New Year's Eve", "March 8", "8 March", "May", "12/12", "Women's Day", "summer", "clearance",
     "clearance items", "London", "New York", "Germany", "mobile", "the website", "weekend rides", "Christmas",
     "Fall", "USA", "US", "UK", "UAE", "payday"],
)  # fmt: skip
def test_a_time_a_place_a_channel_and_a_state_are_no_names_without_quotes(name):
    needs_quotes(name)


@pytest.mark.parametrize(
    "name",
    ["online purchases", "app purchases", "in-store purchases", "holiday purchases", "web purchases", "online shopping",
     "Christmas shopping", "website sales", "holiday season sales", "app payments", "online transactions",
     "app downloads", "mobile users", "service fees", "booking charges", "store pickups", "curbside pick-ups",
     "new customers", "gold members", "first-time visits", "Black Friday deals"],
)  # fmt: skip
def test_what_people_do_in_a_shop_is_no_name_without_quotes(name):
    needs_quotes(name)


@pytest.mark.parametrize(
    "name",
    ["freight", "tax", "VAT", "import duties", "RRP", "list price", "bulk", "top",
     "average", "request", "both", "two", "card", "cart",
     "shipping and handling", "postage and packing", "delivery and packaging", "P&P", "handling",
     "friends", "second", "2nd pair", "the third item", "second shirt", "3rd", "next order", "second hand",
     "next rides", "installation", "Versandkosten", "UVP", "运费", "税费", "原价"],
)  # fmt: skip
def test_costs_measures_and_ordinals_are_no_names_without_quotes(name):
    needs_quotes(name)


@pytest.mark.parametrize(
    "name",
    ["one item", "one product", "two products", "three units", "one pair", "one shirt", "two shirts", "ten bottles",
     "50 cards", "2 pairs", "three cotton shirts", "cheapest", "full basket", "entire range", "whole range",
     "collection", "reorder", "click and collect"],
)  # fmt: skip
def test_a_number_of_things_and_all_of_them_are_no_names_without_quotes(name):
    needs_quotes(name)


@pytest.mark.parametrize(
    "name",
    ["England", "Great Britain", "Bavaria", "Munich", "Texas", "new arrivals", "subscriptions", "bestsellers",
     "preorders", "refills", "memberships", "regular prices", "last chance", "new products", "limited editions",
     "remaining stock", "monthly plans", "students", "VIPs", "Amazon", "PayPal", "credit cards",
     "weekends", "app orders", "sale items", "North Rhine-Westphalia", "launches", "new in", "nurses", "seniors",
     "newsletter signups", "livestreams"],
)  # fmt: skip
def test_the_age_of_goods_those_who_buy_and_how_they_pay_are_no_names_without_quotes(name):
    needs_quotes(name)


@pytest.mark.parametrize(
    "name",
    ["tank tops", "shipping boxes", "tax software", "Christmas trees", "mobile phones", "Mobile Apps", "spring dresses",
     "day creams", "online courses", "wine",
     "hair products", "gift cards", "paper goods",
     "second hand books", "third-party apps", "2nd edition books", "1st edition comics", "5th Avenue perfume",
     "Next jeans", "second skin leggings", "first aid kits", "cards", "one piece swimsuits", "2027 calendars",
     "whole milk", "food packaging", "packing tape", "winter collections"],
)  # fmt: skip
def test_the_last_noun_says_what_several_words_are(name):
    assert parse_offer(f"10% off on {name}", "USD") == coupon(percent=10, on=name)


@pytest.mark.parametrize(
    "words",
    [
        "新品",
        "会员日",
        "指定商品",
        "部分商品",
        "老客户",
        "周末",
        "国庆",
        "清仓",
        "教师",
        "线上",
        "支付宝付款",
        "下次购物",
        "下次",
        "首件",
        "折上折",
        "女装",
    ],
)
@pytest.mark.parametrize("offer", ["8折", "满100减20", "买一送一"])
def test_words_before_a_chinese_offer_are_not_passed_over(words, offer):
    """Only what may be a category is named as one; a bracket says that it is."""
    with pytest.raises(InputError) as refused:
        parse_offer(words + offer, "CNY")
    assert (f"if '{words}' is a category, write '[{words}] {offer}'" in str(refused.value)) == (words == "女装")


def test_a_refusal_is_translated_and_says_where_a_category_stands_in_chinese():
    with pytest.raises(InputError) as refused:
        parse_offer("秒杀8折 GROCERY / SOFT DRINKS", "CNY")
    assert "write '[\"GROCERY / SOFT DRINKS\"] 秒杀8折'" in str(refused.value)
    assert parse_offer('["GROCERY / SOFT DRINKS"] 秒杀8折', "CNY")["on"] == "GROCERY / SOFT DRINKS"
    said = Localizer("zh", "CNY")(refused.value.message)
    assert "understood" not in said
    assert "无法理解其后的“GROCERY / SOFT DRINKS”" in said


@pytest.mark.parametrize("text", ["$5 off for 2 hours", "$10 off over $60 for 2 hours", "free shipping for 2 hours"])
def test_hours_are_not_lost_where_an_offer_has_none(text):
    with pytest.raises(InputError, match="only a percentage off or a price lasts for 2 hours"):
        parse_offer(text, "USD")


@pytest.mark.parametrize("text", ["20% off for 2 hours", "8折，2小时"])
def test_a_percentage_that_lasts_for_hours_is_a_flash_sale(text):
    flash = {"kind": "flash_sale", "percent": 20, "hours": 2}
    assert parse_offer(text, "USD") == flash
    assert print_offer(flash, "en", "USD") == "flash sale: 20% off for 2 hours"


def test_a_hint_names_no_category_that_is_none():
    for name, hint in (("wine", "if 'wine' is a category, write '10% off on wine'"), ("subscriptions", "'20% off'")):
        with pytest.raises(InputError, match=f"; [^;]*{hint}$"):
            parse_offer(f"10% off {name}", "USD")


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("remise dès 50", "EUR", "'remise dès 50' is not the short form of an offer; docs/"),
        ("10,000 € Rabatt", "EUR", "'10,000 € Rabatt' is not the short form of an offer; the nearest form is '5 € Gut"),
        ("买二百 元", "CNY", "'买二百 元' is not the short form of an offer"),
        ("20% off dès 50 $", "USD", "'20% off' is understood, but not 'dès 50 $' behind it"),
    ],
)
def test_a_text_is_quoted_as_it_was_given(text, currency, said):
    with pytest.raises(InputError) as refused:
        parse_offer(text, currency)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=[text[:40] for text in REFUSED])
def test_what_is_not_understood_is_refused_in_one_sentence(text, said):
    with pytest.raises(InputError, match=said) as refused:
        parse_offer(text, "USD")
    assert "\n" not in str(refused.value)


UNSAID = {
    "percent": coupon(percent="1/3"),
    "each_unit": coupon(percent=5, cheapest=2, each_unit=True),
    "steps": {"kind": "coupon", "steps": [10, 20]},
    "parts": {"kind": "bundle", "price": "5", "parts": [{"count": 1}, {"count": 2}]},
    "free_shipping": {"kind": "spend_and_save", "spend": "5", "free_shipping": True},
}


@pytest.mark.parametrize(("field", "terms"), UNSAID.items(), ids=UNSAID)
def test_what_no_short_form_says_is_refused_by_name(field, terms):
    for language in SHORT_FORM_LANGUAGES:
        with pytest.raises(InputError, match=f"'{field}'"):
            print_offer(terms, language)


def test_a_tier_that_says_less_than_one_before_it_is_not_printed():
    with pytest.raises(InputError, match="one alone counts"):
        print_offer(
            {"kind": "spend_and_save", "tiers": [{"spend": "9", "save": "1"}, {"spend": "50", "free_shipping": True}]}
        )


@pytest.mark.parametrize(
    "terms",
    [
        {"kind": "spend_and_save", "spend": "100", "save": "20"},
        {"kind": "spend_and_save", "tiers": [{"spend": "100", "save": "9"}, {"spend": "200", "save": "20"}]},
        coupon(amount="20"),
    ],
)
def test_a_cap_that_cannot_bind_is_not_printed(terms):
    binding = {**terms, "max_discount": "20"}
    assert parse_offer(print_offer(binding), "USD") == binding
    with pytest.raises(InputError, match="'max_discount' above all that is taken off"):
        print_offer({**terms, "max_discount": "20.01"})


@pytest.mark.parametrize(("percent", "language"), [(91, "zh"), ("90.5", "zh"), (100, "zh"), (100, "en")])
def test_a_percentage_that_would_be_misread_is_not_printed(percent, language):
    with pytest.raises(InputError, match=f"short form says 'percent' of {percent}"):
        print_offer(coupon(percent=percent), language)


def test_an_unknown_language_or_currency_is_refused():
    with pytest.raises(InputError, match="no language 'fr'"):
        print_offer(coupon(percent=20), "fr")
    with pytest.raises(InputError, match="neither a currency"):
        parse_offer("20% off", "XXQ")
