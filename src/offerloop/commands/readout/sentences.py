"""What a read-out found, in words, and the same figures for machines. Nothing is said that was not computed."""

from __future__ import annotations

import math
from typing import Any

from offerloop.commands.readout.effects import FIFTHS
from offerloop.commands.readout.findings import (
    CURRENCY_OUTCOMES,
    FORECAST_COST,
    AgainstForecast,
    Check,
    Effect,
    Place,
    ReadoutFindings,
)
from offerloop.evaluation import POWER_80, Z95, Estimate
from offerloop.message import Message
from offerloop.profiles import TAG_LABELS
from offerloop.report import Localizer, Money, iso_day, rounded

WEEK = 7
FINDINGS = {
    "raised": Message("The plan's offers raised profit by {profit} {days} ({groups}{cost})."),
    "lowered": Message("The plan's offers lowered profit by {profit} {days} ({groups}{cost})."),
    "unclear": Message(
        "No clear effect: the plan's offers changed profit by {profit} {days} "
        "({groups}{cost}), an interval that includes zero."
    ),
}
"""The finding, by what the interval of the profit bears."""
ANSWERS = {
    "yes": Message(
        "Yes: the plan brought {profit} more profit a customer {days} than business as usual "
        "({plan} customers follow the plan, {usual} get business as usual{cost})."
    ),
    "no": Message(
        "No: against business as usual the plan changed profit by {profit} a customer {days} "
        "({plan} customers follow the plan, {usual} get business as usual{cost})."
    ),
    "unclear": Message(
        "Not shown: against business as usual the plan changed profit by {profit} a customer "
        "{days}, an interval that includes zero ({plan} customers follow the plan, {usual} get "
        "business as usual{cost})."
    ),
}
"""Whether the plan is better than business as usual."""
PLACES: dict[Place, Message] = {
    "inside": Message("inside", context="place in the forecast's interval"),
    "above": Message("above", context="place in the forecast's interval"),
    "below": Message("below", context="place in the forecast's interval"),
}
"""Where the realised profit lies."""
AND_COST = Message("; {cost}", context="pattern")
IN_BRACKETS = Message(" ({cost})", context="pattern")


def voice_of(found: ReadoutFindings, language: str) -> Localizer:
    """What tells a read-out."""
    return Localizer(language, found.shop.currency)


def sentence(found: ReadoutFindings, language: str = "en") -> str:
    """The finding with its interval, or why there is none."""
    _ = voice_of(found, language)
    if found.stopped is not None:
        return _(found.stopped)
    one = found.profit
    key = "raised" if one.total.low > 0 else "lowered" if one.total.high < 0 else "unclear"
    return _(
        FINDINGS[key],
        profit=_.money.estimate(one.total),
        days=_("from {first} to {last}", context="read-out", first=_.day(found.from_day), last=_.day(found.until_day)),
        groups=_(
            "{n} customer with an offer against {held} held back",
            plural="{n} customers with an offer against {held} held back",
            n=one.n_treated,
            held=one.n_control,
        ),
        cost=unseen_cost(found, _, AND_COST),
    )


def usual_sentence(found: ReadoutFindings, _: Localizer) -> str:
    """Whether the plan is better than what the shop does today; empty where nobody got that."""
    if found.stopped is not None or not found.asks_usual:
        return ""
    one = found.effect("against_usual", "profit_minor")
    if one is None:
        return _.sentences(
            (
                _("Is it better than what we do today?"),
                _(
                    "It cannot be said yet: too few customers, or too few who bought, are in one of the "
                    "two groups; read out a longer period or set a larger business_as_usual.share next "
                    "time."
                ),
            )
        )
    key = "yes" if one.estimate.low > 0 else "no" if one.estimate.high < 0 else "unclear"
    answer = _(
        ANSWERS[key],
        profit=_.money.estimate(one.estimate),
        days=_("from {first} to {last}", context="read-out", first=_.day(found.from_day), last=_.day(found.until_day)),
        plan=one.n_treated,
        usual=one.n_control,
        cost=unseen_cost(found, _, AND_COST),
    )
    return _.sentences((_("Is it better than what we do today?"), answer))


def unseen_cost(found: ReadoutFindings, _: Localizer, how: Message) -> str:
    """A remark that the cost was not observed; empty when it was. `how`: AND_COST or IN_BRACKETS."""
    return "" if found.cost_is_observed else _(how, cost=FORECAST_COST)


def per_customer(one: Effect, _: Localizer, estimate: Estimate | None = None) -> str:
    """An effect in its own unit, a customer."""
    return " ".join(customer_parts(one, _, estimate))


def customer_parts(one: Effect, _: Localizer, estimate: Estimate | None = None) -> tuple[str, str]:
    """The same as value and interval."""
    shown = one.estimate if estimate is None else estimate
    if one.outcome in CURRENCY_OUTCOMES:
        return _.money.parts(shown)
    return shown.times(100).parts(_.points_sign) if one.outcome == "bought" else shown.parts()


def total(one: Effect, money: Money) -> str:
    """An effect for everybody treated."""
    return money.estimate(one.total) if one.outcome in CURRENCY_OUTCOMES else one.total.text()


def power_sentence(found: ReadoutFindings, _: Localizer) -> str:
    """What the comparison could have shown, when it showed nothing clear; otherwise empty."""
    if found.stopped is not None or found.profit.estimate.is_clear:
        return ""
    one = found.profit
    least = POWER_80 * (one.estimate.high - one.estimate.low) / 2 / Z95
    return _(
        "With {treated} and {held} customers this comparison would have shown a profit effect "
        "of {least} a customer or more in 80 of 100 cases; a smaller one may be there unseen.",
        treated=one.n_treated,
        held=one.n_control,
        least=_.money.text(least),
    )


def forecast_sentence(found: ReadoutFindings, _: Localizer) -> str:
    """Realised against forecast; empty without a forecast."""
    both = found.against_forecast
    if both is None:
        return ""
    told = _(
        "Realised profit{cost} {days} is {realised} and lies {place} the forecast's interval, {forecast}; {overlap}.",
        cost=unseen_cost(found, _, IN_BRACKETS),
        days=_of_days(both, _),
        realised=_.money.estimate(both.realised),
        place=_(PLACES[both.place]),
        forecast=_.money.estimate(both.forecast),
        overlap=_("the two intervals overlap") if both.overlaps else _("the two intervals do not overlap"),
    )
    return _.sentences(filter(None, (told, _other_length(both, _))))


def place_sentence(both: AgainstForecast, _: Localizer) -> str:
    """Where the realised profit lies, without figures."""
    place = _(PLACES[both.place])
    if both.place != "inside" and both.overlaps:
        return _("Realised profit lies {place} the forecast's interval, but the two intervals overlap", place=place)
    return _("Realised profit lies {place} the forecast's interval", place=place)


def _of_days(both: AgainstForecast, _: Localizer) -> str:
    if both.period_days > WEEK:
        return _("of the first {n} days", n=WEEK)
    return _("of {n} day", context="read-out", plural="of {n} days", n=both.days)


def _other_length(both: AgainstForecast, _: Localizer) -> str:
    if both.period_days == WEEK:
        return ""
    if both.days < WEEK:
        return _(
            "The forecast is for one week; only {n} day of it has been read.",
            plural="The forecast is for one week; only {n} days of it have been read.",
            n=both.days,
        )
    return _(
        "The forecast is for one week, so only the first {week} of the {n} days count here.",
        week=WEEK,
        n=both.period_days,
    )


def dogs_sentence(found: ReadoutFindings, _: Localizer) -> str:
    """Which segments the offers made worse."""
    dogs = [one for one in found.segments if one.is_sleeping_dog]
    if not found.segments:
        return _("No segment has enough customers on both sides to be judged")
    if not dogs:
        return _(
            "No sleeping dog is seen among {n} segment",
            plural="No sleeping dog is seen among {n} segments",
            n=len(found.segments),
        )
    named = (
        _("{name} ({margin} of margin a customer)", name=segment(one, _), margin=_.money.estimate(one.estimate))
        for one in dogs
    )
    return (
        _("Sleeping dog, made worse by the offers: {names}", names=_.clauses(named))
        if len(dogs) == 1
        else _("Sleeping dogs, made worse by the offers: {names}", names=_.clauses(named))
    )


def segment(one: Effect, _: Localizer) -> str:
    """A tag, or a fifth of predicted profit."""
    return _.named(TAG_LABELS, one.group) if one.comparison == "tag" else _.named(FIFTHS, one.group)


def anyway_sentence(found: ReadoutFindings, _: Localizer) -> str:
    """How many of those who redeemed would have bought without an offer."""
    one = found.bought_anyway
    if one is None:
        return _("Whether redeemers would have bought anyway is not known")
    return _(
        "Of {n} customers who redeemed, {share} would have bought without the offer",
        n=one.n_redeemed,
        share=_.shares(one.share.times(100)),
    )


def check_words(one: Check, _: Localizer) -> str:
    """Verdict of one check."""
    return _("✓ passed", context="checks") if one.passes else _("✗ failed", context="checks")


def summarise_readout(found: ReadoutFindings, language: str = "en") -> dict[str, Any]:
    """The content of readout.json; money as decimal text in the currency's major unit."""
    _ = voice_of(found, language)
    money, anyway = Money(found.shop.currency), found.bought_anyway
    return {
        "sentence": _.sentences(filter(None, (usual_sentence(found, _), sentence(found, language)))),
        "better_than_usual": usual_sentence(found, _) or None,
        "stopped": None if found.stopped is None else _(found.stopped),
        "shop": found.shop.name,
        "run": found.run,
        "currency": found.shop.currency,
        "period": {
            "from": iso_day(found.from_day),
            "until": iso_day(found.until_day),
            "days": found.until_day - found.from_day + 1,
            "note": "" if found.period_note is None else _(found.period_note),
        },
        "cost_basis": _(found.cost_basis),
        "adjusted_by": "" if found.covariate is None else _(found.covariate),
        "checks": [_check(one, _) for one in found.checks],
        "effects": [_effect(one, money) for one in found.effects],
        "forecast": _forecast(found, _),
        "bought_anyway": None if anyway is None else {"redeemed": anyway.n_redeemed, **rounded(anyway.share)},
        "sleeping_dogs": [one.group for one in found.segments if one.is_sleeping_dog],
        "power": power_sentence(found, _),
        "too_few": [_(one) for one in found.left_out],
        "warnings": [_(one) for one in found.warnings],
    }


def _forecast(found: ReadoutFindings, _: Localizer) -> dict[str, Any] | None:
    both, money = found.against_forecast, _.money
    if both is None:
        return None
    return {
        "sentence": forecast_sentence(found, _),
        "days": both.days,
        "forecast": _money(both.forecast, money),
        "realised": _money(both.realised, money),
        "realised_unadjusted": _money(both.unadjusted, money),
        "place": both.place,
        "overlaps": both.overlaps,
    }


def _check(one: Check, _: Localizer) -> dict[str, Any]:
    expected = None if math.isnan(one.expected_held) else round(one.expected_held, 2)
    p_value = None if one.p_value is None else float(f"{one.p_value:.6g}")
    return {
        "check": _(one.name),
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
        "per_customer": _money(one.estimate, money) if in_money else rounded(one.estimate),
        "total": _money(one.total, money) if in_money else rounded(one.total),
        "relative": None if one.relative is None else rounded(one.relative),
        "p_value": float(f"{one.p_value:.6g}"),
        "treated": one.n_treated,
        "control": one.n_control,
    }


def _money(estimate: Estimate, money: Money) -> dict[str, str]:
    return {end: money.decimal(getattr(estimate, end)) for end in ("value", "low", "high")}


def share_words(share: Estimate, _: Localizer) -> tuple[str, str]:
    """A share and its interval: ``"62 %"`` and ``"[40, 84]"``."""
    return _.share(share.value), f"[{100 * share.low:.0f}, {100 * share.high:.0f}]"
