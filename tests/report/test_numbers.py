import math

import pytest

from offerloop.evaluation.estimate import Estimate
from offerloop.report.numbers import Money, count, percent

DOLLARS = Money("USD")


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        ((12556, 5220, 19892), "$126 [52, 199]"),
        ((-934, -1366, -502), "−$9 [−14, −5]"),
        ((-188, -388, 11), "−$1.88 [−3.88, 0.11]"),
        ((123456, 24456, 222456), "$1,230 [240, 2,220]"),
        ((4.7, 3.9, 5.6), "$0.047 [0.039, 0.056]"),
        ((260, 23, 497), "$2.60 [0.23, 4.97]"),
        ((300, 30, 570), "$3 [0.3, 6]"),  # an end says on which side of zero it lies
        ((-300, -570, -30), "−$3 [−6, −0.3]"),
        ((300, -30, 630), "$3 [−0.3, 6]"),
        ((380, -4, 764), "$4 [−0.04, 8]"),
        ((300, 0, 600), "$3 [0, 6]"),
        ((300, 1e-9, 600), "$3 [0, 6]"),
        ((0, 0, 0), "$0.00 [0.00, 0.00]"),
    ],
)
def test_money_is_rounded_to_what_its_interval_knows(minor, text):
    assert DOLLARS.estimate(Estimate(*minor)) == text


def test_a_currency_without_digits_has_no_decimals():
    yen = Money("JPY")
    assert yen.estimate(Estimate(126, 52, 199)) == "¥126 [52, 199]"
    assert yen.decimal(125.5) == "126"
    assert yen.text(3) == "¥3"


@pytest.mark.parametrize(
    ("currency", "language", "text"),
    [
        ("USD", "en", "$1,235"),
        ("USD", "zh", "$1,235"),
        ("USD", "de", "1.235\u00a0$"),
        ("CNY", "en", "¥1,235"),
        ("CNY", "zh", "¥1,235"),
        ("EUR", "de", "1.235\u00a0€"),
        ("CHF", "en", "CHF 1,235"),
        ("BRL", "en", "R$1,235"),
        ("lessons", "de", "1.235 lessons"),
    ],
)
def test_each_language_puts_the_sign_of_a_currency_where_it_expects_it(currency, language, text):
    assert Money(currency, language).text(123456) == text


def test_an_interval_has_the_separators_of_the_language():
    assert Money("EUR", "de").estimate(Estimate(260, 23, 497)) == "2,60\u00a0€ [0,23, 4,97]"


@pytest.mark.parametrize(("minor", "text"), [(24376.8, "$244"), (387.4, "$3.87"), (-2300, "−$23"), (-0.2, "$0.00")])
def test_single_amounts(minor, text):
    assert DOLLARS.text(minor) == text


def test_amounts_for_machines_keep_the_digits_of_the_currency():
    assert DOLLARS.decimal(12555.79653) == "125.56"
    assert DOLLARS.decimal(-934.5) == "-9.35"


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.3563, 0.294, 0.419), "0.36 points [0.29, 0.42]"),
        (Estimate(1.354, 1.117, 1.591), "1.35 points [1.12, 1.59]"),
        (Estimate(-12.0, -40.0, 16.0), "−12 points [−40, 16]"),
        (Estimate(-0.001, -0.2, 0.2), "0.00 points [−0.20, 0.20]"),
        (Estimate(3.8, -0.4, 8.0), "3.8 points [−0.4, 8.0]"),
        (Estimate(-40.0, -80.0, 0.3), "−40 points [−80, 0.3]"),
    ],
)
def test_two_significant_digits_of_the_interval(estimate, text):
    assert estimate.text(" points") == text


def test_the_interval_of_a_share_stays_between_0_and_1():
    none, every = Estimate.of_share(0, 5), Estimate.of_share(5, 5)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(0.4345, abs=1e-3)
    assert math.isclose(every.low, 1 - none.high)


def test_percent_and_count():
    assert [percent(share) for share in (0.3, 0.004, 0.05, 0.675, -0.021)] == ["30 %", "0.4 %", "5 %", "68 %", "−2.1 %"]
    assert count(1463448.0) == "1,463,448"


@pytest.mark.parametrize(
    ("minor", "shown"), [(3.6, "$0.036"), (-0.36, "−$0.0036"), (36, "$0.36"), (36000, "$360"), (0, "$0.00")]
)
def test_small_amounts_keep_two_significant_digits(minor, shown):
    assert Money("USD").significant(minor) == shown
