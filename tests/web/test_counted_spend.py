"""How far budgets are used is counted seldom where counting takes long, and not too seldom."""

import time
from types import SimpleNamespace

from offerloop.web import worker as module


def test_a_count_that_took_long_is_not_held_for_ever(service, monkeypatch):
    worker, now = service.app.state.worker, [0.0]
    begun = []

    def slow(*_, **__):
        begun.append(now[0])
        now[0] += 30.0
        return ()

    monkeypatch.setattr(module, "time", SimpleNamespace(**vars(time) | {"monotonic": lambda: now[0]}))
    monkeypatch.setattr(module, "campaign_spending", slow)
    worker._spending = (0.0, None, ())
    worker.spending()
    for now[0] in range(31, 31 + 2 * module.COUNTED_AT_MOST):
        worker.spending()
    assert begun[:2] == [0.0, 30.0 + module.COUNTED_AT_MOST]
