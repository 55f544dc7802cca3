"""Read-outs made by hand: one with everything in it, one that is stopped, one that saw next to nothing."""

from dataclasses import replace

from offerloop.commands.readout.findings import AgainstForecast, BoughtAnyway, DrawCheck, ReadoutEffect, ReadoutFindings
from offerloop.commands.readout.shards.outcomes import IN_LINES
from offerloop.commands.readout.task import STRANGERS
from offerloop.config import Shop
from offerloop.evaluation.estimate import Estimate
from offerloop.message import Message

NONE = Message("")
OUTCOMES = ("bought", "n_orders", "revenue_minor", "margin_minor", "cost_minor", "profit_minor")


def effect(comparison, outcome, group="all", method="adjusted", value=20.0, half=10.0, p_value=0.01):
    estimate = Estimate(value, value - half, value + half)
    relative = Estimate(0.1, 0.05, 0.15) if method == "unadjusted" else None
    return ReadoutEffect(comparison, outcome, group, method, estimate, p_value, 700, 90, relative)


def full() -> ReadoutFindings:
    """Everything that a page can show."""
    check = DrawCheck(Message("holdout among planned customers"), 90, 700, 79.0, 0.2, True, NONE, NONE)
    by_hash = DrawCheck(
        Message("groups match the hash of the customer's id"), 90, 700, float("nan"), None, True, NONE, NONE
    )
    effects = [effect("plan", one, method=how) for one in OUTCOMES for how in ("adjusted", "unadjusted")]
    effects += [effect("plan", "profit_minor", name) for name in ("own", "shared")]
    effects += [effect("programme", "profit_minor", value=5.0), effect("explore", "margin_minor", method="weighted")]
    effects += [effect("tag", "margin_minor", "loyal", value=-30.0), effect("fifth", "margin_minor", "lowest fifth")]
    return ReadoutFindings(
        shop=Shop(name="Corner shop", currency="USD", margin=0.3, note="Made up for tests."),
        run="20260101-000000",
        from_day=17532,
        until_day=17545,
        period_note=Message("The period ends with the last order of the file, {day}.", day="2018-01-14"),
        checks=(check, by_hash),
        stopped=None,
        covariate=Message("revenue of as many days before the plan"),
        effects=tuple(effects),
        against_forecast=AgainstForecast(
            Estimate(14200, 7100, 21300), Estimate(14000, 7000, 21000), Estimate(13000, 1000, 25000), 7, 14, 7
        ),
        bought_anyway=BoughtAnyway(Estimate(0.62, 0.4, 0.84), 120, any_coupon=True),
        too_few=(Message("campaign {name}: {treated} treated and {held} held back", name="own", treated=3, held=2),),
        too_few_explored=(
            Message(
                "offers given at random: {n} customer drew one",
                plural="offers given at random: {n} customers drew one",
                n=4,
            ),
        ),
        warnings=(STRANGERS["orders"].with_values(n=12),),
        titles={"own": "Coupons that we pay", "shared": "Coupons that suppliers share"},
    )


def stopped() -> ReadoutFindings:
    """The draw does not hold."""
    failed = DrawCheck(Message("holdout among planned customers"), 10, 700, 79.0, 1e-9, False, NONE, NONE)
    why = Message(
        "No effect of the plan's offers is shown: of the customers planned for an offer {sent} got it and {held} were "
        "held back, and fewer than {least} on one side say nothing; plan for more customers or hold back a larger "
        "share of them next time.",
        sent=700,
        held=10,
        least=30,
    )
    return replace(full(), checks=(failed,), stopped=why, effects=(), against_forecast=None, bought_anyway=None)


def little() -> ReadoutFindings:
    """No clear effect, no forecast, no segment, no offers at random, no redemption."""
    effects = (effect("plan", "profit_minor", value=1.0, p_value=0.8), effect("programme", "profit_minor"))
    return replace(
        full(), effects=effects, against_forecast=None, bought_anyway=None, covariate=None, too_few=(),
        too_few_explored=(), warnings=(), cost_basis=IN_LINES,
    )  # fmt: skip


def usual() -> ReadoutFindings:
    """Some customers got business as usual."""
    check = DrawCheck(Message("business as usual among all customers"), 90, 700, 79.0, 0.2, True, NONE, NONE)
    effects = [
        effect(name, one, method=how)
        for name in ("against_usual", "usual")
        for one in OUTCOMES
        for how in ("adjusted", "unadjusted")
    ]
    whole = full()
    return replace(whole, checks=(*whole.checks, check), effects=(*whole.effects, *effects), asks_usual=True)


def usual_few() -> ReadoutFindings:
    """The group with business as usual is too small."""
    small = (
        Message("plan and business as usual: {plan} and {usual} customers", plan=700, usual=9),
        Message("business as usual and holdout: {usual} and {held} customers", usual=9, held=90),
    )
    return replace(full(), asks_usual=True, too_few=small, too_few_explored=())


READOUTS = {"full": full, "stopped": stopped, "little": little, "usual": usual, "usual_few": usual_few}
