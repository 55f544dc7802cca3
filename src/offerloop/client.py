"""The service's HTTP API from Python: typed answers, retries that change nothing twice, and decisions that never fail.

Needs httpx (extra `client`, which `serve` includes).

    client = Client("https://offers.shop.example", token)
    decision = client.decide("anna", context={"channel": "app"})

`decide` answers within its timeout, whatever happens: without the service the answer is no offer, and the shop goes on.
Everything else raises `ProblemError`, with the code of the problem, or `AwayError` when the service cannot be reached.
Changes carry an idempotency key and are tried again under the same key.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from types import TracebackType
from typing import Any, TypeVar, get_args, get_type_hints
from urllib.parse import quote

import httpx

from offerloop.background import is_signed
from offerloop.errors import OfferloopError
from offerloop.message import Message

__all__ = [
    "AwayError",
    "Client",
    "CouponDone",
    "Customer",
    "Decision",
    "ErasureBegun",
    "EventsTaken",
    "Job",
    "OfferGiven",
    "PricedBasket",
    "PricedLine",
    "ProblemError",
    "ProductPrice",
    "Refund",
    "RejectedEvent",
    "is_signed",
]

Json = Mapping[str, Any]
A = TypeVar("A")
RETRIES = 3
MOST_EVENTS = 1_000
"""Events in one request."""
_PASSING = (429, 503)
_OVER = ("done", "failed", "cancelled")


class ProblemError(OfferloopError):
    """The service refused a request."""

    def __init__(self, status: int, body: Json) -> None:
        self.status = status
        self.code = str(body.get("code", "unknown"))
        """One of the service's codes, which do not change."""
        self.detail = str(body.get("detail") or body.get("title") or "")
        self.field: str | None = body.get("field")
        """The field that is at fault."""
        self.reason: str | None = body.get("reason")
        """Why the rules of a coupon refuse it, where the code is "refused"."""
        said = Message(
            "the service refuses the request with {status} {code}: {detail}",
            status=str(status), code=self.code, detail=" ".join(filter(None, [self.field, self.reason, self.detail])),
        )  # fmt: skip
        super().__init__(said)


class AwayError(OfferloopError):
    """The service could not be reached; a request with an idempotency key can be sent again."""

    def __init__(self, why: str) -> None:
        super().__init__(Message("the service cannot be reached: {why}", why=why))


@dataclass(frozen=True)
class OfferGiven:
    """An offer of a decision."""

    campaign_id: str
    offer_id: str
    kind: str
    label: str
    """What the customer reads."""
    basket: Json | None = None
    """`off_minor`, `total_minor` and what is `missing`, where the request had a basket."""


@dataclass(frozen=True)
class Decision:
    """What a customer gets now."""

    decision_id: str | None
    """None where the service did not answer."""
    policy_version: str | None
    arm: str | None
    propensity: float | None
    """Belongs into the exposure that reports the decision."""
    offers: tuple[OfferGiven, ...]
    products: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why there is no offer, such as "holdout", "opted_out" or "service_away"."""

    @property
    def offer_id(self) -> str:
        """The offer as an exposure reports it: "none" where deliberately nothing is shown."""
        return self.offers[0].offer_id if self.offers else "none"


@dataclass(frozen=True)
class ProductPrice:
    """What a product costs a customer now."""

    product_id: str
    list_price_minor: int
    price_minor: int
    offer_ids: tuple[str, ...]


@dataclass(frozen=True)
class PricedLine:
    """One line of a basket under the best set of offers."""

    product_id: str
    quantity: int
    before_minor: int
    paid_minor: int


@dataclass(frozen=True)
class PricedBasket:
    """What a basket costs."""

    currency: str
    goods_before_minor: int
    goods_minor: int
    shipping_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    lines: tuple[PricedLine, ...]


@dataclass(frozen=True)
class Refund:
    """What is given back for units that returned."""

    order_id: str
    rule: str
    refund_minor: int
    given_back_minor: int
    """With all refunds of the order before."""


@dataclass(frozen=True)
class CouponDone:
    """A change of a coupon that was made."""

    key: str
    at: int
    expires_at: int | None


@dataclass(frozen=True)
class RejectedEvent:
    """An event that was not stored, by its place in what was reported."""

    index: int
    event_id: str | None
    code: str
    field: str | None
    detail: str


@dataclass(frozen=True)
class EventsTaken:
    """What became of events."""

    accepted: int
    duplicates: int
    dropped: int
    rejected: tuple[RejectedEvent, ...]


@dataclass(frozen=True)
class Customer:
    """What is known of a customer."""

    customer_id: str
    opt_out: bool
    run: str | None
    tags: tuple[str, ...]
    profile: dict[str, Any]
    assignment: dict[str, Any] | None
    events: int


@dataclass(frozen=True)
class ErasureBegun:
    """The erasure of a customer; the job does the files."""

    deleted: int
    kept: int
    job_id: str


@dataclass(frozen=True)
class Job:
    """Long work and how far it is."""

    job_id: str
    kind: str
    state: str
    progress: dict[str, Any]
    result: dict[str, Any] | None
    failure: str | None


class Client:
    """One shop's service. Safe to use from many threads; close it, or use it as a context manager."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 10.0,
        decision_timeout: float = 0.25,
        language: str = "en",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`timeout` and `decision_timeout` are seconds; `language` is that of labels and problems."""
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport)
        self._decision_timeout = decision_timeout

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let all connections go."""
        self._http.close()

    def decide(
        self,
        customer_id: str,
        *,
        basket: Json | None = None,
        exclude: Iterable[str] = (),
        context: Json | None = None,
        dry_run: bool = False,
        durable: bool = False,
    ) -> Decision:
        """Ask which offer a customer gets now. Never raises for the service's sake: without it there is no offer.

        With a `basket` (as of `price_basket`, without customer_id) the offer says what it would take off that now.
        """
        body = {"customer_id": customer_id, "basket": basket, "exclude": list(exclude),
                "context": dict(context or {}), "dry_run": dry_run, "durable": durable}  # fmt: skip
        try:
            answer = self._http.post("/v1/decisions", json=body, timeout=self._decision_timeout)
            if "offers" in (content := _body(answer)):
                return _read(Decision, content)
            reason = "service_refused"
        except httpx.HTTPError:
            reason = "service_away"
        return Decision(None, None, None, None, (), (), (reason,))

    def prices(self, currency: str, products: Sequence[Json], customer_id: str | None = None) -> list[ProductPrice]:
        """Ask what products cost before there is a basket; `products` are lines as of `price_basket`."""
        body = {"currency": currency, "products": list(products), "customer_id": customer_id}
        return [_read(ProductPrice, one) for one in self._send("POST", "/v1/prices", body)["products"]]

    def price_basket(self, basket: Json) -> PricedBasket:
        """Price a basket: currency, lines with product_id, quantity and unit_price_minor, and perhaps customer_id."""
        return _read(PricedBasket, self._send("POST", "/v1/baskets/price", basket))

    def enter_order(self, order_id: str, basket: Json) -> int:
        """Keep an order as it is priced now, so that it can be refunded, and return its total in minor units."""
        return int(self._send("PUT", f"/v1/orders/{_part(order_id)}", basket)["total_minor"])

    def refund(self, order_id: str, rule: str, returned: Mapping[int, int], *, key: str | None = None) -> Refund:
        """Count what is given back: `returned` are units by line, from 0; `rule` is "kept" or "repriced"."""
        units = [{"line": line, "quantity": quantity} for line, quantity in returned.items()]
        body = {"rule": rule, "returned": units}
        return _read(Refund, self._send("POST", f"/v1/orders/{_part(order_id)}/refunds", body, key=_key(key)))

    def add_template(self, template_id: str, **terms: int | bool | None) -> None:
        """Add a coupon template with its limits, such as `limit_per_customer=1` and `budget_minor=100_000`."""
        self._send("PUT", f"/v1/coupon-templates/{_part(template_id)}", terms)

    def issue(
        self,
        template_id: str,
        codes: Sequence[str] = (),
        *,
        count: int = 0,
        customer_id: str | None = None,
        key: str | None = None,
    ) -> list[str]:
        """Issue coupons of these codes, or of `count` new ones, and return the codes."""
        body = {"codes": list(codes), "count": count, "customer_id": customer_id}
        place = f"/v1/coupon-templates/{_part(template_id)}/coupons"
        return [str(one) for one in self._send("POST", place, body, key=_key(key))["codes"]]

    def claim(self, code: str, customer_id: str, *, key: str | None = None) -> CouponDone:
        """Make a coupon the customer's."""
        return self._coupon(code, "claim", {"customer_id": customer_id}, key)

    def lock(
        self,
        code: str,
        customer_id: str,
        lock_key: str,
        amount_minor: int,
        *,
        seconds: int | None = None,
        key: str | None = None,
    ) -> CouponDone:
        """Hold a coupon and an amount for a checkout."""
        body = {"customer_id": customer_id, "lock_key": lock_key, "amount_minor": amount_minor, "seconds": seconds}
        return self._coupon(code, "lock", body, key)

    def release(self, code: str, lock_key: str, *, key: str | None = None) -> CouponDone:
        """Let a lock go."""
        return self._coupon(code, "release", {"lock_key": lock_key}, key)

    def redeem(
        self, code: str, customer_id: str, amount_minor: int, *, lock_key: str | None = None, key: str | None = None
    ) -> CouponDone:
        """Use a coupon; `key` of the answer names the redemption."""
        body = {"customer_id": customer_id, "amount_minor": amount_minor, "lock_key": lock_key}
        return self._coupon(code, "redeem", body, key)

    def roll_back(self, redemption_id: str, amount_minor: int | None = None, *, key: str | None = None) -> CouponDone:
        """Give back an amount of a redemption, or all that is left of it."""
        place = f"/v1/redemptions/{_part(redemption_id)}/rollback"
        return _read(CouponDone, self._send("POST", place, {"amount_minor": amount_minor}, key=_key(key)))

    def report(self, events: Iterable[Json]) -> EventsTaken:
        """Report events; those that were stored before change nothing, so the same may be reported again."""
        listed, parts = list(events), list[EventsTaken]()
        for start in range(0, len(listed), MOST_EVENTS):
            parts += self._reported(listed[start : start + MOST_EVENTS], start)
        return EventsTaken(
            sum(one.accepted for one in parts), sum(one.duplicates for one in parts), sum(one.dropped for one in parts),
            tuple(event for one in parts for event in one.rejected),
        )  # fmt: skip

    def _reported(self, events: Sequence[Json], start: int) -> list[EventsTaken]:
        """Report a batch, in halves where it is too large for one request."""
        try:
            found = self._send("POST", "/v1/events", {"events": events}, again=True)
        except ProblemError as problem:
            half = len(events) // 2
            if problem.code != "too_large" or not half:
                raise
            return self._reported(events[:half], start) + self._reported(events[half:], start + half)
        rejected = [{**one, "index": one["index"] + start} for one in found["rejected"]]
        return [_read(EventsTaken, {**found, "rejected": rejected})]

    def customer(self, customer_id: str) -> Customer:
        """Return what is known of a customer."""
        return _read(Customer, self._send("GET", f"/v1/customers/{_part(customer_id)}"))

    def choose(self, customer_id: str, *, opt_out: bool) -> None:
        """Keep whether a customer has opted out of personal offers."""
        self._send("PUT", f"/v1/customers/{_part(customer_id)}/choices", {"opt_out": opt_out})

    def erase(self, customer_id: str) -> ErasureBegun:
        """Erase a customer everywhere."""
        return _read(ErasureBegun, self._send("DELETE", f"/v1/customers/{_part(customer_id)}"))

    def queue_job(
        self,
        kind: str,
        *,
        run: str | None = None,
        begin: date | None = None,
        until: date | None = None,
        key: str | None = None,
    ) -> Job:
        """Queue a job: "run", "readout" or "loop"; run and days belong to a read-out."""
        days = {"run": run, "from": begin and begin.isoformat(), "until": until and until.isoformat()}
        body = {"kind": kind, **{name: value for name, value in days.items() if value is not None}}
        return _read(Job, self._send("POST", "/v1/jobs", body, key=_key(key)))

    def job(self, job_id: str) -> Job:
        """Return how far a job is."""
        return _read(Job, self._send("GET", f"/v1/jobs/{_part(job_id)}"))

    def wait_for(self, job_id: str, *, seconds: float = 3_600, every: float = 1.0) -> Job:
        """Return a job that is over. Raises AwayError when it is not over in time."""
        deadline = time.monotonic() + seconds
        while (found := self.job(job_id)).state not in _OVER:
            if time.monotonic() > deadline:
                raise AwayError(f"job {job_id} is {found.state} after {seconds:g} s")
            time.sleep(every)
        return found

    def _coupon(self, code: str, what: str, body: Json, key: str | None) -> CouponDone:
        return _read(CouponDone, self._send("POST", f"/v1/coupons/{_part(code)}/{what}", body, key=_key(key)))

    def _send(
        self, method: str, place: str, body: Json | None = None, *, key: str | None = None, again: bool = False
    ) -> dict[str, Any]:
        """Send a request, again while the service is away, where that changes nothing twice."""
        headers = {} if key is None else {"Idempotency-Key": key}
        why = ""
        tries = RETRIES if key is not None or again or method != "POST" else 0
        for attempt in range(tries + 1):
            if attempt:
                time.sleep(0.1 * 4 ** (attempt - 1))
            try:
                answer = self._http.request(method, place, json=body, headers=headers)
            except httpx.HTTPError as error:
                why = str(error) or type(error).__name__
                continue
            if answer.status_code not in _PASSING or attempt == tries:
                return _content(answer)
        raise AwayError(why)


def _body(answer: httpx.Response) -> dict[str, Any]:
    """Return the object that an answer holds; an empty one where it holds something else."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _content(answer: httpx.Response) -> dict[str, Any]:
    """Return what was answered. Raises ProblemError."""
    body = _body(answer)
    if not answer.is_success:
        raise ProblemError(answer.status_code, body)
    return body


def _key(key: str | None) -> str:
    return uuid.uuid4().hex if key is None else key


def _part(name: str) -> str:
    """Return a name as one part of a path, also where it is all dots."""
    return quote(name, safe="").replace(".", "%2E") if set(name) == {"."} else quote(name, safe="")


def _read(kind: type[A], body: Json) -> A:
    """Return an answer as its type; fields that a newer service has are left out."""
    hints = get_type_hints(kind)
    return kind(**{one.name: _value(hints[one.name], body.get(one.name)) for one in fields(kind)})  # type: ignore[arg-type]


def _value(hint: Any, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(value, list):
        return value
    inner = get_args(hint)[0]
    return tuple(_read(inner, one) if isinstance(one, dict) else one for one in value)
