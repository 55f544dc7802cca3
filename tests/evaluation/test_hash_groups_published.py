"""Assignment against the vectors of the open specification of GrowthBook's SDKs."""

import json
from pathlib import Path

import pytest

from offerloop.evaluation.hash_groups import (
    ExclusiveGroup,
    Experiment,
    Filter,
    bucket_ranges,
    choose_arm,
    equal_weights,
    position,
)

CASES = json.loads((Path(__file__).parent / "published" / "assignment.json").read_text(encoding="utf-8"))["cases"]


def cases(fn):
    return [pytest.param(one, id=one["id"]) for one in CASES if one["fn"] == fn]


@pytest.mark.parametrize("case", cases("hash"))
def test_positions(case):
    if case["expected"] is None:
        with pytest.raises(ValueError, match="no version"):
            position(case["value"], case["seed"], case["version"])
    else:
        assert position(case["value"], case["seed"], case["version"]) == case["expected"]


@pytest.mark.parametrize("case", cases("bucket_ranges"))
def test_ranges(case):
    found = bucket_ranges(case["arms"], case["coverage"], case["weights"])
    assert [list(one) for one in found] == [pytest.approx(one, abs=case["tol"]) for one in case["expected"]]


@pytest.mark.parametrize("case", cases("choose_arm"))
def test_chosen_arms(case):
    assert choose_arm(case["n"], case["ranges"]) == (None if case["expected"] < 0 else case["expected"])


@pytest.mark.parametrize("case", cases("in_namespace"))
def test_exclusive_groups(case):
    assert ExclusiveGroup(case["namespace"], case["from"], case["to"]).holds(case["unit"]) is case["expected"]


@pytest.mark.parametrize("case", cases("equal_weights"))
def test_equal_weights(case):
    assert equal_weights(case["arms"]) == pytest.approx(case["expected"], abs=case["tol"])


def experiment(asked):
    """From the specification's words."""
    names = {"key": "key", "seed": "seed", "hashVersion": "version", "hashAttribute": "attribute", "force": "force",
             "fallbackAttribute": "fallback", "coverage": "coverage", "active": "active"}  # fmt: skip
    given = {names[name]: value for name, value in asked.items() if name in names}
    for name in ("weights", "ranges"):
        if name in asked:
            given[name] = tuple(asked[name])
    if "namespace" in asked:
        given["group"] = ExclusiveGroup(*asked["namespace"])
    filters = tuple(
        Filter(one["seed"], tuple(one["ranges"]), one.get("attribute", "id"), one.get("hashVersion", 2))
        for one in asked.get("filters", ())
    )
    return Experiment(n_arms=len(asked["variations"]), filters=filters, **given)


@pytest.mark.parametrize("case", cases("assign"))
def test_assigned(case):
    asked = case["experiment"]
    how = {name: asked[name] for name in ("chosen", "eligible", "rehearsal") if name in asked}
    found, expected = experiment(asked).assign(case["attributes"], **how), case["expected"]
    assert asked["variations"][found.arm] == expected["value"]
    assert found.in_experiment is expected["in_experiment"]
    assert found.by_hash is expected["hash_used"]
