"""Budgets that change at a time: what is scheduled, what waits for approval, and the form that proposes another one."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.money import to_minor
from offerloop.store import CampaignAction, WrittenCampaign, with_instants
from offerloop.web.api.campaigns.lifecycle import change_budget, judge_budget
from offerloop.web.api.campaigns.models import BudgetProposal, BudgetVerdict, CampaignShown, ChangeOfBudget, Remark
from offerloop.web.console.addresses import campaign_address
from offerloop.web.console.blocks import Block, Form, Input, PageTable, TableColumn, hidden
from offerloop.web.console.campaigns.draft import at_field
from offerloop.web.console.campaigns.states import WHY_NOT
from offerloop.web.console.campaigns.written import named_campaign, unit_of
from offerloop.web.console.cells import Badge, Cell, Instant, written_amount
from offerloop.web.console.page_request import PageRequest
from offerloop.web.console.times import read_time
from offerloop.web.roles import Permission

DONE = Badge("done", Message("done", context="state of a scheduled change"), "good")
AHEAD = Badge("scheduled", Message("scheduled", context="state of a scheduled change"))
WAITING = Badge("waiting", Message("waits for approval", context="state of a scheduled change"), "warning")
COLUMNS = (
    TableColumn("at", Message("when", context="column title")),
    TableColumn("change", Message("what changes", context="column title")),
    TableColumn("budget", Message("budget", context="column title"), is_figure=True),
    TableColumn("state", Message("state", context="column title")),
)


def scheduled(request: PageRequest, campaign: WrittenCampaign, shown: CampaignShown) -> list[Block]:
    """Return what happens by itself, with its time, and what can be done about it."""
    unit, now = unit_of(campaign.text.body, request.currency), campaign.moment.now
    changes = [(one.at, one.budget, DONE if one.at <= now else AHEAD) for one in campaign.text.budget_changes]
    changes += [(one.at, one.budget, WAITING) for one in shown.budget_proposals]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Instant(at), _CHANGE, written_amount(budget, unit), state)
        for at, budget, state in sorted(changes, key=lambda one: one[0])
    )
    caption = Message("Scheduled changes", context="table title")
    empty = Message("Nothing is scheduled.", context="empty table")
    table = [PageTable("scheduled", caption, COLUMNS, rows, empty)] if rows else []
    forms = [form for one in shown.budget_proposals for form in _judging(request, campaign, one)]
    may_propose = shown.actions[CampaignAction.CHANGE_BUDGET.value] is None
    return [*table, *forms, *([_proposing(request, campaign)] if may_propose else [])]


_CHANGE = Message("the budget changes", context="scheduled change")


def _judging(request: PageRequest, campaign: WrittenCampaign, proposal: BudgetProposal) -> list[Form]:
    """Return the buttons that approve and decline one proposal; who may propose one may take it back."""
    may_approve = request.may(Permission.APPROVE)
    words = {
        BudgetVerdict.APPROVE: Message("Approve the budget of {budget}", context="button", budget=proposal.budget),
        BudgetVerdict.DECLINE: Message("Decline the budget of {budget}", context="button", budget=proposal.budget),
    }
    return [
        Form(
            f"{verdict.value}-{proposal.proposal_id}", "/console/do/judge-budget", button,
            (hidden("id", campaign.campaign_id), hidden("proposal", proposal.proposal_id),
             hidden("verdict", verdict.value)),
            needs=Permission.APPROVE if may_approve or verdict is BudgetVerdict.APPROVE else Permission.EDIT,
            refused=WHY_NOT[proposal.why_not] if verdict is BudgetVerdict.APPROVE and proposal.why_not else "",
        )
        for verdict, button in words.items()
    ]  # fmt: skip


def _proposing(request: PageRequest, campaign: WrittenCampaign) -> Form:
    return Form(
        "change-budget", "/console/do/change-budget", Message("Propose the budget", context="button"),
        (
            hidden("id", campaign.campaign_id), hidden("zone", request.zone.key),
            Input("at", _FROM.with_values(zone=request.zone.key), "datetime-local"),
            Input("budget", Message("New budget", context="field of a form")),
        ),
        needs=Permission.EDIT, title=Message("Another budget while it runs"),
        explanation=Message(
            "The campaign goes on meanwhile. The budget counts from its time on once somebody else has approved it."
        ),
    )  # fmt: skip


_FROM = Message("From this time on ({zone})", context="field of a form")


def propose(request: PageRequest) -> str:
    """Propose a budget. Raises InputError, at its field, for what is no time and no amount."""
    campaign_id, budget = request.field("id"), request.field("budget")
    with at_field("at"):
        at = read_time(request.field("at"), request.zone, None)
    with at_field("budget"):
        to_minor(budget, unit_of(named_campaign(request).text.body, request.currency))
    body = ChangeOfBudget.model_validate(with_instants({"at": at, "budget": budget}))
    change_budget(request.http, campaign_id, body, request.caller)
    return campaign_address(campaign_id)


def judge(request: PageRequest) -> str:
    """Approve a proposed budget, or decline it."""
    campaign_id = request.field("id")
    verdict = BudgetVerdict(request.needed("verdict", lambda name: name if name in set(BudgetVerdict) else None))
    judge_budget(request.http, campaign_id, request.field("proposal"), verdict, Remark(), request.caller)
    return campaign_address(campaign_id)
