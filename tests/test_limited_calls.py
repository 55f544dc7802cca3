"""Calls are waited for no longer than they may take, and no more than so many are under way."""

import threading
import time

import pytest

from offerloop.limited_calls import LimitedCalls


def test_what_a_call_returns_or_raises_is_handed_on():
    calls = LimitedCalls("test", 1)
    assert calls.within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        calls.within(5, lambda: 1 / 0)
    with pytest.raises(TimeoutError, match="of its own"):
        calls.within(5, lambda: (_ for _ in ()).throw(TimeoutError("of its own")))


def test_no_more_calls_than_allowed_are_under_way_and_others_wait_their_time():
    calls, gate, begun = LimitedCalls("few", 2), threading.Event(), []

    def hang():
        begun.append(1)
        gate.wait(20)

    for _ in range(2):
        with pytest.raises(TimeoutError, match=r"no whole answer within 0\.05 s"):
            calls.within(0.05, hang)
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"too many calls are under way after 0\.2 s"):
        calls.within(0.2, hang)
    assert 0.1 < time.monotonic() - start < 5
    assert len(begun) == 2
    gate.set()
    assert calls.within(5, lambda: "free again") == "free again"
