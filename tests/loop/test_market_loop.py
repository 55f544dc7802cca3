"""The loop in the simulated shop: it sees what a shop sees, and plays as one of the policies."""

import numpy as np
import pytest

from offerloop.loop.market_shop import LoopRule, loop_policy, menu_of, outcome_of
from offerloop.market.periods import Setting, past
from offerloop.market.policies import random
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market


def test_outcomes_are_read_off_the_order_lines():
    market = Market(load_preset("fashion"), 300, 100, 1, 6)
    given = random(market, 200_000, np.random.default_rng(1))
    done = market.advance(given.offer, given.propensity)
    value, cost = outcome_of(market)
    assert value == pytest.approx(done.value_minor(300), abs=1e-6)
    kept = np.where(done.lines.returned, 0, done.discount_minor)
    expected = np.bincount(done.lines.customer, kept, 300) * market.terms.own_share[given.offer]
    assert expected.sum() > 0
    assert cost == pytest.approx(expected, abs=len(done.lines.customer) / 2)


def test_the_menu_is_the_campaign_without_the_blanket_offer():
    market = Market(load_preset("grocery"), 50, 60, 1, 3)
    menu = menu_of(market.terms)
    assert menu.ids == market.terms.ids[:-1]
    assert menu.groups == 4
    assert (menu.threshold_minor > 0).sum() == 1


@pytest.fixture(scope="module")
def weeks():
    """Three weeks under the loop, twice."""

    def play():
        setting = Setting(load_preset("grocery"), 200, 80, 8, 3, 4, 100)
        start, log = past(setting, [], 5, learns=True)
        market, rng = start.branch(), np.random.default_rng(5)
        rule = loop_policy(start, log, setting.budget_minor)
        assert isinstance(rule, LoopRule)
        given = []
        for _ in range(3):
            given.append(rule(market, 0, rng))
            market.advance(given[-1].offer, given[-1].propensity)
        return setting, market, rule, given

    return play(), play()


def test_every_week_is_within_the_budget_and_logged(weeks):
    (setting, market, rule, given), _ = weeks
    for one in given:
        assert market.terms.liability_minor[one.offer[one.offer >= 0]].sum() <= setting.budget_minor
        assert np.all(one.propensity > 0)
    assert len(rule.decisions) == 3
    assert market.observe()["exposures"]["propensity"].null_count() == 0


def test_it_learns_from_its_own_weeks_one_week_later(weeks):
    (_, _, rule, _), _ = weeks
    assert rule.loop.sums.rows == (4 + 1) * 200


def test_the_same_world_gives_the_same_decisions(weeks):
    (_, _, _, one), (_, _, _, other) = weeks
    assert all(np.array_equal(a.offer, b.offer) for a, b in zip(one, other, strict=True))


def test_it_is_one_of_the_policies_of_simulate(command, tmp_path):
    arguments = ["--preset", "grocery", "--customers", 60, "--products", 60, "--periods", 2, "--before", 6, "--log", 3]
    code, out, err = command("simulate", *arguments, "--policy", "loop", "--policy", "same", "--out", tmp_path / "shop")
    assert (code, err) == (0, "")
    assert "'loop'" in out
