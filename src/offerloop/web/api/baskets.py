"""`/v1/baskets/price`: what a basket costs under the offers for everybody and the customer's own."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.concurrency import run_in_threadpool

from offerloop.commands.price import price_facts
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import NO_CODES, Basket, BasketLine, attributes_of, price
from offerloop.serving import basket_of, tax_rate
from offerloop.store import CheckoutUse
from offerloop.web.answering import json_response
from offerloop.web.api.fields import Count, Known, Minor, Model, Name
from offerloop.web.api.typed_codes import TypedCodes, read_typed_codes
from offerloop.web.auth import Deciding
from offerloop.web.problems import documented
from offerloop.web.worker import Worker

MOST_TOTAL_MINOR = 10**15
QUICK_UNITS = 30
"""Units up to which a basket is priced at once. More can take a tenth of a second, in which others must be answered."""
router = APIRouter(prefix="/v1/baskets", tags=["prices"])
_EXAMPLE: JsonValue = {
    "currency": "EUR",
    "lines": [{"product_id": "7", "quantity": 3, "unit_price_minor": 950, "categories": ["kind 1"]}],
    "shipping_minor": 490,
    "customer_id": "c000",
}


class Line(Model):
    """Some units of one product."""

    product_id: Name
    quantity: Annotated[int, Field(strict=True, ge=1, lt=1_000_000)]
    unit_price_minor: Minor
    """Shelf price of one unit."""
    list_price_minor: Minor | None = None
    floor_minor: Minor = 0
    """What one unit must cost at least."""
    lowest_30_days_minor: Minor | None = None
    tax: Annotated[str, Field(pattern=r"^(0|1|0\.[0-9]{1,6})$")] = "0"
    """Rate of the tax, such as "0.19"."""
    categories: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    brand: Name | None = None
    shop: Name | None = None
    selected: bool = True
    attributes: Annotated[dict[Name, Known], Field(max_length=50, default_factory=dict)]
    """What else is known of it, such as its colour."""
    gift: bool = False
    """Whether it is what an offer gives: it costs nothing and counts for nothing."""

    def basket_line(self) -> BasketLine:
        """Return the line as it is priced. Raises InputError for what cannot be."""
        return BasketLine(
            self.product_id, self.quantity, self.unit_price_minor, self.categories, self.brand, self.shop,
            self.list_price_minor, self.floor_minor, self.lowest_30_days_minor, tax_rate(self.tax), self.selected,
            attributes_of(self.attributes) if self.attributes else (), self.gift,
        )  # fmt: skip


class ShipmentRequest(Model):
    """One parcel, or what one shop sends."""

    price_minor: Minor
    shop: Name | None = None
    method: Name | None = None
    """Such as "express"."""
    tax: Annotated[str, Field(pattern=r"^(0|1|0\.[0-9]{1,6})$")] = "0"
    """Rate of the tax, such as "0.19"."""


class Usage(Model):
    """How often the price of a flash sale was used before."""

    sold: Count = 0
    by_customer: Count = 0


def check_total(lines: Iterable[Line]) -> None:
    """Raise InputError where lines cost more together than sums of amounts may be."""
    prices = (max(one.unit_price_minor, one.list_price_minor or 0) * one.quantity for one in lines)
    if sum(prices) >= MOST_TOTAL_MINOR:
        raise InputError(Message("the lines of the basket add up to too large an amount"))


class BasketFields(Model):
    """A basket, whoever buys it."""

    currency: Annotated[str, Field(min_length=3, max_length=8)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=500)]
    shipping_minor: Minor = 0
    shipments: Annotated[tuple[ShipmentRequest, ...], Field(max_length=50)] = ()
    """Where there are several, or their method or tax is known; `shipping_minor` is what they cost together."""
    segments: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    orders_before: Count | None = None
    bought_in: Name | None = None
    codes: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Codes that the customer has presented, or ids of offers that have no code."""
    usage: Annotated[dict[Name, Usage], Field(max_length=100, default_factory=dict)]
    tax_included: bool = True
    payment: Name | None = None
    """The payment method."""
    region: Name | None = None
    """Where it is delivered, such as "DE" or "DE-BY"."""
    loyalty_tier: Name | None = None
    lifetime_spend_minor: Minor | None = None
    """What the customer has spent before."""
    attributes: Annotated[dict[Name, Known], Field(max_length=50, default_factory=dict)]
    """What else is known of the purchase, such as gift wrapping."""

    def written(self) -> dict[str, Any]:
        """Return the basket as JSON without what is left at its default, and without the customer."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"customer_id"})

    def basket_of(self, customer_id: str | None) -> Basket:
        """Return the basket of a customer as it is priced. Raises InputError for what cannot be."""
        check_total(self.lines)
        return basket_of(self.written(), customer_id)


class BasketRequest(BasketFields):
    """A basket and who buys it."""

    customer_id: Name | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    def basket(self) -> Basket:
        """Return the basket as it is priced. Raises InputError for what cannot be."""
        return self.basket_of(self.customer_id)


class PriceRequest(BasketRequest):
    """A basket that is to be priced."""

    lock_key: Name | None = None
    """The key by which this checkout holds coupons; what it holds itself is left for it."""


class Adjustment(BaseModel):
    """One change of an amount; below zero."""

    offer_id: str
    amount_minor: int


class PricedLine(BaseModel):
    """One line with what was taken off."""

    product_id: str
    quantity: int
    before_minor: int
    paid_minor: int
    tax_minor: int
    adjustments: list[Adjustment]


class PresentedCodes(BaseModel):
    """What came of the codes that the customer typed."""

    corrected: dict[str, str]
    """The code that was meant, by what was typed."""
    unknown: list[str]
    of_others: list[str]
    """Codes that belong to another customer."""
    refused: dict[str, str]
    """Why the ledger would refuse a code now, such as `revoked` or `ended`, by what was typed."""


class PricedBasket(BaseModel):
    """What is to be paid."""

    currency: str
    goods_before_minor: int
    goods_minor: int
    shipping_before_minor: int
    shipping_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    lines: list[PricedLine]
    codes: PresentedCodes


_PROBLEMS = ("not_signed_in", "not_allowed", "invalid", "store_away")


@router.post("/price", response_model=PricedBasket, responses=documented(*_PROBLEMS))
async def price_basket(request: Request, body: PriceRequest, caller: Deciding) -> Response:
    """Price a basket under the best set of offers; offers that do not apply say why.

    `codes` are ids of offers, codes of the shop's list, and codes of coupons in the ledger whose template has the id of
    an offer or of the campaign that gives the customer theirs. What the ledger would refuse is not promised: an offer
    whose id is that of a coupon template is bound to what is left of its budget and limits.
    The offer that a decision showed to a customer who is not in the plan counts where `codes` names it.
    """
    worker: Worker = request.app.state.worker
    held, personal = worker.offers_held(), worker.offers_given(body.customer_id)
    typed, use = TypedCodes(body.basket(), NO_CODES), CheckoutUse(body.lock_key)
    if typed.basket.codes:
        typed = await run_in_threadpool(read_typed_codes, worker, caller.actor, typed.basket, personal.own, use)
    offers, find_left = held.for_customer(personal.in_basket(typed.basket.codes)), None
    if worker.limited & offers.ids:
        find_left = await run_in_threadpool(worker.find_left, offers, body.customer_id, use)
    priced = partial(price, typed.basket, offers, int(time.time()), held.policy, find_left)
    is_quick = sum(line.quantity for line in body.lines) <= QUICK_UNITS
    facts = price_facts(priced() if is_quick else await run_in_threadpool(priced), typed.codes)
    facts["codes"]["refused"] = dict(typed.refused)
    return json_response(facts)
