"""What a read-out found, in words, and the same figures for machines. Nothing is said that was not computed."""

from __future__ import annotations

import math
from typing import Any

from offerloop.commands.readout.findings import (
    CURRENCY_OUTCOMES,
    FIFTHS,
    FORECAST_COST,
    AgainstForecast,
    DrawCheck,
    ReadoutEffect,
    ReadoutFindings,
)
from offerloop.evaluation import POWER_80, Z95, Estimate
from offerloop.message import Message
from offerloop.profiles import TAG_LABELS
from offerloop.report import Localizer, Money, iso_day, period_text, rounded

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
    "yes": Message("Yes: the plan brought {profit} more profit per customer than business as usual, {days}."),
    "no": Message("No: against business as usual the plan changed profit by {profit} per customer, {days}."),
    "unclear": Message(
        "Not shown: against business as usual the plan changed profit by {profit} per customer, {days}; "
        "the interval includes zero."
    ),
}
"""Whether the plan is better than business as usual."""
PLACES = {
    "inside": Message("inside", context="place in the forecast's interval"),
    "above": Message("above", context="place in the forecast's interval"),
    "below": Message("below", context="place in the forecast's interval"),
}
"""Where the realised profit lies."""
AND_COST = Message("; {cost}", context="pattern")
IN_BRACKETS = Message(" ({cost})", context="pattern")


def voice_of(findings: ReadoutFindings, language: str) -> Localizer:
    """What tells a read-out."""
    return Localizer(language, findings.shop.currency)


def sentence(findings: ReadoutFindings, language: str = "en") -> str:
    """The finding with its interval, or why there is none."""
    _ = voice_of(findings, language)
    if findings.stopped is not None:
        return _(findings.stopped)
    profit = findings.profit
    key = "raised" if profit.total.low > 0 else "lowered" if profit.total.high < 0 else "unclear"
    return _(
        FINDINGS[key],
        profit=_.money.estimate(profit.total.negated() if key == "lowered" else profit.total),
        days=_(
            "from {first} to {last}", context="read-out", first=_.day(findings.from_day), last=_.day(findings.until_day)
        ),
        groups=_(
            "{n} customer with an offer against {held} held back",
            plural="{n} customers with an offer against {held} held back",
            n=profit.n_treated,
            held=profit.n_control,
        ),
        cost=unseen_cost(findings, _, AND_COST),
    )


def usual_sentence(findings: ReadoutFindings, _: Localizer) -> str:
    """Whether the plan is better than what the shop does today; empty where nobody got that."""
    if not findings.compares_usual:
        return ""
    profit = findings.effect("against_usual", "profit_minor")
    if profit is None:
        return _.sentences(
            (
                _("Is it better than what we do today?"),
                _("It cannot be said: {reason}.", reason=findings.unlike_costs)
                if findings.unlike_costs is not None
                else _(
                    "It cannot be said yet: in one of the two groups too few customers bought. Read out a longer "
                    "period, or give business as usual to more customers next time."
                ),
            )
        )
    key = "yes" if profit.estimate.low > 0 else "no" if profit.estimate.high < 0 else "unclear"
    answer = _(
        ANSWERS[key],
        profit=_.money.estimate(profit.estimate),
        days=_(
            "from {first} to {last}", context="read-out", first=_.day(findings.from_day), last=_.day(findings.until_day)
        ),
    )
    return _.sentences((_("Is it better than what we do today?"), answer))


def usual_groups(findings: ReadoutFindings, _: Localizer) -> str:
    """How many customers that rests on; empty where nothing was compared."""
    profit = findings.effect("against_usual", "profit_minor")
    if profit is None:
        return ""
    return _(
        "Of the customers compared, {plan} follow the plan and {usual} get business as usual{cost}.",
        plan=profit.n_treated,
        usual=profit.n_control,
        cost=unseen_cost(findings, _, AND_COST),
    )


def unseen_cost(findings: ReadoutFindings, _: Localizer, how: Message) -> str:
    """A remark that the cost was not observed; empty when it was. `how`: AND_COST or IN_BRACKETS."""
    return "" if findings.cost_is_observed else _(how, cost=FORECAST_COST)


def per_customer(effect: ReadoutEffect, _: Localizer) -> str:
    """An effect in its own unit, a customer."""
    return " ".join(customer_parts(effect, _))


def customer_parts(effect: ReadoutEffect, _: Localizer) -> tuple[str, str]:
    """The same as value and interval."""
    if effect.outcome in CURRENCY_OUTCOMES:
        return _.money.parts(effect.estimate)
    shown = effect.estimate
    return shown.times(100).parts(_.points_sign) if effect.outcome == "bought" else shown.parts()


def total(effect: ReadoutEffect, money: Money) -> str:
    """An effect for everybody treated."""
    return money.estimate(effect.total) if effect.outcome in CURRENCY_OUTCOMES else effect.total.text()


def power_sentence(findings: ReadoutFindings, _: Localizer) -> str:
    """What the comparison could have shown, when it showed nothing clear; otherwise empty."""
    if findings.stopped is not None or findings.profit.estimate.is_clear:
        return ""
    profit = findings.profit
    least = POWER_80 * (profit.estimate.high - profit.estimate.low) / 2 / Z95
    return _(
        "With {treated} and {held} customers this comparison would have shown a profit effect "
        "of {least} per customer or more in 80 of 100 cases; a smaller one may be there unseen.",
        treated=profit.n_treated,
        held=profit.n_control,
        least=_.money.significant(least),
    )


_AGAINST_FORECAST = Message(
    "Realised profit{cost} {days} is {realised} and lies {place} the forecast's interval, {forecast}; {overlap}."
)
_OF_A_PART = Message("Realised profit{cost} {days} is {realised}; the forecast is {forecast}.")
ASSUMED = Message("assumed", context="what a forecast is")
PARTLY_ASSUMED = Message("partly assumed", context="what a forecast is")
_AGAINST_ASSUMED = Message(
    "Realised profit{cost} {days} is {realised}; this interval includes the forecast of {forecast}, which is {assumed}."
)
_BESIDE_ASSUMED = Message(
    "Realised profit{cost} {days} is {realised}; this interval does not include the forecast of {forecast}, which "
    "is {assumed}."
)
"""Realised against forecast: one without an interval rests on assumed effects."""


def forecast_sentence(findings: ReadoutFindings, _: Localizer) -> str:
    """Realised against forecast; empty without a forecast."""
    both = findings.against_forecast
    if both is None:
        return ""
    realised = _(
        _against(both),
        cost=unseen_cost(findings, _, IN_BRACKETS),
        days=_of_days(both, _),
        realised=f"{_.money.text(both.realised.value)} {_.money.parts(both.realised)[1]}",  # unrounded, as its place is
        place=_(PLACES[both.place]) if both.place in PLACES else "",
        forecast=_.money.text(both.forecast.value) if both.has_no_interval else _.money.estimate(both.forecast),
        assumed=_(PARTLY_ASSUMED if both.is_partly_assumed else ASSUMED),
        overlap=_("the two intervals overlap") if both.overlaps else _("the two intervals do not overlap"),
    )
    return _.sentences(filter(None, (realised, _other_length(both, _))))


def _against(both: AgainstForecast) -> Message:
    if both.place == "early":
        return _OF_A_PART
    if both.has_no_interval:
        return _AGAINST_ASSUMED if both.overlaps else _BESIDE_ASSUMED
    return _AGAINST_FORECAST


def place_sentence(both: AgainstForecast, _: Localizer) -> str:
    """Where the realised profit lies, without figures."""
    if both.place == "early":
        return _("Only a part of the forecast's days has been read")
    if both.has_no_interval and both.overlaps:
        return _("The interval of the realised profit includes the forecast")
    if both.has_no_interval:
        return _("The interval of the realised profit does not include the forecast")
    if both.cannot_tell:
        return _("The interval of the realised profit includes the forecast's: the read-out does not contradict it")
    place = _(PLACES[both.place])
    if both.place != "inside" and both.overlaps:
        return _("Realised profit lies {place} the forecast's interval, but the two intervals overlap", place=place)
    return _("Realised profit lies {place} the forecast's interval", place=place)


def _of_days(both: AgainstForecast, _: Localizer) -> str:
    if both.period_days > both.forecast_days:
        return _("of the first {n} day", context="read-out", plural="of the first {n} days", n=both.forecast_days)
    return _("of {n} day", context="read-out", plural="of {n} days", n=both.days)


def _other_length(both: AgainstForecast, _: Localizer) -> str:
    if both.period_days == both.forecast_days:
        return ""
    length = period_text(both.forecast_days)
    if both.days < both.forecast_days:
        return _(
            "The forecast is for {length}; only {n} day of it has been read.",
            plural="The forecast is for {length}; only {n} days of it have been read.",
            n=both.days,
            length=length,
        )
    return _(
        "The forecast is for {length}, so only that part of the {n} days counts here.",
        length=length,
        n=both.period_days,
    )


def dogs_sentence(findings: ReadoutFindings, _: Localizer) -> str:
    """Which segments the offers made worse."""
    dogs = [one for one in findings.segments if one.is_sleeping_dog]
    if not findings.segments:
        return _("No segment has enough customers on both sides to be judged")
    if not dogs:
        return _(
            "No sleeping dog is seen among {n} segment",
            plural="No sleeping dog is seen among {n} segments",
            n=len(findings.segments),
        )
    named = (
        _("{name} ({margin} of margin per customer)", name=segment(effect, _), margin=_.money.estimate(effect.estimate))
        for effect in dogs
    )
    return (
        _("Sleeping dog, made worse by the offers: {names}", names=_.clauses(named))
        if len(dogs) == 1
        else _("Sleeping dogs, made worse by the offers: {names}", names=_.clauses(named))
    )


def segment(effect: ReadoutEffect, _: Localizer) -> str:
    """A tag, or a fifth of predicted profit."""
    return _.named(TAG_LABELS, effect.group) if effect.comparison == "tag" else _.named(FIFTHS, effect.group)


def anyway_sentence(findings: ReadoutFindings, _: Localizer) -> str:
    """How many of those who redeemed would have bought without an offer."""
    anyway = findings.bought_anyway
    if anyway is None:
        return _("Whether redeemers would have bought anyway is not known")
    return _(
        "Of {n} customers who redeemed, at least {share} would have bought without the offer",
        n=anyway.n_redeemed,
        share=" ".join(share_words(anyway.share, _)),
    )


def check_words(check: DrawCheck, _: Localizer) -> str:
    """Verdict of one check."""
    return _("✓ passed", context="checks") if check.passes else _("✗ failed", context="checks")


def summarise_readout(findings: ReadoutFindings, language: str = "en") -> dict[str, Any]:
    """The content of readout.json; money as decimal text in the currency's major unit."""
    _ = voice_of(findings, language)
    money, anyway = Money(findings.shop.currency), findings.bought_anyway
    return {
        "sentence": _all_findings(findings, language),
        "better_than_usual": usual_sentence(findings, _) or None,
        "stopped": None if findings.stopped is None else _(findings.stopped),
        "shop": findings.shop.name,
        "run": findings.run,
        "currency": findings.shop.currency,
        "period": {
            "from": iso_day(findings.from_day),
            "until": iso_day(findings.until_day),
            "days": findings.until_day - findings.from_day + 1,
            "note": "" if findings.period_note is None else _(findings.period_note),
        },
        "control": findings.control,
        "cost_basis": _(findings.cost_basis),
        "adjusted_by": "" if findings.covariate is None else _(findings.covariate),
        "checks": [_check(one, _) for one in findings.checks],
        "effects": [_effect(one, money) for one in findings.effects],
        "forecast": _forecast(findings, _),
        "bought_anyway": None if anyway is None else {"redeemed": anyway.n_redeemed, **rounded(anyway.share)},
        "sleeping_dogs": [one.group for one in findings.segments if one.is_sleeping_dog],
        "power": power_sentence(findings, _),
        "too_few": [_(one) for one in findings.left_out],
        "warnings": [_(one) for one in findings.warnings],
    }


def _all_findings(findings: ReadoutFindings, language: str) -> str:
    """Whether it is better than today where that was tested, and the finding."""
    _ = voice_of(findings, language)
    return _.sentences(
        filter(None, (usual_sentence(findings, _), usual_groups(findings, _), sentence(findings, language)))
    )


def _forecast(findings: ReadoutFindings, _: Localizer) -> dict[str, Any] | None:
    both, money = findings.against_forecast, _.money
    if both is None:
        return None
    return {
        "sentence": forecast_sentence(findings, _),
        "days": both.days,
        "forecast": _money(both.forecast, money),
        "realised": _money(both.realised, money),
        "realised_unadjusted": _money(both.unadjusted, money),
        "place": both.place,
        "overlaps": both.overlaps,
    }


def _check(check: DrawCheck, _: Localizer) -> dict[str, Any]:
    expected = None if math.isnan(check.expected_held) else round(check.expected_held, 2)
    p_value = None if check.p_value is None else float(f"{check.p_value:.6g}")
    return {
        "check": _(check.name),
        "held_back": check.held,
        "others": check.others,
        "held_back_expected": expected,
        "p_value": p_value,
        "passes": check.passes,
    }


def _effect(effect: ReadoutEffect, money: Money) -> dict[str, Any]:
    in_money = effect.outcome in CURRENCY_OUTCOMES
    return {
        "comparison": effect.comparison,
        "outcome": effect.outcome.removesuffix("_minor"),
        "group": effect.group,
        "method": effect.method,
        "per_customer": _money(effect.estimate, money) if in_money else rounded(effect.estimate),
        "total": None
        if effect.comparison == "explore"  # a mean over all who could have drawn the offer
        else _money(effect.total, money)
        if in_money
        else rounded(effect.total),
        "relative": None if effect.relative is None else rounded(effect.relative),
        "p_value": float(f"{effect.p_value:.6g}"),
        "treated": effect.n_treated,
        "control": effect.n_control,
    }


def _money(estimate: Estimate, money: Money) -> dict[str, str | None]:
    """What is assumed has no interval."""
    ends = zip(("value", "low", "high"), (estimate.value, *estimate.ends), strict=True)
    return {name: None if end is None else money.decimal(end) for name, end in ends}


def share_words(share: Estimate, _: Localizer) -> tuple[str, str]:
    """A share and its interval: ``"62 %"`` and ``"[40, 84]"``."""
    value, interval = share.times(100).parts(" %")
    return _.numbers(value), _.numbers(interval)
