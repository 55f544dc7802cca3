"""`/v1/decisions`: which offer a customer gets now, why, and the same again from the record."""

from __future__ import annotations

import json
from asyncio import Semaphore, gather
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from offerloop.commands.explain.task import explain
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.serving import DecisionInputs, replayed
from offerloop.store import DecisionRecord, find_decision, instant
from offerloop.web.api.baskets import BasketFields, Line
from offerloop.web.api.decision_words import why_not_planned
from offerloop.web.api.fields import Instant, Model, Name, Scalar, WrittenInstant
from offerloop.web.auth import Caller, DecidingOrReading, DecidingSoon, Reading, check_may, deciding_caller
from offerloop.web.deciding import PRICED_AT_ONCE, decide_and_record, unknown_caller
from offerloop.web.direct import body_in_document, read_body
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.roles import Permission
from offerloop.web.worker import Worker

_PROBLEMS = ("not_signed_in", "not_allowed", "invalid")
DecisionId = Annotated[str, Path(pattern="^decision_[0-9a-f]{24}$")]
router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
_BASKET_EXAMPLE: JsonValue = {
    "currency": "EUR",
    "lines": [{"product_id": "7", "quantity": 2, "unit_price_minor": 950, "categories": ["kind 1"]}],
}
_EXAMPLE: JsonValue = {
    "customer_id": "c000", "context": {"channel": "app"}, "exclude": ["coupon-30"], "basket": _BASKET_EXAMPLE,
}  # fmt: skip


class DecisionBasket(BasketFields):
    """A basket beside a decision."""

    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]

    model_config = ConfigDict(json_schema_extra={"examples": [_BASKET_EXAMPLE]})


class DecisionRequest(Model):
    """Who is to get an offer."""

    customer_id: Name
    basket: DecisionBasket | None = None
    """What is in the basket now: the answer says what the offer would take off it, or what is missing."""
    exclude: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Ids of offers that are not to be shown now, and of products that are not to be suggested."""
    context: Annotated[dict[Name, Scalar], Field(max_length=50, default_factory=dict)]
    """Facts that are recorded with the decision, such as the channel."""
    dry_run: bool = False
    """Whether nothing is recorded and no budget is taken."""
    durable: bool = False
    """Whether the answer waits until the record is on disk."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


class Missing(BaseModel):
    """Why an offer does not apply to a basket, and what would change that."""

    why: str
    spend_minor: int
    """To spend more."""
    units: int
    """To add."""
    names: list[str]
    """Products, categories, segments or channels of which any would do."""
    at: Instant | None
    """When it begins or ended."""
    by: str | None
    """The offer that is applied instead."""


class OfferInBasket(BaseModel):
    """What an offer does to the basket of the request, beside the offers for everybody."""

    off_minor: int
    """What it takes off now."""
    total_minor: int
    """What is to be paid with it."""
    missing: Missing | None
    """Null where the offer applies."""


class OfferGiven(BaseModel):
    """One offer of a decision."""

    campaign_id: str
    offer_id: str
    kind: str
    label: str
    """What the customer reads, in the language of Accept-Language."""
    basket: OfferInBasket | None = None
    """Where the request had a basket."""


class Decision(BaseModel):
    """What a customer gets. Without an offer `reasons` says why."""

    decision_id: str
    policy_version: str | None
    decided_at: WrittenInstant
    expires_at: WrittenInstant
    """Until when the answer may be shown."""
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
    decided_at: WrittenInstant
    version: str | None
    arm: str | None
    campaign_id: str | None
    offer_id: str
    propensity: float | None
    leased_minor: int = Field(
        description="What was taken of a budget for the offer, minor units; repeated on later decisions on the same "
        "customer, so not to be added up."
    )
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


@router.post(
    "",
    response_model=Decision,
    responses=documented(*_PROBLEMS),
    openapi_extra=body_in_document(DecisionRequest),
)
async def make_decision(request: Request) -> Response:
    """Decide which offer a customer gets.

    Whatever fails, the answer comes at once, with status 200, no offer, and the reason.
    """
    caller = await deciding_caller(request)
    body = read_body(DecisionRequest, request.scope["offerloop.body"])
    made = await _decided(request, caller, _inputs(request, body), Semaphore(), durable=body.durable)
    return Response(made, media_type="application/json")


@router.post("/batch", response_model=DecisionBatch, responses=documented(*_PROBLEMS))
async def make_decisions(request: Request, body: DecisionBatchRequest, caller: DecidingSoon) -> Response:
    """Decide for up to 100 customers at once; each gets an answer of its own.

    A basket that cannot be priced is refused before anything is decided.
    """
    wanted, turns = [_inputs(request, one) for one in body.requests], Semaphore(PRICED_AT_ONCE)
    decided = (
        _decided(request, caller, inputs, turns, durable=asked_for.durable)
        for inputs, asked_for in zip(wanted, body.requests, strict=True)
    )
    made = await gather(*decided)
    return Response(f'{{"decisions":[{",".join(made)}]}}', media_type="application/json")


async def _decided(
    request: Request, caller: Caller | None, wanted: DecisionInputs, turns: Semaphore, *, durable: bool
) -> str:
    if caller is None:
        return unknown_caller(wanted)
    return await decide_and_record(request.app.state.worker, wanted, caller.actor, turns, durable=durable)


@router.get("/{decision_id}", responses=documented(*_PROBLEMS, "not_found", "store_away"))
def show_decision(request: Request, decision_id: DecisionId, _: Reading) -> DecisionShown:
    """Show the record of a decision, which does not say whose it is."""
    record = _on_record(request, decision_id)
    read = {"decided_at": instant(*divmod(record.at_ms, 1_000))}
    read |= {name: json.loads(getattr(record, name)) for name in ("request", "answer")}
    return DecisionShown(**{**record._asdict(), **read})


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
        raise HttpProblem("erased")
    text = record.answer
    if record.failure is None:
        policy = worker.policy_of(str(record.version))
        text = replayed(record, policy, record.customer_id, lambda mark: worker.offers_then(policy, mark))
    if text != record.answer:
        raise HttpProblem("conflict", Message("the policy gives another answer today than the one on record"))
    return Response(text, media_type="application/json")


@router.get("/{decision_id}/explanation", responses=documented(*_PROBLEMS, "not_found", "erased"))
def explanation(
    request: Request, decision_id: DecisionId, caller: DecidingOrReading, audience: Audience = Audience.CUSTOMER
) -> Explained:
    """Say why the customer got that answer, in words for one of three kinds of reader.

    What support and marketers read is not for a checkout's token, as it tells what is known of the customer.
    """
    if audience is not Audience.CUSTOMER:
        check_may(caller, Permission.READ)
    return explained(request, decision_id, audience, language_of(request.headers.get("accept-language")))


def explained(request: Request, decision_id: str, audience: Audience, language: str) -> Explained:
    """Return why a decision on record came about. Raises HttpProblem for an unknown one and for an erased customer."""
    worker: Worker = request.app.state.worker
    record = _on_record(request, decision_id)
    if record.customer_id is None:
        raise HttpProblem("erased")
    for_customer = audience is Audience.CUSTOMER
    changed = why_not_planned(record, for_customer=for_customer)
    parts = [] if changed is None else [Localizer(language)(changed)]
    policy = None if record.version is None or record.failure else worker.policy_of(record.version)
    is_known = policy is not None and policy.find(policy.known_as(record.customer_id)) is not None
    if policy is not None and is_known and not (changed and for_customer):
        parts.append(explain(policy.run_folder, record.customer_id, audience.value, language).text)
    return Explained(decision_id=decision_id, audience=audience, language=language, text="\n\n".join(parts))


def _on_record(request: Request, decision_id: str) -> DecisionRecord:
    worker: Worker = request.app.state.worker
    record = worker.database.read(lambda one: find_decision(one, decision_id))
    if record is None:
        raise HttpProblem("not_found")
    return record


def _inputs(request: Request, body: DecisionRequest) -> DecisionInputs:
    """Return what is decided on. Raises InputError for a basket that cannot be priced."""
    worker: Worker = request.app.state.worker
    basket, offers_hash = None, ""
    if body.basket is not None:
        body.basket.basket_of(body.customer_id)
        basket, offers_hash = body.basket.written(), worker.offers_held().text_hash
    return worker.request_of(
        body.customer_id, language=language_of(request.headers.get("accept-language")),
        exclude=frozenset(body.exclude), context=body.context, basket=basket, offers_hash=offers_hash,
        dry_run=body.dry_run,
    )  # fmt: skip
