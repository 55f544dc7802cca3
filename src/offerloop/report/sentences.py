"""The decision in words. Everything is computed; nothing is said that the tables do not say."""

from __future__ import annotations

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
    money = facts.money
    profit, spend = money.estimate(one.plan.profit), money.text(one.plan.spend_minor)
    return (
        f"send {_how_many(one)} for one week; expected profit {profit} on an expected spend of {spend} ({BASIS}). "
        f"{lead_sentence(one, money)}"
    )


def _how_many(one: CampaignFacts) -> str:
    """Those that go out, and those planned when holdout and lots take some away; the forecast is for the latter."""
    planned, sent = one.found.n_planned, one.n_sent
    if planned == sent:
        return f"{count(sent)} {one.noun}"
    return f"{count(sent)} {one.noun} (of {count(planned)} planned; the others are held back or drawn by lot)"


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
        return (
            f"Were suppliers to pay {percent(share.estimate)} of each discount, the estimate would be above zero, "
            "but at no share its whole interval."
        )
    return (
        f"Suppliers would have to pay {percent(share.estimate)} of each discount for the estimate to be above "
        f"zero, {percent(share.beyond_interval)} for its whole interval."
    )


def lead_sentence(one: CampaignFacts, money: Money) -> str:
    """Whether the plan does better than simple rules at equal spend."""
    level = [rule for rule in one.rules if one.level_with(rule)]
    if not one.rules:
        return ""
    best = one.best_rule
    if not level and best is not None:
        lead = money.estimate(best.lead)
        return f"It beats every simple rule at equal spend, the best of them ({RULE_NAMES[best.name]}) by {lead}."
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


def shadow_sentence(one: CampaignFacts, money: Money, held_out: float | None) -> str:
    """The shadow price in words; `held_out` is the slope of the held-out curve at the budget."""
    unit = money.exact(money.unit)
    if one.found.shadow_price <= 0:
        used = money.text(one.found.liability_minor)
        return (
            f"The plan uses {used} of the budget of {money.exact(one.found.budget_minor)}; more budget would add "
            "nothing (shadow price 0)."
        )
    gain = one.found.shadow_price * money.unit
    shown = "" if held_out is None else f"; by the held-out line at the mark, about {money.text(held_out * money.unit)}"
    return (
        f"The budget is used up. By the estimates that chose the plan, {unit} more of it would add "
        f"{money.text(gain)} of profit (shadow price {one.found.shadow_price:.2g}){shown}."
    )


def confidence(passed: int, judged: int) -> tuple[str, str]:
    """How sure we are, in two lines."""
    return "Forecast, not tested", f"{passed} of {judged} checks passed; no coupon was ever given by lot"
