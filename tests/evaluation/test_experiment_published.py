"""Differences and sequences against the numbers of GrowthBook's statistics engine."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2

from offerloop.evaluation.experiment import relative, sample_ratio
from offerloop.evaluation.moments import Moments
from offerloop.evaluation.ratios import absolute, as_share
from offerloop.evaluation.sequential import always_valid
from offerloop.evaluation.totals import Totals

CASES = json.loads((Path(__file__).parent / "published" / "stats.json").read_text(encoding="utf-8"))["cases"]
ROUNDED = 0.6e-5
"""Published numbers have five decimals."""


def cases(*tests):
    return [pytest.param(one, id=one["id"]) for one in CASES if one["test"] in tests]


def totals(group):
    n = group["n"]
    match group["kind"]:
        case "proportion":
            return Totals.share(n, group["sum"])
        case "mean":
            return Totals.from_sums(n, {"outcome": (group["sum"], group["sum_squares"])})
        case "mean_cuped":
            return Totals.from_sums(
                n, {"outcome": group["post"], "before": group["pre"]}, {("outcome", "before"): group["post_pre"]}
            )
    columns = {"outcome": "m_post", "per": "d_post", "before": "m_pre", "before_per": "d_pre"}
    products = {
        ("outcome", "before"): "mpost_mpre", ("outcome", "per"): "mpost_dpost", ("outcome", "before_per"): "mpost_dpre",
        ("per", "before"): "mpre_dpost", ("per", "before_per"): "dpost_dpre", ("before", "before_per"): "mpre_dpre",
    }  # fmt: skip
    return Totals.from_sums(
        n,
        {role: group[name] for role, name in columns.items()},
        {pair: group[name] for pair, name in products.items()},
    )


def compared(case):
    rule = as_share if case["difference"] == "relative" else absolute
    return rule(totals(case["treatment"]), totals(case["control"]))


def read(case):
    """(low, high, p) as the case asks for them."""
    found, size = compared(case), case["control"]["n"] + case["treatment"]["n"]
    match case["test"]:
        case "two_sided_t":
            return found.low, found.high, found.p_value
        case "greater_t":
            return found.at_least(), math.inf, found.p_above
        case "lesser_t":
            return -math.inf, found.at_most(), found.p_below
    seen = always_valid(found, size, case["tuning"], case["alpha"])
    return seen.low, seen.high, seen.p_value


@pytest.mark.parametrize("case", cases("two_sided_t", "greater_t", "lesser_t", "sequential_two_sided"))
def test_differences(case):
    found, (low, high, p), expected = compared(case), read(case), case["expected"]
    assert found.value == pytest.approx(expected["effect"], abs=ROUNDED)
    assert found.se == pytest.approx(expected["se"], abs=ROUNDED)
    ends = [-math.inf if expected["ci"][0] is None else expected["ci"][0],
            math.inf if expected["ci"][1] is None else expected["ci"][1]]  # fmt: skip
    assert [low, high] == [pytest.approx(end, abs=ROUNDED) for end in ends]
    assert p == pytest.approx(expected["p"], abs=case.get("p_tolerance", ROUNDED))


@pytest.mark.parametrize("case", cases("srm"))
def test_sample_ratios(case):
    assert sample_ratio(case["users"], case["weights"]).p_value == pytest.approx(case["expected"]["p"], rel=1e-9)


@pytest.mark.parametrize("case", cases("srm_chi_square"))
def test_sample_ratios_of_many_groups(case):
    expected = [sum(case["users"]) * weight for weight in case["weights"]]
    square = sum((one - other) ** 2 / other for one, other in zip(case["users"], expected, strict=True))
    found = sample_ratio(case["users"], case["weights"])
    assert found.p_value == pytest.approx(chi2.sf(square, len(expected) - 1))


@pytest.mark.parametrize("case", cases("relative_diff"))
def test_a_share_is_of_the_size_of_a_negative_control(case):
    """A loss of 2 that becomes a gain of 3 is two and a half times itself better."""
    near = np.array([-1e-3, 1e-3, -1e-3, 1e-3])
    found = as_share(Totals.of(case["b"] + near), Totals.of(case["a"] + near))
    assert found.value == pytest.approx(case["expected"])
    of_moments = relative(Moments.of(case["b"] + near), Moments.of(case["a"] + near))
    assert of_moments.value == pytest.approx(case["expected"])
    assert of_moments.low < case["expected"] < of_moments.high
    assert (of_moments.low, of_moments.high) == pytest.approx((found.low, found.high), abs=1e-4)


@pytest.mark.parametrize("case", cases("sample_covariance"))
def test_covariances(case):
    found = Totals.of(np.array(case["x"]), per=np.array(case["y"]))
    assert found.covariance()[0, 1] == pytest.approx(case["expected"]["cov"])
