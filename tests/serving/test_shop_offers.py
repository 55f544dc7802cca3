"""Offers of a shop's folder: what is kept of the file is read again for orders of earlier days."""

import pytest

from offerloop.errors import InputError
from offerloop.offers import OfferSet
from offerloop.serving.shop_offers import OFFERS_FILE, ShopOffers, offers_then, open_shop_offers


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_text_of_an_earlier_day_is_read_as_the_file_was(encoding, tmp_path):
    text = 'currency = "EUR"\n[policy]\nmax_discount = "3"\n[[offers]]\nkind = "coupon"\npercent = 10\n'
    (tmp_path / OFFERS_FILE).write_text(text, encoding=encoding)
    opened = open_shop_offers(tmp_path, None)
    assert opened.text == text
    then = offers_then(None, opened.text)
    assert (then.everyone, then.policy) == (opened.everyone, opened.policy)


@pytest.mark.parametrize(
    "refused_now",
    [
        "segments = []",
        "hours = 2",
        'on = ["each category"]',
    ],
)
def test_what_an_earlier_version_accepted_is_still_read_of_the_past_and_refused_in_a_file(refused_now, tmp_path):
    text = f'currency = "EUR"\n[[offers]]\nid = "a"\nkind = "coupon"\npercent = 10\n{refused_now}\n'
    (offer,) = offers_then(None, text).everyone
    assert (offer.offer_id, offer.percent) == ("a", 10)
    (tmp_path / OFFERS_FILE).write_text(text)
    with pytest.raises(InputError):
        open_shop_offers(tmp_path, None)


def test_a_contact_of_a_part_is_still_read_of_the_past_and_refused_in_a_file(tmp_path):
    part = '{ kind = "coupon", percent = 10, channel = "email" }'
    text = f'currency = "EUR"\n[[offers]]\nid = "a"\nkind = "combined"\nparts = [{part}]\n'
    assert [one.offer_id for one in offers_then(None, text).everyone] == ["a"]
    (tmp_path / OFFERS_FILE).write_text(text)
    with pytest.raises(InputError, match="stand beside its parts"):
        open_shop_offers(tmp_path, None)


def test_a_set_that_another_thread_clears_meanwhile_is_given_all_the_same():
    class Cleared(dict):
        """Sets that another thread clears as soon as they were looked at."""

        def __contains__(self, key):
            is_there = super().__contains__(key)
            self.clear()
            return is_there

        def get(self, key):
            found = super().get(key)
            self.clear()
            return found

    offers = ShopOffers(_sets=Cleared())
    assert [type(offers.for_customer(())) for _ in range(3)] == [OfferSet] * 3
