"""What a read-out found, in words, and the same figures for machines. Nothing is said that was not computed."""

from __future__ import annotations

import math
from typing import Any

from offerloop.evaluation.estimate import Z95, Estimate
from offerloop.evaluation.experiment import POWER_80
from offerloop.report.numbers import Money, count, day_text, iso_day, percent
from offerloop.report.readout_findings import (
    CURRENCY_OUTCOMES,
    FORECAST_COST,
    AgainstForecast,
    Check,
    Effect,
    ReadoutFindings,
)

OUTCOME_WORDS = {
    "bought": "customers who bought",
    "n_orders": "orders",
    "revenue_minor": "revenue",
    "margin_minor": "margin before offer cost",
    "cost_minor": "cost of offers",
    "profit_minor": "profit",
    "before_revenue_minor": "revenue before the plan",
}
WEEK = 7
DIGITS = 6


def sentence(found: ReadoutFindings) -> str:
    """The finding with its interval, or why there is none."""
    if found.stopped is not None:
        return found.stopped
    one, money = found.profit, Money(found.shop.currency)
    groups = f"{count(one.n_treated)} customers with an offer against {count(one.n_control)} held back"
    cost = "" if found.cost_is_observed else f"; {FORECAST_COST}"
    what = f"profit by {money.estimate(one.total)} {days_words(found)} ({groups}{cost})"
    if one.total.low > 0:
        return f"The plan's offers raised {what}."
    if one.total.high < 0:
        return f"The plan's offers lowered {what}."
    return f"No clear effect: the plan's offers changed {what}, an interval that includes zero."


def days_words(found: ReadoutFindings) -> str:
    """``"from 1 January 2018 to 7 January 2018"``."""
    return f"from {day_text(found.from_day)} to {day_text(found.until_day)}"


def per_customer(one: Effect, money: Money, estimate: Estimate | None = None) -> str:
    """An effect in its own unit, a customer."""
    shown = one.estimate if estimate is None else estimate
    if one.outcome in CURRENCY_OUTCOMES:
        return money.estimate(shown)
    return shown.times(100).text(" points") if one.outcome == "bought" else shown.text()


def total(one: Effect, money: Money) -> str:
    """An effect for everybody treated."""
    return money.estimate(one.total) if one.outcome in CURRENCY_OUTCOMES else one.total.text()


def power_sentence(found: ReadoutFindings) -> str:
    """What the comparison could have shown, when it showed nothing clear; otherwise empty."""
    if found.stopped is not None or found.profit.estimate.is_clear:
        return ""
    one, money = found.profit, Money(found.shop.currency)
    least = POWER_80 * (one.estimate.high - one.estimate.low) / 2 / Z95
    return (
        f"With {count(one.n_treated)} and {count(one.n_control)} customers this comparison would have shown a profit "
        f"effect of {money.text(least)} a customer or more in 80 of 100 cases; a smaller one may be there unseen."
    )


def forecast_sentence(found: ReadoutFindings) -> str:
    """Realised against forecast; empty without a forecast."""
    both, money = found.against_forecast, Money(found.shop.currency)
    if both is None:
        return ""
    overlap = "the two intervals overlap" if both.overlaps else "the two intervals do not overlap"
    cost = "" if found.cost_is_observed else f" ({FORECAST_COST})"
    return (
        f"Realised profit{cost} {_of_days(found)} is {money.estimate(both.realised)} and lies {both.place} the "
        f"forecast's interval, {money.estimate(both.forecast)}; {overlap}.{_other_length(found)}"
    )


def place_sentence(both: AgainstForecast) -> str:
    """Where the realised profit lies, without figures."""
    but = "" if both.place == "inside" else ", but the two intervals overlap" if both.overlaps else ""
    return f"Realised profit lies {both.place} the forecast's interval{but}"


def _of_days(found: ReadoutFindings) -> str:
    both = found.against_forecast
    days = 0 if both is None else both.days
    return f"of the first {WEEK} days" if both and both.period_days > WEEK else f"of {count(days)} days"


def _other_length(found: ReadoutFindings) -> str:
    both = found.against_forecast
    if both is None or both.period_days == WEEK:
        return ""
    if both.days < WEEK:
        return f" The forecast is for one week; only {count(both.days)} days of it have been read."
    return f" The forecast is for one week, so only the first {WEEK} of the {count(both.period_days)} days count here."


def dogs_sentence(found: ReadoutFindings) -> str:
    """Which segments the offers made worse."""
    dogs = [one for one in found.segments if one.is_sleeping_dog]
    if not found.segments:
        return "No segment has enough customers on both sides to be judged"
    if not dogs:
        return f"No sleeping dog is seen among {count(len(found.segments))} segments"
    money = Money(found.shop.currency)
    named = "; ".join(f"{one.group} ({money.estimate(one.estimate)} of margin a customer)" for one in dogs)
    return f"Sleeping {'dog' if len(dogs) == 1 else 'dogs'}, made worse by the offers: {named}"


def anyway_sentence(found: ReadoutFindings) -> str:
    """How many of those who redeemed would have bought without an offer."""
    one = found.bought_anyway
    if one is None:
        return "Whether redeemers would have bought anyway is not known"
    return (
        f"Of {count(one.n_redeemed)} customers who redeemed, {one.share.times(100).text(' %')} would have bought "
        "without the offer"
    )


def check_words(one: Check) -> str:
    """Verdict of one check."""
    return "✓ passed" if one.passes else "✗ failed"


def p_words(p_value: float | None) -> str:
    """A p-value as a reader needs it."""
    if p_value is None:
        return ""
    return "below 0.001" if p_value < 0.001 else f"{p_value:.2g}" if p_value < 0.995 else "1"


def summarise_readout(found: ReadoutFindings) -> dict[str, Any]:
    """The content of readout.json; money as decimal text in the currency's major unit."""
    money, anyway = Money(found.shop.currency), found.bought_anyway
    return {
        "sentence": sentence(found),
        "stopped": found.stopped,
        "shop": found.shop.name,
        "run": found.run,
        "currency": found.shop.currency,
        "period": {
            "from": iso_day(found.from_day),
            "until": iso_day(found.until_day),
            "days": found.until_day - found.from_day + 1,
            "note": found.period_note,
        },
        "cost_basis": found.cost_basis,
        "adjusted_by": found.covariate,
        "checks": [_check(one) for one in found.checks],
        "effects": [_effect(one, money) for one in found.effects],
        "forecast": _forecast(found, money),
        "bought_anyway": None if anyway is None else {"redeemed": anyway.n_redeemed, **_plain(anyway.share)},
        "sleeping_dogs": [one.group for one in found.segments if one.is_sleeping_dog],
        "power": power_sentence(found),
        "too_few": list(found.too_few),
        "warnings": list(found.warnings),
    }


def _forecast(found: ReadoutFindings, money: Money) -> dict[str, Any] | None:
    both = found.against_forecast
    if both is None:
        return None
    return {
        "sentence": forecast_sentence(found),
        "days": both.days,
        "forecast": _money(both.forecast, money),
        "realised": _money(both.realised, money),
        "realised_unadjusted": _money(both.unadjusted, money),
        "place": both.place,
        "overlaps": both.overlaps,
    }


def _check(one: Check) -> dict[str, Any]:
    expected = None if math.isnan(one.expected_held) else round(one.expected_held, 2)
    p_value = None if one.p_value is None else float(f"{one.p_value:.6g}")
    return {
        "check": one.name,
        "held_back": one.held,
        "others": one.others,
        "held_back_expected": expected,
        "p_value": p_value,
        "passes": one.passes,
    }


def _effect(one: Effect, money: Money) -> dict[str, Any]:
    in_money = one.outcome in CURRENCY_OUTCOMES
    return {
        "comparison": one.comparison,
        "outcome": one.outcome.removesuffix("_minor"),
        "group": one.group,
        "method": one.method,
        "per_customer": _money(one.estimate, money) if in_money else _plain(one.estimate),
        "total": _money(one.total, money) if in_money else _plain(one.total),
        "relative": None if one.relative is None else _plain(one.relative),
        "p_value": float(f"{one.p_value:.6g}"),
        "treated": one.n_treated,
        "control": one.n_control,
    }


def _money(estimate: Estimate, money: Money) -> dict[str, str]:
    return {end: money.decimal(getattr(estimate, end)) for end in ("value", "low", "high")}


def _plain(estimate: Estimate) -> dict[str, float]:
    return {end: round(getattr(estimate, end), DIGITS) for end in ("value", "low", "high")}


def share_words(share: Estimate) -> str:
    """A share and its interval: ``"62 % [40, 84]"``."""
    return f"{percent(share.value)} [{100 * share.low:.0f}, {100 * share.high:.0f}]"
