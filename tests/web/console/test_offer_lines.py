"""Offers as lines that are read back as they were."""

import pytest

from offerloop.errors import InputError
from offerloop.web.console.campaigns.offer_lines import line_of, offers_of

COFFEE = {"kind": "coupon", "on": "GROCERY / COFFEE", "percent": 20, "max_discount": "5.00"}
SAVING = {"kind": "spend_and_save", "spend": "30", "save": "5", "id": "offer-2"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_amounts_with_and_without_decimals_are_shown_in_words(language):
    line = line_of(COFFEE, language, "USD")
    assert "{" not in line
    assert offers_of(line, "USD") == [COFFEE | {"max_discount": "5"}]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_offer_with_an_id_is_edited_in_words_and_keeps_it(language):
    line = line_of(SAVING, language, "USD")
    assert line.endswith("(offer-2)")
    assert offers_of(line, "USD", ["offer-2"]) == [SAVING]
    with pytest.raises(InputError, match="line 1"):
        offers_of(line, "USD", ["offer-3"])


def test_what_words_do_not_say_stays_json():
    odd = COFFEE | {"assumed": {"p_redeem": 0.1, "incremental": 0.5}, "id": "mine"}
    assert offers_of(line_of(odd, "en", "USD"), "USD") == [odd]
