"""Why this decision, why not the others, and what would change it: sentences for a marketer."""

from __future__ import annotations

from offerloop.commands.explain.findings import (
    AnyPurchaseChange,
    BreakEvenChange,
    CampaignChange,
    CandidateFacts,
    Change,
    LimitsChange,
    PriceChange,
    PurchaseChange,
    RunnerUpChange,
)
from offerloop.commands.explain.teller import Teller
from offerloop.report import count

EXAMPLES = 3


def why_lines(tell: Teller) -> list[str]:
    """Say why the customer gets this offer, or none."""
    reason = tell.facts.decision.reason
    if reason == "holdout":
        return [tell.say("why.holdout", share=tell.share(tell.facts.holdout_share)), *_alone(tell)]
    if reason in ("lot", "usual", "held_back"):
        return [tell.say(f"why.{reason}"), *_alone(tell)]
    if reason == "best_profit":
        return [*_best(tell, _chosen(tell)), *_agreement(tell)]
    if reason in ("budget_spent", "no_offer_pays"):
        return [*_not_enough(tell, reason), *_agreement(tell)]
    return [tell.say(f"why.{reason}")]


def _alone(tell: Teller) -> list[str]:
    """Say what the plan would have given without the draw."""
    plan, decision, chosen = tell.facts.plan, tell.facts.decision, _chosen(tell)
    if (plan.campaign_id, plan.offer_id) == (decision.campaign_id, _none(decision.offer_id)):
        key = "why.same_as_plan" if chosen else "why.would_get_none"
        return [tell.say(key), *_best(tell, chosen)]
    if chosen is None:
        return [tell.say("why.lot_instead" if decision.terms else "why.would_get_none")]
    return [tell.say("why.would_get", offer=tell.named(chosen)), *_best(tell, chosen)]


def _none(offer_id: str) -> str | None:
    return None if offer_id == "none" else offer_id


def _chosen(tell: Teller) -> CandidateFacts | None:
    plan = tell.facts.plan
    return _candidate(tell, plan.campaign_id, plan.offer_id)


def _candidate(tell: Teller, campaign_id: str | None, offer_id: str | None) -> CandidateFacts | None:
    wanted = (campaign_id, offer_id)
    return next((one for one in tell.facts.candidates if (one.campaign_id, one.offer_id) == wanted), None)


def _sum(tell: Teller, one: CandidateFacts) -> dict[str, object]:
    """Profit − price x cost = net, and what the budget earns elsewhere."""
    return {
        "offer": tell.named(one),
        "value": tell.fine(one.money.value_minor),
        "profit": tell.fine(one.money.profit_minor),
        "price": f"{one.shadow_price:.4f}",
        "net": tell.fine(one.net_minor),
        "earned": tell.fine(one.shadow_price * one.budget_cost_minor),
    }


def _best(tell: Teller, chosen: CandidateFacts | None) -> list[str]:
    if chosen is None:
        return []
    cost = tell.of_budget(chosen.budget_cost_minor, chosen.campaign_id)
    key = "why.best_profit"
    if tell.facts.plan.agreement != "exact":
        key = "why.plain_best" if chosen.status.startswith("given") else "why.plain_best_kept"
    return [tell.say(key, cost=cost, **_sum(tell, chosen))]


def _not_enough(tell: Teller, reason: str) -> list[str]:
    """The best candidate of a campaign that is sent: by what is left after its budget, or by profit."""
    live = [one for one in tell.facts.candidates if tell.campaign(one.campaign_id).send]
    if not live:
        return []
    if reason == "budget_spent":
        best = max(live, key=lambda one: one.net_minor)
        used = best.budget_cost_minor
    else:
        best = max(live, key=lambda one: one.money.profit_minor)
        used = best.money.cost_expected_minor
    cost, counted = tell.of_budget(used, best.campaign_id), _counted(tell, best, reason, "no_offer_pays")
    return [tell.say(f"why.{counted}", cost=cost, **_sum(tell, best))]


def _counted(tell: Teller, one: CandidateFacts, code: str, lossy: str) -> str:
    """Choose the sentence by the unit of the budget: an unprofitable offer costs no profit where that is not money."""
    return f"{code}_unit" if code == lossy and not tell.in_money(one.campaign_id) else code


def _agreement(tell: Teller) -> list[str]:
    plan = tell.facts.plan
    if plan.agreement == "exact":
        return []
    again = _candidate(tell, plan.recomputed_campaign_id, plan.recomputed_offer_id)
    return [tell.say(f"why.{plan.agreement}", offer=tell.named(again) if again else tell.say("offer.none"))]


def why_not_lines(tell: Teller) -> list[str]:
    """Return one line for each candidate that is not given."""
    lines, chosen = [], _chosen(tell)
    for one in tell.facts.candidates:
        if one.status.startswith("given"):
            continue
        status = _counted(tell, one, one.status, "negative")
        if status == "not_sent":
            status = tell.not_sent(tell.campaign(one.campaign_id))
        why = tell.say(f"why_not.{status}", **_reason_values(tell, one, chosen))
        lines.append(tell.say("why_not.item", offer=tell.named(one), why=why))
    return lines


def _reason_values(tell: Teller, one: CandidateFacts, chosen: CandidateFacts | None) -> dict[str, object]:
    cost = one.budget_cost_minor
    return {
        **_sum(tell, one),
        "campaign": tell.title(one.campaign_id),
        "cost": tell.cost(one.money.cost_expected_minor, one.campaign_id),
        "one": tell.one(one.campaign_id),
        "per": tell.ratio(one.money.profit_minor / cost) if cost else "",
        "price": tell.ratio(one.shadow_price),
        "best": tell.fine(chosen.net_minor) if chosen else "",
        "best_profit": tell.fine(chosen.money.profit_minor) if chosen else "",
    }


def change_lines(tell: Teller) -> list[str]:
    """Say what would have to be different for another decision."""
    change = tell.facts.changes
    if isinstance(change, RunnerUpChange):
        return _runner_up(tell, change)
    if isinstance(change, BreakEvenChange):
        return _break_even(tell, change)
    if isinstance(change, CampaignChange):
        return _campaign(tell, change)
    return _budget_or_purchase(tell, change)


def _budget_or_purchase(tell: Teller, change: Change) -> list[str]:
    if isinstance(change, PriceChange):  # which has limits too
        return _price(tell, change)
    if isinstance(change, LimitsChange):
        return _limits(tell, change)
    if isinstance(change, PurchaseChange):
        return _purchase(tell, change)
    return _any_purchase(tell, change) if isinstance(change, AnyPurchaseChange) else _random(tell, change)


def _random(tell: Teller, change: Change) -> list[str]:
    return [tell.say(f"change.{change.kind}")]


def _runner_up(tell: Teller, change: RunnerUpChange) -> list[str]:
    chosen = _chosen(tell)
    if chosen is None:
        return []
    offer = tell.named(chosen)
    if change.lead_minor <= 0 or change.share_of_value is None:
        return [tell.say("change.at_margin", offer=offer)]
    values = {"lead": tell.fine(change.lead_minor), "share": tell.share(change.share_of_value)}
    second = change.runner_up
    if second is None:
        return [tell.say("change.no_runner_up", offer=offer, **values)]
    return [tell.say("change.runner_up", offer=offer, second=tell.named(second), **values)]


def _price(tell: Teller, change: PriceChange) -> list[str]:
    costs = tell.costs(change.offer.campaign_id)
    return [
        tell.say(
            "change.price",
            offer=tell.named(change.offer),
            now=tell.ratio(change.price_now),
            price=tell.ratio(change.price),
            one=tell.one(change.offer.campaign_id),
            budget=costs.text(change.budget_minor),
            budget_now=costs.text(change.budget_now_minor),
        )
    ]


def _limits(tell: Teller, change: LimitsChange) -> list[str]:
    now, price = tell.ratio(change.price_now), tell.ratio(change.price)
    one = tell.one(change.offer.campaign_id)
    return [tell.say("change.limits", offer=tell.named(change.offer), now=now, price=price, one=one)]


def _break_even(tell: Teller, change: BreakEvenChange) -> list[str]:
    if change.value_minor < 0:
        return [tell.say("change.harm")]
    if change.value_minor == 0:
        return [tell.say("change.no_response" if tell.in_money(change.offer.campaign_id) else "change.no_value")]
    share, now = tell.share_to_tenth(change.supplier_share), tell.share_to_tenth(change.supplier_share_now)
    lines = [tell.say("change.share", offer=tell.named(change.offer), share=share, now=now)]
    if change.offer.basis == "assumed":
        return [*lines, tell.say("change.margin_assumed")]
    if change.offer.basis != "transferred":
        return lines
    if change.margin is None:
        return [*lines, tell.say("change.no_margin")]
    margin, now = tell.share_to_tenth(change.margin), tell.share_to_tenth(change.margin_now)
    return [*lines, tell.say("change.margin", margin=margin, now=now)]


def _purchase(tell: Teller, change: PurchaseChange) -> list[str]:
    categories = change.categories
    if not categories:
        return [tell.say("change.no_category")]
    examples = tell.listed(map(tell.quoted, categories[:EXAMPLES]))
    return [tell.say("change.purchase", n=count(len(categories)), examples=examples)]


def _any_purchase(tell: Teller, change: AnyPurchaseChange) -> list[str]:
    return [tell.say("change.any_purchase", days=change.days)]


def _campaign(tell: Teller, change: CampaignChange) -> list[str]:
    lines = []
    for one in tell.facts.campaigns:
        title = tell.quoted(one.title)
        lines.append(tell.say(f"change.{tell.not_sent(one)}", campaign=title, forecast=tell.forecast(one)))
        if one.clear_supplier_share:  # at 0 it is the budget that keeps it
            share = tell.share_to_tenth(one.clear_supplier_share)
            lines.append(tell.say("change.campaign_share", campaign=title, share=share))
    best = change.best
    if best is not None and best.profit_minor > 0:
        offer, profit = tell.named(best), tell.fine(best.profit_minor)
        lines.append(tell.say("change.campaign_best", offer=offer, profit=profit))
    return lines
