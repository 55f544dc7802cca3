import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.errors import InputError
from offerloop.offers.coupons.codes import ALPHABET, code_guess_probability, is_valid_code, make_codes, normalise_code

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODES = [*make_codes(20), *make_codes(20, prefix="SUMMER25"), *make_codes(3, length=36), make_codes(1, "Z" * 24)[0]]


def test_codes_have_no_look_alikes():
    assert not set("01ILO") & set(ALPHABET)
    assert set("".join(make_codes(2_000))) == set(ALPHABET)


@pytest.mark.parametrize("code", CODES, ids=range(len(CODES)))
def test_every_single_wrong_character_is_found(code):
    for place, right in enumerate(code):
        for wrong in SIGNS.replace(right, ""):
            assert not is_valid_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize("code", CODES, ids=range(len(CODES)))
def test_every_swap_is_found_of_neighbours_and_of_any_others(code):
    assert is_valid_code(code)
    swaps = 0
    for one, other in ((a, b) for b in range(len(code)) for a in range(b) if code[a] != code[b]):
        signs = list(code)
        signs[one], signs[other] = signs[other], signs[one]
        assert not is_valid_code("".join(signs))
        swaps += 1
    assert swaps >= sum(a != b for a, b in pairwise(code))


@given(st.text(max_size=40))
def test_any_text_can_be_asked(text):
    assert is_valid_code(text) == is_valid_code(normalise_code(text))


def test_a_random_text_is_seldom_valid():
    draw = random.Random(1)
    hits = sum(is_valid_code("".join(draw.choices(ALPHABET, k=12))) for _ in range(20_000))
    assert hits / 20_000 == pytest.approx(1 / 37, rel=0.15)


@pytest.mark.parametrize("code", CODES[:30], ids=range(30))
def test_a_code_is_known_however_it_is_typed(code):
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for typed in (
        code.lower(),
        f" {code[:4]}-{code[4:8]} {code[8:]}\n",
        f"{code[:2]}–{code[2:]}",
        wide,
        code + "\u200b",
    ):
        assert normalise_code(typed) == code
        assert is_valid_code(typed)


def test_no_code_is_made_twice_and_all_signs_are_as_frequent():
    codes = make_codes(50_000, length=10)
    assert len(set(codes)) == 50_000
    counts = [sum(code[3] == sign for code in codes) for sign in ALPHABET]
    expected = 50_000 / len(ALPHABET)
    assert sum((count - expected) ** 2 / expected for count in counts) < 75  # chi square, 30 degrees: p = 1e-5


def test_the_chance_of_a_guess_is_that_of_counting():
    valid = sum(is_valid_code(a + b + c) for a in ALPHABET for b in ALPHABET for c in ALPHABET)
    assert code_guess_probability(5, 3) == 5 / valid
    assert code_guess_probability(10**6, 12) < 1e-10
    assert code_guess_probability(10**9, 3) == 1


def test_codes_that_could_be_guessed_are_not_made():
    with pytest.raises(InputError, match=r"one guess in .* ask for a length of at least 10$"):
        make_codes(1_000_000, length=8)
    make_codes(10, length=10)


def test_a_length_that_is_asked_for_is_one_that_can_be():
    with pytest.raises(InputError, match=r"take fewer codes or a shorter prefix, behind which codes may be longer$"):
        make_codes(1_000, prefix="T" * 32, length=4)
    with pytest.raises(InputError, match=r"ask for a length of at least (\d+)$") as refused:
        make_codes(1_000, prefix="T" * 27, length=4)
    enough = int(str(refused.value).rsplit(maxsplit=1)[1])
    assert len(make_codes(1_000, prefix="T" * 27, length=enough)) == 1_000


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"count": 0}, "at least 1"),
        ({"count": 1, "prefix": "été"}, "letters A-Z and digits, not 'É'"),
        ({"count": 1, "prefix": "SPRING"}, "has I, which is mistaken for 1 or L; .* such as 'SPRNG'"),
        ({"count": 1, "prefix": "o0"}, "has O, which is mistaken for 0; .* such as 'TEA'"),
        ({"count": 1, "length": 1}, "from 2 to 36"),
        ({"count": 1, "length": 30, "prefix": "ZANGPREFXX"}, "from 2 to 26"),
    ],
)
def test_what_cannot_be_asked_is_said(asked, said):
    with pytest.raises(InputError, match=said):
        make_codes(**asked)
