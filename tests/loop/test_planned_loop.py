"""A loop that is stopped anywhere, and goes on, does what it would have done."""

import random
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
import stopped_loop

from offerloop.commands.loop.task import facts_of
from offerloop.errors import ContractError
from offerloop.loop import unpacked
from offerloop.loop.drift import AT_RANDOM, Alarm
from offerloop.loop.journal_records import packed
from offerloop.loop.journalled_steps import go_on, learn_once
from offerloop.response import UnseenCost
from offerloop.response.terms import EVERYTHING
from offerloop.store.journal import Journal

PERIODS = 2


class CrashError(Exception):
    """The process is gone."""


class Failing:
    """Stands before an object and crashes at its n-th call, before or after the call is made."""

    def __init__(self, inner, left):
        self.inner, self.left = inner, left

    def __getattr__(self, name):
        found = getattr(self.inner, name)
        if not callable(found):
            return found

        def call(*arguments):
            self.left -= 1
            if self.left == 0:
                raise CrashError
            done = found(*arguments)
            self.left -= 1
            if self.left == 0:
                raise CrashError
            return done

        return call


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an uninterrupted loop records."""
    url = f"sqlite:///{tmp_path_factory.mktemp('whole') / 'loop.db'}"
    with opened(url) as journal:
        stopped_loop.run(journal, PERIODS)
    return told(url)


@contextmanager
def opened(url):
    journal = Journal.open(url, "loop")
    yield journal
    journal.engine.dispose()


def told(url):
    with opened(url) as journal:
        return sorted(journal.recorded(), key=lambda one: one[:2])


@pytest.fixture
def journal(tmp_path):
    with opened(f"sqlite:///{tmp_path / 'loop.db'}") as journal:
        yield journal


def test_every_step_of_every_period_is_recorded_once(whole):
    assert [(period, step) for period, step, _ in whole] == sorted(
        (period, step) for period in range(PERIODS) for step in ("decide", "give", "learn")
    )


def test_no_budget_is_overspent(whole):
    budget = stopped_loop.SETTING.budget_minor
    spent = [body["liability_minor"] for _, step, body in whole if step == "decide"]
    assert max(spent) <= budget
    assert min(spent) > 0


@pytest.mark.parametrize("part", ["loop", "journal"])
def test_a_crash_at_any_call_changes_nothing(part, whole, journal):
    """The shop outlives the crash, or is played again from the beginning."""
    left, crashes = 1, 0
    while True:
        loop = stopped_loop.begin()
        failing = Failing(loop if part == "loop" else journal, left)
        try:
            go_on(*((failing, journal) if part == "loop" else (loop, failing)), PERIODS, lambda _: None)
            break
        except CrashError:
            left, crashes = left + 1, crashes + 1
    assert crashes >= 2 * PERIODS
    assert told(str(journal.engine.url)) == whole


@pytest.mark.slow
def test_two_at_once_do_what_one_does(whole, tmp_path):
    url = f"sqlite:///{tmp_path / 'loop.db'}"
    both = [subprocess.Popen([sys.executable, stopped_loop.__file__, url, str(PERIODS)]) for _ in range(2)]
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    assert told(url) == whole


def kill_and_begin_again(url, rng, most=1_000):
    """Kill the loop after random times until it is through, `most` times at most; how often it was killed at work."""
    command, kills = [sys.executable, str(Path(stopped_loop.__file__)), url, str(PERIODS)], 0
    while kills < most:
        process = subprocess.Popen(command)
        try:
            assert process.wait(timeout=rng.uniform(1.0, 2.5)) == 0
            return kills
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    subprocess.run(command, check=True)
    return kills


@pytest.mark.slow
def test_killed_processes_leave_the_same_decisions(whole, tmp_path):
    url = f"sqlite:///{tmp_path / 'loop.db'}"
    kill_and_begin_again(url, random.Random(1), most=2)
    assert told(url) == whole


@pytest.mark.soak
def test_fifty_kills_leave_the_same_decisions(whole, tmp_path):
    """As many loops as it takes; a loop that was through before it was killed does not count."""
    rng, kills, loops = random.Random(2), 0, 0
    while kills < 50:
        url, loops = f"sqlite:///{tmp_path / f'loop{loops}.db'}", loops + 1
        kills += kill_and_begin_again(url, rng)
        assert told(url) == whole


def test_a_decision_beyond_the_budget_is_never_recorded(journal):
    """The budget of the plan that is made is a hundred times that of the plan that was asked for."""
    loop = stopped_loop.begin()
    plan = loop.shop.plan

    def broken(config, period):
        campaign = config.campaigns[0]
        more = {name: str(100 * Decimal(getattr(campaign, name))) for name in ("budget", "explore_budget")}
        return plan(config.model_copy(update={"campaigns": (campaign.model_copy(update=more),)}), period)

    loop.shop.plan = broken
    with pytest.raises(ContractError, match="more than its budgets"):
        go_on(loop, journal, 1, lambda _: None)
    assert journal.recorded() == []


def test_a_shop_gives_a_period_once_and_what_it_costs_stays_as_it_was_decided():
    loop = stopped_loop.begin()
    decided, week = loop.decide(0), loop.shop.market.week
    assert decided["unseen_costs"] == []
    given = next(one for one in unpacked(decided["assignments"])["offer_id"] if one != "none")
    decided["unseen_costs"] = [asdict(UnseenCost(given, EVERYTHING, 0.0, None))]  # a gift that is configured no more
    loop.give(0, decided)
    loop.give(0, decided)
    assert loop.shop.market.week == week + 1
    assert loop.offers_without_cost() == [given]


def test_where_arms_are_not_those_that_were_drawn_only_campaigns_begun_later_are_sent(monkeypatch):
    loop, stop = stopped_loop.begin(), SimpleNamespace(action="stop", reasons=[])
    monkeypatch.setattr(loop.guardrails, "add_period", lambda customers: stop if customers is not None else None)
    (before,) = loop.config.campaigns
    for period in range(2):
        decided = loop.decide(period) | {"sent": [before.id]}
        everybody = unpacked(decided["assignments"]).with_columns(planned_offer_id=pl.lit("coupon"), arm=pl.lit("plan"))
        decided["assignments"] = packed(everybody)
        assert loop._paused() == ("trial", frozenset())
        loop.give(period, decided)
        loop.learn(period, decided)
    assert loop.reading is stop
    assert loop._paused() == ("stopped", {before.id})
    new = before.model_copy(update={"id": "later"})
    loop.config = loop.config.model_copy(update={"campaigns": (before, new)})
    assert loop._paused() == ("trial", {before.id})
    assert loop._randomised(1, decided) is None


def test_while_a_plan_is_paused_nothing_of_it_is_sent():
    loop = stopped_loop.begin()
    loop.guardrails.begin("rest")
    decided = loop.decide(0)
    assert (decided["state"], decided["sent"], decided["held_back"]) == ("rest", [], 0)


def test_after_an_alarm_twice_as_much_is_explored():
    loop = stopped_loop.begin()
    budgets = [loop.config.campaigns[0]]
    loop.periods_after_alarm = 1
    budgets.append(loop._settings(0, loop.first_day).campaigns[0])
    plain, cautious = ([Decimal(one.budget), Decimal(one.explore_budget)] for one in budgets)
    assert cautious[1] == 2 * plain[1]
    assert sum(cautious) == sum(plain)


def test_alarms_make_earlier_exposures_doubtful():
    loop, seen = stopped_loop.begin(), []
    loop.alarms.append(loop.first_day)
    plan = loop.shop.plan
    loop.shop.plan = lambda config, period: (seen.append(period), plan(config, period))[1]
    loop.decide(0)
    assert seen[0].exposures.alarms == (loop.first_day,)


@pytest.mark.parametrize(
    ("indicator", "is_doubtful"),
    [
        ("value", False),
        ("orders of the plan", False),
        ("cuts", False),
        ("price response", True),
        ("cost at random", True),
    ],
)
def test_only_alarms_of_what_offers_do_make_earlier_exposures_doubtful(journal, indicator, is_doubtful):
    """A season moves what customers bring and order; what offers add is learned in proportion to that."""
    loop = stopped_loop.begin()
    loop.drift.add_period = lambda *_: [Alarm(indicator, 0.2, 1e-6)]
    go_on(loop, journal, 1, lambda _: None)
    assert loop.alarms == ([loop.begins(1)] if is_doubtful else [])
    assert loop.periods_after_alarm > 0


def test_drift_sees_the_weeks_before_the_loop_and_what_is_usual_only_after_a_quarter(journal):
    loop = stopped_loop.begin()
    go_on(loop, journal, 1, lambda _: None)
    indicators = loop.drift.indicators
    assert len(indicators) == stopped_loop.SETTING.before + 1
    assert all("orders" + AT_RANDOM in one for one in indicators[:-1])
    assert not any("value" in one for one in indicators)


def test_another_reading_of_a_period_is_recorded_as_it_decides_what_comes(journal):
    """Otherwise a plan would rest that nobody was told of as rolled back, or be sent though the table says so."""
    shown, learned = [], {"reasons": [], "alarms": []}
    loop = SimpleNamespace(learn=lambda *_: dict(learned))
    for guardrails in ("go on", "go on", "roll back", "roll back", "go on"):
        learned |= {"guardrails": guardrails, "value_minor": random.random()}
        learn_once(loop, journal, 0, {"missed": False})
        (row,) = facts_of(journal.recorded())
        shown.append((row["guardrails"], row.get("guardrails_before")))
    assert shown == [("go on", None)] * 2 + [("roll back", "go on")] * 2 + [("go on", None)]
    assert [step for _, step, _ in journal.recorded()] == ["learn", "learn again 1", "learn again 2"]
