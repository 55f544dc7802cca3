"""The decision in words. Everything is computed; nothing is said that the tables do not say."""

from __future__ import annotations

from offerloop.report.evidence import Check
from offerloop.report.facts import RULE_NAMES, BreakEven, CampaignFacts, Facts
from offerloop.report.numbers import Money, count, percent

BASIS = "model-based forecast, transferred from shelf prices"


def headline(facts: Facts) -> str:
    """What to do with every campaign, in one line."""
    sent = [one.found.title for one in facts.campaigns if one.found.send]
    kept = [one.found.title for one in facts.campaigns if not one.found.send]
    if not sent:
        return "Send nothing this time."
    if not kept:
        return f"Send {quoted(sent)}."
    return f"Send {quoted(sent)}; do not send {quoted(kept)}."


def quoted(titles: list[str]) -> str:
    """``“A”, “B” and “C”``."""
    marked = [f"“{title}”" for title in titles]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"


def decision(facts: Facts) -> str:
    """One paragraph for all campaigns."""
    return " ".join(campaign_sentence(one, facts) for one in facts.campaigns)


def campaign_sentence(one: CampaignFacts, facts: Facts) -> str:
    """What to do with one campaign, and how sure that is."""
    body = _send(one, facts) if one.found.send else _keep(one, facts)
    return f"{one.found.title}: {body}"


def _send(one: CampaignFacts, facts: Facts) -> str:
    money, sent = facts.money, one.sent_forecast
    whole = ""
    if one.n_sent != one.found.n_planned:
        whole = (
            f" The full plan has {count(one.found.n_planned)}, of whom some are held back or drawn by lot; it is "
            f"forecast at {money.estimate(one.plan.profit)} on {money.text(one.plan.spend_minor)}."
        )
    return (
        f"send {count(one.n_sent)} {one.noun} for one week; expected profit {money.estimate(sent.profit)} on an "
        f"expected spend of {money.text(sent.spend_minor)}, at most {money.text(one.liability_sent_minor)} ({BASIS})."
        f"{whole} {lead_sentence(one, money)}{_ahead(one, facts)}{_assumed(one)}"
    )


def _assumed(one: CampaignFacts) -> str:
    """A warning where the forecast rests on what the shop expects, which no interval holds."""
    share = one.found.assumed_share
    if not share:
        return ""
    told = "count by the shop's own assumption, not by data: no interval holds that"
    return f" {percent(share)} of the planned offers {told}."


def _ahead(one: CampaignFacts, facts: Facts) -> str:
    """How much of the gain may only be bought ahead, in money: the forecast of one week counts it as gained."""
    if not facts.pulled_forward:
        return ""
    gained = one.sent_forecast.profit.value + one.sent_forecast.spend_minor
    lost = facts.money.text(facts.pulled_forward * gained)
    return f" About {lost} of it may be purchases brought forward from the week after."


def _keep(one: CampaignFacts, facts: Facts) -> str:
    money, profit = facts.money, one.plan.profit
    change = break_even_sentence(one.supplier_share)
    at_margin = f"at an assumed margin of {percent(facts.margin)}"
    if one.found.n_planned == 0:
        return f"send none; {at_margin} no offer is estimated to pay for any customer. {change}"
    if profit.value > 0:
        return (
            f"send none; the best plan's forecast of {money.estimate(profit)} is above zero, but its interval "
            f"includes zero, so it cannot be told from doing nothing. {change}"
        )
    if profit.high < 0:
        return (
            f"send none; no targeting of these {one.noun} beats doing nothing {at_margin}. The best plan would "
            f"have changed profit by {money.estimate(profit)} ({BASIS}). {change}"
        )
    return (
        f"send none; the best plan's forecast {at_margin} is {money.estimate(profit)} ({BASIS}), which is not "
        f"above zero. {change}"
    )


def break_even_sentence(share: BreakEven) -> str:
    """Which supplier share would change the decision."""
    if share.estimate is None:
        return "It would not pay even if suppliers paid the whole discount."
    if share.beyond_interval is None:
        return "It might pay with suppliers' money, but clearly at no share of the discount."
    return (
        f"With the best targeting it clearly pays once suppliers pay {level(share.beyond_interval)} of each discount."
    )


def level(share: float) -> str:
    """A share as it was tried, in steps of 2.5 points."""
    return f"{100 * share:g} %"


def lead_sentence(one: CampaignFacts, money: Money) -> str:
    """Whether the plan does better than the simple rules, each at the plan's spend or all that it can spend."""
    level = [rule for rule in one.rules if one.level_with(rule)]
    if not one.rules:
        return ""
    best = one.best_rule
    if not level and best is not None:
        lead = money.estimate(best.lead)
        return f"It beats every simple rule; the best of them, {RULE_NAMES[best.name]}, by {lead}."
    names = " and ".join(RULE_NAMES[rule.name] for rule in level)
    leads = ", ".join(money.estimate(rule.lead) for rule in level)
    return f"Personalising is not distinguishable from {names} (lead {leads}): the simple rule may serve as well."


def claim_sentence(one: CampaignFacts, money: Money) -> str:
    """The winner's curse: what the choosing estimates claim, against what other customers show."""
    return (
        f"The estimates that chose these {count(one.found.n_planned)} customers claim "
        f"{money.text(one.found.claimed_minor)}. Valued by the half of the customers that did not choose them, the "
        f"same plan is worth {money.estimate(one.plan.profit)}. The difference is the winner's curse: whoever "
        "picks the highest estimates also picks the luckiest errors. This report therefore never shows the claim "
        "as a forecast."
    )


def confidence(judged: tuple[Check, ...], failed: tuple[Check, ...]) -> tuple[str, str]:
    """How sure we are, in two lines."""
    if not judged:
        return "Assumed, not measured", "nothing in the data shows what an offer does"
    named = f" (failed: {', '.join(check.name for check in failed)})" if failed else ""
    passed = f"{len(judged) - len(failed)} of {len(judged)} checks passed{named}"
    return "Forecast, not yet tested", f"no past coupon was given at random; {passed}"
