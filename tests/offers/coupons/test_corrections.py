"""Typing errors in codes: corrected where one code can have been meant."""

import random

import pytest

from offerloop.offers import is_valid_code, make_codes
from offerloop.offers.coupons.codes import ALPHABET
from offerloop.offers.coupons.corrections import correct_code, neighbours, spellings

ISSUED = {*make_codes(300), *make_codes(300, prefix="TEA")}


def among(*codes):
    return lambda asked: set(codes) & set(asked)


def slips(code, draw):
    place = draw.randrange(len(code) - 1)
    other = draw.choice([sign for sign in ALPHABET if sign != code[place]])
    yield code[:place] + other + code[place + 1 :]
    yield code[:place] + code[place + 1 :]
    yield code[:place] + other + code[place:]
    yield code[:place] + code[place + 1] + code[place] + code[place + 2 :]


def test_one_slip_is_corrected():
    draw = random.Random(4)
    for code in draw.sample(sorted(ISSUED), 25):
        for typed in slips(code, draw):
            assert correct_code(f"{typed[:4]}-{typed[4:].lower()}", among(*ISSUED)) == code


@pytest.mark.parametrize("typed", ["", "-", "QQQQQQQQQQQQ", "TEA", "x" * 300])
def test_what_is_no_slip_of_a_code_is_not_corrected(typed):
    assert correct_code(typed, among(*ISSUED)) is None


def test_no_correction_where_several_codes_can_have_been_meant():
    (code,) = make_codes(1)
    several = [one for one in neighbours(code[:-1]) if one != code]
    assert correct_code(code[:-1], among(code)) == code
    assert correct_code(code[:-1], among(code, several[0])) is None


def test_look_alikes_are_corrected_in_codes_of_any_origin():
    known = among("WELCOME10", "SAVE20")
    assert correct_code("we1c0me-IO", known) == "WELCOME10"
    assert correct_code("SAVE2O", known) == "SAVE20"


def test_codes_of_other_origin_that_differ_in_one_character_are_not_taken_for_each_other():
    codes = ["SAVE10", "SAVE20"]
    assert not any(is_valid_code(code) for code in codes)
    assert correct_code("SAVE30", among(*codes)) is None
    assert correct_code("SAVE21", among(*codes)) is None


def test_two_codes_that_look_alike_are_not_taken_for_each_other():
    known = among("TO", "T0")
    assert correct_code("TO", known) == "TO"
    assert correct_code("T0", known) == "T0"


def test_a_code_of_many_look_alikes_has_no_spellings():
    assert len(set(spellings("0" * 8))) == 256
    assert not list(spellings("0" * 9))


def test_a_guess_stands_for_some_twenty_codes():
    draw = random.Random(5)
    typed = ["".join(draw.choices(ALPHABET, k=12)) for _ in range(100)]
    assert 15 < sum(len(set(neighbours(one))) for one in typed) / 100 < 30
