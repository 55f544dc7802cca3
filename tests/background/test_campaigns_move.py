"""Campaigns that nobody moves: their times, and budgets that are used up, with what is audited and told."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from offerloop.background import follow_campaigns
from offerloop.config import Config, Schedule, Webhook
from offerloop.offers import CouponTerms, Issue, Lock, Redeem
from offerloop.store import (
    BudgetChange,
    CampaignState,
    CampaignText,
    Database,
    Editor,
    Ledger,
    add_campaign,
    add_job,
    approve_budget,
    declare,
    due_notice,
    find_campaign,
    list_jobs,
    move_campaign,
    open_budgets,
    promote,
    propose_budget,
    proposed_budgets,
    read_trail,
    take_lease,
)
from offerloop.store.connect import clock

NUMBERS = itertools.count()
CONFIG = Config.model_construct(
    webhooks=(Webhook(url="https://hook.test", secret_env="X"),), alarms=None,
    shop=Config.model_fields["shop"].annotation(name="Shop", currency="EUR"),
)  # fmt: skip


@pytest.fixture
def database(store_url):
    opened = Database.open(store_url)
    yield opened
    opened.close()


def write(database, name, state, starts_at=None, ends_at=None):
    text = CampaignText({"title": name, "budget": "10.00"}, starts_at, ends_at)

    def enter(connection):
        add_campaign(connection, name, text, Editor("ada", "ada"))
        move_campaign(connection, find_campaign(connection, name), state, {"ben"})

    database.change(enter)


def state_of(database, name):
    return database.read(lambda one: find_campaign(one, name)).moment.state


def told(database):
    return [(one.topic, one.body) for one in iter(lambda: database.change(due_notice), None)]


def test_time_moves_a_campaign_once_and_tells_it(database):
    now = database.read(clock)
    write(database, "begins", CampaignState.SCHEDULED, now - 1)
    write(database, "waits", CampaignState.SCHEDULED, now + 1_000)
    assert follow_campaigns(database, CONFIG) == 1
    assert follow_campaigns(database, CONFIG) == 0
    assert (state_of(database, "begins"), state_of(database, "waits")) == (
        CampaignState.RUNNING,
        CampaignState.SCHEDULED,
    )
    ((topic, body),) = told(database)
    assert (topic, body["campaign_id"], body["before"], body["state"]) == (
        "campaign.state",
        "begins",
        "scheduled",
        "running",
    )
    entry = database.read(lambda one: read_trail(one, None, 1))[0]
    assert (entry.actor, entry.action, entry.subject, entry.body["why"]) == (
        "service",
        "campaign moved",
        "begins",
        "time",
    )


def test_another_budget_begins_a_run_once_when_its_time_has_come(database):
    now = database.read(clock)
    changes = BudgetChange(now - 5, "20.00"), BudgetChange(now + 1_000, "30.00")
    text = CampaignText({"title": "spring", "budget": "10.00"}, None, None, changes)
    database.change(lambda one: add_campaign(one, "spring", text, Editor("ada", "ada")))
    follow_campaigns(database, CONFIG)
    assert database.read(lambda one: list_jobs(one, 5)) == []
    database.change(lambda one: move_campaign(one, find_campaign(one, "spring"), CampaignState.RUNNING, {"ben"}))
    follow_campaigns(database, CONFIG.model_copy(update={"schedule": Schedule(job="loop")}))
    assert database.read(lambda one: list_jobs(one, 5)) == []
    with ThreadPoolExecutor(4) as services:
        list(services.map(lambda _: follow_campaigns(database, CONFIG), range(8)))
    assert [one.kind for one in database.read(lambda one: list_jobs(one, 5))] == ["run"]
    found = database.read(lambda one: find_campaign(one, "spring"))
    assert found.text.budget_changes == changes
    assert [found.text.body_at(at)["budget"] for at in (now - 9, now, now + 2_000)] == ["10.00", "20.00", "30.00"]
    entries = [(one.action, one.body) for one in database.read(lambda one: read_trail(one, None, 9))]
    assert entries == [("campaign budget changed", {"budget": "20.00"})]


def approve(database, budget, at):
    """Propose and approve a budget of the campaign "spring", and return how many jobs there are then."""
    campaign = database.read(lambda one: find_campaign(one, "spring"))
    change, proposal = BudgetChange(at, budget), f"proposal {next(NUMBERS):04d}"  # their order within a second
    database.change(lambda one: propose_budget(one, campaign, proposal, change, "ada", 1))
    (proposed,) = database.read(lambda one: proposed_budgets(one, campaign))
    database.change(lambda one: approve_budget(one, proposed, "ben", 1))
    follow_campaigns(database, CONFIG)
    follow_campaigns(database, CONFIG)
    return len(database.read(lambda one: list_jobs(one, 9)))


def test_a_budget_that_is_approved_long_after_its_time_begins_a_run(database):
    now = database.read(clock)
    write(database, "spring", CampaignState.RUNNING)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"update campaigns set changed_at = {now - 1_000_000}")
    assert approve(database, "20.00", now - 100_000) == 1
    assert approve(database, "30.00", now - 100_000) == 2
    assert approve(database, "40.00", now - 200_000) == 2  # another budget counts since then


def test_a_budget_that_comes_back_begins_a_run_again(database):
    at = database.read(clock) - 100
    write(database, "spring", CampaignState.RUNNING)
    amounts = ("20.00", "30.00", "20.00", "30.00", "30.00")
    assert [approve(database, budget, at) for budget in amounts] == [1, 2, 3, 4, 4]
    audited = [one.body["budget"] for one in database.read(lambda one: read_trail(one, None, 9))]
    assert sorted(audited) == ["20.00", "20.00", "30.00", "30.00"]


def test_a_budget_for_which_an_earlier_version_began_a_run_begins_none(database):
    at = database.read(clock) - 40 * 86_400
    text = CampaignText({"title": "spring"}, None, None, (BudgetChange(at, "20.00"),))
    database.change(lambda one: add_campaign(one, "spring", text, Editor("ada", "ada")))
    database.change(lambda one: add_job(one, "run", {}, f"budget of spring at {at}"))
    database.change(lambda one: move_campaign(one, find_campaign(one, "spring"), CampaignState.RUNNING, {"ben"}))
    follow_campaigns(database, CONFIG)
    assert len(database.read(lambda one: list_jobs(one, 5))) == 1
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"update jobs set made_at = {at}")
    assert approve(database, "30.00", at) == 2


def test_a_budget_whose_time_came_while_the_campaign_was_paused_begins_a_run_when_it_goes_on(database):
    now = database.read(clock)
    text = CampaignText({"title": "spring"}, None, None, (BudgetChange(now - 100_000, "20.00"),))
    database.change(lambda one: add_campaign(one, "spring", text, Editor("ada", "ada")))
    for state, n_jobs in ((CampaignState.PAUSED, 0), (CampaignState.RUNNING, 1)):
        database.change(lambda one: move_campaign(one, find_campaign(one, "spring"), state, {"ben"}))  # noqa: B023
        follow_campaigns(database, CONFIG)
        assert len(database.read(lambda one: list_jobs(one, 5))) == n_jobs


def test_a_campaign_whose_coupons_have_spent_the_budget_is_exhausted(database):
    write(database, "spring", CampaignState.RUNNING)
    ledger = Ledger(database.engine)
    for name in ("spring", "spring/app", "spring-2"):
        ledger.add_template(name, CouponTerms(budget_minor=500))
    ledger.carry_out_all([Issue("i", "spring", ("A",)), Redeem("r1", "A", "anna", 500)])
    assert follow_campaigns(database, CONFIG) == 0
    ledger.carry_out_all([Issue("j", "spring/app", ("B",)), Lock("l", "B", "ben", "cart", 500)])
    assert follow_campaigns(database, CONFIG) == 0
    ledger.carry_out(Redeem("r2", "B", "ben", 500, "cart"))
    assert follow_campaigns(database, CONFIG) == 1
    assert state_of(database, "spring") is CampaignState.EXHAUSTED


def spend_all(database, lease, minor):
    assert database.change(lambda one: declare(one, {lease: minor}, {lease: minor}, 60)) == {lease}


@pytest.mark.parametrize(("n_held", "state"), [(0, CampaignState.EXHAUSTED), (3, CampaignState.RUNNING)])
def test_a_leased_budget_that_is_used_up_is_told(database, n_held, state):
    """Only where the plan holds offers for no customer of its own is the whole campaign exhausted, even where those
    cost nothing."""
    left = 1_000
    write(database, "spring", CampaignState.RUNNING)
    database.change(lambda one: open_budgets(one, "v1", {"spring": left}, {"spring": n_held}))
    lease, _ = database.change(lambda one: take_lease(one, "v1", "spring", left - 50, left - 50, 60))
    assert database.change(lambda one: take_lease(one, "v1", "spring", 100, 100, 60)) is None
    follow_campaigns(database, CONFIG)
    assert told(database) == []
    spend_all(database, lease, left - 50)
    assert database.change(lambda one: take_lease(one, "v1", "spring", 100, 100, 60)) is None
    follow_campaigns(database, CONFIG)
    follow_campaigns(database, CONFIG)
    assert state_of(database, "spring") is state
    notices = [body for topic, body in told(database) if topic == "budget.exhausted"]
    leased = {"campaign_id": "spring", "policy_version": "v1", "budget_minor": left, "leased_minor": left - 50}
    assert notices == [leased]


def test_a_budget_of_which_something_comes_back_is_not_used_up(database):
    from offerloop.store import exhausted_budgets, return_lease

    database.change(lambda one: open_budgets(one, "v1", {"spring": 100}, {}))
    lease, _ = database.change(lambda one: take_lease(one, "v1", "spring", 100, 100, 60))
    spend_all(database, lease, 95)
    assert database.change(lambda one: take_lease(one, "v1", "spring", 10, 10, 60)) is None
    assert [one.campaign_id for one in database.read(exhausted_budgets)] == ["spring"]
    database.change(lambda one: return_lease(one, lease, 50))
    assert database.read(exhausted_budgets) == []


def test_an_exhausted_budget_of_which_everybody_is_told_is_only_read(database, monkeypatch):
    database.change(lambda one: open_budgets(one, "v1", {"spring": 100}, {}))
    lease, _ = database.change(lambda one: take_lease(one, "v1", "spring", 100, 100, 60))
    spend_all(database, lease, 100)
    assert database.change(lambda one: take_lease(one, "v1", "spring", 10, 10, 60)) is None
    follow_campaigns(database, CONFIG)
    written = []
    monkeypatch.setattr(Database, "change", lambda *_: written.append(1))
    follow_campaigns(database, CONFIG)
    assert written == []


def test_a_budget_of_a_plan_that_is_not_served_any_more_exhausts_nothing(database):
    write(database, "spring", CampaignState.RUNNING)
    for version in ("20240601-000000", "20240608-000000"):
        database.change(lambda one, version=version: open_budgets(one, version, {"spring": 100}, {}))
    lease, _ = database.change(lambda one: take_lease(one, "20240601-000000", "spring", 100, 100, 60))
    spend_all(database, lease, 100)
    assert database.change(lambda one: take_lease(one, "20240601-000000", "spring", 10, 10, 60)) is None
    assert follow_campaigns(database, CONFIG) == 0
    assert follow_campaigns(database, CONFIG, "20240615-000000") == 0  # a run that leaves no budget enters none
    database.change(lambda one: promote(one, "20240601-000000", "ada"))
    assert follow_campaigns(database, CONFIG) == 1
    assert state_of(database, "spring") is CampaignState.EXHAUSTED
