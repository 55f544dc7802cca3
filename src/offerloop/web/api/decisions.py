"""`/v1/decisions`: which offer a customer gets now, why, and the same again from the record."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from offerloop.serving import BUDGET, Answer, DecisionAsked, RecordsFullError, decide
from offerloop.web.api.fields import Model, Name
from offerloop.web.auth import Deciding
from offerloop.web.problems import documented, language_of
from offerloop.web.worker import Worker

_LOG = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
DURABLE_SECONDS = 1.0
"""How long a durable decision waits for the disk."""
Scalar = str | int | float | bool | None
_EXAMPLE: JsonValue = {"customer_id": "c000", "context": {"channel": "app"}, "exclude": ["coupon-30"]}


class DecisionRequest(Model):
    """Who is to get an offer."""

    customer_id: Name
    exclude: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Ids of offers that are not to be shown now."""
    context: Annotated[dict[Name, Scalar], Field(max_length=50, default_factory=dict)]
    """Facts that are recorded with the decision, such as the channel."""
    dry_run: bool = False
    """Whether nothing is recorded and no budget is taken."""
    durable: bool = False
    """Whether the answer waits until the record is on disk."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


class OfferGiven(BaseModel):
    """One offer of a decision."""

    campaign_id: str
    offer_id: str
    kind: str
    label: str
    """What the customer reads, in the language of Accept-Language."""


class Decision(BaseModel):
    """What a customer gets. Without an offer `reasons` says why."""

    decision_id: str
    policy_version: str | None
    decided_at: str
    expires_at: str
    arm: str | None
    propensity: float | None
    """Marginal probability of this answer over all arms; null where the policy did not choose it."""
    offers: list[OfferGiven]
    products: list[str]
    reasons: list[str]
    fields_used: list[str]
    disclosure: str | None
    dry_run: bool


@router.post("", response_model=Decision, responses=documented("not_signed_in", "not_allowed", "invalid"))
async def make_decision(request: Request, body: DecisionRequest, _: Deciding) -> Response:
    """Decide which offer a customer gets.

    Whatever fails, the answer comes at once, with status 200, no offer, and the reason.
    """
    worker: Worker = request.app.state.worker
    asked = DecisionAsked(
        body.customer_id, frozenset(body.exclude), body.context,
        language_of(request.headers.get("accept-language")), body.dry_run,
    )  # fmt: skip
    return Response(await _recorded(worker, asked, durable=body.durable), media_type="application/json")


async def _recorded(worker: Worker, asked: DecisionAsked, *, durable: bool) -> str:
    """Return the JSON of a decision that is on its way to the record."""
    answer = _answer(worker, asked)
    text = answer.text()
    if asked.dry_run:
        return text
    try:
        written = worker.records.put(answer.record(text), durable=durable)
        if written is not None:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(written)), DURABLE_SECONDS)
    except (RecordsFullError, TimeoutError):
        return _failed(worker, asked, "not_recorded").text()
    worker.metrics.count("offerloop_decisions_total", offer="yes" if answer.gives_offer else "no")
    return text


def _answer(worker: Worker, asked: DecisionAsked) -> Answer:
    served = worker.served
    if served is None:
        return _failed(worker, asked, "no_policy")
    if not worker.personalised:
        return _failed(worker, asked, "switched_off")
    try:
        decided = decide(served.policy, asked.customer_id, asked.exclude)
        leased = 0 if asked.dry_run or decided.offer is None else decided.needs_minor
        if leased and decided.offer and not served.leases.take(decided.offer.campaign_id, leased):
            decided, leased = decided.without_offer(BUDGET), 0
    except Exception:
        _LOG.exception("a decision failed")
        return _failed(worker, asked, "failed")
    return Answer(asked, _new_id(), _now_ms(), served.policy.version, decided, leased_minor=leased)


def _failed(worker: Worker, asked: DecisionAsked, reason: str) -> Answer:
    worker.metrics.count("offerloop_failures_total", reason=reason)
    version = None if worker.served is None else worker.served.policy.version
    return Answer(asked, _new_id(), _now_ms(), version, None, reason)


def _new_id() -> str:
    return f"decision_{secrets.token_hex(12)}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
