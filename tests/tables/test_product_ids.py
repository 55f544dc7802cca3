"""Suggested products are one text, of which each id comes back whole."""

import pytest

from offerloop.tables import joined_product_ids, split_product_ids


@pytest.mark.parametrize(
    ("product_ids", "text"),
    [
        ((), ""),
        (("7", "8"), "7 8"),
        (("TEA 100",), "TEA 100\n"),
        (("TEA 100", "TEA 250", "9"), "TEA 100\nTEA 250\n9\n"),
        (("a\u00a0b", "c"), "a\u00a0b\nc\n"),
    ],
)
def test_ids_come_back_as_they_were(product_ids, text):
    assert joined_product_ids(product_ids) == text
    assert split_product_ids(text) == product_ids
