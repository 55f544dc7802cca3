"""Short forms: what each reads as, and that printing and reading are inverse."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offerloop.errors import InputError
from offerloop.money import DIGITS
from offerloop.offers import OFFER_KINDS, SHORT_FORM_LANGUAGES, guess_currency, parse_offer, print_offer, read_offers
from offerloop.offers.short_form.amounts import MOST_IN_CHINESE
from offerloop.offers.short_form.forms import FORMS, MODIFIERS, TIERS


def coupon(**terms):
    return {"kind": "coupon", **terms}


def save(**terms):
    return {"kind": "spend_and_save", **terms}


def flash(**terms):
    return {"kind": "flash_sale", **terms}


def buy(x, y, **terms):
    return {"kind": "buy_x_get_y", "buy": x, "get": y, **terms}


def any_of(count, scope=(), **terms):
    return {"kind": "bundle", "parts": [{**dict(scope), "count": count}], **terms}


def ships(**terms):
    return {"kind": "free_shipping", **terms}


TIERS_OF_TWO = save(tiers=[{"spend": "100", "save": "10"}, {"spend": "200", "save": "30"}])
FIRST = {"order_number": 1}
CHINESE = {
    "满200减20": save(spend="200", save="20"),
    "满 200 元 减 20 元": save(spend="200", save="20"),
    "满两百减二十": save(spend="200", save="20"),
    "满一百零五减十二块": save(spend="105", save="12"),
    "满二百五减五": save(spend="250", save="5"),
    "全场满200减20。": save(spend="200", save="20"),
    "满２００减２０": save(spend="200", save="20"),
    "每满200减20": save(each_full=True, spend="200", save="20"),
    "每满200减20，最多3次": save(each_full=True, spend="200", save="20", times=3),
    "每满200减20 封顶60": save(each_full=True, spend="200", save="20", max_discount="60"),
    "每满200减20，上限60元": save(each_full=True, spend="200", save="20", max_discount="60"),
    "每满3件减20": save(each_full=True, by_count=True, count=3, save="20"),
    "满100减10，满200减30": TIERS_OF_TWO,
    "满100减10满200减30": TIERS_OF_TWO,
    "满100减10；满200减30": TIERS_OF_TWO,
    "100：10，200：30": TIERS_OF_TWO,
    "满100包邮，满200减30包邮": save(
        tiers=[{"spend": "100", "free_shipping": True}, {"spend": "200", "save": "30", "free_shipping": True}]
    ),
    "满3件减20": save(by_count=True, count=3, save="20"),
    "满3件打8折": save(by_count=True, count=3, percent=20),
    "三件八折": save(by_count=True, count=3, percent=20),
    "满2件9折，满3件8折": save(by_count=True, tiers=[{"count": 2, "percent": 10}, {"count": 3, "percent": 20}]),
    "满200打9折": save(spend="200", percent=10),
    "满200元9折，最高减50": save(spend="200", percent=10, max_discount="50"),
    "满100减20包邮": save(spend="100", save="20", free_shipping=True),
    "打8折": coupon(percent=20),
    "8折券": coupon(percent=20),
    "全场8折": coupon(percent=20),
    "80折": coupon(percent=20),
    "85折": coupon(percent=15),
    "8.5折": coupon(percent=15),
    "8.75折": coupon(percent="12.5"),
    "九折": coupon(percent=10),
    "九五折": coupon(percent=5),
    "九点五折": coupon(percent=5),
    "五折": coupon(percent=50),
    "半价": coupon(percent=50),
    "立减20": coupon(amount="20"),
    "减20元": coupon(amount="20"),
    "20元券": coupon(amount="20"),
    "无门槛20元": coupon(amount="20"),
    "20元券，满100可用": coupon(amount="20", min_spend="100"),
    "首单立减10元": coupon(amount="10", **FIRST),
    "每件减2元": coupon(amount="2", each_unit=True),
    "每件9.9元": coupon(price="9.90", each_unit=True),
    "一口价9.9": coupon(price="9.90"),
    "最便宜一件免费": coupon(percent=100, cheapest=1),
    "包邮": ships(),
    "免运费": ships(),
    "满99包邮": ships(min_spend="99"),
    "满两件包邮": ships(min_count=2),
    "运费5折": ships(percent=50),
    "运费半价": ships(percent=50),
    "买二赠一": buy(2, 1),
    "买2送1": buy(2, 1),
    "第二件半价": buy(1, 1, percent=50),
    "第三件打3折": buy(2, 1, percent=70),
    "第2件0元": buy(1, 1),
    "3件99元": any_of(3, price="99"),
    "任选3件99元": any_of(3, price="99"),
    "99元3件": any_of(3, price="99"),
    "[饮料] 3件99元": any_of(3, {"on": "饮料"}, price="99"),
    "限时抢购8折2小时": flash(percent=20, hours=2),
    "秒杀价9.9": flash(price="9.90"),
    "秒杀价9.9元，限量100件，每人限购2件": flash(price="9.90", stock=100, per_customer=2),
    "[饮料] 满50减5": save(on="饮料", spend="50", save="5"),
    "【饮料、零食；品牌：甲】满50减5": save(on=["零食", "饮料"], brands="甲", spend="50", save="5"),
    '["茶,绿"] 打8折': coupon(on="茶,绿", percent=20),
    "满100送“马克杯”": {"kind": "gift", "product": "马克杯", "min_spend": "100"},
    "满100减20 + 全场包邮": {"kind": "combined", "parts": [save(spend="100", save="20"), ships()]},
    "包邮 + 满100减20": {"kind": "combined", "parts": [ships(), save(spend="100", save="20")]},
    "打8折+包邮，满200可用": {"kind": "combined", "parts": [coupon(percent=20), ships()], "min_spend": "200"},
}
ENGLISH = {
    "20% off": coupon(percent=20),
    "20 percent off": coupon(percent=20),
    "２０％ off": coupon(percent=20),
    "12.5% off": coupon(percent="12.5"),
    "half off": coupon(percent=50),
    "20% off everything": coupon(percent=20),
    "20% off over $50, max $15": save(percent=20, spend="50", max_discount="15"),
    "20% off over 50 USD max $15.50": save(percent=20, spend="50", max_discount="15.50"),
    "20% off, min spend $50": coupon(percent=20, min_spend="50"),
    "$10 off": coupon(amount="10"),
    "10$ off": coupon(amount="10"),
    "$10 off over $50": save(save="10", spend="50"),
    "$10 off on orders over $1,000": save(save="10", spend="1000"),
    "spend $200, save $20": save(save="20", spend="200"),
    "$5 off every $50, up to 3 times": save(each_full=True, save="5", spend="50", times=3),
    "$10 off over $100, $30 off over $200": TIERS_OF_TWO,
    "100:10,200:30": TIERS_OF_TWO,
    "200:20": save(spend="200", save="20"),
    "$20 off and free shipping over $100": save(spend="100", save="20", free_shipping=True),
    "10% off 3 or more items": save(by_count=True, percent=10, count=3),
    "free shipping": ships(),
    "Free Shipping over $35": ships(min_spend="35"),
    "50% off shipping": ships(percent=50),
    "buy 2 get 1 free": buy(2, 1),
    "Buy two, get one free, up to 3 times": buy(2, 1, times=3),
    "buy one get one 50% off": buy(1, 1, percent=50),
    "BOGO": buy(1, 1),
    "3 for $10": any_of(3, price="10"),
    "any 3 for $10": any_of(3, price="10"),
    "any 3 for $10 on Tea": any_of(3, {"on": "Tea"}, price="10"),
    "$9.99 each": coupon(price="9.99", each_unit=True),
    "fixed price $9.99": coupon(price="9.99"),
    "cheapest item free": coupon(percent=100, cheapest=1),
    "20% off the 2 cheapest items": coupon(percent=20, cheapest=2),
    "20% off on Drinks": coupon(on="Drinks", percent=20),
    "20% off on Drinks, max $15": coupon(on="Drinks", percent=20, max_discount="15"),
    "20% off on Drinks or Tea; brand: Acme": coupon(on=["Drinks", "Tea"], brands="Acme", percent=20),
    '20% off on "Food for 2, or more"': coupon(on="Food for 2, or more", percent=20),
    "first order: $10 off": coupon(amount="10", **FIRST),
    "flash sale: 30% off for 2 hours": flash(percent=30, hours=2),
    "flash sale: $9.90 each, 2 per customer": flash(price="9.90", per_customer=2),
    'gift: 2 x "mug", worth $3': {"kind": "gift", "quantity": 2, "product": "mug", "worth": "3"},
    'benefit: "A trial", takes $3': {"kind": "benefit", "text": "A trial", "takes": "3"},
    "$10 off + free shipping, min spend $35": {
        "kind": "combined", "parts": [coupon(amount="10"), ships()], "min_spend": "35",
    },
}  # fmt: skip
EXAMPLES = [(text, "CNY", terms) for text, terms in CHINESE.items()] + [
    (text, "USD", terms) for text, terms in ENGLISH.items()
]


@pytest.mark.parametrize(("text", "currency", "terms"), EXAMPLES, ids=[text for text, _, _ in EXAMPLES])
class TestExamples:
    def test_reads_as_these_terms(self, text, currency, terms):
        assert parse_offer(text, currency) == terms

    @pytest.mark.parametrize("language", SHORT_FORM_LANGUAGES)
    def test_reads_the_same_when_it_is_printed(self, text, currency, terms, language):
        assert parse_offer(print_offer(terms, language, currency), currency) == terms
        assert text


@pytest.mark.parametrize("language", SHORT_FORM_LANGUAGES)
@pytest.mark.parametrize("form", [*FORMS, *TIERS, *MODIFIERS], ids=lambda form: form.en[0])
def test_every_template_of_a_form_says_the_same_fields(form, language):
    for template in form.templates(language):
        placed = {one.split("}")[0] for one in template.split("{")[1:]}
        assert placed <= form.fields
        assert not placed & set(form.fixed)


def test_every_kind_has_a_short_form():
    kinds = {form.kind for form in (*FORMS, *TIERS)} | {"combined"}
    assert kinds == set(OFFER_KINDS.names())


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("满200减20", "CNY"), ("200:20", "USD"), ("20% off", "USD"), ("€10 off", "EUR"), ("满$200减$20", "USD"),
        ("12 CAD off", "CAD"), ("￥20 off", "CNY"), ("立减10港元", "HKD"), ("£1:£2", "GBP"), ('gift: "€5 mug"', "USD"),
        ("20% off on 饮料", "USD"),
    ],
    ids=str,
)  # fmt: skip
def test_the_currency_is_that_of_the_first_sign(text, currency):
    assert guess_currency(text) == currency


def test_an_offer_is_printed_like_its_terms_whatever_its_id():
    (offer,) = read_offers([coupon(percent=20, id="spring")], None, "USD")
    assert print_offer(offer) == print_offer(coupon(percent=20)) == "20% off"


currencies = st.sampled_from(["USD", "CNY", "EUR", "JPY", "KWD", "CAD", "ALL", "lessons", "hours", "loyalty points"])
counts = st.integers(1, 10**6)
names = st.one_of(
    st.sampled_from(
        [
            "Tea",
            "饮料",
            "C&A",
            "Food for 2",
            "on",
            "or",
            "满200减20",
            'a"b',
            "a+b",
            "，",
            "a：b",
            "[x]",
            "\ue100",
            "a: b",
            " a",
            "your tea",
            "a tea",
        ]
    ),
    st.text(min_size=1, max_size=8),
)
scopes = st.fixed_dictionaries(
    {},
    optional={
        field: names | st.lists(names, min_size=2, max_size=3, unique=True).map(sorted)
        for field in ("on", "products", "brands", "shops")
    },
)


def amounts(currency, least=1, most=10**9):
    return st.integers(least, most).map(lambda minor: amount(minor, currency))


def amount(minor, currency):
    whole, part = divmod(minor, 10 ** DIGITS[currency])
    return f"{whole}.{part:0{DIGITS[currency]}d}" if part else str(whole)


def percents(most=100 * MOST_IN_CHINESE):
    return st.integers(1, most).map(lambda n: n // 100 if n % 100 == 0 else f"{n / 100:.2f}".rstrip("0"))


def some(draw, **fields):
    """Each of these or not."""
    return {name: draw(value) for name, value in fields.items() if draw(st.booleans())}


def one(draw, **fields):
    """Exactly one of these."""
    name = draw(st.sampled_from(sorted(fields)))
    return {name: draw(fields[name])}


def coupons(draw, money):
    form = draw(st.sampled_from(["plain", "each_unit", "cheapest"]))
    share = percents() | st.just(100) if form == "cheapest" else percents()
    value = one(draw, percent=share, amount=money, price=money)
    if form == "plain":
        return below(coupon(**value, **some(draw, max_discount=money)), value.get("amount"))
    return coupon(**value, **({"each_unit": True} if form == "each_unit" else {"cheapest": draw(counts)}))


def thresholds(draw, currency):
    by_count, each = draw(st.booleans()), draw(st.booleans())
    steps = draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=1 if each else 4, unique=True).map(sorted))
    rows = [threshold(draw, step, currency, by_count=by_count, each=each) for step in steps]
    for tier, behind in pairwise(rows):  # each says at least what one before it says
        behind |= {"free_shipping": True} if "free_shipping" in tier else {}
        if tier.keys() & {"save", "percent"} and not behind.keys() & {"save", "percent"}:
            behind["percent"] = draw(percents())
    if len(rows) == 1 and not {"save", "percent"} & rows[0].keys():
        rows[0]["save"] = amount(1, currency)
    found = save(**(rows[0] if len(rows) == 1 else {"tiers": rows}), **some(draw, max_discount=amounts(currency)))
    found |= {"by_count": True} if by_count else {}
    if not each and all("percent" not in row for row in rows):
        found = below(found, max((row["save"] for row in rows if "save" in row), key=float, default=None))
    return found | ({"each_full": True, **some(draw, times=counts)} if each else {})


def below(terms, most):
    """The terms with a cap that can bind: a higher one is refused or has another reading."""
    return terms | {"max_discount": most} if most and "max_discount" in terms else terms


def threshold(draw, step, currency, *, by_count, each):
    least = {"count": step} if by_count else {"spend": amount(step, currency)}
    free = {"free_shipping": True} if draw(st.booleans()) else {}
    kinds = ["save"] if each else ["save", "percent", *(["nothing"] if free else [])]
    what = draw(st.sampled_from(kinds))
    off = {"save": draw(amounts(currency, most=step))} if what == "save" else {"percent": draw(percents())}
    return least | free | ({} if what == "nothing" else off)


def flashes(draw, money):
    value = one(draw, percent=percents(), price=money)
    limits = some(draw, stock=counts, per_customer=counts)
    if not limits and "percent" in value:
        limits = some(draw, max_discount=money)
    return flash(**value, **some(draw, hours=counts), **limits)


def plain(draw, currency):
    """Any kind but a combined one, without conditions."""
    money = amounts(currency)
    kind = draw(st.sampled_from([name for name in OFFER_KINDS.names() if name != "combined"]))
    scope = draw(scopes)
    if kind == "bundle":
        value = one(draw, percent=percents(), price=money)
        return any_of(draw(counts), scope, **value, **some(draw, times=counts))
    made = {
        "coupon": lambda: coupons(draw, money),
        "spend_and_save": lambda: thresholds(draw, currency),
        "flash_sale": lambda: flashes(draw, money),
        "buy_x_get_y": lambda: buy(
            draw(counts | st.integers(1, 6)), draw(counts | st.just(1)), **some(draw, percent=percents(), times=counts)
        ),
        "gift": lambda: {
            "kind": kind, "product": draw(names), **some(draw, quantity=st.integers(2, 99), worth=money),
        },
        "free_shipping": lambda: ships(**some(draw, percent=percents(), max_discount=money)),
        "benefit": lambda: {"kind": kind, "text": draw(names), **some(draw, takes=money)},
    }[kind]()  # fmt: skip
    if scope and "price" in made:
        made.pop("max_discount", None)  # a price of some goods is one of each unit
    return made | scope


@st.composite
def offers(draw):
    """(terms, currency) of any offer that short forms say."""
    currency = draw(currencies)
    terms = plain(draw, currency)
    if draw(st.integers(0, 4)) == 0:
        parts = [terms, *(plain(draw, currency) for _ in range(draw(st.integers(1, 2))))]
        own = ("stock", "per_customer")  # which parts cannot have
        parts = [{name: value for name, value in part.items() if name not in own} for part in parts]
        terms = {"kind": "combined", "parts": parts}
    conditions = some(draw, min_spend=amounts(currency), min_count=counts, order_number=st.just(1))
    return (terms | conditions if draw(st.booleans()) else terms), currency


class TestInverse:
    """In all languages for each text, as drawing one takes longer."""

    @given(offers())
    def test_what_is_printed_reads_as_the_same_terms(self, drawn):
        terms, currency = drawn
        (offer,) = read_offers([terms], None, currency)
        for language in SHORT_FORM_LANGUAGES:
            text = print_offer(terms, language, currency)
            assert parse_offer(text, currency) == terms
            assert print_offer(offer, language, currency) == text

    @example("满200减20满")
    @given(
        st.lists(
            st.sampled_from(
                [*'满减打折件元包邮买送每最多次,:+[] "$¥%0123.', "20% off", " over ", " on ", "free shipping"]
            ),
            max_size=12,
        ).map("".join)
        | st.text(max_size=30)
    )
    def test_any_text_is_read_or_refused(self, text):
        try:
            currency = guess_currency(text)
            terms = parse_offer(text, currency)
        except InputError:
            return
        for language in SHORT_FORM_LANGUAGES:
            assert parse_offer(print_offer(terms, language, currency), currency) == terms
