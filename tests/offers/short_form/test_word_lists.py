"""Offers as people write them: read by word lists, in two readings where two are in use."""

import pytest

from offerloop.errors import InputError
from offerloop.offers import SHORT_FORM_LANGUAGES, guess_currency, parse_offer, print_offer
from offerloop.offers.short_form.numerals import numerals
from offerloop.offers.short_form.phrases import language_of, word_list


def coupon(**terms):
    return {"kind": "coupon", **terms}


def save(**terms):
    return {"kind": "spend_and_save", **terms}


def buy(x, y, **terms):
    return {"kind": "buy_x_get_y", "buy": x, "get": y, **terms}


def any_of(count, **terms):
    return {"kind": "bundle", "parts": [{"count": count}], **terms}


def ships(**terms):
    return {"kind": "free_shipping", **terms}


def with_shipping(price):
    return {"kind": "combined", "parts": [coupon(price=price, each_unit=True), ships()]}


FIRST = {"order_number": 1}
READ = {
    "3 for 2": ("USD", buy(2, 1)),
    "2 for 1": ("USD", buy(1, 1)),
    "5 for 4": ("USD", buy(4, 1)),
    "two for one": ("USD", buy(1, 1)),
    "3 for 10": ("USD", any_of(3, price="10")),
    "3 for $2": ("USD", any_of(3, price="2")),
    "3 for 2.00": ("USD", any_of(3, price="2")),
    "0.95": ("USD", coupon(percent=5)),
    "0.9": ("USD", coupon(percent=10)),
    "0.5": ("USD", coupon(percent=50)),
    "10% off on every item": ("USD", coupon(percent=10)),
    "$5 off all orders": ("USD", coupon(amount="5")),
    "$5 off each item": ("USD", coupon(amount="5", each_unit=True)),
    "10 % Rabatt auf alle Artikel": ("EUR", coupon(percent=10)),
    "满100减20 + 包邮，满200可用": (
        "CNY", {"kind": "combined", "parts": [save(spend="100", save="20"), ships()], "min_spend": "200"},
    ),
    "$10 off $50": ("USD", save(spend="50", save="10")),
    "10%off": ("USD", coupon(percent=10)),
    "Save $5": ("USD", coupon(amount="5")),
    "BOGO 50% off": ("USD", buy(1, 1, percent=50)),
    "Second item half price": ("USD", buy(1, 1, percent=50)),
    "10% off first order": ("USD", coupon(percent=10, **FIRST)),
    "Free delivery over £40": ("GBP", ships(min_spend="40")),
    "满300减50上不封顶": ("CNY", save(spend="300", save="50", each_full=True)),
    "满1,000减100": ("CNY", save(spend="1000", save="100")),
    "满1万减1000": ("CNY", save(spend="10000", save="1000")),
    "新人首单立减15元": ("CNY", coupon(amount="15", **FIRST)),
    "前100名5折": ("CNY", {"kind": "flash_sale", "percent": 50, "stock": 100, "per_customer": 1}),
    "限时秒杀9.9元": ("CNY", {"kind": "flash_sale", "price": "9.90"}),
    "领券立减20": ("CNY", coupon(amount="20")),
    "9.9包邮": ("CNY", with_shipping("9.90")),
    "满59-10": ("CNY", save(spend="59", save="10")),
    "20 % Rabatt ab 50 €": ("EUR", save(spend="50", percent=20)),
    "5 € Gutschein": ("EUR", coupon(amount="5")),
    "3 für 2": ("EUR", buy(2, 1)),
    "10,50 € Rabatt ab 1.000,00 €": ("EUR", save(spend="1000", save="10.50")),
    "10% Rabatt ab 2 Stück, 20% ab 5 Stück": (
        "EUR", save(by_count=True, tiers=[{"count": 2, "percent": 10}, {"count": 5, "percent": 20}]),
    ),
    "1+1 gratis": ("EUR", buy(1, 1)),
    "Spend $80+, get 20% off": ("USD", save(spend="80", percent=20)),
    "3 for 2 (buy 2 get 1 free)": ("USD", buy(2, 1)),
    "100:10,200:30": (
        "USD", save(tiers=[{"spend": "100", "save": "10"}, {"spend": "200", "save": "30"}]),
    ),
    "20% off orders over $1,000": ("USD", save(spend="1000", percent=20)),
    "R$20 off": ("BRL", coupon(amount="20")),
    "Mix & match: any 3 for $10": ("USD", any_of(3, price="10")),
    "$10 rebate for every $100 spent": ("USD", save(spend="100", save="10", each_full=True)),
    "Each item is reduced by $2": ("USD", coupon(amount="2", each_unit=True)),
    "Kauf 2, zahl 1": ("EUR", buy(1, 1)),
    "Ab 100 € 15 % Rabatt": ("EUR", save(spend="100", percent=15)),
    "领券满199减100": ("CNY", save(spend="199", save="100")),
    "₹50 off": ("INR", coupon(amount="50")),
    "買二送一": ("TWD", buy(2, 1)),
    "第二杯半價": ("TWD", buy(1, 1, percent=50)),
    "滿$1000折$100": ("TWD", save(spend="1000", save="100")),
    "滿1000折100": ("TWD", save(spend="1000", save="100")),
    "新客首購折100元": ("TWD", coupon(amount="100", **FIRST)),
    "滿HK$500免運費": ("HKD", ships(min_spend="500")),
    "任选3样99元": ("CNY", any_of(3, price="99")),
    "限时买二送一，全场通用": ("CNY", buy(2, 1)),
    "每满100减10元最高40元": ("CNY", save(spend="100", save="10", each_full=True, max_discount="40")),
    "300减30，500减60": (
        "CNY", save(tiers=[{"spend": "300", "save": "30"}, {"spend": "500", "save": "60"}]),
    ),
    "满1，000减100": ("CNY", save(spend="1000", save="100")),
    "满1，000元打8折": ("CNY", save(spend="1000", percent=20)),
    "每满1，000减100": ("CNY", save(spend="1000", save="100", each_full=True)),
    "满300减30，满500减60": (
        "CNY", save(tiers=[{"spend": "300", "save": "30"}, {"spend": "500", "save": "60"}]),
    ),
    "單筆滿1000減100": ("TWD", save(spend="1000", save="100")),
    "滿300減50上不封頂": ("TWD", save(spend="300", save="50", each_full=True)),
    "滿300打8折,50元封頂": ("TWD", save(spend="300", percent=20, max_discount="50")),
    "满200立折85元": ("CNY", save(spend="200", save="85")),
    "满1000现折100": ("CNY", save(spend="1000", save="100")),
    "满200折抵20": ("CNY", save(spend="200", save="20")),
    "现折100": ("CNY", coupon(amount="100")),
    "新人5元无门槛券": ("CNY", coupon(amount="5", **FIRST)),
    "Buy 3 Shirts, Get 15% Off": ("USD", save(on="Shirts", count=3, percent=15, by_count=True)),
    "Buy 3+ items, save $5": ("USD", save(count=3, save="5", by_count=True)),
    "Buy 3 or more at $19 each": ("USD", coupon(price="19", each_unit=True, min_count=3)),
    "3 items for $30": ("USD", any_of(3, price="30")),
    "Free shipping on all orders": ("USD", ships()),
    "Ab 3 Stück 10 % Rabatt": ("EUR", save(count=3, percent=10, by_count=True)),
    "50 % auf den zweiten Artikel": ("EUR", buy(1, 1, percent=50)),
    "15% off your next purchase": ("USD", coupon(percent=15)),
    "B2G1 free": ("USD", buy(2, 1)),
    "Buy 3 for the price of 2": ("USD", buy(2, 1)),
    "2-for-1": ("USD", buy(1, 1)),
    "Buy any 2 get 1 free": ("USD", buy(2, 1)),
    "Buy 2, get 3rd half price": ("USD", buy(2, 1, percent=50)),
    "£5 off first order over £25": ("GBP", save(spend="25", save="5", **FIRST)),
    "Enjoy free shipping on orders over $49": ("USD", ships(min_spend="49")),
    "Save 20% on delivery": ("USD", ships(percent=20)),
    "2 Stück für 5€": ("EUR", any_of(2, price="5")),
    "Ab 2 Stück 10% Rabatt, ab 4 Stück 20%": (
        "EUR", save(by_count=True, tiers=[{"count": 2, "percent": 10}, {"count": 4, "percent": 20}]),
    ),
    "拍2件打9折": ("CNY", save(by_count=True, count=2, percent=10)),
    "无门槛10元红包": ("CNY", coupon(amount="10")),
    "1元秒杀": ("CNY", {"kind": "flash_sale", "price": "1"}),
    "$5 off your next order over $30": ("USD", save(spend="30", save="5")),
    "Buy any 3 for the price of 2": ("USD", buy(2, 1)),
    "10% off on two or more": ("USD", save(by_count=True, count=2, percent=10)),
    "20% off on $100 or more": ("USD", save(spend="100", percent=20)),
    "10% off on orders of $50": ("USD", save(spend="50", percent=10)),
    "10% off, minimum order 50": ("USD", coupon(percent=10, min_spend="50")),
    "$10 off instantly": ("USD", coupon(amount="10")),
    "Second pair half price": ("USD", buy(1, 1, percent=50)),
    "Get the second one free": ("USD", buy(1, 1)),
    "Get the third one free": ("USD", buy(2, 1)),
    "Buy 1 get second pair free": ("USD", buy(1, 1)),
    "拍下立减10元": ("CNY", coupon(amount="10")),
    "拍下8折": ("CNY", coupon(percent=20)),
    "买2件及以上享8折": ("CNY", save(by_count=True, count=2, percent=20)),
    "3件以上包邮": ("CNY", ships(min_count=3)),
    "领20元优惠券，满100可用": ("CNY", coupon(amount="20", min_spend="100")),
    "2件及以上8折": ("CNY", save(by_count=True, count=2, percent=20)),
}  # fmt: skip
CUP = {"kind": "gift", "product": "杯子"}
TWO_READINGS = {
    "满100减20，最高减60": (
        save(spend="100", save="20", each_full=True, max_discount="60"), save(spend="100", save="20"),
    ),
    "$20 off over $100, max $60": (
        save(spend="100", save="20", each_full=True, max_discount="60"), save(spend="100", save="20"),
    ),
    "买三免一": (buy(2, 1), buy(3, 1)),
    "3件2": (buy(2, 1), any_of(3, price="2")),
    "10 for 2": (buy(2, 8), any_of(10, price="2")),
    "0.2": (coupon(percent=80), coupon(percent=20)),
    "99包邮": (with_shipping("99"), ships(min_spend="99")),
    "10% off over $50 + free shipping, first order only": (
        save(spend="50", percent=10, free_shipping=True, **FIRST),
        {"kind": "combined", "parts": [save(spend="50", percent=10), ships()], **FIRST},
    ),
    "满100减20 + 赠“杯子” + 包邮，全场通用": (
        {"kind": "combined", "parts": [save(spend="100", save="20", free_shipping=True), CUP]},
        {"kind": "combined", "parts": [save(spend="100", save="20"), CUP, ships()]},
    ),
    "100:10,200:30 + free shipping": (
        save(tiers=[
            {"spend": "100", "save": "10", "free_shipping": True},
            {"spend": "200", "save": "30", "free_shipping": True},
        ]),
        {
            "kind": "combined",
            "parts": [save(tiers=[{"spend": "100", "save": "10"}, {"spend": "200", "save": "30"}]), ships()],
        },
    ),
    "10 for 2 on Tea": (
        buy(2, 8, on="Tea"),
        {"kind": "bundle", "parts": [{"on": "Tea", "count": 10}], "price": "2"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "currency", "terms"), [(text, *expected) for text, expected in READ.items()])
def test_what_people_write_is_read(text, currency, terms):
    assert guess_currency(text) == currency
    assert parse_offer(text, currency) == terms


@pytest.mark.parametrize(("text", "terms"), TWO_READINGS.items())
class TestReadings:
    def test_both_are_shown_with_their_numbers(self, text, terms):
        assert len(terms) == 2
        with pytest.raises(InputError, match=r"has 2 readings: 1\) '.+', 2\) '.+'; choose one by its number"):
            parse_offer(text, guess_currency(text))

    def test_one_is_chosen_by_its_number(self, text, terms):
        currency = guess_currency(text)
        assert (parse_offer(text, currency, 1), parse_offer(text, currency, 2)) == terms
        with pytest.raises(InputError, match="has 2 readings, so there is no reading 3"):
            parse_offer(text, currency, 3)

    @pytest.mark.parametrize("language", SHORT_FORM_LANGUAGES)
    def test_what_is_printed_has_one_reading(self, text, terms, language):
        currency = guess_currency(text)
        assert tuple(parse_offer(print_offer(one, language, currency), currency) for one in terms) == terms


def test_the_only_reading_has_the_number_1():
    assert parse_offer("3 for 2", "USD", 1) == buy(2, 1)
    with pytest.raises(InputError, match="has one reading, so there is no reading 2"):
        parse_offer("3 for 2", "USD", 2)


@pytest.mark.parametrize(
    "text",
    [
        "Buy 2 Kids Backpacks, Get 10% Off Your Entire Order", "Buy 2 boxes, get 10% off", "Buy 1, get 50% off",
        "麦咖啡买二送一", "今日买一送一", "最高立减50元", "满200返20", "2个月8折", "滿額享9折",
        "滿1000折85", "折85", "首單折85", "Buy 3 for $10 off",
        "5 € Rabatt auf alle Artikel", "$5 off on every item", "$5 off all items over $50",
        "满200立折85", "满1000立折88", "满200现折9", "满200可折8", "现折9", "领券折85",
    ],
)  # fmt: skip
def test_what_is_said_of_something_else_is_refused(text):
    with pytest.raises(InputError):
        parse_offer(text, guess_currency(text))


@pytest.mark.parametrize(
    "word",
    [
        "dollars", "points", "hours", "times", "dozen", "pairs", "sets", "kilos", "gifts", "now", "today", "online",
        "together", "plus", "sale",
    ],
)  # fmt: skip
def test_a_measure_or_an_adverb_is_no_product(word):
    with pytest.raises(InputError):
        parse_offer(f"Buy 50 {word}, get 10% off", "USD")


@pytest.mark.parametrize("language", ["en", "zh", "de"])
def test_every_hint_names_a_form_that_is_read(language):
    for _, form in word_list(language).hints:
        assert language_of(form.split('"')[0]) == language
        parse_offer(form, guess_currency(form))


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("满一千减一百", "满1000减100"), ("一万二", "12000"), ("一万零五", "10005"), ("两千三", "2300"),
        ("二百五", "250"),
        ("一百零五", "105"), ("三十六", "36"), ("十", "10"), ("九五", "95"), ("九点五", "9.5"), ("1.5万", "15000"),
        ("2千", "2000"), ("一千零二十", "1020"), ("百货", "百货"), ("万家", "万家"),
    ],
)  # fmt: skip
def test_chinese_numerals_are_digits(text, digits):
    assert numerals(text) == digits


@pytest.mark.parametrize("text", ["十百", "一百十", "十千", "二三百", "一万万"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(InputError, match="is not a number that can be read"):
        numerals(text)
