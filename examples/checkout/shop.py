"""A small shop whose checkout asks Offerloop: prices, offers, coupons, orders, returns, and events.

Run it beside `offerloop serve` with `uvicorn shop:app`; OFFERLOOP_URL, OFFERLOOP_TOKEN and WEBHOOK_SECRET are variables
of its environment. Its own database is a dictionary, so that nothing hides what it asks the service.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel

from offerloop.client import AwayError, Client, OfferGiven, ProblemError, is_signed

PRODUCTS: Mapping[str, Mapping[str, Any]] = {
    str(one): {"product_id": str(one), "unit_price_minor": 100 * one + 250, "categories": [f"kind {one % 2}"]}
    for one in range(10)
}
COUPON_MINOR = 300
"""What a coupon of this shop takes off."""
router = APIRouter()


class Basket(BaseModel):
    """What a customer puts into the basket: units by product, and perhaps a coupon's code."""

    customer_id: str
    units: dict[str, int]
    code: str | None = None


@dataclass
class Order:
    """An order as the shop keeps it."""

    basket: Basket
    total_minor: int
    redemption: str | None = None


@dataclass
class Shop:
    """The shop's own state, and its way to the service."""

    offers: Client
    webhook_secret: str
    orders: dict[str, Order] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    """What webhooks said."""

    def lines(self, basket: Basket) -> list[dict[str, Any]]:
        """Return the lines of a basket with the shop's own prices; nobody may send prices."""
        unknown = basket.units.keys() - PRODUCTS.keys()
        if unknown or not basket.units or min(basket.units.values()) < 1:
            raise HTTPException(422, "the basket holds no such products")
        return [{**PRODUCTS[product], "quantity": quantity} for product, quantity in basket.units.items()]

    def priced(self, basket: Basket) -> dict[str, Any]:
        """Return what the service needs to price a basket."""
        return {"currency": "EUR", "lines": self.lines(basket), "customer_id": basket.customer_id}

    def report(self, kind: str, event_id: str, **facts: Any) -> None:  # noqa: ANN401 - fields of an event
        """Report an event; a real shop puts it into a queue and sends it again until it is taken."""
        self.offers.report([{"kind": kind, "event_id": event_id, "at": datetime.now(UTC).isoformat(), **facts}])


def _shop(request: Request) -> Shop:
    shop: Shop = request.app.state.shop
    return shop


Asked = Annotated[Shop, Depends(_shop)]


@router.get("/")
def home(shop: Asked, customer_id: str) -> dict[str, Any]:
    """Show what products cost this customer, and the offer that is theirs."""
    decision = shop.offers.decide(customer_id, context={"channel": "web"})
    if decision.decision_id is not None:
        shop.report(
            "exposure", decision.decision_id, customer_id=customer_id, offer_id=decision.offer_id,
            **({} if decision.propensity is None else {"propensity": decision.propensity}),
        )  # fmt: skip
    lines = [{**one, "quantity": 1} for one in PRODUCTS.values()]
    prices = {one.product_id: one.price_minor for one in shop.offers.prices("EUR", lines, customer_id)}
    return {"prices": prices, "offer": _label(decision.offers)}


@router.get("/products/{product_id}")
def product(shop: Asked, product_id: str, customer_id: str) -> Mapping[str, Any]:
    """Show a product, and report that it was looked at."""
    if product_id not in PRODUCTS:
        raise HTTPException(404, "there is no such product")
    shop.report("view", uuid4().hex, customer_id=customer_id, product_id=product_id)
    return PRODUCTS[product_id]


@router.post("/coupons/{code}/claim")
def claim(shop: Asked, code: str, customer_id: str) -> dict[str, str]:
    """Put a coupon into the customer's wallet."""
    try:
        shop.offers.claim(code, customer_id)
    except ProblemError as problem:
        raise HTTPException(409, problem.reason or problem.code) from None
    return {"claimed": code}


@router.post("/checkout")
def checkout(shop: Asked, basket: Basket) -> dict[str, Any]:
    """Price a basket, and hold its coupon for a quarter of an hour."""
    priced = shop.offers.price_basket(shop.priced(basket))
    cart = uuid4().hex
    off = _hold(shop, basket, cart, priced.total_minor) if basket.code else 0
    return {"cart": cart, "to_pay_minor": priced.total_minor - off, "saved_minor": priced.discount_minor + off}


@router.post("/orders/{cart}", status_code=201)
def order(shop: Asked, cart: str, basket: Basket) -> dict[str, Any]:
    """Place the order: the cart is its id, so that a second click places it once."""
    if cart in shop.orders:
        return {"order_id": cart, "total_minor": shop.orders[cart].total_minor}
    total = shop.offers.enter_order(cart, shop.priced(basket))
    placed = Order(basket, total)
    if basket.code:
        off = min(COUPON_MINOR, total)
        placed.redemption = shop.offers.redeem(
            basket.code, basket.customer_id, off, lock_key=cart, key=f"redeem-{cart}"
        ).key
        placed.total_minor -= off
    shop.orders[cart] = placed
    _report_order(shop, cart, placed)
    return {"order_id": cart, "total_minor": placed.total_minor}


@router.post("/orders/{order_id}/return")
def give_back(shop: Asked, order_id: str) -> dict[str, int]:
    """Take back a whole order: the money that was paid, and the coupon for another time."""
    placed = shop.orders[order_id]
    units = dict(enumerate(placed.basket.units.values()))
    refund = shop.offers.refund(order_id, "kept", units, key=f"refund-{order_id}")
    kept = 0
    if placed.redemption is not None:
        shop.offers.roll_back(placed.redemption, key=f"back-{order_id}")
        kept = min(COUPON_MINOR, refund.refund_minor)
    _report_order(shop, order_id, placed, back=True)
    return {"refund_minor": refund.refund_minor - kept}


@router.post("/webhooks/offerloop", status_code=204)
async def told(shop: Asked, request: Request) -> None:
    """Take what the service tells, if the service signed it."""
    body = await request.body()
    if not is_signed(shop.webhook_secret, body, request.headers.get("Offerloop-Signature", "")):
        raise HTTPException(401, "the signature is wrong")
    shop.told.append(await request.json())


def make_app(offers: Client, webhook_secret: str) -> FastAPI:
    """Return the shop over HTTP."""
    app = FastAPI(title="A shop with a checkout")
    app.state.shop = Shop(offers, webhook_secret)
    app.include_router(router)
    return app


def _label(offers: tuple[OfferGiven, ...]) -> str | None:
    return offers[0].label if offers else None


def _hold(shop: Shop, basket: Basket, cart: str, total_minor: int) -> int:
    """Hold the coupon of a basket, and return what it takes off; a coupon that cannot be used takes nothing off."""
    off = min(COUPON_MINOR, total_minor)
    try:
        shop.offers.lock(str(basket.code), basket.customer_id, cart, off, seconds=900)
    except (ProblemError, AwayError):
        return 0
    return off


def _report_order(shop: Shop, order_id: str, placed: Order, *, back: bool = False) -> None:
    """Report an order or its return, with what was paid for each line."""
    priced = shop.offers.price_basket(shop.priced(placed.basket))
    lines = [
        {"product_id": one.product_id, "quantity": one.quantity, "paid_minor": one.paid_minor,
         "list_value_minor": one.before_minor, "coupon_minor": one.before_minor - one.paid_minor}
        for one in priced.lines
    ]  # fmt: skip
    kind = "return" if back else "order"
    shop.report(
        kind, f"{kind}-{order_id}", customer_id=placed.basket.customer_id, order_id=order_id, lines=lines
    )  # fmt: skip


def _from_environment() -> FastAPI:
    offers = Client(os.environ["OFFERLOOP_URL"], os.environ["OFFERLOOP_TOKEN"])
    return make_app(offers, os.environ["WEBHOOK_SECRET"])


if "OFFERLOOP_URL" in os.environ:
    app = _from_environment()
