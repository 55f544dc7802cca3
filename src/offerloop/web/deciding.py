"""A decision from request to record: whatever fails, the answer has no offer and comes at once.

A decision is a look-up and takes microseconds, so it is made where the request is read. Only its basket takes a while
to price: that happens in a thread, and an answer that is late for it is one without an offer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from msgspec.structs import replace

from offerloop.serving import (
    BUDGET,
    Answer,
    Decided,
    DecisionInputs,
    OwnOffers,
    RecordsFullError,
    ServedOffer,
    Written,
    basket_of,
    decide,
)
from offerloop.web.api.typed_codes import read_typed_codes
from offerloop.web.telemetry.random_ids import random_hex
from offerloop.web.worker import Served, Worker

_LOG = logging.getLogger(__name__)
DURABLE_SECONDS, AWAY_DURABLE_SECONDS = 1.0, 0.04
"""How long a durable decision waits for the disk, and how long while the database is away or takes nothing."""
PRICING_SECONDS = 0.045
"""How long a decision waits for the price of its basket, so that its answer takes 50 ms at most."""
PRICED_AT_ONCE = 4
_PRICING = ThreadPoolExecutor(PRICED_AT_ONCE, thread_name_prefix="pricing")


async def decide_and_record(
    worker: Worker, request: DecisionInputs, actor: str, turns: asyncio.Semaphore, *, durable: bool
) -> str:
    """Return the JSON of a decision that is on its way to the record; `actor` is who asks for it.

    Those of a batch take `turns` in pricing, so that none is late for the others, and wait for the disk together.
    """
    try:
        async with turns:
            answer = await _answer(worker, request, actor)
        text = answer.text()
        if not request.dry_run:
            written = worker.records.put(answer.record(text), durable=durable)
            if written is not None:
                is_away = worker.seems_away or worker.records.is_refused
                await _until_written(written, AWAY_DURABLE_SECONDS if is_away else DURABLE_SECONDS)
    except (RecordsFullError, TimeoutError):
        return _failed(worker, request, "not_recorded").text()
    except Exception:
        _LOG.exception("a decision failed")
        return _failed(worker, request, "failed").text()
    worker.metrics.count("offerloop_decisions_total", offer="yes" if answer.gives_offer else "no")
    return text


async def _until_written(written: Written, seconds: float) -> None:
    """Wait until a record is on disk. Raises TimeoutError where it is not by then; it will not be, either."""
    try:
        await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(written)), seconds)
    except TimeoutError:
        if written.cancel() or written.exception() is not None:
            raise


async def _answer(worker: Worker, request: DecisionInputs, actor: str) -> Answer:
    served = worker.served
    if served is None:
        return _failed(worker, request, "no_policy")
    if not worker.personalised:
        return _failed(worker, request, "switched_off")
    now = _now_ms()
    decided = decide(served.policy, request, now // 1000)
    leased = 0 if request.dry_run or decided.offer is None else decided.needs_minor
    try:
        answer = await _priced(worker, served, request, now, decided, leased, actor)
    except TimeoutError:
        return _failed(worker, request, "too_late")
    if leased and decided.offer and not _pay(served, request, decided.offer, leased):
        return await _priced(worker, served, request, now, decided.without_offer(BUDGET), 0, actor)
    return answer


def _pay(served: Served, request: DecisionInputs, offer: ServedOffer, minor: int) -> bool:
    """Take what an offer needs of the campaign's budget, and return whether that was left."""
    customer = served.policy.known_as(request.customer_id)
    return served.leases.take_once(customer, offer.campaign_id, offer.offer_id, minor)


async def _priced(
    worker: Worker, served: Served, request: DecisionInputs, now: int, decided: Decided, leased_minor: int, actor: str
) -> Answer:
    """Return the answer, with what the offer does to the basket; `now` is the moment of the decision in milliseconds.

    Raises TimeoutError where pricing takes too long.
    """

    def answer(request: DecisionInputs) -> Answer:
        return Answer.of(request, _new_id(now), now, served.policy.version, decided, leased_minor, served.offers)

    if request.basket is None or decided.offer is None:
        return answer(request)
    own = tuple((one.campaign_id, one.offer_id) for one in decided.offers)
    pricing = asyncio.get_running_loop().run_in_executor(
        _PRICING, lambda: answer(_as_the_ledger_stands(worker, served, request, own, actor))
    )
    return await asyncio.wait_for(pricing, PRICING_SECONDS)


def _as_the_ledger_stands(
    worker: Worker, served: Served, request: DecisionInputs, own: OwnOffers, actor: str
) -> DecisionInputs:
    """Return a decision with offers in place of the codes of coupons, and with what is left of offers with limits.

    Both are recorded with it, so that it can be decided again.
    """
    assert request.basket is not None
    typed = read_typed_codes(worker, actor, basket_of(request.basket, request.customer_id), own)
    offers = served.offers.for_customer(own)
    left = worker.limits_of(offers, request.customer_id)
    basket = {**request.basket, "codes": sorted(typed.basket.codes)} if typed.basket.codes else request.basket
    return replace(request, basket=basket, left={name: asdict(one) for name, one in left.items()})


def unknown_caller(request: DecisionInputs) -> str:
    """Return the JSON of no offer for a caller of whom nothing is known, not even the policy, which is not recorded."""
    now = _now_ms()
    return Answer(request, _new_id(now), now, None, None, "caller_unknown").text()


def _failed(worker: Worker, request: DecisionInputs, reason: str) -> Answer:
    worker.metrics.count("offerloop_failures_total", reason=reason)
    now = _now_ms()
    return Answer(request, _new_id(now), now, worker.version, None, reason)


def _new_id(at_ms: int) -> str:
    """Return the instant and 48 random bits: ids that ascend with time are written to few pages of an index."""
    return f"decision_{at_ms:012x}{random_hex(2)[:12]}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
