"""The price of a campaign's budget by its true spend: none while the plan holds, and then one that makes it last."""

import shutil

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from offerloop.money import MICRO
from offerloop.offers import CouponTerms, Issue, Redeem, RollBack
from offerloop.serving import Answer, DecisionInputs, PolicyPacing, ShopOffers, decide, serve_run
from offerloop.serving.pacing import _paced
from offerloop.serving.policy import NEWCOMER, UNKNOWN_CUSTOMER
from offerloop.store import Database, DecisionRecord, Ledger, add_decisions, hold_duty, shown_of

RNG = np.random.default_rng(3)


def rows(n=2_000):
    cost = RNG.integers(50, 150, n)
    profit = RNG.integers(1, 400, n)
    return pl.DataFrame(
        {"profit_minor": profit, "cost_expected_micro": cost * MICRO, "cost_liability_minor": [200] * n}
    )


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


def test_what_newcomers_redeem_as_planned_has_no_price_either():
    paced = _paced("first", 200_000, rows())
    assert paced.cost_of_liability == pytest.approx(0.5, abs=0.02)
    spent = 200 * 100 + 40_000 * 0.5  # 200 customers of the plan, and newcomers who were given 400.00 at most
    assert paced.price(int(spent * MICRO), 205, 0.1, 40_000 * MICRO) == 0.0
    assert paced.price(int(spent * MICRO), 205, 0.1) > 0.0


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


def test_what_leases_cost_follows_from_one_use_of_offers_that_are_used_several_times(paced):
    database, _, policy = paced
    path = policy.run_folder / "assignments.parquet"
    expected = pl.when(pl.col("offer_id") != "none").then(pl.lit(1_200, pl.Int64))
    several = {"cost_expected_micro": expected * MICRO, "cost_liability_minor": expected}
    pl.read_parquet(path).with_columns(**several).write_parquet(path)
    one_use = pl.read_parquet(policy.run_folder / "offers.parquet")["cost_liability_minor"].unique().item()
    (campaign,) = PolicyPacing(database, serve_run(policy.run_folder), "one").campaigns
    assert campaign.cost_of_liability == pytest.approx(1_200 / one_use)
    assert one_use < 1_200


@pytest.mark.parametrize("profit", [100, 0, -100])
def test_where_all_return_alike_as_many_get_the_offer_as_what_is_left_pays_for(paced, profit):
    _, _, policy = paced
    path = policy.run_folder / "assignments.parquet"
    table = pl.read_parquet(path)
    values = pl.DataFrame({"profit_minor": [profit], "cost_expected_micro": [50 * MICRO], "cost_liability_minor": 200})
    given = table.filter(pl.col("offer_id") != "none").drop(values.columns).join(values, how="cross")
    given.select(table.columns).write_parquet(path)
    planned = given.filter(pl.col("arm") == "plan")
    policy, customers = serve_run(policy.run_folder), planned["customer_id"].to_list()
    price = _paced("first", 50 * len(customers), planned).price(15 * len(customers) * MICRO, len(customers) // 4, 0.25)

    def shown(prices):
        decided = [decide(policy, DecisionInputs(one, prices=prices), 0) for one in customers]
        return sum(one.offer is not None for one in decided) / len(customers)

    assert shown({}) == 1.0
    assert shown({"first": price}) == pytest.approx(0.78 if profit > 0 else 1.0, abs=0.15)


def test_what_is_redeemed_late_of_an_earlier_plan_holds_nothing_back(paced):
    database, ledger, policy = paced
    ledger.add_template("first", CouponTerms(limit_per_code=None))
    ledger.carry_out_all([Issue("issue", "first", ("CODE",)), Redeem("before", "CODE", "c001", 500)])
    worker = PolicyPacing(database, policy, "one")
    beside = '{"offers": [{"campaign_id": "other"}, {"campaign_id": "first"}]}'

    def decided(name, customer, version, campaign="first", answer="{}"):
        record = DecisionRecord(
            name, 1, customer, version, "plan", campaign, "x", 0.8, 0, None, "{}", "", answer
        )  # fmt: skip
        database.change(lambda one: add_decisions(one, [record]))

    def spent():
        worker.solve()
        with database.engine.connect() as connection:
            return connection.execute(sa.text("select spent_minor from pacing")).scalar()

    assert spent() == 0
    for customer in ("c001", "c002", "c003"):
        decided(f"earlier {customer}", customer, "earlier")
    decided("beside", "c004", "earlier", "other", beside)
    decided("other campaign", "c005", "earlier", "other")
    decided("now", "c002", policy.version)
    ledger.carry_out_all([Redeem(f"use {one}", "CODE", f"c00{one}", 10**one) for one in range(1, 7)])
    ledger.carry_out(RollBack("back", "use 1", 5))
    theirs = 10**2 + 10**5 + 10**6  # 1, 3 and 4 had the campaign's offers from the earlier plan alone
    assert spent() == theirs
    decided("later", "c003", policy.version)
    ledger.carry_out(Redeem("more", "CODE", "c003", 7))
    assert spent() == theirs + 7
    assert spent() == theirs + 7


def test_decisions_are_written_while_a_worker_counts_them(paced):
    database, _, policy = paced
    others, written = Database.open(str(database.engine.url), patience_seconds=0.2), []

    def write(_connection, _cursor, statement, *_):
        if "count(DISTINCT decisions" in statement:
            written.append(others.change(lambda one: hold_duty(one, "another", "two", 60)))

    sa.event.listen(database.engine, "after_cursor_execute", write)
    PolicyPacing(database, policy, "one").solve()
    others.close()
    assert written == [True]


def test_customers_who_are_not_in_the_plan_are_none_of_those_who_have_come(paced):
    database, _, policy = paced
    records = []
    for customer in ("c000", "nobody 1", "nobody 2"):
        request = DecisionInputs(customer)
        answer = Answer.of(request, customer, 1, policy.version, decide(policy, request, 0), 0, ShopOffers())
        records.append(answer.record(answer.text()))
    database.change(lambda one: add_decisions(one, records))
    assert database.read(lambda one: shown_of(one, policy.version, ())).n_customers == 3
    reasons = (NEWCOMER, UNKNOWN_CUSTOMER)
    assert database.read(lambda one: shown_of(one, policy.version, reasons)).n_customers == 1


def test_a_duty_passes_on_when_its_holder_is_gone(paced, monkeypatch):
    database, _, _ = paced
    now = [100]
    monkeypatch.setattr("offerloop.store.served.pacing.clock", lambda _: now[0])
    take = lambda name: database.change(lambda one: hold_duty(one, "pacing", name, 60))  # noqa: E731
    assert [take("one"), take("two"), take("one")] == [True, False, True]
    now[0] += 60
    assert [take("two"), take("one")] == [True, False]
