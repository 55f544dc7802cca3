import pytest

from offerloop.errors import InputError
from offerloop.offers import liability_minor, read_offers


def read(**terms):
    (offer,) = read_offers([{"kind": "benefit", "text": "Try it", "takes": "1", **terms}], ["maths"], "seats")
    return offer


def test_it_takes_the_same_from_the_budget_whoever_uses_it():
    offer = read(takes="1.50", on="maths")
    assert (offer.most_minor, offer.share_off, offer.depth, offer.category) == (150, None, None, "maths")
    assert str(offer.label()) == "Try it: maths"


def test_it_may_take_nothing_but_the_contact():
    offer = read(takes=None, contact_cost="1")
    assert (offer.most_minor, liability_minor(offer)) == (0, 100)


def test_one_may_be_on_several_categories():
    written = {"kind": "benefit", "text": "Try", "on": ["art", "maths"]}
    (offer,) = read_offers([written], ["art", "maths"], "seats")
    assert (offer.offer_id, offer.scope.names, str(offer.label())) == ("benefit", ("art", "maths"), "Try")


def test_it_may_stand_once_for_every_category():
    offers = read_offers([{"kind": "benefit", "text": "Try", "on": "each category"}], ["art", "maths"], "seats")
    assert [(one.offer_id, one.category, str(one.label())) for one in offers] == [
        ("benefit art", "art", "Try: art"),
        ("benefit maths", "maths", "Try: maths"),
    ]


@pytest.mark.parametrize(
    ("terms", "said"),
    [({"on": "math"}, "unknown category 'math', did you mean 'maths'"), ({"text": ""}, "'text' must be")],
)
def test_wrong_terms_are_refused(terms, said):
    with pytest.raises(InputError, match=said):
        read(**terms)
