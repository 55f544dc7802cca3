"""One change of a campaign: what the shop's rules say of it, its record, and the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request, Response
from pydantic import BaseModel

from offerloop.background import announce
from offerloop.commands.check import campaign_problems
from offerloop.config import Campaign, CampaignFault, Config, amount_fault, load_config, read_campaign
from offerloop.message import Message
from offerloop.store import (
    EDITING,
    RIGHTS,
    BudgetChange,
    CampaignAction,
    CampaignState,
    CampaignText,
    Requester,
    WhyNot,
    WrittenCampaign,
    add_entry,
    find_campaign,
    new_id,
    person_behind,
    proposed_budgets,
    why_not,
)
from offerloop.web.api.campaigns.models import BudgetProposal, CampaignShown, changes_of
from offerloop.web.auth import Caller
from offerloop.web.idempotency import changed_once
from offerloop.web.problems import HttpProblem
from offerloop.web.roles import roles_with_any, words_of
from offerloop.web.versions import check_version, etag
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection


WHY_NOT = {
    WhyNot.WRONG_STATE: Message("this cannot be done with a campaign that is {state}"),
    WhyNot.OWN_EDIT: Message("the person who edited the campaign last, or proposed a budget, cannot approve it"),
    WhyNot.NOT_APPROVED: Message("{n} more person must approve this revision",
                                 plural="{n} more people must approve this revision"),
    WhyNot.NO_START: Message("it can be scheduled when starts_at lies in the future"),
    WhyNot.OVER: Message("its end has come; give it a later ends_at"),
}  # fmt: skip
"""Why an action is refused, in words."""
STATES = {
    CampaignState.DRAFT: Message("a draft", context="state of a campaign"),
    CampaignState.IN_REVIEW: Message("in review", context="state of a campaign"),
    CampaignState.APPROVED: Message("approved", context="state of a campaign"),
    CampaignState.SCHEDULED: Message("scheduled", context="state of a campaign"),
    CampaignState.RUNNING: Message("running", context="state of a campaign"),
    CampaignState.PAUSED: Message("paused", context="state of a campaign"),
    CampaignState.EXHAUSTED: Message("exhausted", context="state of a campaign"),
    CampaignState.ENDED: Message("ended", context="state of a campaign"),
    CampaignState.ARCHIVED: Message("archived", context="state of a campaign"),
}
"""States in words, behind "is"."""


_IF_MATCH_NEEDED = (CampaignAction.EDIT, CampaignAction.APPROVE)
_VALID_NEEDED = (CampaignAction.SUBMIT, CampaignAction.SCHEDULE, CampaignAction.START)


@dataclass(frozen=True)
class Step:
    """What a request does with a campaign."""

    action: CampaignAction
    change: Callable[[Connection, WrittenCampaign, Requester], None]
    body: BaseModel | None
    """What was sent."""
    comment: str = ""


def changed_campaign(
    request: Request, caller: Caller, campaign_id: str, step: Step, if_match: str | None, key: str | None
) -> Response:
    """Make a change that the rules allow, with its audit and its notice, and answer the campaign as it is then."""
    worker: Worker = request.app.state.worker
    rules, action = CampaignRules.of(worker), step.action

    def make(connection: Connection) -> tuple[int, object]:
        campaign, requester = existing_campaign(connection, campaign_id), requester_of(connection, caller)
        check_version(if_match, campaign.revision, needed=action in _IF_MATCH_NEEDED)
        rules.check_allowed(action, campaign, requester)
        if action in _VALID_NEEDED:
            rules.check_valid(campaign)
        step.change(connection, campaign, requester)
        now = existing_campaign(connection, campaign_id)
        rules.record_change(connection, caller, f"campaign: {action.value}", now, campaign.state, step.comment)
        return 200, rules.shown(connection, now, requester).model_dump(mode="json")

    sent = None if step.body is None else step.body.model_dump(mode="json")
    answer = changed_once(request, caller, key, sent, make)
    worker.follow_campaigns()
    answer.headers["etag"] = etag(json.loads(bytes(answer.body))["revision"])
    return answer


class CampaignRules:
    """What the configuration says of campaigns: how many people approve one, and what can be planned."""

    def __init__(self, config: Config) -> None:
        self.config, self.reviewers = config, config.approval.reviewers

    @classmethod
    def of(cls, worker: Worker) -> CampaignRules:
        """The rules by the configuration as it stands now."""
        return cls(load_config(worker.settings.shop))

    def problems(self, campaign_id: str, text: CampaignText) -> list[CampaignFault]:
        """Why a campaign cannot be planned, without a look at the shop's data; empty where it can."""
        read = read_campaign({"id": campaign_id, **text.body})
        faults = campaign_problems(self.config, read) if isinstance(read, Campaign) else read
        fields = {f"budget_changes.{place}.budget": one for place, one in enumerate(text.budget_changes)}
        later = ((field, self.budget_fault(text, change, field)) for field, change in fields.items())
        return [*faults, *(CampaignFault(field, fault) for field, fault in later if fault is not None)]

    def budget_fault(self, text: CampaignText, change: BudgetChange, field: str) -> Message | None:
        """Return why a later budget cannot be one of a campaign: no run could be made from its time on."""
        unit = str(text.body.get("budget_unit") or self.config.shop.currency)
        return amount_fault(change.budget, unit, field)

    def check_valid(self, campaign: WrittenCampaign) -> None:
        """Raise HttpProblem with the first reason why a campaign cannot be planned."""
        for fault in self.problems(campaign.campaign_id, campaign.text):
            raise HttpProblem("invalid", fault.message, fault.field)

    def check_allowed(self, action: CampaignAction, campaign: WrittenCampaign, requester: Requester) -> None:
        """Raise HttpProblem with the reason why somebody cannot do something."""
        why = why_not(action, campaign.moment, requester, self.reviewers)
        if why is WhyNot.ROLE_MISSING:
            roles = roles_with_any(RIGHTS.get(action, EDITING))
            raise HttpProblem(
                "not_allowed", Message("one of these roles is needed: {roles}", roles=words_of(roles)), roles=roles
            )
        if why is not None:
            more = self.reviewers - len(campaign.moment.approved_by)
            values = {"state": STATES[campaign.state]} if why is WhyNot.WRONG_STATE else {}
            detail = WHY_NOT[why].with_values(**values, **({"n": more} if why is WhyNot.NOT_APPROVED else {}))
            raise HttpProblem("conflict", detail, reason=why.value, state=campaign.state.value)

    def shown(self, connection: Connection, campaign: WrittenCampaign, requester: Requester) -> CampaignShown:
        """The campaign as it is answered, with what `requester` may do with it."""
        actions = [one for one in CampaignAction if one is not CampaignAction.EXHAUST]
        moment = campaign.moment
        rules = why_not(CampaignAction.APPROVE_BUDGET, moment, requester, self.reviewers)
        proposals = [
            BudgetProposal(
                proposal_id=proposal.proposal_id, at=proposal.at, budget=proposal.budget, proposed_by=proposal.person,
                approved_by=sorted(proposal.approved_by),
                why_not=rules or (WhyNot.OWN_EDIT if proposal.person == requester.person else None),
            )
            for proposal in proposed_budgets(connection, campaign)
        ]  # fmt: skip
        return CampaignShown(
            campaign_id=campaign.campaign_id, revision=campaign.revision, state=campaign.state,
            reviewed=bool(moment.approved_by), approved_by=sorted(moment.approved_by),
            last_editor=moment.last_editor, starts_at=moment.starts_at, started_at=moment.started_at,
            ends_at=moment.ends_at, made_at=campaign.made_at, changed_at=campaign.changed_at,
            campaign={"id": campaign.campaign_id, **campaign.text.body, **changes_of(campaign.text)},
            actions={one.value: why_not(one, moment, requester, self.reviewers) for one in actions},
            budget_proposals=proposals,
        )  # fmt: skip

    def record_change(
        self,
        connection: Connection,
        caller: Caller,
        what: str,
        campaign: WrittenCampaign,
        before: CampaignState | None,
        comment: str,
    ) -> None:
        """Write the audit, and tell webhooks of a new state."""
        reviewed = bool(campaign.moment.approved_by)
        data = {
            "state": campaign.state.value, "before": None if before is None else before.value,
            "revision": campaign.revision, "reviewed": reviewed,
        }  # fmt: skip
        add_entry(connection, caller.actor, what, campaign.campaign_id, **data, comment=comment)
        if before is not campaign.state:
            facts = {"campaign_id": campaign.campaign_id, **data, "actor": caller.actor}
            announce(connection, self.config, "campaign.state", new_id("change"), facts)


def requester_of(connection: Connection, caller: Caller) -> Requester:
    """Who sends a request, and what they may do."""
    return Requester(person_behind(connection, caller.actor), caller.permissions)


def existing_campaign(connection: Connection, campaign_id: str) -> WrittenCampaign:
    """Return a campaign. Raises HttpProblem where there is none."""
    campaign = find_campaign(connection, campaign_id)
    if campaign is None:
        raise HttpProblem("not_found")
    return campaign
