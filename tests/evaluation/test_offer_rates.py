"""Offer rates of groups: bands of numbers, and the order in which groups are shown."""

import polars as pl
import pytest

from offerloop.evaluation import Estimate, rates_by_group


def recipients(values):
    n = len(values)
    offers = ["ten" if one % 2 else "none" for one in range(n)]
    depths = [0.1 if one % 2 else None for one in range(n)]
    return pl.DataFrame({"offer_id": offers, "depth": depths, "value": values})


def sizes(values):
    return {one.name: one.size for one in rates_by_group(recipients(values), "who")}


def test_a_number_of_many_values_is_shown_in_bands_of_equally_many_customers():
    assert sizes([20 + one % 40 for one in range(400)]) == {"20–29": 100, "30–39": 100, "40–49": 100, "50–59": 100}


@pytest.mark.parametrize("values", [[1, 2] * 40, ["young", "old"] * 40])
def test_few_values_and_words_stay_as_they_are(values):
    assert sizes(values) == {str(one): 40 for one in set(values)}


def test_groups_stand_in_the_order_of_their_numbers():
    names = ["100-124K", "15-24K", "Under 15K", "125-149K", "unknown", "35-49K"]
    assert list(sizes(names)) == ["Under 15K", "15-24K", "35-49K", "100-124K", "125-149K", "unknown"]


def test_bands_of_large_and_negative_numbers_stand_in_their_order():
    assert list(sizes([number * 100_000 - 2_000_000 for number in range(80)])) == [
        "-2000000–-100000", "0–1900000", "2000000–3900000", "4000000–5900000"
    ]  # fmt: skip


def test_the_rate_is_that_of_customers_with_an_offer_and_nobody_without_the_attribute_counts():
    (only,) = rates_by_group(recipients(["a", "a", "a", "a", None, None]), "who")
    assert (only.size, only.depth) == (4, 0.1)
    assert only.rate == Estimate.of_share(2, 4)


def test_bands_of_small_numbers_stay_apart():
    """With two decimals all of them would be 0–0; with three the first one would be 0.001–0.001."""
    assert sizes([(5 + one % 36) / 10_000 for one in range(360)]) == {
        "0.0005–0.0013": 90, "0.0014–0.0022": 90, "0.0023–0.0031": 90, "0.0032–0.004": 90
    }  # fmt: skip


def test_bands_have_no_more_decimals_than_tell_their_ends_apart():
    assert list(sizes([one / 9_999 for one in range(10_000)])) == ["0–0.25", "0.25–0.5", "0.5–0.75", "0.75–1"]
    assert next(iter(sizes([0.0] * 250 + [1 + one / 9 for one in range(750)]))) == "0"


def test_a_number_that_many_have_is_a_band_of_its_own():
    rest = [1 + one % 30 for one in range(90)]
    assert sizes([0] * 350 + rest) == {"0": 350, "1–10": 30, "11–20": 30, "21–30": 30}
    assert sizes(rest + [99] * 350) == {"1–30": 90, "99": 350}
