"""Combinations of budgets and shares, played in one world, are what each would be alone."""

from functools import partial

import numpy as np
import polars as pl
import pytest

from offerloop.commands.simulate.loop_policy import loop_policy, loop_settings
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import load_config
from offerloop.market.periods import PERIOD_COLUMNS, Setting, past, play
from offerloop.market.planning import (
    Combination,
    Levers,
    PlanningProgress,
    combinations,
    compare_combinations,
    with_terms,
)
from offerloop.market.preset import load_preset


def looping(explore):
    return partial(loop_policy, explore=explore)


def small(preset="grocery", periods=2):
    return Setting(load_preset(preset), 80, 60, 6, periods, log=3, fresh=100)


def played(setting, combos, progress=None):
    quiet = PlanningProgress(lambda: None, lambda *_: None)
    return compare_combinations(setting, combos, 4, {"loop": looping}, progress or quiet)[1]


@pytest.fixture(scope="module")
def grid():
    levers = Levers((0.4,), (0.5, 0.9), (0.1, 0.6))
    combos = combinations(levers, ("loop", "personalised"), ("loop",))
    told, seen = [], []
    table = played(
        small(), combos, PlanningProgress(lambda: told.append(1), lambda one, week: seen.append((one, week)))
    )
    return combos, table, told, seen


def rows(table, one):
    own = (pl.col(name).eq_missing(getattr(one, name)) for name in ("budget", "supplier_share", "explore"))
    return table.filter(pl.col("policy") == one.policy, *own)


def test_every_combination_is_played_once(grid):
    combos, table, _, _ = grid
    assert len(combos) == len(set(combos)) == 2 * 2 + 2
    assert all(rows(table, one).height == 2 for one in combos)
    assert table.height == 2 * len(combos)


def test_each_is_what_it_would_be_alone(grid):
    """The past is shared, and still its random weeks cost what the combination's terms say."""
    combos, table, _, _ = grid
    for one in (combos[1], combos[-1]):
        setting = with_terms(small(), one.budget, one.supplier_share)
        learners = {"loop": looping(one.explore)} if one.explore is not None else {}
        _, alone = play(setting, [one.policy], 4, lambda: None, learners)
        assert rows(table, one).select(PERIOD_COLUMNS).equals(alone.periods)


def test_what_is_told_is_what_is_played(grid):
    combos, table, told, seen = grid
    assert len(told) == 2 * (1 + len(combos))
    assert [one for one, _ in seen] == [one for one in combos for _ in range(2)]
    assert [week["profit_minor"] for _, week in seen] == table["profit_minor"].to_list()
    assert [week["plain_sales_minor"] for _, week in seen] == table["plain_sales_minor"].to_list()


def gained(table):
    return (table["profit_minor"] - table["plain_profit_minor"]).sum()


def test_a_budget_of_nearly_nothing_brings_nothing():
    table = played(small(), [Combination("same", 1e-6, 0.75, None), Combination("loop", 1e-6, 0.75, 0.1)])
    assert table["offered"].sum() == 0
    assert gained(table) == 0


def test_with_the_same_offers_a_larger_share_of_suppliers_never_lowers_profit():
    """Everybody gets the same offer, whatever it costs."""
    shares = (0.0, 0.3, 0.6, 1.0)
    for preset in ("grocery", "null"):
        table = played(small(preset), [Combination("same", 100.0, share, None) for share in shares])
        parts = [rows(table, Combination("same", 100.0, share, None)) for share in shares]
        assert {part["offered"].sum() for part in parts} == {2 * 80}
        profits = [gained(part) for part in parts]
        assert profits == sorted(profits)
        assert parts[-1]["cost_minor"].sum() == 0


@pytest.mark.parametrize("explore", [0.0, 0.1])
def test_the_exploration_share_is_what_the_loop_gives_at_random(explore, tmp_path):
    setting = with_terms(small(), 1.0, 0.75)
    start, log = past(setting, [], 4, learns=True)
    campaign = loop_settings(load_config(write_shop(start, tmp_path)), setting.budget_minor, explore).campaigns[0]
    assert float(campaign.explore_budget) == pytest.approx(explore * setting.budget_minor / 100, abs=0.01)
    assert 100 * (float(campaign.budget) + float(campaign.explore_budget)) == pytest.approx(setting.budget_minor)
    rule = looping(explore)(start, log, setting.budget_minor)
    rule(start.branch(), setting.budget_minor, np.random.default_rng(4))
    assert rule.decided[-1]["liability_minor"] <= setting.budget_minor
