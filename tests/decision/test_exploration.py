"""When a period of a loop spends idle budgets on random offers."""

import polars as pl

from offerloop.decision import LoopPeriod, exploration_of
from offerloop.events import LoopExposures

OFFERS = pl.DataFrame({"campaign_id": ["one", "one", "two"], "offer_id": ["a", "b", "c"]})


def period(*, rests):
    return LoopPeriod(LoopExposures(pl.DataFrame(), first_day=0), holdback=0.05, rests=rests)


def test_campaigns_with_offers_that_were_shown_too_seldom_are_untried():
    assert exploration_of(period(rests=False), OFFERS, ["a", "c"]).untried == {"one"}
    assert exploration_of(period(rests=False), OFFERS, ["a", "b", "c"]).untried == set()


def test_after_a_rollback_no_idle_budget_explores():
    assert exploration_of(period(rests=True), OFFERS, []).untried == set()


def test_a_run_that_is_no_period_of_a_loop_draws_as_it_always_does():
    assert exploration_of(None, OFFERS, []) is None
