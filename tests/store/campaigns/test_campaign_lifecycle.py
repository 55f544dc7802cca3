"""The life of a campaign, walked at random: whatever people do, the rules hold."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.store import (
    PLANNED_STATES,
    RIGHTS,
    TRANSITIONS,
    CampaignAction,
    CampaignMoment,
    CampaignState,
    Requester,
    WhyNot,
    state_after,
    state_at,
    why_not,
)

A, S = CampaignAction, CampaignState
PEOPLE = {"ada": {"edit"}, "ben": {"edit", "approve"}, "cyd": {"approve"}, "dan": set()}
START, END = 100, 200


def draft(**more):
    return CampaignMoment(S.DRAFT, "ada", frozenset(), START, END, 0) if not more else replace(draft(), **more)


def asks(name):
    return Requester(name, PEOPLE[name])


def taken(action, campaign, name, reviewers):
    """The campaign after an action, as the service keeps it."""
    state = state_after(action, campaign, asks(name), reviewers)
    approved = campaign.approved_by
    if action is A.APPROVE:
        approved |= {name}
    if action in (A.EDIT, A.REJECT):
        approved = frozenset()
    editor = name if action is A.EDIT else campaign.last_editor
    return replace(campaign, state=state, approved_by=approved, last_editor=editor)


steps = st.lists(st.tuples(st.sampled_from(A), st.sampled_from(sorted(PEOPLE)), st.integers(0, 40)), max_size=25)


@settings(max_examples=200)
@given(steps, st.integers(0, 2))
def test_whatever_people_do_the_rules_hold(walk, reviewers):
    campaign = draft()
    for action, name, seconds in walk:
        campaign = replace(campaign, now=campaign.now + seconds)
        before, refusal = campaign.current, why_not(action, campaign, asks(name), reviewers)
        if refusal is None:
            assert before in TRANSITIONS[action][0]
            assert PEOPLE[name] & RIGHTS.get(action, {"edit"})
            campaign = taken(action, campaign, name, reviewers)
            if action is A.EDIT:
                assert (campaign.current, campaign.approved_by) == (S.DRAFT, frozenset())
            if action is A.RESUME:
                assert before is S.PAUSED
        if campaign.current in (S.SCHEDULED, S.RUNNING):
            assert len(campaign.approved_by) >= reviewers
        assert reviewers == 0 or campaign.last_editor not in campaign.approved_by
        if campaign.current in (S.RUNNING, S.PAUSED, S.SCHEDULED, S.EXHAUSTED):
            assert campaign.now < END
        if before is S.ARCHIVED:
            assert campaign.current is S.ARCHIVED


def test_every_state_can_be_reached_and_only_the_archive_is_final():
    reached = {S.DRAFT} | {target for _, target in TRANSITIONS.values() if target}
    left = set().union(*(sources for sources, _ in TRANSITIONS.values()))
    assert reached == set(S)
    assert set(S) - left == {S.ARCHIVED}


def test_each_refusal_has_its_reason():
    waiting = draft(state=S.IN_REVIEW)
    cases = [
        (A.APPROVE, waiting, "dan", 1, WhyNot.ROLE_MISSING),
        (A.START, draft(), "dan", 1, WhyNot.ROLE_MISSING),
        (A.APPROVE, replace(waiting, last_editor="ben"), "ben", 1, WhyNot.OWN_EDIT),
        (A.APPROVE, draft(), "cyd", 1, WhyNot.WRONG_STATE),
        (A.EDIT, draft(state=S.RUNNING), "ada", 1, WhyNot.WRONG_STATE),
        (A.START, waiting, "ada", 1, WhyNot.NOT_APPROVED),
        (A.SCHEDULE, draft(now=START), "ada", 0, WhyNot.NO_START),
        (A.START, draft(now=END), "ada", 0, WhyNot.OVER),
    ]
    for action, campaign, name, reviewers, reason in cases:
        assert why_not(action, campaign, asks(name), reviewers) is reason, (action, reason)
    assert why_not(A.START, draft(), asks("ada"), 0) is None


def test_two_people_approve_where_the_shop_wants_two():
    waiting = draft(state=S.IN_REVIEW)
    first = taken(A.APPROVE, waiting, "ben", 2)
    assert first.state is S.IN_REVIEW
    assert taken(A.APPROVE, first, "ben", 2).state is S.IN_REVIEW
    assert taken(A.APPROVE, first, "cyd", 2).state is S.APPROVED


def test_time_starts_and_ends_a_campaign():
    states = {now: state_at(S.SCHEDULED, START, END, now) for now in (99, 100, 199, 200)}
    assert states == {99: S.SCHEDULED, 100: S.RUNNING, 199: S.RUNNING, 200: S.ENDED}
    assert state_at(S.DRAFT, START, END, 300) is S.DRAFT
    assert state_at(S.PAUSED, START, END, 300) is S.ENDED
    assert {S.SCHEDULED, S.RUNNING, S.APPROVED} == PLANNED_STATES
