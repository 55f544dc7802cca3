"""One shop's service: decisions, prices, coupons, orders, events, customers and jobs."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from urllib.parse import urlencode

import httpx

from offerloop.client.answers import (
    Coupon,
    CouponDone,
    Customer,
    Decision,
    ErasureBegun,
    EventsTaken,
    Explanation,
    Job,
    Json,
    PricedBasket,
    ProductPrice,
    Refund,
    read,
)
from offerloop.client.campaigns import Campaigns
from offerloop.client.connection import Connection, ProblemError, body_of, key_or_new, part_of_path
from offerloop.client.people import People
from offerloop.client.policies import Policies
from offerloop.client.tokens import Tokens
from offerloop.limited_calls import LimitedCalls

_LOG = logging.getLogger(__name__)
MOST_EVENTS = 1_000
"""Events in one request."""
MOST_DECISIONS = 100
"""Decisions that are asked for at one time: as many as httpx has connections."""
_OVER = ("done", "failed", "cancelled")


class Client:
    """One shop's service. Safe to use from many threads; close it, or use it as a context manager."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 10.0,
        decision_timeout: float = 0.25,
        batch_timeout: float = 2.0,
        language: str = "en",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Timeouts are seconds: of a decision, of all decisions of `decide_many`, and of any other request. `language`
        is that of labels and problems."""
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport)
        self._connection = Connection(self._http)
        self.campaigns = Campaigns(self._connection)
        """Campaigns that are written, approved and run in the service."""
        self.policies = Policies(self._connection)
        """Which plan is served."""
        self.people = People(self._connection)
        """Who may sign in."""
        self.tokens = Tokens(self._connection)
        """Tokens of programs."""
        self._decision_timeout, self._batch_timeout = decision_timeout, batch_timeout
        self._decisions = LimitedCalls("decision", MOST_DECISIONS)

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

        With a `basket` (as of `price_basket`) the offer says what it would take off that now. What is wrong with a
        request that the service refuses is logged as a warning.
        """
        body = {"customer_id": customer_id, "basket": basket and _of_nobody(basket),
                "exclude": list(exclude),
                "context": dict(context or {}), "dry_run": dry_run, "durable": durable}  # fmt: skip
        content, reason = self._decided("/v1/decisions", body, self._decision_timeout)
        return read(Decision, content) if "offers" in content else _without_offer(reason)

    def decide_many(self, requests: Iterable[Json]) -> list[Decision]:
        """Ask for up to 100 customers at once, in their order; never raises for the service's sake, as `decide`.

        A request has customer_id and what else `decide` takes.
        """
        listed = [{**one, "basket": _of_nobody(one["basket"])} if one.get("basket") else one for one in requests]
        content, reason = self._decided("/v1/decisions/batch", {"requests": listed}, self._batch_timeout)
        made = content.get("decisions")
        return [_without_offer(reason) for _ in listed] if made is None else [read(Decision, one) for one in made]

    def _decided(self, place: str, body: Json, seconds: float) -> tuple[Json, str]:
        """Return what the service answers, and why there is no decision where it is none."""
        try:
            answer = self._decisions.within(seconds, lambda: self._post(place, body, seconds))
        except (httpx.HTTPError, TimeoutError):
            return {}, "service_away"
        content = body_of(answer)
        if not answer.is_success:
            _LOG.warning("there is no decision: %s", ProblemError(answer.status_code, content))
        return content, "service_away" if answer.is_server_error else "service_refused"

    def _post(self, place: str, body: Json, seconds: float) -> httpx.Response:
        """Return the answer. Raises TimeoutError where a piece of its body comes later than after so many seconds."""
        until, pieces = time.monotonic() + seconds, list[bytes]()
        with self._http.stream("POST", place, json=body, timeout=seconds) as answer:
            for piece in answer.iter_bytes():
                if time.monotonic() > until:
                    raise TimeoutError
                pieces.append(piece)
        return httpx.Response(answer.status_code, content=b"".join(pieces))

    def explain(self, decision_id: str, audience: str = "customer") -> Explanation:
        """Say why a customer got a decision, for the "customer", "support" or a "marketer"."""
        place = f"/v1/decisions/{part_of_path(decision_id)}/explanation?{urlencode({'audience': audience})}"
        return read(Explanation, self._connection.send("GET", place))

    def replay(self, decision_id: str) -> Decision:
        """Decide again from the record: the same answer, or a problem with code "conflict"."""
        return read(Decision, self._connection.send("GET", f"/v1/decisions/{part_of_path(decision_id)}/replay"))

    def prices(self, currency: str, products: Sequence[Json], customer_id: str | None = None) -> list[ProductPrice]:
        """Ask what products cost before there is a basket; `products` are lines as of `price_basket`."""
        body = {"currency": currency, "products": list(products), "customer_id": customer_id}
        return [read(ProductPrice, one) for one in self._connection.send("POST", "/v1/prices", body)["products"]]

    def price_basket(self, basket: Json) -> PricedBasket:
        """Price a basket: currency, lines with product_id, quantity and unit_price_minor, and perhaps customer_id."""
        return read(PricedBasket, self._connection.send("POST", "/v1/baskets/price", basket))

    def enter_order(self, order_id: str, basket: Json) -> int:
        """Keep an order as it is priced now, so that it can be refunded, and return its total in minor units.

        The basket may name in `redemptions` what was redeemed for the order before.
        """
        return int(self._connection.send("PUT", f"/v1/orders/{part_of_path(order_id)}", basket)["total_minor"])

    def refund(self, order_id: str, rule: str, returned: Mapping[int, int], *, key: str | None = None) -> Refund:
        """Count what is given back: `returned` are units by line, from 0; `rule` is "kept" or "repriced"."""
        units = [{"line": line, "quantity": quantity} for line, quantity in returned.items()]
        body = {"rule": rule, "returned": units}
        return read(
            Refund,
            self._connection.send("POST", f"/v1/orders/{part_of_path(order_id)}/refunds", body, key=key_or_new(key)),
        )

    def add_template(self, template_id: str, **terms: int | bool | datetime | None) -> None:
        """Add a coupon template with its limits, such as `limit_per_customer=1` and `budget_minor=100_000`."""
        sent = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in terms.items()}
        self._connection.send("PUT", f"/v1/coupon-templates/{part_of_path(template_id)}", sent)

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
        place = f"/v1/coupon-templates/{part_of_path(template_id)}/coupons"
        return [str(one) for one in self._connection.send("POST", place, body, key=key_or_new(key))["codes"]]

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
        place = f"/v1/redemptions/{part_of_path(redemption_id)}/rollback"
        return read(
            CouponDone, self._connection.send("POST", place, {"amount_minor": amount_minor}, key=key_or_new(key))
        )

    def wallet(self, customer_id: str) -> Iterator[Coupon]:
        """Read the coupons that are a customer's, by code."""
        return self._connection.pages(Coupon, f"/v1/customers/{part_of_path(customer_id)}/coupons")

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
            taken = self._connection.send("POST", "/v1/events", {"events": events}, again=True)
        except ProblemError as problem:
            half = len(events) // 2
            if problem.code != "too_large" or not half:
                raise
            return self._reported(events[:half], start) + self._reported(events[half:], start + half)
        rejected = [{**one, "index": one["index"] + start} for one in taken["rejected"]]
        return [read(EventsTaken, {**taken, "rejected": rejected})]

    def customer(self, customer_id: str) -> Customer:
        """Return what is known of a customer."""
        return read(Customer, self._connection.send("GET", f"/v1/customers/{part_of_path(customer_id)}"))

    def choose(self, customer_id: str, *, opt_out: bool) -> None:
        """Keep whether a customer has opted out of personal offers."""
        self._connection.send("PUT", f"/v1/customers/{part_of_path(customer_id)}/choices", {"opt_out": opt_out})

    def erase(self, customer_id: str) -> ErasureBegun:
        """Erase a customer everywhere."""
        return read(ErasureBegun, self._connection.send("DELETE", f"/v1/customers/{part_of_path(customer_id)}"))

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
        return read(Job, self._connection.send("POST", "/v1/jobs", body, key=key_or_new(key)))

    def job(self, job_id: str) -> Job:
        """Return how far a job is."""
        return read(Job, self._connection.send("GET", f"/v1/jobs/{part_of_path(job_id)}"))

    def wait_for(self, job_id: str, *, seconds: float = 3_600, every: float = 1.0) -> Job:
        """Return a job that is over. Raises TimeoutError when it is not over in time."""
        deadline = time.monotonic() + seconds
        while (job := self.job(job_id)).state not in _OVER:
            if time.monotonic() > deadline:
                raise TimeoutError(f"job {job_id} is {job.state} after {seconds:g} s")
            time.sleep(every)
        return job

    def _coupon(self, code: str, what: str, body: Json, key: str | None) -> CouponDone:
        return read(
            CouponDone,
            self._connection.send("POST", f"/v1/coupons/{part_of_path(code)}/{what}", body, key=key_or_new(key)),
        )


def _of_nobody(basket: Json) -> Json:
    """Return a basket without whose it is, which a decision knows."""
    return {name: value for name, value in basket.items() if name != "customer_id"}


def _without_offer(reason: str) -> Decision:
    return Decision(None, None, None, None, (), (), (reason,))
