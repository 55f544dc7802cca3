"""`/v1/baskets/price`: what a basket costs under the offers for everybody and the customer's own."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from offerloop.commands.price.page import price_facts
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import Basket, BasketLine, Customer, OfferUsage, attributes_of, known_currency, price
from offerloop.web.answering import json_response
from offerloop.web.api.fields import Count, Known, Minor, Model, Name
from offerloop.web.auth import Deciding
from offerloop.web.problems import documented
from offerloop.web.worker import Worker

MOST_TOTAL_MINOR = 10**15
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
    tax: Annotated[str, Field(pattern=r"^(0|1|0\.\d{1,6})$")] = "0"
    """Rate of the tax, such as "0.19"."""
    categories: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    brand: Name | None = None
    shop: Name | None = None
    selected: bool = True
    attributes: Annotated[dict[Name, Known], Field(max_length=50, default_factory=dict)]
    """What else is known of it, such as its colour."""

    def line(self) -> BasketLine:
        """Return the line as it is priced."""
        return BasketLine(
            self.product_id, self.quantity, self.unit_price_minor, self.categories, self.brand, self.shop,
            self.list_price_minor, self.floor_minor, self.lowest_30_days_minor, Fraction(self.tax), self.selected,
            attributes_of(self.attributes),
        )  # fmt: skip


class Usage(Model):
    """How often the price of a flash sale was used before."""

    sold: Count = 0
    by_customer: Count = 0


class BasketRequest(Model):
    """A basket and who buys it."""

    currency: Annotated[str, Field(min_length=3, max_length=8)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=500)]
    shipping_minor: Minor = 0
    customer_id: Name | None = None
    segments: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    orders_before: Count | None = None
    bought_in: Name | None = None
    codes: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Ids of offers whose coupon the customer has presented."""
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

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    def basket(self) -> Basket:
        """Return the basket as it is priced. Raises InputError for what cannot be."""
        customer = Customer(
            self.customer_id, frozenset(self.segments), self.orders_before, self.loyalty_tier, self.lifetime_spend_minor
        )
        made = Basket(
            known_currency(self.currency), tuple(one.line() for one in self.lines), self.shipping_minor, customer,
            self.bought_in, frozenset(self.codes),
            {name: OfferUsage(one.sold, one.by_customer) for name, one in self.usage.items()}, self.tax_included,
            self.payment, self.region, attributes_of(self.attributes),
        )  # fmt: skip
        if sum(one.amount_minor for one in made.lines) >= MOST_TOTAL_MINOR:
            raise InputError(Message("the lines of the basket add up to too large an amount"))
        return made


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


@router.post("/price", response_model=PricedBasket, responses=documented("not_signed_in", "not_allowed", "invalid"))
async def price_basket(request: Request, body: BasketRequest, _: Deciding) -> Response:
    """Price a basket under the best set of offers; offers that do not apply say why."""
    worker: Worker = request.app.state.worker
    held, own = worker.offers_held(), worker.offer_given(body.customer_id)
    return json_response(price_facts(price(body.basket(), held.for_customer(own), int(time.time()), held.policy)))
