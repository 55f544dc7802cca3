"""The ship rule: what it does at one look, and how often it is wrong over many."""

import logging
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom
from shipping_worlds import BUYERS, World, actions, even_actions

from offerloop.evaluation.challenger import Metric, ObservedMetric, Reason, ShipRule, decide, read_challenge
from offerloop.evaluation.ratios import as_share
from offerloop.evaluation.sequential import AlwaysValid, planned_size
from offerloop.evaluation.totals import Totals

PROFIT, SPEND = Metric("profit"), Metric("spend")
RETURNS = Metric("returns", margin=0.1, lower_is_better=True)
RATING = Metric("rating", margin=0.05, relative=False)
PERIODS = 60


@pytest.fixture
def rng():
    return np.random.default_rng(12)


def seen(metric, state):
    return ObservedMetric(metric, AlwaysValid(0, 0, 0, 1), state)


@pytest.mark.parametrize(
    "states, alarms, action, codes",
    [
        pytest.param(("better", "within", "within"), (), "ship", ["better"], id="ship"),
        pytest.param(("open", "within", "within"), (), "go on", ["not_shown"], id="not-shown"),
        pytest.param(("better", "open", "within"), (), "go on", ["guardrail_open"], id="guardrail-open"),
        pytest.param(("better", "within", "worse"), (), "roll back", ["guardrail_worse"], id="guardrail-worse"),
        pytest.param(("worse", "within", "within"), (), "roll back", ["worse"], id="worse"),
        pytest.param(("better", "within", "within"), ("late orders",), "go on", ["alarm"], id="alarm"),
        pytest.param(("worse", "open", "within"), ("late orders",), "roll back", ["worse"], id="alarm-and-worse"),
    ],
)
def test_the_rule(states, alarms, action, codes):
    metrics = [seen(one, state) for one, state in zip((PROFIT, RETURNS, RATING), states, strict=True)]
    found, reasons = decide(metrics, alarms)
    assert (found, [one.code for one in reasons]) == (action, codes)


def test_one_of_two_success_metrics_is_enough_unless_the_other_is_worse():
    assert decide([seen(PROFIT, "open"), seen(SPEND, "better")]) == ("ship", (Reason("better", "spend"),))
    assert decide([seen(PROFIT, "worse"), seen(SPEND, "better")]) == ("roll back", (Reason("worse", "profit"),))


def groups(rng, n=20_000, gain=0.0, returns=0.1, stars=0.0):
    """Totals of a challenger and of the current policy."""
    found = []
    for mean, share, more in ((10 * (1 + gain), returns, stars), (10.0, 0.1, 0.0)):
        profit, rating = Totals.of(rng.normal(mean, 5, n)), Totals.of(rng.normal(4 + more, 0.5, n))
        found.append({"profit": profit, "returns": Totals.share(n, round(n * share)), "rating": rating})
    return found


RULE = ShipRule((PROFIT, RETURNS, RATING), planned=40_000)


@pytest.mark.parametrize(
    "world, action, reasons",
    [
        pytest.param({"gain": 0.05}, "ship", {Reason("better", "profit")}, id="gain"),
        pytest.param({"gain": -0.05}, "roll back", {Reason("worse", "profit")}, id="loss"),
        pytest.param({"returns": 0.13}, "roll back", {Reason("guardrail_worse", "returns")}, id="returns"),
        pytest.param({"gain": 0.05, "returns": 0.105}, "go on", {Reason("guardrail_open", "returns")}, id="perhaps"),
        pytest.param({"gain": 0.05, "returns": 0.05}, "ship", {Reason("better", "profit")}, id="fewer-returns"),
        pytest.param({"gain": 0.05, "stars": -0.1}, "roll back", {Reason("guardrail_worse", "rating")}, id="rating"),
        pytest.param({}, "go on", {Reason("not_shown", "profit")}, id="nothing"),
    ],
)
def test_a_reading(rng, world, action, reasons):
    found = read_challenge(*groups(rng, **world), RULE)
    assert (found.action, set(found.reasons)) == (action, reasons)
    assert [one.metric.name for one in found.metrics] == ["profit", "returns", "rating"]
    assert (found.sizes, found.left) == ((20_000, 20_000), 0.0)


def test_an_alarm_keeps_from_shipping(rng):
    found = read_challenge(*groups(rng, gain=0.05), RULE, ["orders of Monday are missing"])
    assert (found.action, found.reasons) == ("go on", (Reason("alarm", "orders of Monday are missing"),))


def test_a_broken_draw_stops_whatever_the_metrics_say(rng):
    challenger, _ = groups(rng, gain=0.05)
    _, current = groups(rng, n=22_000)
    found = read_challenge(challenger, current, RULE)
    assert (found.action, found.reasons, found.metrics) == ("stop", (Reason("broken_draw"),), ())
    planned = replace(RULE, shares=(20, 22))
    assert read_challenge(challenger, current, planned).action == "ship"


def test_few_customers_decide_nothing(rng):
    found = read_challenge(*groups(rng, n=29, gain=50.0), RULE)
    assert (found.action, found.reasons, found.left) == ("go on", (Reason("too_few"),), 40_000 - 58)


def test_nothing_bought_is_nothing_known():
    none = {"profit": Totals.of(np.zeros(500))}
    found = read_challenge(none, none, ShipRule((PROFIT,), 1000))
    assert (found.action, found.reasons) == ("go on", (Reason("not_shown", "profit"),))
    assert found.metrics[0].interval.low == -math.inf


def test_more_success_metrics_make_each_interval_wider(rng):
    challenger, current = ({**one, "spend": one["profit"]} for one in groups(rng))
    alone = read_challenge(challenger, current, ShipRule((PROFIT,), 40_000)).metrics[0].interval
    shared = read_challenge(challenger, current, ShipRule((PROFIT, SPEND), 40_000)).metrics[0].interval
    assert shared.high - shared.low > alone.high - alone.low


@pytest.mark.parametrize(
    "make, words",
    [
        pytest.param(lambda: Metric("returns", margin=-0.1), "0 or more", id="margin"),
        pytest.param(lambda: Metric("profit", planned_se=0.0), "above 0", id="error"),
        pytest.param(lambda: ShipRule((RETURNS,), 100), "without a success metric", id="no-success"),
        pytest.param(lambda: ShipRule((PROFIT, PROFIT), 100), "named twice", id="twice"),
        pytest.param(lambda: ShipRule((PROFIT,), 0), "above 0", id="planned"),
        pytest.param(lambda: read_challenge({}, {}, RULE), "challenger has no totals of 'profit'", id="lacking"),
    ],
)
def test_what_cannot_be_read_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_metrics_of_one_group_have_the_same_customers(rng):
    challenger, current = groups(rng)
    with pytest.raises(ValueError, match="different numbers of customers"):
        read_challenge({**challenger, "rating": Totals.share(5, 1)}, current, RULE)


# How often the rule is wrong, read at every one of 60 periods.


def at_most(share, runs):
    """A count that a right rule exceeds in one of 1,000 trials."""
    return binom.ppf(0.999, runs, share)


WORLDS = [
    pytest.param(World(200, 200), id="halves"),
    pytest.param(World(180, 20, spread=1.5), id="few-current"),
    pytest.param(World(20, 180, spread=1.5), id="few-challenged"),
]


def even_odds(world, runs, rng):
    """Actions of experiments in which both policies are the same."""
    sizes = (world.n_challenger, world.n_current)
    rule = ShipRule((PROFIT,), PERIODS * sum(sizes), sizes)
    found = Counter(action for action, _ in actions(world, rule, runs, PERIODS, rng))
    logging.getLogger(__name__).info("%s, the same policy twice: %s of %d runs", world, dict(found), runs)
    return found


def losses(runs, loss, rng, spread=0.5):
    """Actions of experiments that are powered at 80 % for a loss of this share of profit."""
    n = 200_000
    before = [Totals.of((rng.random(n) < BUYERS) * rng.lognormal(2.7, spread, n)) for _ in range(2)]
    size = planned_size(-loss, as_share(*before), 2 * n, PERIODS)
    world = World(*[math.ceil(size / 2 / PERIODS)] * 2, spread=spread, kept=1 - loss)
    found = actions(world, ShipRule((PROFIT,), size), runs, PERIODS, rng)
    counts, after = Counter(action for action, _ in found), [look for action, look in found if action == "roll back"]
    told = "loss of %.0f %%, planned for %.0f customers: %s of %d runs, rolled back after %.1f periods on average"
    logging.getLogger(__name__).info(told, 100 * loss, size, dict(counts), runs, np.mean(after))
    return counts


@pytest.mark.parametrize("world", WORLDS)
def test_the_same_policy_twice_is_hardly_ever_shipped(rng, world):
    found = even_odds(world, 120, rng)
    assert found["ship"] <= at_most(0.025, 120)
    assert found["ship"] + found["roll back"] <= at_most(0.05, 120)


KINDS = ["share", "adjusted", "ratio", "adjusted-ratio"]


@pytest.mark.parametrize("kind", KINDS)
def test_so_it_is_with_other_metrics(rng, kind):
    rule = ShipRule((PROFIT,), PERIODS * 200, (180, 20))
    found = Counter(even_actions((180, 20), rule, kind, 60, PERIODS, rng))
    assert found["ship"] <= at_most(0.025, 60)
    assert found["ship"] + found["roll back"] <= at_most(0.05, 60)


def test_customers_who_stay_in_their_arms_are_read_by_their_totals_so_far(rng):
    """Each brings much the same in every period; the rule is told the standard error that was planned."""
    runs, looks, n, found = 100, 30, 100, Counter()
    for _ in range(runs):
        each = rng.poisson(rng.gamma(1, 1, (2, n, 1)), (2, n, looks)).astype(float)
        mean = np.cumsum(each, axis=2) / np.arange(1, looks + 1)
        rule = ShipRule((replace(PROFIT, planned_se=0.15),), planned=2 * n)
        readings = (
            read_challenge(*({"profit": Totals.of(arm[:, look])} for arm in mean), rule).action for look in range(looks)
        )
        found[next((action for action in readings if action != "go on"), "go on")] += 1
    assert found["ship"] <= at_most(0.025, runs)
    assert found["ship"] + found["roll back"] <= at_most(0.05, runs)


def test_a_loss_is_rolled_back_as_often_as_planned(rng):
    found = losses(150, 0.05, rng)
    assert 0.8 * 150 - 3.1 * math.sqrt(150 * 0.16) <= found["roll back"] <= 0.8 * 150 + 3.1 * math.sqrt(150 * 0.16)
    assert found["ship"] == 0


@pytest.mark.soak
@pytest.mark.parametrize("world", [*WORLDS, pytest.param(World(2000, 2000, spread=1.5), id="many")])
def test_in_1000_experiments_the_same_policy_twice_is_hardly_ever_shipped(rng, world):
    assert even_odds(world, 1000, rng)["ship"] <= 50


@pytest.mark.soak
@pytest.mark.parametrize("sizes", [pytest.param((100, 100), id="halves"), pytest.param((180, 20), id="few-current")])
@pytest.mark.parametrize("kind", KINDS)
def test_in_1000_experiments_other_metrics_hardly_ever_ship_the_same_policy_twice(rng, kind, sizes):
    found = Counter(even_actions(sizes, ShipRule((PROFIT,), PERIODS * 200, sizes), kind, 1000, PERIODS, rng))
    logging.getLogger(__name__).info("%s, arms of %s, the same policy twice: %s of 1000 runs", kind, sizes, dict(found))
    assert found["ship"] <= 50
    assert found["ship"] + found["roll back"] <= 50


@pytest.mark.soak
def test_in_1000_experiments_a_loss_of_2_percent_is_rolled_back(rng):
    assert losses(1000, 0.02, rng)["roll back"] >= 770
