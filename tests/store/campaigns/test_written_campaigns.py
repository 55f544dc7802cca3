"""Campaigns on record, on both databases."""

import pytest
import sqlalchemy as sa

from offerloop.store import (
    BudgetChange,
    CampaignState,
    CampaignText,
    Database,
    Editor,
    add_campaign,
    add_token,
    approve_budget,
    campaign_states,
    campaigns_in,
    decline_budget,
    erase_traces,
    find_campaign,
    find_revision,
    list_campaigns,
    list_revisions,
    move_campaign,
    moved_by_time,
    person_behind,
    propose_budget,
    proposed_budgets,
    revise_campaign,
    traces_of,
)
from offerloop.store.connect import StaleError, clock, writing
from offerloop.store.schema import campaigns

ADA, BEN = Editor("token_a", "ada"), Editor("ben", "ben")


def text(title="Spring", starts_at=None, ends_at=None):
    return CampaignText({"title": title}, starts_at, ends_at)


@pytest.fixture
def database(store_url):
    found = Database.open(store_url)
    for name in ("autumn", "spring", "winter"):
        assert found.change(lambda one, name=name: add_campaign(one, name, text(), ADA))
    yield found
    found.close()


def spring(database):
    return database.read(lambda one: find_campaign(one, "spring"))


def test_an_id_is_given_once_and_campaigns_are_listed_by_pages(database):
    assert not database.change(lambda one: add_campaign(one, "spring", text("Other"), BEN))
    assert spring(database).text.body == {"title": "Spring"}
    assert database.read(lambda one: find_campaign(one, "summer")) is None
    pages = [[one.campaign_id for one in database.read(lambda one: list_campaigns(one, after, 2))]  # noqa: B023
             for after in ("", "spring")]  # fmt: skip
    assert pages == [["autumn", "spring"], ["winter"]]


def test_every_revision_stays_and_the_newest_is_a_draft(database):
    first = spring(database)
    database.change(lambda one: move_campaign(one, first, CampaignState.APPROVED, {"ben"}))
    approved = spring(database)
    assert (approved.state, approved.moment.approved_by) == (CampaignState.APPROVED, {"ben"})
    database.change(lambda one: revise_campaign(one, approved, text("Late spring", 5, 9), BEN))
    database.change(lambda one: revise_campaign(one, spring(database), text(), ADA, restored_from=1))
    newest = spring(database)
    assert (newest.revision, newest.state, newest.moment.approved_by) == (3, CampaignState.DRAFT, frozenset())
    assert newest.moment.last_editor == "ada"
    revisions = database.read(lambda one: list_revisions(one, "spring", None, 10))
    assert [(one.revision, one.editor, one.restored_from) for one in revisions] == [
        (3, ADA, 1),
        (2, BEN, None),
        (1, ADA, None),
    ]
    assert [one.revision for one in database.read(lambda one: list_revisions(one, "spring", 3, 1))] == [2]
    second = database.read(lambda one: find_revision(one, "spring", 2))
    assert second.text == text("Late spring", 5, 9)
    assert database.read(lambda one: find_revision(one, "spring", 4)) is None
    with pytest.raises(sa.exc.DBAPIError), writing(database.engine) as connection:
        connection.execute(sa.text("update campaign_revisions set body = '{}'"))


def test_who_saw_an_older_state_changes_nothing(database):
    seen = spring(database)
    database.change(lambda one: move_campaign(one, seen, CampaignState.IN_REVIEW, ()))
    with pytest.raises(StaleError), writing(database.engine) as connection:
        revise_campaign(connection, seen, text("Too late"), BEN)
    with pytest.raises(StaleError), writing(database.engine) as connection:
        move_campaign(connection, seen, CampaignState.APPROVED, {"ben"})
    assert spring(database).state is CampaignState.IN_REVIEW


def test_a_campaign_that_is_started_by_hand_keeps_its_planned_start(database):
    now = database.read(clock)
    for name, planned in (("spring", None), ("winter", now + 1_000)):
        seen = database.read(lambda one, name=name: find_campaign(one, name))
        times = text("", planned, None)
        database.change(lambda one, seen=seen, times=times: revise_campaign(one, seen, times, ADA))
        seen = database.read(lambda one, name=name: find_campaign(one, name))
        database.change(lambda one, seen=seen: move_campaign(one, seen, CampaignState.RUNNING, {"ben"}))
        started = database.read(lambda one, name=name: find_campaign(one, name))
        assert now <= started.moment.started_at <= now + 5
        assert started.moment.starts_at == started.text.starts_at == planned
        assert not started.moment.starts_later


@pytest.mark.parametrize(("planned", "paused_from"), [(-60, "running"), (60, "scheduled")])
def test_a_campaign_that_is_resumed_after_its_planned_start_shows_when_it_first_ran(database, planned, paused_from):
    def move(state):
        seen = spring(database)
        database.change(lambda one: move_campaign(one, seen, state, {"ben"}))

    def plan(starts_at):
        with writing(database.engine) as connection:
            connection.execute(sa.update(campaigns).values(starts_at=starts_at))

    now = database.read(clock)
    plan(now + planned)
    move(CampaignState.SCHEDULED)
    assert spring(database).state.value == paused_from
    move(CampaignState.PAUSED)
    plan(now - 60)
    move(CampaignState.RUNNING)
    first = now - 60 if paused_from == "running" else now
    assert first <= spring(database).moment.started_at <= first + 5


def test_time_moves_campaigns_and_their_states_are_written_later(database):
    now = database.read(clock)
    ends = {"autumn": (now - 2, now - 1), "spring": (now - 1, None), "winter": (now + 1_000, None)}
    for name, times in ends.items():
        seen = database.read(lambda one, name=name: find_campaign(one, name))
        database.change(lambda one, seen=seen, times=times: revise_campaign(one, seen, text("", *times), ADA))
        seen = database.read(lambda one, name=name: find_campaign(one, name))
        database.change(lambda one, seen=seen: move_campaign(one, seen, CampaignState.SCHEDULED, {"ben"}))
    states = {name: (state.value, revision) for name, (state, revision) in database.read(campaign_states).items()}
    assert states == {"autumn": ("ended", 2), "spring": ("running", 2), "winter": ("scheduled", 2)}
    running, waiting = (
        [found.campaign_id for found in database.read(lambda one, state=state: campaigns_in(one, {state}))]
        for state in (CampaignState.RUNNING, CampaignState.SCHEDULED)
    )
    assert (running, waiting) == (["spring"], ["winter"])
    moved = database.read(moved_by_time)
    assert {(one.campaign_id, one.moment.state.value, one.state.value) for one in moved} == {
        ("autumn", "scheduled", "ended"), ("spring", "scheduled", "running"),
    }  # fmt: skip


def test_the_person_behind_a_token_is_who_made_the_first(database):
    def make(connection):
        first, _ = add_token(connection, "a", ["admin"], "person_ada")
        second, _ = add_token(connection, "b", ["approver"], first.token_id)
        return [person_behind(connection, one) for one in (first.token_id, second.token_id, "person_ben")]

    assert database.change(make) == ["person_ada", "person_ada", "person_ben"]


def test_a_campaign_that_names_an_erased_customer_does_so_no_more(database):
    customer = "anna.long.name@shop.test"
    named = CampaignText({"title": f"For {customer}"}, None, None)
    database.change(lambda one: add_campaign(one, "own", named, ADA))
    columns = database.read(lambda one: traces_of(one, customer))
    assert columns == ["campaign_revisions.body"]
    database.change(lambda one: erase_traces(one, customer, "erased-1", columns))
    assert database.read(lambda one: find_campaign(one, "own")).text.body == {"title": "For erased-1"}


def test_no_approval_of_a_budget_is_lost_and_none_that_counts_is_declined(database):
    campaign = spring(database)
    change = BudgetChange(2_000_000_000, "90.00")
    database.change(lambda one: propose_budget(one, campaign, "proposal", change, "ada", 2))
    (as_read,) = database.read(lambda one: proposed_budgets(one, campaign))
    database.change(lambda one: approve_budget(one, as_read, "ben", 2))
    for judge in (lambda one: approve_budget(one, as_read, "cleo", 2), lambda one: decline_budget(one, as_read)):
        with pytest.raises(StaleError), writing(database.engine) as connection:
            judge(connection)
    (read_again,) = database.read(lambda one: proposed_budgets(one, campaign))
    database.change(lambda one: approve_budget(one, read_again, "cleo", 2))
    with pytest.raises(StaleError), writing(database.engine) as connection:
        decline_budget(connection, read_again)
    assert [one.budget for one in spring(database).text.budget_changes] == ["90.00"]
