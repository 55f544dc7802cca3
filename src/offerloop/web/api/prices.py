"""`/v1/prices`: what products cost a customer before there is a basket."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from offerloop.offers import Basket, Customer, PricedAlone, known_currency, price_each
from offerloop.web.answering import json_response
from offerloop.web.api.baskets import Line, check_total
from offerloop.web.api.fields import Model, Name
from offerloop.web.auth import Deciding
from offerloop.web.problems import documented
from offerloop.web.worker import Worker

router = APIRouter(prefix="/v1/prices", tags=["prices"])
MOST_PRODUCTS = 500
AT_ONCE = 25
"""Products between two moments at which other requests are answered."""


class PricesRequest(Model):
    """Products with their shelf prices, and who looks at them."""

    currency: Annotated[str, Field(min_length=3, max_length=8)]
    products: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MOST_PRODUCTS)]
    customer_id: Name | None = None
    segments: Annotated[tuple[Name, ...], Field(max_length=100)] = ()

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "currency": "EUR",
                    "customer_id": "c000",
                    "products": [
                        {"product_id": "7", "quantity": 1, "unit_price_minor": 2900, "categories": ["kind 1"]}
                    ],
                }
            ]
        }
    )


class ProductPrice(BaseModel):
    """What a product costs alone."""

    product_id: str
    list_price_minor: int
    price_minor: int
    offer_ids: list[str]
    """Offers that are in the price."""
    not_applied: dict[str, str]
    """Why the customer's own offer is not in the price, by its id, such as `spend_more`."""


class Prices(BaseModel):
    """Prices in the order of the products."""

    currency: str
    products: list[ProductPrice]


@router.post("", response_model=Prices, responses=documented("not_signed_in", "not_allowed", "invalid"))
async def show_prices(request: Request, body: PricesRequest, _: Deciding) -> Response:
    """Price each product alone, under the offers for everybody and the customer's own.

    Offers of customers who are not in the plan are in the prices of their baskets alone.
    """
    worker: Worker = request.app.state.worker
    held, own = worker.offers_held(), worker.offers_given(body.customer_id).in_basket(frozenset())
    offers, now, currency = held.for_customer(own), int(time.time()), known_currency(body.currency)
    customer = Customer(body.customer_id, frozenset(body.segments))
    check_total(body.products)

    lines = (one.basket_line() for one in body.products)
    products = list[dict[str, object]]()
    own_offer = own[0][1] if own else None
    find_left = None
    if worker.limited & offers.ids:
        find_left = await run_in_threadpool(worker.find_left, offers, body.customer_id)
    basket = Basket(currency, (), customer=customer)
    for priced in price_each(lines, basket, offers, now, held.policy, own_offer, find_left):
        products.append(_shown(priced, own_offer))
        if len(products) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return json_response({"currency": currency, "products": products})


def _shown(priced: PricedAlone, own_offer: str | None) -> dict[str, object]:
    line = priced.line
    return {
        "product_id": line.product_id,
        "list_price_minor": (line.list_minor or line.unit_minor) * line.quantity,
        "price_minor": priced.paid_minor,
        "offer_ids": priced.offer_ids,
        "not_applied": {} if priced.why_not is None else {own_offer: priced.why_not.value},
    }
