"""Business as usual in the draw: who gets it, what they get, and how probable that was."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.config import ExperimentSettings
from offerloop.decision.arms import draw_arms
from offerloop.decision.usual_policy import KnownOffer, UsualPolicy, check_usual_offers, wishes_of
from offerloop.errors import ConfigError
from offerloop.evaluation.hash_groups import in_holdout, in_usual

SIZE = 40
KEYS = {"customer_id": pl.Int64, "campaign_id": pl.String, "offer_id": pl.String}
OFFERS = ("a", "b", "none")


def table(choices):
    rows = [(one, "x", offer) for one, offer in enumerate(choices) if offer != "none"]
    return pl.DataFrame(rows, schema=KEYS, orient="row")


def drawn(plan, todays, seed, *, usual, holdout=0.1, budget=800):
    """Everybody may explore by 'a' or 'b'; there is a customer for each choice of the plan."""
    everybody = pl.Series("customer_id", range(len(plan)), dtype=pl.Int64)
    rows = [(None, "x", offer, "coupon", 100) for offer in ("a", "b")]
    names = {**KEYS, "kind": pl.String, "cost_liability_minor": pl.Int64}
    return draw_arms(
        everybody, table(plan), pl.DataFrame(rows, schema=names, orient="row"), {}, {"x": budget},
        ExperimentSettings(holdout=holdout, holdout_seed=f"draw {seed}"), np.random.default_rng(seed),
        UsualPolicy(usual, table(todays)),
    )  # fmt: skip


CHOICES = st.lists(st.sampled_from(OFFERS), min_size=SIZE, max_size=SIZE)


@settings(max_examples=60, deadline=None)
@given(plan=CHOICES, todays=CHOICES, seed=st.integers(0, 2**31), usual=st.sampled_from([0.01, 0.1, 0.5]))
def test_each_arm_gets_what_it_is_for_and_the_written_probability_is_the_formula(plan, todays, seed, usual):
    arms = drawn(plan, todays, seed, usual=usual)
    name, h = f"draw {seed}", 0.1
    e = arms.explore_share
    q = {"a": 1 / 4, "b": 1 / 4, "none": 1 / 2}  # a kind or nothing, then one of two offers of the kind
    for one, offer, arm, propensity in arms.table.select("customer_id", "offer_id", "arm", "propensity").iter_rows():
        assert (arm == "holdout") == in_holdout(str(one), name, h)
        assert (arm == "usual") == in_usual(str(one), name, usual)
        assert offer == {"holdout": "none", "usual": todays[one], "plan": plan[one]}.get(arm, offer)
        expected = h * (offer == "none") + usual * (offer == todays[one])
        expected += (1 - h - usual) * ((1 - e) * (offer == plan[one]) + e * q[offer])
        assert propensity == pytest.approx(expected)


def test_written_probabilities_weigh_every_offer_back_to_one():
    """Over many draws of all arms the mean of 1{given} / propensity is 1 for each offer that can be given."""
    each, n, weighed = 100, 150, {}
    plan, todays = ["a"] * 2 * each + ["none"] * 2 * each, (["b"] * each + ["none"] * each) * 2
    for seed in range(n):
        found = drawn(plan, todays, seed, usual=0.2, budget=8_000).table
        for one, (offer, propensity) in enumerate(found.select("offer_id", "propensity").iter_rows()):
            weighed.setdefault((one // each, offer), []).append(1 / propensity)
    assert len(weighed) == 12
    for key, weights in weighed.items():
        mean = np.sum(weights) / (each * n)
        assert abs(mean - 1) < 4 * np.sqrt((np.mean(weights) - 1) / (each * n)), key


@given(st.text(min_size=1, max_size=8), st.floats(0.01, 0.2), st.floats(0.01, 0.5), st.floats(0, 0.3))
def test_the_two_groups_never_meet_and_keep_their_customers_when_they_grow(customer, holdout, usual, more):
    assert not (in_holdout(customer, "s", holdout) and in_usual(customer, "s", usual))
    assert in_usual(customer, "s", min(usual + more, 0.8)) or not in_usual(customer, "s", usual)


def test_a_group_has_its_share_of_customers():
    for share in (0.01, 0.07, 0.1, 0.5):
        mine = np.mean([in_usual(str(one), "holdout", share) for one in range(20_000)])
        assert abs(mine - share) < 4 * np.sqrt(share * (1 - share) / 20_000)


def test_the_first_rule_that_fits_counts_and_a_rule_without_audience_is_for_the_rest():
    members = pl.DataFrame({"audience": ["p", "p", "q"], "customer_id": [1, 2, 2]})
    found = wishes_of([("q", "none"), ("p", "a"), (None, "b")], pl.Series("customer_id", [1, 2, 3]), members)
    assert dict(found.iter_rows()) == {1: "a", 2: "none", 3: "b"}


def test_an_offer_of_several_campaigns_is_the_first_ones_in_whose_audience_the_customer_is():
    wishes = pl.DataFrame({"customer_id": [1, 2, 3], "offer_id": ["a", "a", "a"]})
    offers = pl.DataFrame({"campaign_id": ["y", "x"], "offer_id": ["a", "a"]})
    audiences = {"x": pl.Series("customer_id", [1]), "y": pl.Series("customer_id", [1, 2])}
    found = UsualPolicy.of(0.1, wishes, offers, audiences).table
    assert found.sort("customer_id").rows() == [(1, "x", "a"), (2, "y", "a")]


@pytest.mark.parametrize(
    "offer, said",
    [
        ("open", "may cost any amount: limit it, such as by 'max_discount'"),
        ("seat", "whose budget_unit is not money"),
        ("aa", "which no campaign has, did you mean 'a'?"),
    ],
)
def test_offers_that_cannot_be_counted_are_refused(offer, said):
    known = [KnownOffer("x", "a", 100, True), KnownOffer("x", "open", None, True), KnownOffer("y", "seat", 1, False)]
    check_usual_offers([("here", "a"), ("here", "none")], known)
    with pytest.raises(ConfigError) as error:
        check_usual_offers([("here", offer)], known)
    assert said in str(error.value)
