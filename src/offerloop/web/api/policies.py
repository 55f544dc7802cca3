"""`/v1/policies` and the switch: which plan is served, and whether any is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict

from offerloop.serving import compare_policies, serve_run
from offerloop.store import (
    PERSONALISED,
    add_entry,
    is_on,
    promote,
    promoted,
    promotion_number,
    set_switch,
    switch_version,
)
from offerloop.web.answering import json_response
from offerloop.web.api.fields import Model
from offerloop.web.auth import Approving, DecidingOrReading, Reading
from offerloop.web.idempotency import Key, changed_once
from offerloop.web.paging import Limit
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.versions import IfMatch, check_version, etag
from offerloop.web.worker import Worker
from offerloop.workspace import RunRead, find_run, finished_runs, open_run

if TYPE_CHECKING:
    from sqlalchemy import Connection

router = APIRouter(prefix="/v1", tags=["policies"])
NEWEST = "newest"
"""Stands for whatever run is the newest."""
Version = Annotated[str, InPath(pattern=r"^[0-9]{8}-[0-9]{6}(-[0-9]{1,3})?$|^newest$", examples=[NEWEST])]
OtherVersion = Annotated[str | None, Query(pattern=r"^[0-9]{8}-[0-9]{6}(-[0-9]{1,3})?$|^newest$", examples=[NEWEST])]
_PROBLEMS = ("not_signed_in", "not_allowed", "cross_site", "invalid", "store_away")


class PolicyListed(BaseModel):
    """A finished run that can be served."""

    version: str
    is_served: bool
    is_promoted: bool
    """Whether it was chosen, and so stays when a newer run is finished."""


class CampaignServed(BaseModel):
    """A campaign of a policy."""

    campaign_id: str
    title: str
    is_sent: bool
    n_planned: int
    budget_minor: int
    budget_unit: str


class PolicyShown(PolicyListed):
    """A policy and its campaigns."""

    currency: str
    headline: str
    """What to do with every campaign, in the language of Accept-Language where the run keeps it so."""
    campaigns: list[CampaignServed]


class CampaignCompared(BaseModel):
    """A campaign in two policies; null where one of them does not have it."""

    campaign_id: str
    before: CampaignServed | None
    after: CampaignServed | None


class CustomersCompared(BaseModel):
    """Customers by what they get; each policy draws its own arms."""

    n_same: int
    """The same offer, or none in both."""
    n_other: int
    """Another offer than before."""
    n_gained: int
    """An offer, and none before."""
    n_lost: int
    """No offer, and one before."""
    n_new: int
    """Customers whom only the policy itself knows."""
    n_gone: int
    """Customers whom only the other one knows."""


class PolicyComparison(BaseModel):
    """What a policy would change."""

    before: str
    """The other policy."""
    after: str
    campaigns: list[CampaignCompared]
    customers: CustomersCompared


class PolicyList(BaseModel):
    """Finished runs, the newest first."""

    items: list[PolicyListed]
    next_cursor: str | None
    """Asks for the runs before these."""


class Switch(Model):
    """Whether personalised offers are given."""

    is_on: bool

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_on": True}]})


@router.get("/policies", response_model=PolicyList, responses=documented("not_signed_in", "not_allowed", "invalid"))
def all_policies(
    request: Request,
    _: Reading,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{8}-[0-9]{6}(-[0-9]{1,3})?$")] = None,
) -> Response:
    """List finished runs, the newest first; the ETag changes with each promotion."""
    worker: Worker = request.app.state.worker
    chosen, number = worker.database.read(lambda one: (promoted(one), promotion_number(one)))
    runs = [one.name for one in finished_runs(worker.settings.shop)]
    older = [one for one in runs if cursor is None or one < cursor]
    page = older[:limit]
    shown = PolicyList(
        items=[_listed(worker, version, chosen) for version in page],
        next_cursor=page[-1] if len(older) > limit else None,
    )
    answer = json_response(shown.model_dump(mode="json"))
    answer.headers["etag"] = etag(number)
    return answer


@router.get("/policies/{version}", responses=documented("not_signed_in", "not_allowed", "not_found", "invalid"))
def one_policy(request: Request, version: Version, _: Reading) -> PolicyShown:
    """Show a policy and its campaigns."""
    worker: Worker = request.app.state.worker
    run = open_run(_folder(worker, version)).in_language(language_of(request.headers.get("accept-language")))
    listed = _listed(worker, run.folder.name, worker.database.read(promoted)).model_dump()
    headline = run.summary.get("headline", "")
    return PolicyShown(**listed, currency=run.currency, headline=headline, campaigns=_campaigns(run))


@router.get(
    "/policies/{version}/compare",
    responses=documented("not_signed_in", "not_allowed", "not_found", "not_ready", "invalid"),
)
def compare_policy(request: Request, version: Version, _: Reading, other: OtherVersion = None) -> PolicyComparison:
    """Say what this policy would change, beside the one that is served or another one."""
    worker: Worker = request.app.state.worker
    against = worker.version if other is None else other
    if against is None:
        raise HttpProblem("not_ready", worker.why_not_ready)
    old, new = (open_run(_folder(worker, one)) for one in (against, version))
    was, now = ({one.campaign_id: one for one in _campaigns(run)} for run in (old, new))
    return PolicyComparison(
        before=old.folder.name, after=new.folder.name,
        campaigns=[
            CampaignCompared(campaign_id=name, before=was.get(name), after=now.get(name))
            for name in sorted({*was, *now})
        ],
        customers=CustomersCompared(**vars(compare_policies(serve_run(old.folder), serve_run(new.folder)))),
    )  # fmt: skip


def _campaigns(run: RunRead) -> list[CampaignServed]:
    return [
        CampaignServed(
            campaign_id=campaign.id, title=campaign.title, is_sent=campaign.send, n_planned=campaign.n_planned,
            budget_minor=campaign.budget_minor, budget_unit=campaign.budget_unit,
        )
        for campaign in run.campaigns
    ]  # fmt: skip


@router.post(
    "/policies/{version}/promote",
    response_model=PolicyListed,
    responses=documented(*_PROBLEMS, "not_found", "changed", "key_conflict"),
)
def promote_policy(
    request: Request, version: Version, caller: Approving, if_match: IfMatch = None, key: Key = None
) -> Response:
    """Serve this policy from now on, also an older one; `newest` serves each new run as it is finished.

    If-Match takes the ETag of the list of policies.
    """
    worker: Worker = request.app.state.worker
    folder = _folder(worker, version)
    serve_run(folder)
    chosen = None if version == NEWEST else version

    def choose(connection: Connection) -> tuple[int, object]:
        check_version(if_match, promotion_number(connection))
        promote(connection, chosen, caller.actor)
        add_entry(connection, caller.actor, "policy promoted", version)
        promoted_now = PolicyListed(version=folder.name, is_served=True, is_promoted=chosen is not None)
        return 200, promoted_now.model_dump(mode="json")

    answer = changed_once(request, caller, key, None, choose)
    worker.follow()
    return answer


@router.get("/switch", response_model=Switch, responses=documented("not_signed_in", "not_allowed", "store_away"))
def read_switch(request: Request, _: DecidingOrReading) -> Response:
    """Say whether personalised offers are given."""
    worker: Worker = request.app.state.worker
    on, version = worker.database.read(lambda one: (is_on(one, PERSONALISED), switch_version(one, PERSONALISED)))
    answer = json_response({"is_on": on})
    answer.headers["etag"] = etag(version)
    return answer


@router.put("/switch", response_model=Switch, responses=documented(*_PROBLEMS, "changed", "key_conflict"))
def turn_switch(
    request: Request, body: Switch, caller: Approving, if_match: IfMatch = None, key: Key = None
) -> Response:
    """Turn all personalised offers off or on again; every worker follows within a second."""
    worker: Worker = request.app.state.worker

    def turn(connection: Connection) -> tuple[int, object]:
        check_version(if_match, switch_version(connection, PERSONALISED))
        set_switch(connection, PERSONALISED, body.is_on, caller.actor)
        add_entry(connection, caller.actor, "switch turned", PERSONALISED, is_on=body.is_on)
        return 200, body.model_dump(mode="json")

    answer = changed_once(request, caller, key, body.model_dump(mode="json"), turn)
    worker.follow()
    return answer


def _listed(worker: Worker, version: str, chosen: str | None) -> PolicyListed:
    served = worker.served
    is_served = served is not None and served.policy.version == version
    return PolicyListed(version=version, is_served=is_served, is_promoted=version == chosen)


def _folder(worker: Worker, version: str) -> Path:
    """Return the folder of a finished run. Raises HttpProblem where there is none."""
    if version == NEWEST:
        return find_run(worker.settings.shop)
    folder = worker.settings.shop / "runs" / version
    if not (folder / "manifest.json").is_file():
        raise HttpProblem("not_found", field="version")
    return find_run(folder)
