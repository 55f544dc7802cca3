"""Plans that help, harm or do nothing, read off customers from whom they were held back."""

import numpy as np
import pytest

from offerloop.loop.guardrail_sums import MARGIN, OPT_OUTS, RATINGS, RETURNS
from offerloop.loop.guardrails import REST, Guardrails, RandomisedCustomers

HELD_SHARE = 0.2


def randomised(gain, rng, *, n=4_000, held=HELD_SHARE, share=HELD_SHARE, more=None):
    """Everybody has an offer in the plan; who gets it leaves `gain` more of the usual profit."""
    spend, back = rng.gamma(2.0, 1_500.0, n), rng.random(n) < held
    profit = 0.3 * spend * (1 + gain * ~back) * rng.gamma(2, 0.5, n)
    metrics = {MARGIN: (profit, np.maximum(spend, 1.0))}
    for name, (plain, told) in (more or {}).items():
        metrics[name] = ((rng.random(n) < np.where(back, plain, told)).astype(float), np.ones(n))
    return RandomisedCustomers(back, profit, spend, metrics, share)


def actions(gain, periods=26, seed=1, **more):
    rng, guardrails, found = np.random.default_rng(seed), Guardrails(HELD_SHARE), []
    for _ in range(periods):
        reading = guardrails.add_period(randomised(gain, rng, **more))
        found.append(None if reading is None else reading.action)
    return found, guardrails


def test_a_plan_that_harms_is_rolled_back_rests_and_is_tried_again():
    found, _ = actions(-0.3)
    back = found.index("roll back")
    assert back <= 5
    assert found[back + 1 : back + REST] == [None] * (REST - 1)
    assert found[back + REST] is not None


def test_a_plan_that_helps_ships():
    assert "ship" in actions(0.3)[0]


def test_a_plan_that_does_nothing_goes_on():
    assert set(actions(0.0)[0]) == {"go on"}


@pytest.mark.parametrize(
    ("name", "plain", "told"), [(RETURNS, 0.1, 0.2), (OPT_OUTS, 0.0, 0.03), (RATINGS, 0.8, 0.6)], ids=str
)
def test_what_customers_do_not_like_is_rolled_back_although_it_pays(name, plain, told):
    found, _ = actions(0.3, more={name: (plain, told)})
    assert "ship" not in found[: found.index("roll back")]


def test_a_broken_draw_stops_the_trial_and_another_one_begins():
    found, guardrails = actions(0.0, 2, held=0.5)
    assert found == ["stop", "stop"]
    assert (guardrails.state, guardrails.treated) == ("trial", {})


def test_where_another_share_is_held_back_another_trial_begins():
    rng, guardrails = np.random.default_rng(1), Guardrails(HELD_SHARE)
    sizes = [
        guardrails.add_period(randomised(0.0, rng, held=held, share=held)).sizes for held in (HELD_SHARE, 0.05, 0.05)
    ]
    assert [sum(one) for one in sizes] == [4_000, 4_000, 8_000]
    assert guardrails.state == "trial"


def test_periods_with_nobody_in_the_holdback_count():
    """Else the holdback of small plans would seem to be larger than its share."""
    rng, guardrails = np.random.default_rng(1), Guardrails(HELD_SHARE)
    readings = [guardrails.add_period(randomised(0.0, rng, n=5, held=held)) for held in (0.0, 0.0, 1.0, 0.0)]
    assert [(one.action, one.sizes) for one in readings] == [
        ("go on", (5, 0)), ("go on", (10, 0)), ("go on", (10, 5)), ("go on", (15, 5)),
    ]  # fmt: skip


def test_periods_without_a_plan_say_nothing():
    guardrails = Guardrails(HELD_SHARE)
    assert guardrails.add_period(None) is None
    assert guardrails.state == "trial"
