from decimal import Decimal
from fractions import Fraction

import pytest
from babel.core import get_global
from babel.numbers import get_territory_currencies
from hypothesis import given
from hypothesis import strategies as st

from offerloop.errors import InputError
from offerloop.money import (
    DIGITS,
    exact_share,
    half_up,
    is_currency,
    is_unit,
    read_margin,
    round_up,
    share,
    to_minor,
    to_text,
)

AMOUNTS = st.integers(-(10**17), 10**17)
FRACTIONS = st.fractions(-100, 100)


def test_a_unit_may_be_named_like_a_code_that_is_no_currency_in_small_letters():
    assert (is_unit("pen"), DIGITS["pen"], is_currency("pen")) == (True, 2, False)
    assert (is_unit("EUR"), is_currency("EUR"), is_currency("lessons")) == (False, True, True)


def test_every_currency_in_use_is_known():
    territories = get_global("territory_currencies")
    assert {code for territory in territories for code in get_territory_currencies(territory)} <= set(DIGITS)


@given(AMOUNTS, st.sampled_from(sorted(DIGITS)))
def test_amounts_survive_the_way_to_text_and_back(minor, currency):
    assert to_minor(to_text(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("12.40", "USD", 1240),
        ("12.4", "USD", 1240),
        ("12.400", "USD", 1240),
        (" 0.05 ", "EUR", 5),
        ("-3.10", "USD", -310),
        (12, "USD", 1200),
        (Decimal("0.01"), "GBP", 1),
        ("1240", "JPY", 1240),
        ("0", "JPY", 0),
    ],
)
def test_an_amount_in_minor_units(written, currency, minor):
    assert to_minor(written, currency) == minor


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("12.345", "USD"),
        ("12.5", "JPY"),
        ("0.00000000000000000000000000000001", "USD"),
        ("1.0000000000000000000000000000001", "USD"),
        ("NaN", "USD"),
        ("sNaN", "USD"),
        ("Infinity", "USD"),
        ("abc", "USD"),
        ("", "USD"),
        ("$5", "USD"),
        ("5,00", "EUR"),
        ("1e18", "JPY"),
        ("1e99999", "USD"),
        ("1e999999999", "USD"),
    ],
)
def test_what_is_not_an_exact_amount_is_refused_by_name(written, currency):
    with pytest.raises(InputError, match="amount") as refusal:
        to_minor(written, currency)
    assert f"'{written}'" in str(refusal.value)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1240, "USD", "12.40"), (5, "USD", "0.05"), (-5, "EUR", "-0.05"), (0, "USD", "0.00"), (1240, "JPY", "1240")],
)
def test_text_has_the_digits_of_the_currency(minor, currency, text):
    assert to_text(minor, currency) == text


def test_a_percentage_meant_in_decimals_is_not_a_float():
    assert exact_share(0.15) == Fraction(3, 20)
    assert round_up(100 * exact_share(1.15)) == 115  # as a float it is a little less


@given(st.fractions())
def test_rounding_up_gives_the_least_integer_not_below(exact):
    assert exact <= round_up(exact) < exact + 1


@given(st.decimals(0, 1, places=6))
def test_a_share_written_as_a_float_is_the_decimal_that_was_typed(written):
    assert exact_share(float(written)) == Fraction(written)


@pytest.mark.parametrize(("exact", "minor"), [("2.5", 3), ("-2.5", -3), ("2.4999", 2), ("7", 7)])
def test_half_up(exact, minor):
    assert half_up(Decimal(exact)) == minor


def test_units_that_are_no_currency_count_in_hundredths():
    assert to_minor("1.50", "lessons") == 150
    assert to_text(150, "lessons") == "1.50"
    with pytest.raises(InputError):
        to_minor("1.50", "XYZ")


WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=8)


@given(st.integers(0, 10**9), WEIGHTS)
def test_shares_add_up_and_lie_within_one_unit_of_the_exact_ones(amount, weights):
    parts, total = share(amount, weights), sum(weights) or len(weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights if any(weights) else [1] * len(weights), strict=True):
        assert abs(part - Fraction(amount * weight, total)) < 1


@given(st.integers(0, 1000), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 200)), min_size=1, max_size=6))
def test_nothing_gets_more_than_it_can_take_and_the_rest_is_shared_again(amount, pairs):
    weights, most = (list(column) for column in zip(*pairs, strict=True))
    parts = share(amount, weights, most)
    assert all(0 <= part <= limit for part, limit in zip(parts, most, strict=True))
    assert sum(parts) == min(amount, sum(most))


def test_shares_by_hand():
    assert share(1000, [5000, 5000, 5000]) == [334, 333, 333]
    assert share(50, [200, 150]) == [29, 21]
    assert share(100, [1, 1, 2], [10, 100, 100]) == [10, 30, 60]
    assert share(7, [0, 0]) == [4, 3]


@given(AMOUNTS, FRACTIONS)
def test_half_goes_up_away_from_zero(whole, part):
    exact = whole + part
    rounded = half_up(exact)
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert abs(rounded - exact) < Fraction(1, 2) or abs(rounded) > abs(exact)


@pytest.mark.parametrize("text, margin", [(".35", "0.35"), ("35%", "0.35"), ("7.5 %", "0.075"), ("1", "1")])
def test_a_margin_is_typed_as_a_share_or_a_percentage(text, margin):
    assert read_margin(text) == margin


@pytest.mark.parametrize("text", ["35", "0", "-5%", "a third", "nan", "101%"])
def test_what_is_no_margin_is_refused_with_what_was_typed(text):
    with pytest.raises(InputError) as refused:
        read_margin(text)
    assert str(refused.value) == f"the margin must be a share such as 0.3 or 30%, not '{text}'"
