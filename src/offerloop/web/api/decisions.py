"""`/v1/decisions`: which offer a customer gets now, why, and the same again from the record."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from offerloop.commands.explain.task import explain
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.serving import BUDGET, Answer, DecisionAsked, RecordsFullError, decide, replayed
from offerloop.store import DecisionRecord, find_decision
from offerloop.web.api.fields import Model, Name, Scalar
from offerloop.web.auth import Deciding, DecidingOrReading, Reading, caller_with
from offerloop.web.problems import Problem, documented, language_of
from offerloop.web.roles import Permission
from offerloop.web.worker import Worker

_LOG = logging.getLogger(__name__)
_PROBLEMS = ("not_signed_in", "not_allowed", "invalid")
DecisionId = Annotated[str, Path(pattern="^decision_[0-9a-f]{24}$")]
router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
DURABLE_SECONDS = 1.0
"""How long a durable decision waits for the disk."""
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


class DecisionBatchRequest(Model):
    """Several decisions at once."""

    requests: Annotated[tuple[DecisionRequest, ...], Field(min_length=1, max_length=100)]

    model_config = ConfigDict(json_schema_extra={"examples": [{"requests": [_EXAMPLE, {"customer_id": "new"}]}]})


class DecisionBatch(BaseModel):
    """Answers in the order of the requests."""

    decisions: list[Decision]


class DecisionShown(BaseModel):
    """What is on record of a decision."""

    decision_id: str
    at_ms: int
    version: str | None
    arm: str | None
    campaign_id: str | None
    offer_id: str
    propensity: float | None
    leased_minor: int
    failure: str | None
    input_hash: str
    request: dict[str, Any]
    answer: dict[str, Any]


class Audience(StrEnum):
    """Who reads an explanation."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    MARKETER = "marketer"


class Explained(BaseModel):
    """Why a customer got that answer."""

    decision_id: str
    audience: Audience
    language: str
    text: str


async def make_decision(request: Request, body: DecisionRequest, _: Deciding) -> Response:
    """Decide which offer a customer gets.

    Whatever fails, the answer comes at once, with status 200, no offer, and the reason.
    """
    worker: Worker = request.app.state.worker
    return Response(await _recorded(worker, _asked(request, body), durable=body.durable), media_type="application/json")


class _DirectRoute(APIRoute):
    """A route whose arguments are not resolved by FastAPI, which takes longer than the decision."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return _make_decision_directly


async def _make_decision_directly(request: Request) -> Response:
    caller = await caller_with(request, Permission.DECIDE)
    return await make_decision(request, _parsed(await request.body()), caller)


def _parsed(body: bytes) -> DecisionRequest:
    """Parse a body. Raises RequestValidationError as FastAPI does."""
    try:
        return DecisionRequest.model_validate_json(body)
    except ValidationError:
        return _parsed_by_steps(body)


def _parsed_by_steps(body: bytes) -> DecisionRequest:
    """Parse what is not valid, so that an error says whether it is no JSON or a field is wrong."""
    try:
        return DecisionRequest.model_validate(json.loads(body))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found]) from None
    except ValueError:
        problem = {"type": "json_invalid", "loc": ("body",), "msg": "no JSON", "input": None}
        raise RequestValidationError([problem]) from None


router.add_api_route(
    "",
    make_decision,
    methods=["POST"],
    response_model=Decision,
    responses=documented(*_PROBLEMS),
    route_class_override=_DirectRoute,
)


@router.post("/batch", response_model=DecisionBatch, responses=documented(*_PROBLEMS))
async def make_decisions(request: Request, body: DecisionBatchRequest, _: Deciding) -> Response:
    """Decide for up to 100 customers at once; each gets an answer of its own."""
    worker: Worker = request.app.state.worker
    made = [await _recorded(worker, _asked(request, one), durable=one.durable) for one in body.requests]
    return Response(f'{{"decisions":[{",".join(made)}]}}', media_type="application/json")


@router.get("/{decision_id}", responses=documented(*_PROBLEMS, "not_found", "store_away"))
def show_decision(request: Request, decision_id: DecisionId, _: Reading) -> DecisionShown:
    """Show the record of a decision, which does not say whose it is."""
    record = _on_record(request, decision_id)
    known = {name: getattr(record, name) for name in DecisionShown.model_fields if name not in ("answer", "request")}
    return DecisionShown(**known, request=json.loads(record.request), answer=json.loads(record.answer))


@router.get(
    "/{decision_id}/replay",
    response_model=Decision,
    responses=documented(*_PROBLEMS, "not_found", "erased", "conflict"),
)
def replay(request: Request, decision_id: DecisionId, _: Reading) -> Response:
    """Decide again from the record and the policy of that time: the same answer, bit for bit."""
    worker: Worker = request.app.state.worker
    record = _on_record(request, decision_id)
    if record.customer_id is None:
        raise Problem("erased")
    text = record.answer
    if record.failure is None:
        text = replayed(record, worker.policy_of(str(record.version)), record.customer_id)
    if text != record.answer:
        raise Problem("conflict", Message("the policy gives another answer today than the one on record"))
    return Response(text, media_type="application/json")


@router.get("/{decision_id}/explanation", responses=documented(*_PROBLEMS, "not_found", "erased"))
def explanation(
    request: Request, decision_id: DecisionId, _: DecidingOrReading, audience: Audience = Audience.CUSTOMER
) -> Explained:
    """Say why the customer got that answer, in words for one of three kinds of reader."""
    worker: Worker = request.app.state.worker
    record = _on_record(request, decision_id)
    if record.customer_id is None:
        raise Problem("erased")
    language = language_of(request.headers.get("accept-language"))
    policy = None if record.version is None or record.failure else worker.policy_of(record.version)
    if policy is None or policy.find(policy.known_as(record.customer_id)) is None:
        text = Localizer(language)(
            Message("the plan does not know this customer, so that the rule for newcomers holds")
        )
    else:
        text = explain(policy.run_folder, record.customer_id, audience.value, language).text
    return Explained(decision_id=decision_id, audience=audience, language=language, text=text)


def _on_record(request: Request, decision_id: str) -> DecisionRecord:
    worker: Worker = request.app.state.worker
    record = worker.database.read(lambda one: find_decision(one, decision_id))
    if record is None:
        raise Problem("not_found")
    return record


def _asked(request: Request, body: DecisionRequest) -> DecisionAsked:
    language = language_of(request.headers.get("accept-language"))
    worker: Worker = request.app.state.worker
    return DecisionAsked(
        body.customer_id, frozenset(body.exclude), body.context, language, dry_run=body.dry_run,
        **worker.choice_of(body.customer_id),
    )  # fmt: skip


async def _recorded(worker: Worker, asked: DecisionAsked, *, durable: bool) -> str:
    """Return the JSON of a decision that is on its way to the record; whatever fails, it has no offer."""
    try:
        answer = _answer(worker, asked)
        text = answer.text()
        if not asked.dry_run:
            written = worker.records.put(answer.record(text), durable=durable)
            if written is not None:
                await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(written)), DURABLE_SECONDS)
    except (RecordsFullError, TimeoutError):
        return _failed(worker, asked, "not_recorded").text()
    except Exception:
        _LOG.exception("a decision failed")
        return _failed(worker, asked, "failed").text()
    worker.metrics.count("offerloop_decisions_total", offer="yes" if answer.gives_offer else "no")
    return text


def _answer(worker: Worker, asked: DecisionAsked) -> Answer:
    served = worker.served
    if served is None:
        return _failed(worker, asked, "no_policy")
    if not worker.personalised:
        return _failed(worker, asked, "switched_off")
    decided = decide(served.policy, asked)
    leased = 0 if asked.dry_run or decided.offer is None else decided.needs_minor
    if leased and decided.offer and not served.leases.take(decided.offer.campaign_id, leased):
        decided, leased = decided.without_offer(BUDGET), 0
    return Answer(asked, _new_id(), _now_ms(), served.policy.version, decided, leased_minor=leased)


def _failed(worker: Worker, asked: DecisionAsked, reason: str) -> Answer:
    worker.metrics.count("offerloop_failures_total", reason=reason)
    version = None if worker.served is None else worker.served.policy.version
    return Answer(asked, _new_id(), _now_ms(), version, None, reason)


def _new_id() -> str:
    return f"decision_{secrets.token_hex(12)}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
