from fractions import Fraction

import pytest

from offerloop.errors import ConfigError, InputError
from offerloop.offers import OFFER_KINDS, Assumption, read_offers
from offerloop.offers.base import Contact

TERMS = {
    "coupon": {"kind": "coupon", "percent": 10, "max_discount": "5.00"},
    "spend_and_save": {"kind": "spend_and_save", "spend": "50.00", "save": "5.00"},
    "flash_sale": {"kind": "flash_sale", "percent": 15, "hours": 24, "max_discount": "5.00"},
    "buy_x_get_y": {"kind": "buy_x_get_y", "buy": 2, "get": 1},
    "bundle": {"kind": "bundle", "parts": [{"on": "bread", "count": 1}, {"on": "tea", "count": 2}], "price": "9.00"},
    "gift": {"kind": "gift", "product": "mug", "worth": "5.00"},
    "free_shipping": {"kind": "free_shipping", "max_discount": "5.00"},
    "combined": {
        "kind": "combined",
        "parts": [{"kind": "coupon", "amount": "4.00"}, {"kind": "free_shipping", "max_discount": "1.00"}],
    },
    "benefit": {"kind": "benefit", "text": "Try the course", "takes": "5.00"},
}
UNBOUNDED = ("buy_x_get_y", "bundle")
CATEGORIES = ["bread", "tea"]


def read(*written):
    return read_offers(written, CATEGORIES, "USD")


def read_one(kind, **terms):
    (offer,) = read({**TERMS[kind], **terms})
    return offer


def test_these_terms_cover_every_kind():
    assert list(TERMS) == OFFER_KINDS.names()


@pytest.mark.parametrize("kind", TERMS)
class TestEveryKind:
    def test_is_read_from_its_terms(self, kind):
        offer = read_one(kind)
        most = None if kind in UNBOUNDED else 500
        assert (offer.kind, offer.most_minor, offer.funded_share, offer.assumed) == (kind, most, 0, None)
        assert offer.offer_id
        assert offer.label()

    def test_its_id_can_be_chosen(self, kind):
        assert read_one(kind, id="mine").offer_id.startswith("mine")

    def test_a_misspelt_field_is_answered_with_the_nearest_name(self, kind):
        with pytest.raises(InputError, match=f"kind '{kind}' has no field 'funded_shar', did you mean 'funded_share'"):
            read_one(kind, funded_shar=0.5)

    @pytest.mark.parametrize("share", [-0.1, 1.01, "abc", "1/0", "nan", [1]])
    def test_a_share_outside_0_to_1_is_refused(self, kind, share):
        with pytest.raises(InputError, match="'funded_share' must be"):
            read_one(kind, funded_share=share)

    @pytest.mark.parametrize("name", [5, "", ["x"]])
    def test_an_id_that_is_not_text_is_refused(self, kind, name):
        with pytest.raises(InputError, match="'id' must be text"):
            read_one(kind, id=name)

    def test_two_offers_may_not_share_an_id(self, kind):
        with pytest.raises(InputError, match="two offers have the id"):
            read(TERMS[kind], TERMS[kind])

    def test_what_the_shop_expects(self, kind):
        offer = read_one(kind, assumed={"value": "1.25", "p_redeem": 0.2})
        assert offer.assumed == Assumption(Fraction(1, 5), 125, None)

    def test_what_the_shop_expects_of_purchases(self, kind):
        offer = read_one(kind, assumed={"incremental": 0.25, "p_redeem": 0.2})
        assert offer.assumed == Assumption(Fraction(1, 5), None, Fraction(1, 4))

    def test_how_the_customer_hears_of_it(self, kind):
        offer = read_one(kind, channel="sms", contact_cost="0.05", quiet_hours="21:00-08:00")
        assert offer.contact == Contact("sms", 5, ("21:00", "08:00"))
        assert read_one(kind).contact == Contact("any", 0, None)

    @pytest.mark.parametrize("terms", [{"quiet_hours": "late"}, {"quiet_hours": "9-10"}, {"contact_cost": "-1"}])
    def test_a_wrong_contact_is_refused(self, kind, terms):
        with pytest.raises(InputError, match=f"'{next(iter(terms))}' must"):
            read_one(kind, **terms)

    @pytest.mark.parametrize(
        ("assumed", "said"),
        [
            ({"value": "1.25", "p_redem": 0.2}, "p_redeem"),
            ({"value": "1.25"}, "needs the field 'p_redeem'"),
            ({"p_redeem": 0.2}, "needs either 'value'"),
            ({"value": "1.25", "p_redeem": 2}, "'p_redeem' must be from 0 to 1"),
            ({"value": "1.255", "p_redeem": 0.2}, "'1.255' is not an amount in USD"),
            ({"value": "1.25", "p_redeem": 0.2, "vale": 1}, "no field 'vale', did you mean 'value'"),
            ({"value": "1.25", "incremental": 0.5, "p_redeem": 0.2}, "needs either 'value'"),
            ({"incremental": 1.5, "p_redeem": 0.2}, "'incremental' must be from 0 to 1"),
            (5, "'assumed' must be a table"),
        ],
    )
    def test_a_wrong_expectation_is_refused(self, kind, assumed, said):
        with pytest.raises(InputError, match=said):
            read_one(kind, assumed=assumed)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("spend_and_save", "spend"),
        ("spend_and_save", "save"),
        ("flash_sale", "hours"),
        ("buy_x_get_y", "buy"),
        ("buy_x_get_y", "get"),
        ("bundle", "parts"),
        ("gift", "product"),
        ("combined", "parts"),
    ],
)
def test_a_missing_field_is_named(kind, field):
    terms = {name: value for name, value in TERMS[kind].items() if name != field}
    with pytest.raises(InputError, match=f"kind '{kind}' needs the field '{field}'"):
        read(terms)


def test_a_coupon_says_what_it_takes_off():
    with pytest.raises(InputError, match="needs one of 'percent', 'amount' and 'price'"):
        read({"kind": "coupon"})


def test_a_flash_sale_says_what_it_takes_off():
    with pytest.raises(InputError, match="needs either 'percent' or 'price'"):
        read({"kind": "flash_sale", "hours": 24})


@pytest.mark.parametrize("kind", ["flash_sale", "bundle"])
def test_all_of_a_price_is_no_percentage_off(kind):
    terms = {name: value for name, value in TERMS[kind].items() if name != "price"}
    with pytest.raises(InputError, match="'percent' must be between 0 and 100"):
        read({**terms, "percent": 100})


@pytest.mark.parametrize("kind", ["coupon", "flash_sale"])
@pytest.mark.parametrize("percent", [0, -5, 100.5, "abc", "1/0", "nan", []])
def test_a_percentage_must_be_between_0_and_100(kind, percent):
    with pytest.raises(InputError, match="'percent' must be"):
        read_one(kind, percent=percent)


@pytest.mark.parametrize("kind", ["coupon", "flash_sale"])
def test_without_a_maximum_there_is_no_limit(kind):
    terms = {name: value for name, value in TERMS[kind].items() if name != "max_discount"}
    (offer,) = read(terms)
    assert offer.most_minor is None


@pytest.mark.parametrize("kind", ["coupon", "flash_sale"])
@pytest.mark.parametrize("most", ["0", "-1", "5.001", "much"])
def test_a_maximum_must_be_an_amount_above_zero(kind, most):
    with pytest.raises(InputError):
        read_one(kind, max_discount=most)


def test_an_unknown_kind_is_answered_with_the_nearest_name():
    with pytest.raises(ConfigError, match="no offer kind 'cupon', did you mean 'coupon'"):
        read({"kind": "cupon"})


def test_an_offer_without_a_kind_is_refused():
    with pytest.raises(ConfigError, match="no offer kind ''"):
        read({"percent": 10})


def test_no_offer_may_take_the_name_of_giving_nothing():
    with pytest.raises(InputError, match="'none' stands for giving nothing"):
        read_one("flash_sale", id="none")


def test_terms_are_not_changed_by_reading():
    written = {**TERMS["coupon"], "percent": [10, 20]}
    before = dict(written)
    read(written)
    assert written == before


@pytest.mark.parametrize("kind", ["spend_and_save", "flash_sale", "buy_x_get_y", "gift", "free_shipping"])
def test_each_category_makes_an_offer_of_every_category_of_every_kind(kind):
    offers = read({**TERMS[kind], "id": "o", "on": "each category", "except": {"on": "bread", "brands": "hills"}})
    assert [(one.offer_id, one.scope.categories) for one in offers] == [("o bread", {"bread"}), ("o tea", {"tea"})]
    assert all(one.scope.but.brands == {"hills"} for one in offers)


@pytest.mark.parametrize(
    "terms",
    [
        {"on": ["each category", "tea"]},
        {"except": {"on": "each category"}},
        {"kind": "combined", "parts": [{"kind": "coupon", "amount": "1", "on": "each category"}]},
    ],
)
def test_each_category_elsewhere_is_refused(terms):
    kind = terms.get("kind", "coupon")
    written = {**TERMS[kind], **terms}
    for categories in (CATEGORIES, None):
        with pytest.raises(InputError, match="'on' may be \"each category\" beside the kind of an offer only"):
            read_offers([written], categories, "USD")
