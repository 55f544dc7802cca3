"""When a period of a loop spends idle budgets on random offers."""

import polars as pl
import pytest

from offerloop.decision import LoopPeriod, exploration_of
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


def period(rests):
    return LoopPeriod(LoopExposures(pl.DataFrame(), first_day=0), holdback=0.05, rests=frozenset(rests))


def idle(known, unsent, rests=()):
    return exploration_of(period(rests), OFFERS, known, unsent).idle


def test_a_campaign_whose_offers_were_shown_too_seldom_explores_with_all_it_has():
    assert idle(["a", "c"], {"one": LOSS, "two": LOSS})["one"] == 1


def test_a_campaign_that_may_pay_explores_with_the_probability_that_it_does():
    shares = idle(["a", "b", "c"], {"one": OPEN, "two": LOSS})
    assert shares["one"] == pytest.approx(0.309, abs=0.001)  # the normal distribution at half a standard error
    assert shares["two"] < 1e-6


def test_a_campaign_that_is_sent_has_no_idle_budget():
    assert "one" not in idle(["a"], {"two": OPEN})


def test_the_idle_budget_of_a_campaign_that_rests_does_not_explore():
    assert idle([], {"one": OPEN, "two": OPEN}, rests=["one"]) == {"two": 1.0}


def test_a_run_that_is_no_period_of_a_loop_draws_as_it_always_does():
    assert exploration_of(None, OFFERS, [], {"one": OPEN}) is None
