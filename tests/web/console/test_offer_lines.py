"""Offers as lines that are read back as they were."""

import pytest

from offerloop.errors import InputError
from offerloop.report import Localizer
from offerloop.web.console.campaigns.offer_lines import OfferLines, line_of, shown_line

COFFEE = {"kind": "coupon", "on": "GROCERY / COFFEE", "percent": 20, "max_discount": "5.00"}
SAVING = {"kind": "spend_and_save", "spend": "30", "save": "5", "id": "offer-2"}


def read(text, before=()):
    """The offers of a text in dollars, of which none is refused."""
    return OfferLines("en", "USD", before, lambda _: None).read(text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_amounts_with_and_without_decimals_are_shown_in_words(language):
    line = line_of(COFFEE, language, "USD")
    assert "{" not in line
    assert read(line) == [COFFEE | {"max_discount": "5"}]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_offer_with_an_id_is_edited_in_words_and_keeps_it(language):
    line = line_of(SAVING, language, "USD")
    assert line.endswith("(offer-2)")
    assert read(line, [SAVING]) == [SAVING]
    with pytest.raises(InputError, match="line 1"):
        read(line, [SAVING | {"id": "offer-3"}])


def test_what_words_do_not_say_stays_json():
    odd = COFFEE | {"assumed": {"p_redeem": 0.1, "incremental": 0.5}, "id": "mine"}
    assert read(line_of(odd, "en", "USD")) == [odd]


@pytest.mark.parametrize("line", ['{"kind"', '{"percent": ' + "9" * 5_000 + "}", '{"on": ' + "[" * 100_000])
def test_what_is_no_json_is_refused_with_its_line(line):
    with pytest.raises(InputError, match="line 2 of the offers is no JSON"):
        read(f"\n{line}")


def test_a_line_that_was_left_as_it_is_stays_as_it_was_written():
    assert read(line_of(COFFEE, "en", "USD"), [COFFEE]) == [COFFEE]


def test_what_is_expected_of_an_offer_is_shown_in_words():
    expected = SAVING | {"assumed": {"p_redeem": 0.1, "incremental": 0.5}}
    line = shown_line(expected, Localizer("en", "USD"), "USD")
    assert line.startswith("$5 off over $30 (offer-2), expected: 10 % of its customers redeem it, 50 %")
