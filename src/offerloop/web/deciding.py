"""A decision from request to record: whatever fails, the answer has no offer and comes at once."""

from __future__ import annotations

import asyncio
import logging
import time

from offerloop.serving import BUDGET, Answer, DecisionAsked, RecordsFullError, decide
from offerloop.web.telemetry.random_ids import random_hex
from offerloop.web.worker import Worker

_LOG = logging.getLogger(__name__)
DURABLE_SECONDS = 1.0
"""How long a durable decision waits for the disk."""


async def decide_and_record(worker: Worker, asked: DecisionAsked, *, durable: bool) -> str:
    """Return the JSON of a decision that is on its way to the record."""
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
    return Answer.of(asked, _new_id(), _now_ms(), served.policy.version, decided, leased, served.offers)


def _failed(worker: Worker, asked: DecisionAsked, reason: str) -> Answer:
    worker.metrics.count("offerloop_failures_total", reason=reason)
    return Answer(asked, _new_id(), _now_ms(), worker.version, None, reason)


def _new_id() -> str:
    return f"decision_{random_hex(3)}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
