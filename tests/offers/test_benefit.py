import pytest

from offerloop.errors import InputError
from offerloop.offers import read_offers


def read(**terms):
    (offer,) = read_offers([{"kind": "benefit", "text": "Try it", "takes": "1", **terms}], ["maths"], "seats")
    return offer


def test_it_takes_the_same_from_the_budget_whoever_uses_it():
    offer = read(takes="1.50", on="maths")
    assert (offer.most_minor, offer.share_off, offer.depth, offer.category) == (150, None, None, "maths")
    assert offer.label() == "Try it"


@pytest.mark.parametrize(
    ("terms", "said"),
    [({"on": "math"}, "unknown category 'math', did you mean 'maths'"), ({"text": ""}, "'text' must be")],
)
def test_wrong_terms_are_refused(terms, said):
    with pytest.raises(InputError, match=said):
        read(**terms)
