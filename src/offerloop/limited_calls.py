"""Calls that are waited for no longer than they may take, and of which so many at most are under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import BoundedSemaphore, Thread
from typing import TypeVar

Answered = TypeVar("Answered")


class LimitedCalls:
    """Carries calls out in threads of their own.

    The timeouts of a transport hold for each step alone (looking up the name, connecting, each piece of the answer), so
    that an answer in small pieces takes as long as its sender likes. A call that is not waited for any more ends by
    them, and counts among the `most` until then.
    """

    def __init__(self, name: str, most: int) -> None:
        """`name` is that of the threads."""
        self._name, self._free = name, BoundedSemaphore(most)

    def within(self, seconds: float, call: Callable[[], Answered]) -> Answered:
        """Return what the call returns, or raise what it raises.

        Raises TimeoutError where it is not over after so many seconds, where so many others are under way for as long,
        or where no thread can be started.
        """
        until = time.monotonic() + seconds
        if not self._free.acquire(timeout=seconds):
            raise TimeoutError(f"too many calls are under way after {seconds:g} s")
        over: Future[Answered] = Future()
        try:
            Thread(target=copy_context().run, args=(self._carry_out, over, call), name=self._name, daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise TimeoutError(str(error)) from None
        try:
            return over.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            if over.done():
                raise
            raise TimeoutError(f"no whole answer within {seconds:g} s") from None
        finally:
            del over  # it and the frames of an error would keep each other, and what they hold open

    def _carry_out(self, over: Future[Answered], call: Callable[[], Answered]) -> None:
        try:
            over.set_result(call())
        except BaseException as error:
            over.set_exception(error)
        finally:
            del over
            self._free.release()
