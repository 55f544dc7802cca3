"""Campaigns on record: the newest revision of each with its state, and every revision that there was.

Whoever changes a campaign says which state and revision they saw, so that two people never overwrite each other.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from offerloop.store.campaigns.budgets import approved_budgets
from offerloop.store.campaigns.lifecycle import (
    CampaignMoment,
    CampaignState,
    state_at,
)
from offerloop.store.connect import StaleError, clock, inserting
from offerloop.store.schema import campaign_revisions, campaigns, templates
from offerloop.store.served.pacing import templates_of

_CHANGES = "budget_changes"


@dataclass(frozen=True)
class BudgetChange:
    """Another budget from an instant on."""

    at: int
    """An epoch second."""
    budget: str
    """The amount as the campaign has it, such as "1000.00"."""
    approved_at: int = field(default=0, compare=False)
    """When it was approved, where that was after its revision."""


@dataclass(frozen=True)
class CampaignText:
    """What a revision says."""

    body: Mapping[str, Any]
    """As `[[campaigns]]` of the configuration has it."""
    starts_at: int | None
    """Epoch second from which on a scheduled campaign runs."""
    ends_at: int | None
    """Epoch second from which on it has ended."""
    budget_changes: tuple[BudgetChange, ...] = ()
    """Other budgets from later instants on, in their order; they were approved with the revision or since."""

    def body_at(self, second: int) -> dict[str, Any]:
        """Return the campaign with the budget that it has at an instant."""
        begun = [one.budget for one in self.budget_changes if one.at <= second]
        return {**self.body, "budget": begun[-1]} if begun else dict(self.body)

    @classmethod
    def of(cls, body: str, starts_at: int | None, ends_at: int | None) -> CampaignText:
        """Read what `written` gave."""
        written = json.loads(body)
        changes = tuple(BudgetChange(**one) for one in written.pop(_CHANGES, ()))
        return cls(written, starts_at, ends_at, changes)

    def written(self) -> str:
        """Return the body as it is kept, with the changes of the budget."""
        changes = [{"at": one.at, "budget": one.budget} for one in self.budget_changes]
        return json.dumps({**self.body, **({_CHANGES: changes} if changes else {})}, ensure_ascii=False)


@dataclass(frozen=True)
class Editor:
    """Who writes a revision."""

    actor: str
    """Id of the token or person."""
    person: str
    """The person behind a token."""


@dataclass(frozen=True)
class WrittenCampaign:
    """A campaign with its newest revision, at one moment."""

    campaign_id: str
    revision: int
    text: CampaignText
    moment: CampaignMoment
    made_at: int
    changed_at: int

    @property
    def state(self) -> CampaignState:
        """Return the state as time has moved it."""
        return self.moment.current


@dataclass(frozen=True)
class CampaignRevision:
    """One revision of a campaign."""

    revision: int
    at: int
    editor: Editor
    restored_from: int | None
    """The earlier revision that it brought back."""
    text: CampaignText


def add_campaign(connection: Connection, campaign_id: str, text: CampaignText, editor: Editor) -> bool:
    """Enter a campaign as a draft, and return whether its id was free."""
    now = clock(connection)
    row = {
        "campaign_id": campaign_id, "revision": 1, "state": CampaignState.DRAFT.value, "last_editor": editor.person,
        "approved_by": "[]", "starts_at": text.starts_at, "ends_at": text.ends_at, "made_at": now, "changed_at": now,
    }  # fmt: skip
    entered = inserting(connection, campaigns).values(row).on_conflict_do_nothing().returning(campaigns.c.campaign_id)
    if connection.execute(entered).one_or_none() is None:
        return False
    _keep(connection, campaign_id, CampaignRevision(1, now, editor, None, text))
    return True


def revise_campaign(
    connection: Connection,
    campaign: WrittenCampaign,
    text: CampaignText,
    editor: Editor,
    restored_from: int | None = None,
) -> None:
    """Write a new revision, which is a draft that nobody has approved. Raises StaleError where another was faster."""
    number, now = campaign.revision + 1, clock(connection)
    changed = {
        "revision": number, "state": CampaignState.DRAFT.value, "last_editor": editor.person, "approved_by": "[]",
        "starts_at": text.starts_at, "ends_at": text.ends_at, "started_at": None, "changed_at": now,
    }  # fmt: skip
    _change(connection, campaign, changed)
    _keep(connection, campaign.campaign_id, CampaignRevision(number, now, editor, restored_from, text))


def move_campaign(
    connection: Connection, campaign: WrittenCampaign, state: CampaignState, approved_by: Collection[str]
) -> None:
    """Write the state of a campaign, who approved it, and when it first ran. Raises StaleError where somebody else was
    faster."""
    now, started_at = clock(connection), campaign.moment.started_at
    if state is CampaignState.RUNNING and started_at is None:
        started_at = now
    changed = {
        "state": state.value, "approved_by": json.dumps(sorted(approved_by)), "started_at": started_at,
        "changed_at": now,
    }  # fmt: skip
    _change(connection, campaign, changed)


def _change(connection: Connection, campaign: WrittenCampaign, changed: Mapping[str, Any]) -> None:
    unchanged = (
        (campaigns.c.campaign_id == campaign.campaign_id)
        & (campaigns.c.revision == campaign.revision)
        & (campaigns.c.state == campaign.moment.state.value)
        & (campaigns.c.approved_by == json.dumps(sorted(campaign.moment.approved_by)))
    )
    made = update(campaigns).where(unchanged).values(changed).returning(campaigns.c.campaign_id)
    if connection.execute(made).one_or_none() is None:
        raise StaleError


def _keep(connection: Connection, campaign_id: str, revision: CampaignRevision) -> None:
    row = {
        "campaign_id": campaign_id, "revision": revision.revision, "at": revision.at, "actor": revision.editor.actor,
        "person": revision.editor.person, "restored_from": revision.restored_from,
        "body": revision.text.written(), "starts_at": revision.text.starts_at,
        "ends_at": revision.text.ends_at,
    }  # fmt: skip
    connection.execute(insert(campaign_revisions).values(row))


def _newest() -> Select[Any]:
    same = (campaign_revisions.c.campaign_id == campaigns.c.campaign_id) & (
        campaign_revisions.c.revision == campaigns.c.revision
    )
    return select(campaigns, campaign_revisions.c.body).join(campaign_revisions, same)


def _read(connection: Connection, query: Select[Any]) -> list[WrittenCampaign]:
    """Return campaigns with the budgets that were approved since they began."""
    now, approved = clock(connection), _approved_budgets(connection)
    return [_campaign(row, approved.get((row.campaign_id, row.revision), {}), now) for row in connection.execute(query)]


def _approved_budgets(connection: Connection) -> dict[tuple[str, int], dict[int, BudgetChange]]:
    """Return the budgets that were approved, by their instants, for each campaign and revision; the last one counts."""
    budgets: dict[tuple[str, int], dict[int, BudgetChange]] = defaultdict(dict)
    for row in approved_budgets(connection):
        budgets[row.campaign_id, row.revision][row.at] = BudgetChange(row.at, row.budget, row.approved_at)
    return budgets


def find_campaign(connection: Connection, campaign_id: str) -> WrittenCampaign | None:
    """Return a campaign; None where there is none of that id."""
    return next(iter(_read(connection, _newest().where(campaigns.c.campaign_id == campaign_id))), None)


def list_campaigns(connection: Connection, after: str, limit: int) -> list[WrittenCampaign]:
    """Return campaigns by their ids, those behind `after`."""
    query = _newest().where(campaigns.c.campaign_id > after).order_by(campaigns.c.campaign_id).limit(limit)
    return _read(connection, query)


def campaigns_in(connection: Connection, states: Collection[CampaignState]) -> list[WrittenCampaign]:
    """Return the campaigns that are in one of the states now, by their ids."""
    newest = _read(connection, _newest().order_by(campaigns.c.campaign_id))
    return [one for one in newest if one.state in states]


def campaign_states(connection: Connection) -> dict[str, tuple[CampaignState, int]]:
    """Return state and revision of every campaign."""
    now = clock(connection)
    return {
        row.campaign_id: (state_at(CampaignState(row.state), row.starts_at, row.ends_at, now), row.revision)
        for row in connection.execute(select(campaigns))
    }


def moved_by_time(connection: Connection) -> list[WrittenCampaign]:
    """Return the campaigns whose state time has moved since it was written."""
    begun = _begun(connection)
    return [one for one in begun if one.state is not one.moment.state]


def budgets_due(connection: Connection) -> list[tuple[WrittenCampaign, BudgetChange]]:
    """Return the budgets that running campaigns have since the last day: whose time has come, that were approved after
    it, or whose campaign runs again."""
    now = clock(connection)
    due = list[tuple[WrittenCampaign, BudgetChange]]()
    for campaign in _begun(connection):
        begun = [one for one in campaign.text.budget_changes if one.at <= now]
        if campaign.state is CampaignState.RUNNING and begun:
            since = max(begun[-1].at, begun[-1].approved_at, campaign.changed_at)
            due += [(campaign, begun[-1])] if now - DUE_SECONDS < since else []
    return due


DUE_SECONDS = 86_400


def used_up(connection: Connection) -> list[WrittenCampaign]:
    """Return the running and paused campaigns all of whose coupon templates have spent their budgets."""
    live = (CampaignState.RUNNING, CampaignState.PAUSED)
    return [one for one in _begun(connection) if one.state in live and _is_spent(connection, one.campaign_id)]


def _begun(connection: Connection) -> list[WrittenCampaign]:
    return _read(connection, _newest().where(campaigns.c.state.in_(_BEGUN)))


def _is_spent(connection: Connection, campaign_id: str) -> bool:
    left = templates.c.budget_minor - templates.c.spent_minor  # locks may come back
    of_campaign = connection.execute(select(left).where(templates_of(campaign_id))).scalars().all()
    return bool(of_campaign) and all(one is not None and one <= 0 for one in of_campaign)


_BEGUN = [
    active.value
    for active in (CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.EXHAUSTED)
]


def list_revisions(connection: Connection, campaign_id: str, before: int | None, limit: int) -> list[CampaignRevision]:
    """Return revisions whose number is below `before`, the newest first."""
    query = select(campaign_revisions).where(campaign_revisions.c.campaign_id == campaign_id)
    if before is not None:
        query = query.where(campaign_revisions.c.revision < before)
    rows = connection.execute(query.order_by(campaign_revisions.c.revision.desc()).limit(limit))
    return [_revision(row) for row in rows]


def find_revision(connection: Connection, campaign_id: str, revision: int) -> CampaignRevision | None:
    """Return one revision; None where there is none of that number."""
    place = (campaign_revisions.c.campaign_id == campaign_id) & (campaign_revisions.c.revision == revision)
    row = connection.execute(select(campaign_revisions).where(place)).one_or_none()
    return None if row is None else _revision(row)


def _campaign(row: Row[Any], approved: Mapping[int, BudgetChange], now: int) -> WrittenCampaign:
    approved_by = frozenset(json.loads(row.approved_by))
    state, started_at = CampaignState(row.state), row.started_at
    if state is CampaignState.SCHEDULED and row.starts_at is not None and row.starts_at <= now:
        started_at = row.starts_at
    moment = CampaignMoment(state, row.last_editor, approved_by, row.starts_at, row.ends_at, now, started_at)
    text = CampaignText.of(row.body, row.starts_at, row.ends_at)
    budgets = {one.at: one for one in text.budget_changes} | dict(approved)
    text = replace(text, budget_changes=tuple(budgets[at] for at in sorted(budgets)))
    return WrittenCampaign(row.campaign_id, row.revision, text, moment, row.made_at, row.changed_at)


def _revision(row: Row[Any]) -> CampaignRevision:
    text = CampaignText.of(row.body, row.starts_at, row.ends_at)
    return CampaignRevision(row.revision, row.at, Editor(row.actor, row.person), row.restored_from, text)
