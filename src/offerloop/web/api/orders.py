"""`/v1/orders`: orders as they were priced, and what is given back when units return, by either rule."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import price
from offerloop.serving import BoughtBasket
from offerloop.store import CheckoutUse, Purchase, add_purchase, add_refund, find_purchase, offers_text
from offerloop.web.addresses import NameInPath
from offerloop.web.api.baskets import PriceRequest
from offerloop.web.api.fields import Instant, Model, Name
from offerloop.web.api.typed_codes import read_typed_codes
from offerloop.web.auth import Deciding
from offerloop.web.idempotency import MONEY_SECONDS, NeededKey, changed_once
from offerloop.web.problems import HttpProblem, documented
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

router = APIRouter(prefix="/v1/orders", tags=["refunds"])
_PROBLEMS = ("not_signed_in", "not_allowed", "cross_site", "invalid", "conflict", "key_conflict", "store_away")
OrderId = Annotated[NameInPath, Path(examples=["order-1"])]


class OrderRequest(PriceRequest):
    """A basket that was bought."""

    redemptions: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Ids of redemptions that were made for this order already; what they used up is left for it."""


class OrderShown(BaseModel):
    """An order, and what was given back of it."""

    order_id: str
    bought_at: Instant
    total_minor: int
    given_back_minor: int


class UnitsReturned(Model):
    """Units of one line that come back."""

    line: Annotated[int, Field(strict=True, ge=0, lt=500)]
    """Position of the line in the basket, from 0 on."""
    quantity: Annotated[int, Field(strict=True, ge=1, lt=1_000_000)]


class RefundRequest(Model):
    """What comes back, and by which rule the refund is counted; all refunds of an order have one rule."""

    rule: Literal["kept", "repriced"]
    """Whether the discounts stay as they were, or what is kept is priced again."""
    returned: Annotated[tuple[UnitsReturned, ...], Field(min_length=1, max_length=500)]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rule": "kept", "returned": [{"line": 0, "quantity": 1}]}]}
    )


class RefundShown(BaseModel):
    """What to give back now, and in all."""

    order_id: str
    rule: str
    refund_minor: int
    given_back_minor: int


@router.put("/{order_id}", responses=documented(*_PROBLEMS, "erased"))
def enter_order(request: Request, order_id: OrderId, body: OrderRequest, caller: Deciding) -> OrderShown:
    """Price a basket that was bought, and remember it for refunds; the same basket again changes nothing.

    An offer with limits and a coupon count where the ledger would let them be used now, or where `redemptions` did.
    Nothing is entered for a customer who was erased.
    """
    worker: Worker = request.app.state.worker
    served, personal, now = worker.served, worker.offers_given(body.customer_id), int(time.time())
    offers, version = (worker.everyone, None) if served is None else (served.offers, served.policy.version)
    use = CheckoutUse(body.lock_key, body.redemptions)
    basket = read_typed_codes(worker, caller.actor, body.basket(), personal.own, use).basket
    own = personal.in_basket(basket.codes)
    offer_set, (campaign_id, offer_id) = offers.for_customer(own), own[0] if own else (None, None)
    left = worker.limits_of(offer_set, body.customer_id, use)
    priced = price(basket, offer_set, now, offers.policy, left.get)
    sent = body.model_dump(mode="json", exclude={"customer_id", "lock_key", "redemptions"})
    written = sent | {
        "codes": sorted(basket.codes), "left": {name: asdict(one) for name, one in left.items()}, "sent": _hash(sent),
        "further_offers": own[1:],
    }  # fmt: skip
    purchase = Purchase(
        order_id=order_id, bought_at=now, version=version, offers_hash=offers.text_hash,
        campaign_id=campaign_id, offer_id=offer_id, total_minor=priced.total_minor,
        basket=json.dumps(written, sort_keys=True),
    )  # fmt: skip
    before = worker.database.change(lambda one: add_purchase(one, purchase, offers.text, body.customer_id))
    if before is None:
        raise HttpProblem("erased")
    if json.loads(before.basket)["sent"] != written["sent"]:
        raise HttpProblem("conflict", Message("the order is there with another basket"), "order_id")
    return _shown(before)


def _hash(sent: object) -> str:
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


@router.get("/{order_id}", responses=documented("not_signed_in", "not_allowed", "not_found"))
def show_order(request: Request, order_id: OrderId, _: Deciding) -> OrderShown:
    """Show an order that was entered."""
    worker: Worker = request.app.state.worker
    purchase = worker.database.read(lambda one: find_purchase(one, order_id))
    if purchase is None:
        raise HttpProblem("not_found")
    return _shown(purchase)


@router.post(
    "/{order_id}/refunds", status_code=201, response_model=RefundShown, responses=documented(*_PROBLEMS, "not_found")
)
def refund(request: Request, order_id: OrderId, body: RefundRequest, caller: Deciding, key: NeededKey) -> Response:
    """Count what is to be given back for units that return, once for each idempotency key."""
    worker: Worker = request.app.state.worker

    def make(connection: Connection) -> tuple[int, object]:
        purchase = find_purchase(connection, order_id)
        if purchase is None:
            raise HttpProblem("not_found", field="order_id")
        if purchase.rule not in (None, body.rule):
            raise HttpProblem("conflict", Message("the order's refunds are counted by another rule"), "rule")
        returned = Counter[int]()
        for returned_line in body.returned:
            returned[returned_line.line] += returned_line.quantity
        text = offers_text(connection, purchase.offers_hash)
        minor = _counted(worker, purchase, text, body.rule, returned)
        before = Counter(dict(purchase.returned or {}))
        add_refund(connection, purchase, body.rule, before + returned, purchase.given_back_minor + minor)
        return 201, RefundShown(
            order_id=order_id, rule=body.rule, refund_minor=minor, given_back_minor=purchase.given_back_minor + minor
        ).model_dump()

    return changed_once(request, caller, key, body.model_dump(mode="json"), make, MONEY_SECONDS)


def _counted(worker: Worker, purchase: Purchase, text: str, rule: str, returned: Counter[int]) -> int:
    """Return what is to be given back now, never more than is left of what was paid, however a newer program prices.

    Raises HttpProblem for units that were not bought.
    """
    bought = BoughtBasket.of(worker.settings.shop, purchase, text)
    left_minor = purchase.total_minor - purchase.given_back_minor
    try:
        return min(left_minor, bought.refund_minor(rule, returned, purchase.returned or {}, purchase.given_back_minor))
    except InputError as error:
        raise HttpProblem("invalid", error.message, "returned") from None


def _shown(purchase: Purchase) -> OrderShown:
    return OrderShown(
        order_id=purchase.order_id, bought_at=purchase.bought_at, total_minor=purchase.total_minor,
        given_back_minor=purchase.given_back_minor,
    )  # fmt: skip
