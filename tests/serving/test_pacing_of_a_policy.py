"""The price of a campaign's budget by its true spend: none while the plan holds, and then one that makes it last."""

import shutil

import numpy as np
import polars as pl
import pytest

from offerloop.money import MICRO
from offerloop.offers import CouponTerms, Issue, Redeem
from offerloop.serving import DecisionInputs, PolicyPacing, decide, serve_run
from offerloop.serving.pacing import _paced
from offerloop.store import Database, DecisionRecord, Ledger, add_decisions, hold_duty

RNG = np.random.default_rng(3)


def rows(n=2_000):
    cost = RNG.integers(50, 150, n)
    return pl.DataFrame({"profit_minor": RNG.integers(1, 400, n), "cost_expected_micro": cost * MICRO})


def test_a_plan_that_costs_what_was_planned_has_no_price():
    paced = _paced("first", 200_000, rows())
    assert paced.price(0, 500, 0.25) == 0.0
    assert paced.price(500 * 100 * MICRO, 505, 0.25) == 0.0


def test_at_the_price_the_rest_of_the_plan_spends_what_is_left():
    table = rows()
    paced = _paced("first", 200_000, table)
    spent = 500 * 200  # twice what was planned of a quarter of the customers
    price = paced.price(spent * MICRO, 500, 0.25)
    returns = (table["profit_minor"] / table["cost_expected_micro"]).to_numpy()
    shown = table.filter(pl.Series(returns > price))["cost_expected_micro"].sum() / MICRO
    assert 0.9 * (200_000 - spent) < 2 * 0.75 * shown <= 1.02 * (200_000 - spent)


def test_nothing_is_shown_when_nothing_is_left():
    table = rows()
    price = _paced("first", 20_000, table).price(50_000 * MICRO, 250, 0.125)
    assert price >= (table["profit_minor"] / table["cost_expected_micro"]).max()


@pytest.fixture
def paced(small_run, tmp_path):
    """Database, ledger, policy of a shop whose campaign has a ledger of its own."""
    run = shutil.copytree(small_run, tmp_path / "shop" / "runs" / small_run.name)
    database = Database.open(f"sqlite:///{tmp_path / 'store.db'}")
    yield database, Ledger(database.engine), serve_run(run)
    database.close()


def test_one_worker_solves_for_all_by_what_the_ledger_has_spent(paced):
    database, ledger, policy = paced
    workers = [PolicyPacing(database, policy, name) for name in ("one", "two")]
    ledger.add_template("first", CouponTerms(limit_per_code=None))
    ledger.carry_out(Issue("issue", "first", ("CODE",)))
    workers[0].solve()
    assert workers[0].prices() == {}
    ids = pl.read_parquet(policy.run_folder / "assignments.parquet").filter(pl.col("offer_id") != "none")
    shown = ids["customer_id"].head(5).to_list()
    records = [
        DecisionRecord(
            f"d{one}", 1, one, policy.version, "plan", "first", "spend-and-save", 0.8, 0, None, "{}", "", "{}"
        )
        for one in shown
    ]
    database.change(lambda one: add_decisions(one, records))
    ledger.carry_out(Redeem("use", "CODE", "c000", 9_900))
    workers[1].solve()
    assert workers[1].prices() == {}
    workers[0].solve()
    prices = workers[1].prices()
    assert set(prices) == {"first"}
    decided = [decide(policy, DecisionInputs(one, prices=prices), 0) for one in ids["customer_id"]]
    held = [one for one in decided if "pacing" in one.reasons]
    assert held
    assert all((one.offer, one.propensity) == (None, None) for one in held)


def test_a_duty_passes_on_when_its_holder_is_gone(paced, monkeypatch):
    database, _, _ = paced
    now = [100]
    monkeypatch.setattr("offerloop.store.served.pacing.clock", lambda _: now[0])
    take = lambda name: database.change(lambda one: hold_duty(one, "pacing", name, 60))  # noqa: E731
    assert [take("one"), take("two"), take("one")] == [True, False, True]
    now[0] += 60
    assert [take("two"), take("one")] == [True, False]
