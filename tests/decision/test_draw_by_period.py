"""Who explores in which period."""

from types import SimpleNamespace

import polars as pl
import pytest
from made_up_campaigns import calibration, campaign, effects, offers

from offerloop.config import ExperimentSettings, Plan
from offerloop.decision import Allowed, CampaignDecisions, assign
from offerloop.decision.apply_to_other_customers import DecidedPolicy
from offerloop.money import to_minor
from offerloop.response import HELD_OUT, Corrections, Effects

N_CUSTOMERS = 600


def drawn(seed=1, first_day=20_000, shard=None):
    """Everybody's arm and offer, where one campaign is sent."""
    table, fit = effects(7, N_CUSTOMERS, level=3.0), calibration()
    learned = Effects(table, offers(), pl.DataFrame(), fit, [(table.select(HELD_OUT), fit)], Corrections({}, {}))
    profiles = table.select("customer_id").unique().sort("customer_id")
    config = SimpleNamespace(
        campaigns=(campaign(budget="500.00", explore_budget="400.00"),), plan=Plan(), experiment=ExperimentSettings(),
        business_as_usual=None, shop=SimpleNamespace(currency="USD"), seed=seed,
        minor=lambda amount, *_: to_minor(amount, "USD"), unit=lambda _: "USD",
    )  # fmt: skip
    nobody = pl.Series("customer_id", [], dtype=pl.Int64)
    allowed = Allowed({"one": profiles["customer_id"]}, nobody, pl.DataFrame())
    decisions = CampaignDecisions({"one": DecidedPolicy("plan", ("a",), pl.Series([0.1]))}, "jointly")
    sent = decisions.carried_out(profiles["customer_id"], learned, allowed, config)
    return assign(profiles, allowed, sent, learned, None, config, None, None, first_day, shard).table


def explorers(table):
    return set(table.filter(arm="explore")["customer_id"])


def test_the_same_seed_and_day_draw_the_same():
    assert drawn().equals(drawn())


@pytest.mark.parametrize("changed", [{"first_day": 20_028}, {"first_day": -400}, {"seed": 2}, {"shard": 1}])
def test_another_period_seed_or_shard_draws_other_customers(changed):
    before, after = explorers(drawn()), explorers(drawn(**changed))
    assert len(before) == len(after) >= 40
    # 10 % explore, so a tenth of the one draw is expected in the other.
    assert len(before & after) < 0.4 * len(before)


def test_the_holdout_is_the_same_in_every_period():
    holdouts = [set(drawn(first_day=day).filter(arm="holdout")["customer_id"]) for day in (20_000, 20_028)]
    assert holdouts[0] == holdouts[1]
    assert holdouts[0]
