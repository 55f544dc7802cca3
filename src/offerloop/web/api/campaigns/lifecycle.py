"""`/v1/campaigns`: written by one person, approved by another, started, paused and ended; every revision stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from offerloop.config import CampaignFault
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.store import (
    CampaignAction,
    CampaignRevision,
    Editor,
    Requester,
    WhyNot,
    WrittenCampaign,
    add_campaign,
    approve_budget,
    decline_budget,
    field_changes,
    find_revision,
    instant,
    list_campaigns,
    list_revisions,
    move_campaign,
    new_id,
    propose_budget,
    proposed_budgets,
    revise_campaign,
    state_after,
)
from offerloop.web.answering import json_response
from offerloop.web.api.campaigns.models import (
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
    shown_revision,
    written_campaign,
)
from offerloop.web.auth import Editing, Reading, SignedIn
from offerloop.web.idempotency import Key, changed_once
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.versions import IfMatch, etag
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection
from offerloop.web.api.campaigns.changes import (
    WHY_NOT,
    CampaignRules,
    Step,
    changed_campaign,
    existing_campaign,
    requester_of,
)

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])
_READ = ("not_signed_in", "not_allowed", "not_found", "invalid", "store_away", "misconfigured")
_CHANGE = (*_READ, "cross_site", "conflict", "changed", "if_match_needed", "key_conflict")
CampaignId = Annotated[str, Path(pattern=r"^[^\W_][\w.-]{0,99}$", examples=["spring"])]
ProposalId = Annotated[str, Path(pattern=r"^budget_\w{1,60}$", examples=["budget_1"])]
RevisionNumber = Annotated[int, Path(ge=1, lt=2**31, examples=[1])]


@router.get("", responses=documented(*_READ))
def all_campaigns(
    request: Request,
    caller: Reading,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> CampaignList:
    """List campaigns by their ids."""
    worker: Worker = request.app.state.worker
    rules = CampaignRules.of(worker)

    def read(connection: Connection) -> list[CampaignShown]:
        requester = requester_of(connection, caller)
        return [rules.shown(connection, one, requester) for one in list_campaigns(connection, cursor, limit + 1)]

    written = worker.database.read(read)
    return CampaignList(
        items=written[:limit], next_cursor=written[limit - 1].campaign_id if len(written) > limit else None
    )  # fmt: skip


@router.post("", status_code=201, response_model=CampaignShown, responses=documented(*_CHANGE))
def make_campaign(request: Request, body: CampaignDraft, caller: Editing, key: Key = None) -> Response:
    """Write a campaign, which is a draft: it may be unfinished, and nobody gets its offers."""
    rules = CampaignRules.of(request.app.state.worker)
    if body.id in {one.id for one in rules.config.campaigns}:
        raise HttpProblem("conflict", Message("the configuration has a campaign of this id"), "id")

    def make(connection: Connection) -> tuple[int, object]:
        requester = requester_of(connection, caller)
        if not add_campaign(connection, body.id, body.text(), Editor(caller.actor, requester.person)):
            raise HttpProblem("conflict", Message("there is a campaign of this id"), "id")
        campaign = existing_campaign(connection, body.id)
        rules.record_change(connection, caller, "campaign made", campaign, None, "")
        return 201, rules.shown(connection, campaign, requester).model_dump(mode="json")

    answer = changed_once(request, caller, key, body.model_dump(mode="json"), make)
    answer.headers["etag"] = etag(1)
    return answer


@router.post("/validate", responses=documented("not_signed_in", "not_allowed", "invalid"))
def validate(request: Request, body: CampaignDraft, _: Reading) -> CampaignChecked:
    """Check what a campaign says, and keep nothing of it.

    Whether the shop has its categories, products and brands is not looked at: `offerloop check` and runs say so.
    """
    faults = CampaignRules.of(request.app.state.worker).problems(body.id, body.text())
    return _checked(request, faults)


@router.get("/{campaign_id}", response_model=CampaignShown, responses=documented(*_READ))
def show_campaign(request: Request, campaign_id: CampaignId, caller: Reading) -> Response:
    """Show a campaign, its state, and what the caller may do with it."""
    worker: Worker = request.app.state.worker
    rules = CampaignRules.of(worker)

    def read(connection: Connection) -> CampaignShown:
        campaign = existing_campaign(connection, campaign_id)
        return rules.shown(connection, campaign, requester_of(connection, caller))

    return _answer(worker.database.read(read))


@router.put("/{campaign_id}", response_model=CampaignShown, responses=documented(*_CHANGE))
def edit_campaign(
    request: Request, campaign_id: CampaignId, body: CampaignDraft, caller: Editing, if_match: IfMatch = None,
    key: Key = None,
) -> Response:  # fmt: skip
    """Write a new revision, which is a draft again: approvals of the one before do not hold for it."""
    if body.id != campaign_id:
        raise HttpProblem("invalid", Message("the id of a campaign stays"), "id")

    def edit(connection: Connection, campaign: WrittenCampaign, requester: Requester) -> None:
        revise_campaign(connection, campaign, body.text(), Editor(caller.actor, requester.person))

    return changed_campaign(request, caller, campaign_id, Step(CampaignAction.EDIT, edit, body), if_match, key)


@router.get("/{campaign_id}/validation", responses=documented(*_READ))
def validate_campaign(request: Request, campaign_id: CampaignId, _: Reading) -> CampaignChecked:
    """Check what the newest revision says, without looking at the shop's data."""
    worker: Worker = request.app.state.worker
    campaign = worker.database.read(lambda connection: existing_campaign(connection, campaign_id))
    return _checked(request, CampaignRules.of(worker).problems(campaign_id, campaign.text))


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
        existing_campaign(connection, campaign_id)
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
        newest = existing_campaign(connection, campaign_id).revision
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

    def bring_back(connection: Connection, campaign: WrittenCampaign, requester: Requester) -> None:
        earlier = _found_revision(connection, campaign_id, revision)
        revise_campaign(connection, campaign, earlier.text, Editor(caller.actor, requester.person), revision)

    step = Step(CampaignAction.EDIT, bring_back, None, f"revision {revision}")
    return changed_campaign(request, caller, campaign_id, step, if_match, key)


@router.post("/{campaign_id}/budget-changes", response_model=CampaignShown, responses=documented(*_CHANGE))
def change_budget(
    request: Request, campaign_id: CampaignId, body: ChangeOfBudget, caller: Editing, if_match: IfMatch = None,
    key: Key = None,
) -> Response:  # fmt: skip
    """Propose another budget from an instant on for a campaign that goes on meanwhile.

    It counts when as many people as a revision needs have approved it, none of them who proposed it.
    """
    rules = CampaignRules.of(request.app.state.worker)

    def propose(connection: Connection, campaign: WrittenCampaign, requester: Requester) -> None:
        change = body.change()
        fault = rules.budget_fault(campaign.text, change, "budget")
        if fault is not None:
            raise HttpProblem("invalid", fault, "budget")
        if change.at <= campaign.moment.now:
            raise HttpProblem("invalid", Message("the new budget must begin in the future"), "at")
        propose_budget(connection, campaign, new_id("budget"), change, requester.person, rules.reviewers)

    said = f"{body.budget} from {instant(int(body.at.timestamp()))}"
    return changed_campaign(
        request, caller, campaign_id, Step(CampaignAction.CHANGE_BUDGET, propose, body, said), if_match, key
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
    reviewers = CampaignRules.of(request.app.state.worker).reviewers

    def judge(connection: Connection, campaign: WrittenCampaign, requester: Requester) -> None:
        waiting = {one.proposal_id: one for one in proposed_budgets(connection, campaign)}
        if proposal_id not in waiting:
            raise HttpProblem("not_found", field="proposal_id")
        proposed = waiting[proposal_id]
        if verdict is BudgetVerdict.DECLINE:
            decline_budget(connection, proposed)
        elif proposed.person == requester.person:
            raise HttpProblem(
                "conflict", WHY_NOT[WhyNot.OWN_EDIT], reason=WhyNot.OWN_EDIT.value, state=campaign.state.value
            )
        else:
            approve_budget(connection, proposed, requester.person, reviewers)

    action = CampaignAction(f"{verdict.value}_budget")
    return changed_campaign(request, caller, campaign_id, Step(action, judge, body, body.comment), if_match, key)


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
    reviewers = CampaignRules.of(request.app.state.worker).reviewers

    def move(connection: Connection, campaign: WrittenCampaign, requester: Requester) -> None:
        approved_by = set(campaign.moment.approved_by)
        if action is CampaignAction.APPROVE:
            approved_by.add(requester.person)
        if action is CampaignAction.REJECT:
            approved_by.clear()
        move_campaign(connection, campaign, state_after(action, campaign.moment, requester, reviewers), approved_by)

    return changed_campaign(request, caller, campaign_id, Step(action, move, body, body.comment), if_match, key)


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
