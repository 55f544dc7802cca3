import pytest

from offerloop.errors import InputError
from offerloop.offers import read_offers


def read(currency="USD", **terms):
    (offer,) = read_offers([{"kind": "spend_and_save", **terms}], [], currency)
    return offer


def test_it_costs_at_most_what_it_saves_and_has_no_depth():
    offer = read(spend="50.00", save="5.00")
    assert (offer.spend_minor, offer.off_minor, offer.most_minor) == (5000, 500, 500)
    assert (offer.depth, offer.category) == (None, None)
    assert str(offer.label()) == "5.00 off from 50.00 USD"


def test_amounts_are_read_in_the_shops_currency():
    assert read(currency="JPY", spend="5000", save="500").off_minor == 500


def test_saving_more_than_is_spent_is_refused():
    with pytest.raises(InputError, match=r"'save' \(5.01\) is more than 'spend' \(5.00\)"):
        read(spend="5.00", save="5.01")


def test_saving_all_that_is_spent_is_allowed():
    assert read(spend="5.00", save="5.00").most_minor == 500


@pytest.mark.parametrize("terms", [{"spend": "0", "save": "0"}, {"spend": "5.00", "save": "-1.00"}])
def test_amounts_must_be_above_zero(terms):
    with pytest.raises(InputError, match="must be above zero"):
        read(**terms)
