"""Patterns of the configuration: `*` and `?`, and every other sign itself."""

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.config import fits_pattern, pattern_expression


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("coupon-*", "coupon-10", True),
        ("coupon-*", "a coupon-10", False),
        ("*-10", "coupon-10 %", False),
        ("*a*b*", "xxaxxbxx", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("x[1]", "x[1]", True),
        ("x[1]", "x1", False),
        ("x[1]", "x[1]\n", False),
        ("*", "two\nlines", True),
        ("", "", True),
    ],
)
def test_what_fits(pattern, text, fits):
    assert fits_pattern(text, pattern) is fits


SIGNS = st.text("ab*?[]^-. ", max_size=6)


@given(SIGNS, SIGNS)
def test_tables_and_python_agree(pattern, text):
    expression = pattern_expression(pattern)
    assert pl.Series([text]).str.contains(expression)[0] is fits_pattern(text, pattern)
    assert bool(re.search(expression, text)) is fits_pattern(text, pattern)
