"""Evaluations made by hand: policies with the worth that a test wants."""

from dataclasses import replace

import numpy as np

from offerloop.commands.evaluate.findings import EvaluationFindings, EvaluationNote, PolicyWorth
from offerloop.commands.evaluate.notes import NOTES
from offerloop.config import Shop
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.off_policy.earlier_offers import CarryOver
from offerloop.evaluation.off_policy.overlap import ActionOverlap
from offerloop.evaluation.off_policy.value import PolicyValue, Worth
from offerloop.message import Message
from offerloop.report.phrases import period_text

REFUSALS = (
    Message(
        "The policy chooses '{offer}' with a mean probability of {share}, but the log never shows it; show it to a "
        "random share of the customers, or leave it out of the policy.",
        offer="gold",
        share=0.5,
    ),
    Message(
        "The policy chooses '{offer}' in {n} decision where the log could not have shown it; show it at random to some "
        "customers of that kind, or leave it out for them.",
        plural="The policy chooses '{offer}' in {n} decisions where the log could not have shown it; show it at random "
        "to some customers of that kind, or leave it out for them.",
        offer="gold",
        n=1200,
    ),
    Message(
        "The policy never chooses what a customer of the log was shown, so the log says nothing about it; show its "
        "choice to a random share of the customers."
    ),
)
REPEATED_REFUSALS = (
    Message(
        "Only {n} decision speaks about this policy when it is applied repeatedly, fewer than {least}; log more "
        "exposures of each customer, or fewer different offers.",
        plural="Only {n} decisions speak about this policy when it is applied repeatedly, fewer than {least}; log more "
        "exposures of each customer, or fewer different offers.",
        n=42,
        least=100,
    ),
    Message(
        "The customers' earlier decisions do not fit this policy (mean weight {mean} instead of 1): offers changed "
        "meanwhile, or were not drawn anew each time; give exposures of one menu, each with its own draw.",
        mean=0.31,
    ),
)


def around(value, half):
    return Estimate(value, value - half, value + half)


def worth(value, half=10.0, size=5000.0, cost=True):
    """A difference or a value whose profit lies around a value, in minor units."""
    parts = (
        (around(value + 5, half), around(5.0, 1.0), around(value, half)) if cost else (around(value, half), None, None)
    )
    return Worth(*parts, size, size)


def policy_value(value, half=10.0, size=5000.0, method="DR", cost=True, limit=np.inf):
    one, nought = worth(value, half, size, cost), np.zeros(1)
    return PolicyValue(
        one.value, one.cost, one.profit, size, size, method, 17.5, limit, 0.0 if np.isinf(limit) else 0.04, None,
        nought, nought, nought,
    )  # fmt: skip


def policy(kind, name, level, gain=None, half=10.0, size=5000.0, cost=True):
    """A policy worth `level`, and `gain` more than giving nothing and than the log's own."""
    methods = [policy_value(level + n, half, size, one, cost) for n, one in enumerate(("IPS", "SNIPS", "DR"))]
    methods.append(policy_value(level, half, size, "SWITCH-DR", cost, 20.0))
    shown = (
        ()
        if kind == "logged"
        else (ActionOverlap("none" if kind == "nothing" else name, 686, 1.0, 17.5, 17.5, 686.0, 17.5),)
    )
    differences = {"nothing": worth(gain, half, size, cost), "logged": worth(gain, half, size, cost)} if gain else {}
    return PolicyWorth(kind, name, methods[2], tuple(methods), overlap=shown, against=differences)


def findings(*candidates, nothing=True, rival=None, refused=(), notes=(), cost=True):
    """The log's own, giving nothing, and the candidates."""
    own = policy("logged", "logged", 790.0, 1.0, cost=cost)
    plain = policy("nothing", "nothing", 789.0, cost=cost)
    barred = [PolicyWorth("file", f"refused {n}", None, refusal=one) for n, one in enumerate(refused)]
    return EvaluationFindings(
        shop=Shop(name="Corner shop", currency="USD", note="Made up for tests."),
        window_days=7,
        from_day=19779,
        until_day=19814,
        n_decisions=12000,
        n_customers=2000,
        has_cost=cost,
        policies=(own, *((plain,) if nothing else ()), *candidates, *barred),
        notes=notes,
        rival=rival,
    )


def full():
    """Everything that a page can show."""
    values = {"n": 1200, "period": period_text(7), "least": 100, "of": 9, "policy": "spring", "customers": 900}
    notes = tuple(EvaluationNote(key, {**values, "offers": "spring", "campaigns": "spring"}) for key in NOTES)
    single = [policy("everyone", f"coupon-{n}", 780.0 + n, n - 9.5, size=400.0 * n + 100) for n in range(1, 21)]
    others = (policy("run", "20260101-000000", 800.0, 11.0), policy("file", "spring", 799.0, 10.0))
    found = findings(*single, *others, rival=("coupon-20", worth(2.0)), refused=REFUSALS, notes=notes)
    policies = (found.logged, *(repeated(one) for one in found.policies if one.kind != "logged"))
    return replace(found, policies=policies, earlier=CarryOver(10000, 1900, 0.0123))


def repeated(one):
    """The same with a value where it is applied repeatedly; of single offers only the last one has it."""
    if one.best is None or (one.name.startswith("coupon") and one.name != "coupon-20"):
        return replace(one, repeated_refusal=None if one.best is None else REPEATED_REFUSALS[len(one.name) % 2])
    return replace(
        one, repeated=policy_value(810.0, 30.0, 400.0, "first-order IS"), repeated_gain=worth(20.0, 30.0, 400.0)
    )
