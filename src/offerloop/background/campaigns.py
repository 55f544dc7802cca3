"""What moves campaigns without anybody: their times, and budgets that are used up. Each move is audited and told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from offerloop.background.notifying import announce, is_announced
from offerloop.config import Config
from offerloop.store import (
    BudgetChange,
    CampaignState,
    Database,
    ExhaustedBudget,
    WrittenCampaign,
    add_entry,
    add_job,
    budgets_due,
    exhausted_budgets,
    find_campaign,
    lock_jobs,
    move_campaign,
    moved_by_time,
    new_id,
    newest_job_named,
    used_up,
)

ACTOR = "service"
"""Who did it, in the audit trail."""
_AFTER = ", after job "
"""Stands before the number of the previous run for the same time, so that a budget that comes back has a run again."""
Move = tuple[WrittenCampaign, CampaignState, str]
"""A campaign, its new state, and why."""


def follow_campaigns(database: Database, config: Config, newest: str | None = None) -> int:
    """Move the campaigns whose time has come or whose budget is used up, tell of both, and return how many moved.

    Where a campaign has another budget from now on, a run is begun that plans with it. A loop does so in its next
    period: what is served must stay what it gave, or it would learn from offers that nobody saw. `newest` is as
    `exhausted_budgets` takes it.
    """
    plans_by_loop = config.schedule is not None and config.schedule.job == "loop"
    if not plans_by_loop and database.read(_budgets_to_begin):
        database.change(_begin_budgets)
    if not database.read(lambda one: _moves(one, newest) or _not_announced(one, config, newest)):
        return 0
    return database.change(lambda connection: _carry_out(connection, config, newest))


def _budgets_to_begin(connection: Connection) -> list[tuple[WrittenCampaign, BudgetChange, str]]:
    """Return the changes of budgets that are due and were not begun, with the name of the run of each."""
    due = [
        (campaign, change, _name_of_run(connection, campaign, change)) for campaign, change in budgets_due(connection)
    ]
    return [(campaign, change, name) for campaign, change, name in due if name is not None]


def _name_of_run(connection: Connection, campaign: WrittenCampaign, change: BudgetChange) -> str | None:
    """Return the name of the run to begin; None where the newest run for this time has the budget.

    An earlier version named runs without the budget: such a run has what was approved before it.
    """
    time = f"budget of {campaign.campaign_id} at {change.at}"
    name = f"{time}: {change.budget}"
    newest = newest_job_named(connection, time, f"{time}: ")
    if newest is None:
        return name
    previous, _, _ = (newest.name or "").partition(_AFTER)
    is_begun = change.approved_at <= newest.made_at if previous == time else previous == name
    return None if is_begun else f"{name}{_AFTER}{newest.number}"


def _begin_budgets(connection: Connection) -> None:
    lock_jobs(connection)  # or another service that looks at the same time audits the change once more
    for campaign, change, name in _budgets_to_begin(connection):
        add_job(connection, "run", {}, name)
        add_entry(connection, ACTOR, "campaign budget changed", campaign.campaign_id, budget=change.budget)


def _not_announced(connection: Connection, config: Config, newest: str | None) -> list[ExhaustedBudget]:
    """Return the exhausted budgets of which somebody is still to be told."""
    exhausted = exhausted_budgets(connection, newest)
    return [one for one in exhausted if not is_announced(connection, config, "budget.exhausted", _key(one))]


def _key(budget: ExhaustedBudget) -> str:
    return f"{budget.version} {budget.campaign_id}"


def _carry_out(connection: Connection, config: Config, newest: str | None) -> int:
    for budget in exhausted_budgets(connection, newest):
        announce(
            connection, config, "budget.exhausted", _key(budget),
            {"campaign_id": budget.campaign_id, "policy_version": budget.version, "budget_minor": budget.budget_minor,
             "leased_minor": budget.leased_minor},
        )  # fmt: skip
    moves = _moves(connection, newest)
    for campaign, state, why in moves:
        move_campaign(connection, campaign, state, campaign.moment.approved_by)
        announcement = {
            "state": state.value,
            "before": campaign.moment.state.value,
            "revision": campaign.revision,
            "why": why,
        }
        add_entry(connection, ACTOR, "campaign moved", campaign.campaign_id, **announcement)
        announce(connection, config, "campaign.state", new_id("change"), _announced(campaign, announcement))
    return len(moves)


def _announced(campaign: WrittenCampaign, announcement: dict[str, Any]) -> dict[str, Any]:
    reviewed = bool(campaign.moment.approved_by)
    return {"campaign_id": campaign.campaign_id, **announcement, "reviewed": reviewed, "actor": ACTOR}


def _moves(connection: Connection, newest: str | None) -> list[Move]:
    """Return the moves of this moment, at most one for each campaign."""
    by_time: list[Move] = [(one, one.state, "time") for one in moved_by_time(connection)]
    exhausted = [*used_up(connection), *_all_leased(connection, newest)]
    by_budget: list[Move] = [(one, CampaignState.EXHAUSTED, "budget") for one in exhausted]
    return list({one[0].campaign_id: one for one in (*by_budget, *by_time)}.values())


def _all_leased(connection: Connection, newest: str | None) -> Iterator[WrittenCampaign]:
    """Yield running and paused campaigns whose whole budget was given to customers beside the plan.

    Where the plan holds offers for customers of its own, these still get them.
    """
    for budget in exhausted_budgets(connection, newest):
        campaign = find_campaign(connection, budget.campaign_id)
        live = campaign is not None and campaign.state in (CampaignState.RUNNING, CampaignState.PAUSED)
        if campaign is not None and live and budget.n_held == 0:
            yield campaign
