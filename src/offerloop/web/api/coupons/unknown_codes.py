"""Callers who name codes that are not there, as who guesses codes does: after too many they have to wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from offerloop.offers import RefusalReason
from offerloop.store import open_codes
from offerloop.web.auth import Caller
from offerloop.web.limits import Guesses
from offerloop.web.problems import HttpProblem
from offerloop.web.worker import Worker

GUESSES = Guesses()
"""Unknown codes: who guesses is slowed down."""


@contextmanager
def counting_guesses(request: Request, caller: Caller, customer_id: str, code: str) -> Iterator[None]:
    """Let whoever names too many codes that are not there wait."""
    check_guesses(request, caller, customer_id, code)
    try:
        yield
    except HttpProblem as problem:
        if problem.more.get("reason") == RefusalReason.UNKNOWN_CODE:
            count_guess(request, caller, customer_id)
        raise


def check_guesses(request: Request, caller: Caller, customer_id: str, code: str) -> None:
    """Raise HttpProblem for who has named too many unknown codes, whatever code comes next that could be guessed."""
    if GUESSES.are_left(caller.actor, customer_id):
        return
    worker: Worker = request.app.state.worker
    if not GUESSES.are_left_to(caller.actor, customer_id) or not worker.database.read(
        lambda one: open_codes(one, {code}, customer_id)
    ):
        raise _too_many_guesses(worker, caller)


def count_guess(request: Request, caller: Caller, customer_id: str) -> None:
    """Count an unknown code. Raises HttpProblem where it is one too many."""
    if not GUESSES.take(caller.actor, customer_id):
        raise _too_many_guesses(request.app.state.worker, caller)


def _too_many_guesses(worker: Worker, caller: Caller) -> HttpProblem:
    worker.metrics.count("offerloop_refused_total")
    GUESSES.warn(caller.actor)
    return HttpProblem("too_many_requests")
