"""When a period of a loop spends idle budgets on random offers."""

import numpy as np
import polars as pl
import pytest

from offerloop.decision import LoopPeriod, exploration_of
from offerloop.decision.arms import NamedChoices, RandomOffers
from offerloop.decision.forecast import probabilities_at_random
from offerloop.evaluation import Estimate
from offerloop.events import LoopExposures

OFFERS = pl.DataFrame(
    {
        "campaign_id": ["one", "one", "two", "two"],
        "offer_id": ["a", "b", "c", "over"],
        "basis": ["estimated", "unknown", "unknown", "not_valid"],
    }
)
OPEN = Estimate.of(-100.0, 200.0)
"""A profit of offers at random that may be above zero."""
LOSS = Estimate.of(-100.0, 10.0)


def period(paused):
    return LoopPeriod(LoopExposures(pl.DataFrame(), first_day=0), holdback=0.05, paused=frozenset(paused))


def idle(known, unsent, paused=()):
    return exploration_of(period(paused), OFFERS, known, unsent).idle


def test_a_campaign_whose_offers_were_shown_too_seldom_explores_with_all_it_has():
    assert idle(["a", "c"], {"one": LOSS, "two": LOSS})["one"] == 1


def test_a_campaign_that_may_pay_explores_with_the_probability_that_it_does():
    shares = idle(["a", "b", "c"], {"one": OPEN, "two": LOSS})
    assert shares["one"] == pytest.approx(0.309, abs=0.001)  # the normal distribution at half a standard error
    assert shares["two"] < 1e-6


def test_a_campaign_that_is_sent_has_no_idle_budget():
    assert "one" not in idle(["a"], {"two": OPEN})


def test_the_idle_budget_of_a_campaign_that_rests_does_not_explore():
    assert idle([], {"one": OPEN, "two": OPEN}, paused=["one"]) == {"two": 1.0}


def test_a_run_that_is_no_period_of_a_loop_draws_as_it_always_does():
    assert exploration_of(None, OFFERS, [], {"one": OPEN}) is None


def test_the_worth_of_random_offers_is_that_of_the_draw_which_explorers_make():
    """A kind first, nothing among them: one offer of a kind of its own is drawn as often as all coupons together."""
    effects = pl.DataFrame(
        [(1, "a", "coupon", 500), (1, "b", "coupon", 500), (1, "ship", "free_shipping", 300), (2, "a", "coupon", 500),
         (3, "b", "coupon", 500), (3, "dear", "gift", None)],
        ["customer_id", "offer_id", "kind", "cost_liability_minor"], orient="row",
    ).with_columns(campaign_id=pl.lit("one"))  # fmt: skip
    weights = probabilities_at_random(effects)
    assert weights.tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 2, 1 / 2, 0])
    customers, safe = pl.Series("customer_id", [1, 2, 3]), effects.drop_nulls("cost_liability_minor")
    drawn = RandomOffers.of(customers, safe, {}, NamedChoices.of(safe))
    for offer, expected in (("a", [1 / 6, 1 / 2, 0]), ("b", [1 / 6, 0, 1 / 2]), ("ship", [1 / 3, 0, 0])):
        named = NamedChoices.of(safe)
        code = named.of_rows(pl.DataFrame({"campaign_id": ["one"], "offer_id": [offer]}))[0]
        assert drawn.probability(np.full(3, code)).tolist() == pytest.approx(expected)
