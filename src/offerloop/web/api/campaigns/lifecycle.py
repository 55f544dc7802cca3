"""`/v1/campaigns`: written by one person, approved by another, started, paused and ended; every revision stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from offerloop.background import announce
from offerloop.commands.check import campaign_problems
from offerloop.config import Campaign, CampaignFault, Config, amount_fault, load_config, read_campaign
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.store import (
    EDITING,
    RIGHTS,
    Asking,
    BudgetChange,
    CampaignAction,
    CampaignRevision,
    CampaignState,
    CampaignText,
    Editor,
    WhyNot,
    WrittenCampaign,
    add_campaign,
    add_entry,
    approve_budget,
    decline_budget,
    field_changes,
    find_campaign,
    find_revision,
    instant,
    list_campaigns,
    list_revisions,
    move_campaign,
    new_id,
    person_behind,
    propose_budget,
    proposed_budgets,
    revise_campaign,
    state_after,
    why_not,
)
from offerloop.web.answering import json_response
from offerloop.web.api.campaigns.models import (
    BudgetProposal,
    BudgetVerdict,
    CampaignChecked,
    CampaignDraft,
    CampaignList,
    CampaignShown,
    CampaignVerb,
    ChangedField,
    ChangeOfBudget,
    FieldProblem,
    Remark,
    RevisionComparison,
    RevisionList,
    RevisionShown,
    changes_of,
    shown_revision,
    written_campaign,
)
from offerloop.web.auth import Caller, Editing, Reading, SignedIn
from offerloop.web.idempotency import Key, changed_once
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.roles import roles_with_any, words_of
from offerloop.web.versions import IfMatch, check_version, etag
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])
_READ = ("not_signed_in", "not_allowed", "not_found", "invalid", "store_away")
_CHANGE = (*_READ, "cross_site", "conflict", "changed", "if_match_needed", "key_conflict")
CampaignId = Annotated[str, Path(pattern=r"^[^\W_][\w.-]{0,99}$", examples=["spring"])]
ProposalId = Annotated[str, Path(pattern=r"^budget_\w{1,60}$", examples=["budget_1"])]
RevisionNumber = Annotated[int, Path(ge=1, lt=2**31, examples=[1])]


_WHY = {
    WhyNot.WRONG_STATE: Message("this cannot be done with a campaign that is {state}"),
    WhyNot.OWN_EDIT: Message("the person who edited the campaign last, or proposed a budget, cannot approve it"),
    WhyNot.NOT_APPROVED: Message("{n} more person must approve this revision",
                                 plural="{n} more people must approve this revision"),
    WhyNot.NO_START: Message("it can be scheduled when starts_at lies in the future"),
    WhyNot.OVER: Message("its end has come; give it a later ends_at"),
}  # fmt: skip
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


@router.get("", responses=documented(*_READ))
def all_campaigns(
    request: Request,
    caller: Reading,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> CampaignList:
    """List campaigns by their ids."""
    worker: Worker = request.app.state.worker
    shop = _Shop.of(worker)

    def read(connection: Connection) -> list[CampaignShown]:
        asking = _asking(connection, caller)
        return [shop.shown(connection, one, asking) for one in list_campaigns(connection, cursor, limit + 1)]

    written = worker.database.read(read)
    return CampaignList(
        items=written[:limit], next_cursor=written[limit - 1].campaign_id if len(written) > limit else None
    )  # fmt: skip


@router.post("", status_code=201, response_model=CampaignShown, responses=documented(*_CHANGE))
def make_campaign(request: Request, body: CampaignDraft, caller: Editing, key: Key = None) -> Response:
    """Write a campaign, which is a draft: it may be unfinished, and nobody gets its offers."""
    shop = _Shop.of(request.app.state.worker)
    if body.id in {one.id for one in shop.config.campaigns}:
        raise HttpProblem("conflict", Message("the configuration has a campaign of this id"), "id")

    def make(connection: Connection) -> tuple[int, object]:
        asking = _asking(connection, caller)
        if not add_campaign(connection, body.id, body.text(), Editor(caller.actor, asking.person)):
            raise HttpProblem("conflict", Message("there is a campaign of this id"), "id")
        campaign = _found(connection, body.id)
        shop.record_change(connection, caller, "campaign made", campaign, None, "")
        return 201, shop.shown(connection, campaign, asking).model_dump(mode="json")

    answer = changed_once(request, caller, key, body.model_dump(mode="json"), make)
    answer.headers["etag"] = etag(1)
    return answer


@router.post("/validate", responses=documented("not_signed_in", "not_allowed", "invalid"))
def validate(request: Request, body: CampaignDraft, _: Reading) -> CampaignChecked:
    """Check what a campaign says, and keep nothing of it.

    Whether the shop has its categories, products and brands is not looked at: `offerloop check` and runs say so.
    """
    faults = _Shop.of(request.app.state.worker).problems(body.id, body.text())
    return _checked(request, faults)


@router.get("/{campaign_id}", response_model=CampaignShown, responses=documented(*_READ))
def show_campaign(request: Request, campaign_id: CampaignId, caller: Reading) -> Response:
    """Show a campaign, its state, and what the caller may do with it."""
    worker: Worker = request.app.state.worker
    shop = _Shop.of(worker)
    return _answer(worker.database.read(
        lambda connection: shop.shown(connection, _found(connection, campaign_id), _asking(connection, caller))
    ))  # fmt: skip


@router.put("/{campaign_id}", response_model=CampaignShown, responses=documented(*_CHANGE))
def edit_campaign(
    request: Request, campaign_id: CampaignId, body: CampaignDraft, caller: Editing, if_match: IfMatch = None,
    key: Key = None,
) -> Response:  # fmt: skip
    """Write a new revision, which is a draft again: approvals of the one before do not hold for it."""
    if body.id != campaign_id:
        raise HttpProblem("invalid", Message("the id of a campaign stays"), "id")

    def edit(connection: Connection, campaign: WrittenCampaign, asking: Asking) -> None:
        revise_campaign(connection, campaign, body.text(), Editor(caller.actor, asking.person))

    return _changed(request, caller, campaign_id, _Step(CampaignAction.EDIT, edit, body), if_match, key)


@router.get("/{campaign_id}/validation", responses=documented(*_READ))
def validate_campaign(request: Request, campaign_id: CampaignId, _: Reading) -> CampaignChecked:
    """Check what the newest revision says, without looking at the shop's data."""
    worker: Worker = request.app.state.worker
    campaign = worker.database.read(lambda connection: _found(connection, campaign_id))
    return _checked(request, _Shop.of(worker).problems(campaign_id, campaign.text))


@router.get("/{campaign_id}/revisions", responses=documented(*_READ))
def revisions(
    request: Request,
    campaign_id: CampaignId,
    _: Reading,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> RevisionList:
    """List the revisions of a campaign, the newest first."""
    worker: Worker = request.app.state.worker

    def read(connection: Connection) -> list[CampaignRevision]:
        _found(connection, campaign_id)
        return list_revisions(connection, campaign_id, cursor, limit + 1)

    newest_first = worker.database.read(read)
    more = str(newest_first[limit - 1].revision) if len(newest_first) > limit else None
    return RevisionList(items=[shown_revision(campaign_id, one) for one in newest_first[:limit]], next_cursor=more)


@router.get("/{campaign_id}/revisions/{revision}", responses=documented(*_READ))
def show_revision(request: Request, campaign_id: CampaignId, revision: RevisionNumber, _: Reading) -> RevisionShown:
    """Show one revision."""
    worker: Worker = request.app.state.worker
    return shown_revision(campaign_id, worker.database.read(lambda one: _found_revision(one, campaign_id, revision)))


@router.get("/{campaign_id}/compare", responses=documented(*_READ))
def compare(
    request: Request,
    campaign_id: CampaignId,
    _: Reading,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    after: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> RevisionComparison:
    """Say in which fields two revisions differ; by default the newest one and the one before it."""
    worker: Worker = request.app.state.worker

    def read(connection: Connection) -> tuple[CampaignRevision, CampaignRevision]:
        newest = _found(connection, campaign_id).revision
        last = newest if after is None else after
        first = max(1, last - 1) if before is None else before
        return _found_revision(connection, campaign_id, first), _found_revision(connection, campaign_id, last)

    earlier, later = worker.database.read(read)
    changed = field_changes(written_campaign(campaign_id, earlier.text), written_campaign(campaign_id, later.text))
    changes = [ChangedField(**vars(its)) for its in changed]
    return RevisionComparison(before=earlier.revision, after=later.revision, changes=changes)


@router.post(
    "/{campaign_id}/revisions/{revision}/restore", response_model=CampaignShown, responses=documented(*_CHANGE)
)
def restore(
    request: Request, campaign_id: CampaignId, revision: RevisionNumber, caller: Editing, if_match: IfMatch = None,
    key: Key = None,
) -> Response:  # fmt: skip
    """Bring back an earlier revision as a new one, which is a draft."""

    def bring_back(connection: Connection, campaign: WrittenCampaign, asking: Asking) -> None:
        earlier = _found_revision(connection, campaign_id, revision)
        revise_campaign(connection, campaign, earlier.text, Editor(caller.actor, asking.person), revision)

    step = _Step(CampaignAction.EDIT, bring_back, None, f"revision {revision}")
    return _changed(request, caller, campaign_id, step, if_match, key)


@router.post("/{campaign_id}/budget-changes", response_model=CampaignShown, responses=documented(*_CHANGE))
def change_budget(
    request: Request, campaign_id: CampaignId, body: ChangeOfBudget, caller: Editing, if_match: IfMatch = None,
    key: Key = None,
) -> Response:  # fmt: skip
    """Propose another budget from an instant on for a campaign that goes on meanwhile.

    It counts when as many people as a revision needs have approved it, none of them who proposed it.
    """
    shop = _Shop.of(request.app.state.worker)

    def propose(connection: Connection, campaign: WrittenCampaign, asking: Asking) -> None:
        change = body.change()
        fault = shop.budget_fault(campaign.text, change, "budget")
        if fault is not None:
            raise HttpProblem("invalid", fault, "budget")
        if change.at <= campaign.moment.now:
            raise HttpProblem("invalid", Message("the new budget must begin in the future"), "at")
        propose_budget(connection, campaign, new_id("budget"), change, asking.person, shop.reviewers)

    said = f"{body.budget} from {instant(int(body.at.timestamp()))}"
    return _changed(
        request, caller, campaign_id, _Step(CampaignAction.CHANGE_BUDGET, propose, body, said), if_match, key
    )


@router.post(
    "/{campaign_id}/budget-changes/{proposal_id}/{verdict}", response_model=CampaignShown,
    responses=documented(*_CHANGE),
)  # fmt: skip
def judge_budget(
    request: Request, campaign_id: CampaignId, proposal_id: ProposalId, verdict: BudgetVerdict, body: Remark,
    caller: SignedIn, if_match: IfMatch = None, key: Key = None,
) -> Response:  # fmt: skip
    """Approve a proposed budget, or decline it."""
    reviewers = _Shop.of(request.app.state.worker).reviewers

    def judge(connection: Connection, campaign: WrittenCampaign, asking: Asking) -> None:
        waiting = {one.proposal_id: one for one in proposed_budgets(connection, campaign)}
        if proposal_id not in waiting:
            raise HttpProblem("not_found", field="proposal_id")
        proposed = waiting[proposal_id]
        if verdict is BudgetVerdict.DECLINE:
            decline_budget(connection, proposed)
        elif proposed.person == asking.person:
            raise HttpProblem(
                "conflict", _WHY[WhyNot.OWN_EDIT], reason=WhyNot.OWN_EDIT.value, state=campaign.state.value
            )
        else:
            approve_budget(connection, proposed, asking.person, reviewers)

    action = CampaignAction(f"{verdict.value}_budget")
    return _changed(request, caller, campaign_id, _Step(action, judge, body, body.comment), if_match, key)


@router.post("/{campaign_id}/{verb}", response_model=CampaignShown, responses=documented(*_CHANGE))
def act(
    request: Request, campaign_id: CampaignId, verb: CampaignVerb, body: Remark, caller: SignedIn,
    if_match: IfMatch = None, key: Key = None,
) -> Response:  # fmt: skip
    """Move a campaign on: submit, approve, reject, schedule, start, pause, resume, end or archive it.

    An approval names by If-Match the revision that was read. A campaign that cannot be planned is not submitted,
    scheduled or started.
    """
    action = CampaignAction(verb.value)
    reviewers = _Shop.of(request.app.state.worker).reviewers

    def move(connection: Connection, campaign: WrittenCampaign, asking: Asking) -> None:
        approved_by = set(campaign.moment.approved_by)
        if action is CampaignAction.APPROVE:
            approved_by.add(asking.person)
        if action is CampaignAction.REJECT:
            approved_by.clear()
        move_campaign(connection, campaign, state_after(action, campaign.moment, asking, reviewers), approved_by)

    return _changed(request, caller, campaign_id, _Step(action, move, body, body.comment), if_match, key)


_IF_MATCH_NEEDED = (CampaignAction.EDIT, CampaignAction.APPROVE)
_VALID_NEEDED = (CampaignAction.SUBMIT, CampaignAction.SCHEDULE, CampaignAction.START)


@dataclass(frozen=True)
class _Step:
    """What is done with a campaign."""

    action: CampaignAction
    change: Callable[[Connection, WrittenCampaign, Asking], None]
    body: BaseModel | None
    """What was sent."""
    comment: str = ""


def _changed(
    request: Request, caller: Caller, campaign_id: str, step: _Step, if_match: str | None, key: str | None
) -> Response:
    """Make a change that the rules allow, with its audit and its notice, and answer the campaign as it is then."""
    worker: Worker = request.app.state.worker
    shop, action = _Shop.of(worker), step.action

    def make(connection: Connection) -> tuple[int, object]:
        campaign, asking = _found(connection, campaign_id), _asking(connection, caller)
        check_version(if_match, campaign.revision, needed=action in _IF_MATCH_NEEDED)
        shop.check_allowed(action, campaign, asking)
        if action in _VALID_NEEDED:
            shop.check_valid(campaign)
        step.change(connection, campaign, asking)
        now = _found(connection, campaign_id)
        shop.record_change(connection, caller, f"campaign: {action.value}", now, campaign.state, step.comment)
        return 200, shop.shown(connection, now, asking).model_dump(mode="json")

    sent = None if step.body is None else step.body.model_dump(mode="json")
    answer = changed_once(request, caller, key, sent, make)
    worker.follow_campaigns()
    answer.headers["etag"] = etag(json.loads(bytes(answer.body))["revision"])
    return answer


class _Shop:
    """What the configuration says of campaigns."""

    def __init__(self, config: Config) -> None:
        self.config, self.reviewers = config, config.approval.reviewers

    @classmethod
    def of(cls, worker: Worker) -> _Shop:
        return cls(load_config(worker.settings.shop))

    def problems(self, campaign_id: str, text: CampaignText) -> list[CampaignFault]:
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

    def check_allowed(self, action: CampaignAction, campaign: WrittenCampaign, asking: Asking) -> None:
        """Raise HttpProblem with the reason why somebody cannot do something."""
        why = why_not(action, campaign.moment, asking, self.reviewers)
        if why is WhyNot.ROLE_MISSING:
            roles = roles_with_any(RIGHTS.get(action, EDITING))
            raise HttpProblem(
                "not_allowed", Message("one of these roles is needed: {roles}", roles=words_of(roles)), roles=roles
            )
        if why is not None:
            more = self.reviewers - len(campaign.moment.approved_by)
            values = {"state": STATES[campaign.state]} if why is WhyNot.WRONG_STATE else {}
            detail = _WHY[why].with_values(**values, **({"n": more} if why is WhyNot.NOT_APPROVED else {}))
            raise HttpProblem("conflict", detail, reason=why.value, state=campaign.state.value)

    def shown(self, connection: Connection, campaign: WrittenCampaign, asking: Asking) -> CampaignShown:
        actions = [one for one in CampaignAction if one is not CampaignAction.EXHAUST]
        moment = campaign.moment
        rules = why_not(CampaignAction.APPROVE_BUDGET, moment, asking, self.reviewers)
        proposals = [
            BudgetProposal(
                proposal_id=proposal.proposal_id, at=proposal.at, budget=proposal.budget, proposed_by=proposal.person,
                approved_by=sorted(proposal.approved_by),
                why_not=rules or (WhyNot.OWN_EDIT if proposal.person == asking.person else None),
            )
            for proposal in proposed_budgets(connection, campaign)
        ]  # fmt: skip
        return CampaignShown(
            campaign_id=campaign.campaign_id, revision=campaign.revision, state=campaign.state,
            reviewed=bool(moment.approved_by), approved_by=sorted(moment.approved_by),
            last_editor=moment.last_editor, starts_at=moment.starts_at, started_at=moment.started_at,
            ends_at=moment.ends_at, made_at=campaign.made_at, changed_at=campaign.changed_at,
            campaign={"id": campaign.campaign_id, **campaign.text.body, **changes_of(campaign.text)},
            actions={one.value: why_not(one, moment, asking, self.reviewers) for one in actions},
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


def _asking(connection: Connection, caller: Caller) -> Asking:
    return Asking(person_behind(connection, caller.actor), caller.permissions)


def _found(connection: Connection, campaign_id: str) -> WrittenCampaign:
    """Return a campaign. Raises HttpProblem where there is none."""
    campaign = find_campaign(connection, campaign_id)
    if campaign is None:
        raise HttpProblem("not_found")
    return campaign


def _found_revision(connection: Connection, campaign_id: str, revision: int) -> CampaignRevision:
    revision_then = find_revision(connection, campaign_id, revision)
    if revision_then is None:
        raise HttpProblem("not_found", field="revision")
    return revision_then


def _answer(shown: CampaignShown) -> Response:
    answer = json_response(shown.model_dump(mode="json"))
    answer.headers["etag"] = etag(shown.revision)
    return answer


def _checked(request: Request, faults: list[CampaignFault]) -> CampaignChecked:
    localize = Localizer(language_of(request.headers.get("accept-language")))
    problems = [FieldProblem(field=one.field, detail=localize(one.message)) for one in faults]
    return CampaignChecked(is_valid=not problems, problems=problems)
