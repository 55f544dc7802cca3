"""The loop in the simulated shop: it sees what a shop sees, and plays as one of the policies."""

import numpy as np
import pytest

from offerloop.commands.simulate.loop_policy import loop_policy
from offerloop.events import epoch_day
from offerloop.loop import unpacked
from offerloop.market import Market
from offerloop.market.periods import Setting, past
from offerloop.market.preset import load_preset
from offerloop.tables import EXPLORE, HOLDBACK, PLAN

WEEKS = 2


@pytest.fixture(scope="module")
def weeks():
    """Two weeks under the loop, twice."""

    def play():
        setting = Setting(load_preset("grocery"), 200, 80, 8, WEEKS, 4, 100)
        start, log = past(setting, [], 5, learns=True)
        market, rng = start.branch(), np.random.default_rng(5)
        rule, given = loop_policy(start, log, setting.budget_minor), []
        for _ in range(WEEKS):
            given.append(rule(market, setting.budget_minor, rng))
            market.advance(given[-1].offer, given[-1].propensity)
        rule.catch_up(market)
        return setting, market, rule, given

    return play(), play()


def test_weeks_are_those_of_the_market_although_nobody_bought_on_the_last_day():
    market = Market(load_preset("fashion"), 30, 60, 6, 6)
    assert (market.today - market.observe()["order_lines"]["at"].max()).days > 1
    rule = loop_policy(market, [], 1_000)
    begun = rule._begin(market, 1_000)
    assert begun.planned.begins(0) == epoch_day(market.today)
    assert begun.shop.events.as_of_day == begun.planned.begins(0)


def test_every_week_is_within_the_budget_and_logged(weeks):
    (setting, market, rule, given), _ = weeks
    for one in given:
        assert market.terms.liability_minor[one.offer[one.offer >= 0]].sum() <= setting.budget_minor
        assert np.all(one.propensity > 0)
    assert len(rule.decided) == WEEKS
    assert market.observe()["exposures"]["propensity"].null_count() == 0


def test_what_came_of_each_week_is_learned(weeks):
    (_, market, rule, _), _ = weeks
    assert len(rule.learned) == WEEKS
    assert all(one["value_minor"] > 0 for one in rule.learned)
    rule.catch_up(market)
    assert len(rule.learned) == WEEKS


def test_the_same_world_gives_the_same_decisions(weeks):
    (_, _, _, one), (_, _, _, other) = weeks
    assert all(np.array_equal(a.offer, b.offer) for a, b in zip(one, other, strict=True))


def test_nobody_is_in_a_holdout(weeks):
    (_, _, rule, _), _ = weeks
    arms = {arm for one in rule.decided for arm in unpacked(one["assignments"])["arm"]}
    assert arms <= {PLAN, EXPLORE, HOLDBACK}


def test_it_is_one_of_the_policies_of_simulate(command, tmp_path):
    arguments = ["--preset", "grocery", "--customers", 60, "--products", 60, "--periods", 2, "--before", 6, "--log", 3]
    policies = ["--worlds", 1, "--policy", "loop", "--policy", "same"]
    code, out, err = command("simulate", *arguments, *policies, "--out", tmp_path / "shop")
    assert (code, err) == (0, "")
    assert "'loop'" in out
