"""What a read-out found, in words, and the same figures for machines. Nothing is said that was not computed."""

from __future__ import annotations

import math
from typing import Any

from offerloop.commands.readout.findings import CURRENCY_OUTCOMES, AgainstForecast, Check, Effect, ReadoutFindings
from offerloop.evaluation import POWER_80, Z95, Estimate
from offerloop.report import Money, Voice, count, iso_day, rounded

WEEK = 7


def voice_of(found: ReadoutFindings, language: str) -> Voice:
    """What tells a read-out."""
    return Voice(language, found.shop.currency)


def sentence(found: ReadoutFindings, language: str = "en") -> str:
    """The finding with its interval, or why there is none."""
    tell = voice_of(found, language)
    if found.stopped is not None:
        return tell.own(found.stopped)
    one = found.profit
    key = "raised" if one.total.low > 0 else "lowered" if one.total.high < 0 else "unclear"
    return tell.say(
        f"found.{key}",
        profit=tell.money.estimate(one.total),
        days=tell.say("found.days", first=tell.day(found.from_day), last=tell.day(found.until_day)),
        groups=tell.say("found.groups", treated=count(one.n_treated), held=count(one.n_control)),
        cost=unseen_cost(found, tell, "and_cost"),
    )


def usual_sentence(found: ReadoutFindings, tell: Voice) -> str:
    """Whether the plan is better than what the shop does today; empty where nobody got that."""
    if found.stopped is not None or not found.asks_usual:
        return ""
    one = found.effect("against_usual", "profit_minor")
    if one is None:
        return tell.listed((tell.say("usual.question"), tell.say("usual.few")), "sentence")
    key = "yes" if one.estimate.low > 0 else "no" if one.estimate.high < 0 else "unclear"
    answer = tell.say(
        f"usual.{key}",
        profit=tell.money.estimate(one.estimate),
        days=tell.say("found.days", first=tell.day(found.from_day), last=tell.day(found.until_day)),
        plan=count(one.n_treated),
        usual=count(one.n_control),
        cost=unseen_cost(found, tell, "and_cost"),
    )
    return tell.listed((tell.say("usual.question"), answer), "sentence")


def unseen_cost(found: ReadoutFindings, tell: Voice, how: str) -> str:
    """A remark that the cost was not observed; empty when it was. `how`: and_cost or in_brackets."""
    return "" if found.cost_is_observed else tell.say(f"readout.{how}", cost=tell.say("readout.cost"))


def per_customer(one: Effect, tell: Voice, estimate: Estimate | None = None) -> str:
    """An effect in its own unit, a customer."""
    shown = one.estimate if estimate is None else estimate
    if one.outcome in CURRENCY_OUTCOMES:
        return tell.money.estimate(shown)
    return tell.points(shown.times(100)) if one.outcome == "bought" else shown.text()


def total(one: Effect, money: Money) -> str:
    """An effect for everybody treated."""
    return money.estimate(one.total) if one.outcome in CURRENCY_OUTCOMES else one.total.text()


def power_sentence(found: ReadoutFindings, tell: Voice) -> str:
    """What the comparison could have shown, when it showed nothing clear; otherwise empty."""
    if found.stopped is not None or found.profit.estimate.is_clear:
        return ""
    one = found.profit
    least = POWER_80 * (one.estimate.high - one.estimate.low) / 2 / Z95
    treated, held = count(one.n_treated), count(one.n_control)
    return tell.say("found.power", treated=treated, held=held, least=tell.money.text(least))


def forecast_sentence(found: ReadoutFindings, tell: Voice) -> str:
    """Realised against forecast; empty without a forecast."""
    both = found.against_forecast
    if both is None:
        return ""
    told = tell.say(
        "promised.text",
        cost=unseen_cost(found, tell, "in_brackets"),
        days=_of_days(both, tell),
        realised=tell.money.estimate(both.realised),
        place=tell.say(f"promised.{both.place}"),
        forecast=tell.money.estimate(both.forecast),
        overlap=tell.say("promised.overlap" if both.overlaps else "promised.apart"),
    )
    return tell.listed(filter(None, (told, _other_length(both, tell))), "sentence")


def place_sentence(both: AgainstForecast, tell: Voice) -> str:
    """Where the realised profit lies, without figures."""
    key = "promised.place_but" if both.place != "inside" and both.overlaps else "promised.place"
    return tell.say(key, place=tell.say(f"promised.{both.place}"))


def _of_days(both: AgainstForecast, tell: Voice) -> str:
    if both.period_days > WEEK:
        return tell.say("promised.first_days", n=WEEK)
    return tell.say("promised.days", n=count(both.days))


def _other_length(both: AgainstForecast, tell: Voice) -> str:
    if both.period_days == WEEK:
        return ""
    if both.days < WEEK:
        return tell.say("promised.shorter", n=count(both.days))
    return tell.say("promised.longer", week=WEEK, n=count(both.period_days))


def dogs_sentence(found: ReadoutFindings, tell: Voice) -> str:
    """Which segments the offers made worse."""
    dogs = [one for one in found.segments if one.is_sleeping_dog]
    if not found.segments:
        return tell.say("dogs.none")
    if not dogs:
        return tell.say("dogs.unseen", n=count(len(found.segments)))
    named = (tell.say("dogs.named", name=segment(one, tell), margin=tell.money.estimate(one.estimate)) for one in dogs)
    return tell.say("dogs.one" if len(dogs) == 1 else "dogs.more", names=tell.listed(named, "semicolon"))


def segment(one: Effect, tell: Voice) -> str:
    """A tag, or a fifth of predicted profit."""
    return tell.tag(one.group) if one.comparison == "tag" else tell.own(one.group)


def anyway_sentence(found: ReadoutFindings, tell: Voice) -> str:
    """How many of those who redeemed would have bought without an offer."""
    one = found.bought_anyway
    if one is None:
        return tell.say("anyway.unknown")
    return tell.say("anyway.message", n=count(one.n_redeemed), share=tell.shares(one.share.times(100)))


def check_words(one: Check, tell: Voice) -> str:
    """Verdict of one check."""
    return tell.say("checks.passed" if one.passes else "checks.failed")


def summarise_readout(found: ReadoutFindings, language: str = "en") -> dict[str, Any]:
    """The content of readout.json; money as decimal text in the currency's major unit."""
    tell = voice_of(found, language)
    money, anyway = Money(found.shop.currency), found.bought_anyway
    return {
        "sentence": tell.listed(filter(None, (usual_sentence(found, tell), sentence(found, language))), "sentence"),
        "better_than_usual": usual_sentence(found, tell) or None,
        "stopped": None if found.stopped is None else tell.own(found.stopped),
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
        "forecast": _forecast(found, tell),
        "bought_anyway": None if anyway is None else {"redeemed": anyway.n_redeemed, **rounded(anyway.share)},
        "sleeping_dogs": [one.group for one in found.segments if one.is_sleeping_dog],
        "power": power_sentence(found, tell),
        "too_few": list(found.too_few),
        "warnings": list(found.warnings),
    }


def _forecast(found: ReadoutFindings, tell: Voice) -> dict[str, Any] | None:
    both, money = found.against_forecast, tell.money
    if both is None:
        return None
    return {
        "sentence": forecast_sentence(found, tell),
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
        "per_customer": _money(one.estimate, money) if in_money else rounded(one.estimate),
        "total": _money(one.total, money) if in_money else rounded(one.total),
        "relative": None if one.relative is None else rounded(one.relative),
        "p_value": float(f"{one.p_value:.6g}"),
        "treated": one.n_treated,
        "control": one.n_control,
    }


def _money(estimate: Estimate, money: Money) -> dict[str, str]:
    return {end: money.decimal(getattr(estimate, end)) for end in ("value", "low", "high")}


def share_words(share: Estimate, tell: Voice) -> tuple[str, str]:
    """A share and its interval: ``"62 %"`` and ``"[40, 84]"``."""
    return tell.share(share.value), f"[{100 * share.low:.0f}, {100 * share.high:.0f}]"
