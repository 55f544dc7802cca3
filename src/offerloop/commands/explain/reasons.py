"""Why this decision, why not the others, and what would change it: sentences for a marketer."""

from __future__ import annotations

from offerloop.commands.explain.explanation_localizer import ExplanationLocalizer
from offerloop.commands.explain.findings import (
    AnyPurchaseChange,
    BreakEvenChange,
    CampaignChange,
    CandidateFacts,
    DecisionChange,
    LimitsChange,
    PriceChange,
    PurchaseChange,
    RunnerUpChange,
)
from offerloop.message import Message

EXAMPLES = 3
WHY = {
    "held_back": Message(
        "The plan's offer is held back from a few customers in every period, drawn anew each "
        "time, to see what offers cause. It is chance and has nothing to do with the profile."
    ),
    "usual": Message(
        "A hash of the customer's id put it among the customers who get what the shop does "
        "today, to compare the plan with. It is chance, the same in every run."
    ),
    "explore": Message(
        "The customer was drawn to explore: a few get at random what may be given, or nothing. The "
        "profile did not count in the draw; it only decides which offers may be drawn."
    ),
    "no_campaign_pays": Message("No campaign has a forecast high enough for it to be sent, so nobody gets an offer."),
    "no_effect_known": Message("Nothing shows the effect of any offer, so there is no forecast and nobody gets one."),
    "no_consent": Message("The customer has not agreed to personalised offers, so none is chosen or drawn."),
    "outside": Message("The customer is in no campaign's audience: a rule of the configuration says so."),
    "no_sent_campaign": Message("No campaign whose audience the customer is in is sent."),
    "no_basis": Message(
        "No recent purchase in a category with an offer, so nothing tells what an offer would change here."
    ),
}
"""Why a draw or a rule decided, by the code of the reason."""
NOT_ENOUGH = {
    "budget_spent": Message(
        "{offer} is estimated to bring {profit}, but its {cost} of budget bring {earned} with "
        "other customers ({profit} − {price} x {cost} = {net}). No other offer of a campaign "
        "that is sent does better here."
    ),
    "no_offer_pays": Message(
        "Every offer of the campaigns that are sent is estimated to cost at least what it "
        "brings. The best is {offer}: value {value} less expected cost {cost} is {profit}."
    ),
    "no_offer_pays_unit": Message(
        "No offer of the campaigns that are sent is estimated to bring anything. The best is {offer}: value {value}."
    ),
}
"""Why no offer brings enough."""
AGREEMENTS = {
    "rounding": Message(
        "Computed again with the written shadow price, the choice would be {offer}. The "
        "difference is within rounding of the budget: offers are whole, and the last one that "
        "fits decides."
    ),
    "unexplained": Message(
        "Computed again with the written shadow price, the choice would be {offer}, and rounding "
        "of the budget does not explain the difference. The recorded decision stands; the files "
        "of this run may have been changed."
    ),
}
"""How the recorded decision stands to the one that is computed again."""
WHY_NOT = {
    "kept_back_holdout": Message("the plan's choice, but the customer is in the holdout."),
    "kept_back_holdback": Message("the plan's choice, but it is held back from the customer in this period."),
    "kept_back_usual": Message("the plan's choice, but the customer gets business as usual."),
    "kept_back_explore": Message("the plan's choice, but the customer was drawn at random."),
    "not_sent": Message("its campaign {campaign} is not sent, because its forecast is not clearly above zero."),
    "not_sent_expected": Message("its campaign {campaign} is not sent, because its forecast is not well above zero."),
    "not_sent_likely": Message("its campaign {campaign} is not sent, because its forecast is not high enough."),
    "paused": Message("its campaign {campaign} is not sent, because guardrails stopped it, and it is paused."),
    "not_sent_others": Message(
        "its campaign {campaign} is not sent, because other campaigns bring more with the same customers and limits."
    ),
    "negative": Message("it would lose money: value {value} less expected cost {cost} is {profit}."),
    "negative_unit": Message("it is estimated to bring nothing: value {value}."),
    "taken": Message("an earlier campaign already plans an offer for this customer."),
    "below_price": Message("it returns {per} for {one} of budget, which returns {price} elsewhere (left: {net})."),
    "less_profit": Message("less is left after its budget: {net} against {best}."),
    "dearer": Message(
        "more profit ({profit} against {best_profit}), but it takes more budget than that is "
        "worth: {net} is left against {best}."
    ),
    "rounding": Message("as good as the last offers that the budget paid for; whole offers and rounding decided."),
}
"""Why a candidate is not given, by its status."""
CHANGES = {
    "consent": Message("A consent of the customer, given by the customer."),
    "audience": Message("Another rule for the audience of a campaign."),
    "random": Message("Nothing. It is a random draw and must stay so, or nothing can be learned from the comparison."),
    "rounding": Message("The customer is at the margin of the budget: one more offer's worth of it decides."),
}
"""What would change a decision that no figure could change."""
CHANGE_NOT_SENT = {
    "not_sent": Message("{campaign} would have to be forecast clearly above zero; now it is {forecast}."),
    "not_sent_others": Message(
        "{campaign} would have to bring more than the campaigns that are sent; by itself it is forecast at {forecast}."
    ),
    "not_sent_expected": Message("{campaign} would have to be forecast well above zero; now it is {forecast}."),
    "not_sent_likely": Message("{campaign} would have to be forecast higher; now it is {forecast}."),
    "paused": Message(
        "{campaign} was stopped by guardrails and is paused, whatever its forecast, which is {forecast}."
    ),
    "no_forecast": Message(
        "{campaign} needs a forecast: from varying shelf discounts, from offers shown at random "
        "with their propensities, or from an assumption ('assumed')."
    ),
}
"""What a campaign that is not sent would need, by the code of why it is not."""


def why_lines(_: ExplanationLocalizer) -> list[str]:
    """Say why the customer gets this offer, or none."""
    reason = _.facts.decision.reason
    if reason == "holdout":
        return [
            _(
                "A hash of the customer's id put it among the {share} of customers who never get an "
                "offer. It is chance, the same in every run, and has nothing to do with the profile.",
                share=_.localizer.level(_.facts.holdout_share),
            ),
            *_alone(_),
        ]
    if reason in ("explore", "usual", "held_back"):
        return [_(WHY[reason]), *_alone(_)]
    if reason == "best_profit":
        return [*_best(_, _chosen(_)), *_agreement(_)]
    if reason in ("budget_spent", "no_offer_pays"):
        return [*_not_enough(_, reason), *_agreement(_)]
    if reason == "no_campaign_pays" and (paused := [one for one in _.facts.campaigns if one.is_paused]):
        titles = [_.title(one.campaign_id) for one in paused]
        return [_("No campaign is sent, so nobody gets an offer. Guardrails stopped {campaigns}.", campaigns=titles)]
    return [_(WHY[reason])]


def _alone(_: ExplanationLocalizer) -> list[str]:
    """Say what the plan would have given without the draw."""
    plan, decision, chosen = _.facts.plan, _.facts.decision, _chosen(_)
    is_first = (plan.campaign_id, plan.offer_id) == (decision.campaign_id, _none(decision.offer_id))
    if plan.further and chosen is not None:
        text = (
            Message("It is what the plan would have given too, together with {others}.")
            if is_first
            else Message("The plan alone would have given {offer}, together with {others}.")
        )
        others = _.series([_.named(one) for one in plan.further])
        return [_(text, offer=_.named(chosen), others=others), *_best(_, chosen)]
    if is_first:
        text = (
            Message("It is what the plan would have given too.")
            if chosen
            else Message("The plan alone would have given nothing as well.")
        )
        return [_(text), *_best(_, chosen)]
    if chosen is None:
        return [
            (
                _("The plan alone would have given nothing.")
                if decision.terms
                else _("The plan alone would have given nothing as well.")
            )
        ]
    return [_("The plan alone would have given {offer}.", offer=_.named(chosen)), *_best(_, chosen)]


def _none(offer_id: str) -> str | None:
    return None if offer_id == "none" else offer_id


def _chosen(_: ExplanationLocalizer) -> CandidateFacts | None:
    plan = _.facts.plan
    return _candidate(_, plan.campaign_id, plan.offer_id)


def _candidate(_: ExplanationLocalizer, campaign_id: str | None, offer_id: str | None) -> CandidateFacts | None:
    wanted = (campaign_id, offer_id)
    return next((one for one in _.facts.candidates if (one.campaign_id, one.offer_id) == wanted), None)


def _sum(_: ExplanationLocalizer, candidate: CandidateFacts) -> dict[str, str]:
    """Profit − price x cost = net, and what the budget earns elsewhere."""
    return {
        "offer": _.named(candidate),
        "value": _.fine(candidate.money.value_minor),
        "profit": _.fine(candidate.money.profit_minor),
        "price": f"{candidate.shadow_price:.4f}",
        "net": _.fine(candidate.net_minor),
        "earned": _.fine(candidate.shadow_price * candidate.budget_cost_minor),
    }


def _best(_: ExplanationLocalizer, chosen: CandidateFacts | None) -> list[str]:
    if chosen is None:
        return []
    cost = _.of_budget(chosen.budget_cost_minor, chosen.campaign_id)
    text = Message(
        "Of its campaign, {offer} has the highest profit less what its budget is worth: {profit} "
        "− {price} x {cost} = {net}, which is above zero, the figure of no offer."
    )
    if _.facts.plan.agreement != "exact":
        text = (
            Message("By the plan it got {offer}, with a profit of {profit}; after its budget {net} is left.")
            if chosen.status.startswith("given")
            else Message(
                "By the plan it would have got {offer}, with a profit of {profit}; after its budget {net} is left."
            )
        )
    return [_(text.with_values(cost=cost, **_sum(_, chosen)))]


def _not_enough(_: ExplanationLocalizer, reason: str) -> list[str]:
    """The best candidate of a campaign that is sent: by what is left after its budget, or by profit."""
    live = [one for one in _.facts.candidates if _.campaign(one.campaign_id).send]
    if not live:
        return []
    if reason == "budget_spent":
        best = max(live, key=lambda one: one.net_minor)
        used = best.budget_cost_minor
    else:
        best = max(live, key=lambda one: one.money.profit_minor)
        used = best.money.cost_expected_minor
    cost, counted = _.of_budget(used, best.campaign_id), _counted(_, best, reason, "no_offer_pays")
    return [_(NOT_ENOUGH[counted].with_values(cost=cost, **_sum(_, best)))]


def _counted(_: ExplanationLocalizer, candidate: CandidateFacts, code: str, lossy: str) -> str:
    """Choose the sentence by the unit of the budget: an unprofitable offer costs no profit where that is not money."""
    return f"{code}_unit" if code == lossy and not _.in_money(candidate.campaign_id) else code


def _agreement(_: ExplanationLocalizer) -> list[str]:
    plan = _.facts.plan
    if plan.agreement == "exact":
        return []
    again = _candidate(_, plan.recomputed_campaign_id, plan.recomputed_offer_id)
    return [_(AGREEMENTS[plan.agreement], offer=_.named(again) if again else _("no offer", context="offer"))]


def why_not_lines(_: ExplanationLocalizer) -> list[str]:
    """Return one line for each candidate that is not given."""
    lines, chosen = [], _chosen(_)
    for candidate in _.facts.candidates:
        if candidate.status.startswith("given"):
            continue
        status = _counted(_, candidate, candidate.status, "negative")
        if status == "not_sent":
            status = _.not_sent(_.campaign(candidate.campaign_id))
        why = _(WHY_NOT[status].with_values(**_reason_values(_, candidate, chosen)))
        lines.append(_("{offer}: {why}", context="pattern", offer=_.named(candidate), why=why))
    return lines


def _reason_values(_: ExplanationLocalizer, candidate: CandidateFacts, chosen: CandidateFacts | None) -> dict[str, str]:
    cost = candidate.budget_cost_minor
    return {
        **_sum(_, candidate),
        "campaign": _.title(candidate.campaign_id),
        "cost": _.cost(candidate.money.cost_expected_minor, candidate.campaign_id),
        "one": _.one_unit(candidate.campaign_id),
        "per": _.ratio(candidate.money.profit_minor / cost) if cost else "",
        "price": _.ratio(candidate.shadow_price),
        "best": _.fine(chosen.net_minor) if chosen else "",
        "best_profit": _.fine(chosen.money.profit_minor) if chosen else "",
    }


def change_lines(_: ExplanationLocalizer) -> list[str]:
    """Say what would have to be different for another decision."""
    change = _.facts.changes
    if isinstance(change, RunnerUpChange):
        return _runner_up(_, change)
    if isinstance(change, BreakEvenChange):
        return _break_even(_, change)
    if isinstance(change, CampaignChange):
        return _campaign(_, change)
    return _budget_or_purchase(_, change)


def _budget_or_purchase(_: ExplanationLocalizer, change: DecisionChange) -> list[str]:
    if isinstance(change, PriceChange):  # which has limits too
        return _price(_, change)
    if isinstance(change, LimitsChange):
        return _limits(_, change)
    if isinstance(change, PurchaseChange):
        return _purchase(_, change)
    return _any_purchase(_, change) if isinstance(change, AnyPurchaseChange) else _random(_, change)


def _random(_: ExplanationLocalizer, change: DecisionChange) -> list[str]:
    return [_(CHANGES[change.kind])]


def _runner_up(_: ExplanationLocalizer, change: RunnerUpChange) -> list[str]:
    chosen = _chosen(_)
    if chosen is None:
        return []
    offer = _.named(chosen)
    if change.lead_minor <= 0 or change.share_of_value is None:
        return [_("{offer} is at the margin of the budget: the smallest change of an estimate decides.", offer=offer)]
    values = {"lead": _.fine(change.lead_minor), "share": _.share(change.share_of_value)}
    second = change.runner_up
    if second is None:
        return [
            _(
                "This campaign would give nothing if the value of {offer} were {lead} lower ({share} "
                "of it), all else being equal.",
                offer=offer,
                **values,
            )
        ]
    return [
        _(
            "{second} would win if the value of {offer} were {lead} lower ({share} of it), all else being equal.",
            offer=offer,
            second=_.named(second),
            **values,
        )
    ]


def _price(_: ExplanationLocalizer, change: PriceChange) -> list[str]:
    costs = _.costs(change.offer.campaign_id)
    return [
        _(
            "{offer} would be given once the shadow price falls from {now} to below {price} for "
            "{one} of budget. By these estimates that takes a budget of about {budget} instead of "
            "{budget_now}; all that is added returns between these two prices.",
            offer=_.named(change.offer),
            now=_.ratio(change.price_now),
            price=_.ratio(change.price),
            one=_.one_unit(change.offer.campaign_id),
            budget=costs.text(change.budget_minor),
            budget_now=costs.text(change.budget_now_minor),
        )
    ]


def _limits(_: ExplanationLocalizer, change: LimitsChange) -> list[str]:
    now, price = _.ratio(change.price_now), _.ratio(change.price)
    which = _.one_unit(change.offer.campaign_id)
    return [
        _(
            "{offer} would be given once its budgets and contacts bring less than {price} "
            "elsewhere for {one} of budget (now {now}). Larger limits lower that.",
            offer=_.named(change.offer),
            now=now,
            price=price,
            one=which,
        )
    ]


def _break_even(_: ExplanationLocalizer, change: BreakEvenChange) -> list[str]:
    if change.value_minor < 0:
        return [_("Its estimated value is below zero: nothing but another estimate would make it worth giving.")]
    if change.value_minor == 0:
        return [
            (
                _("Its estimated value is zero: only an offer that costs us nothing would break even.")
                if _.in_money(change.offer.campaign_id)
                else _("Its estimated value is zero: nothing but another estimate would make it worth its budget.")
            )
        ]
    lines = [_break_even_share(_, change)]
    if change.offer.basis == "assumed":
        return [*lines, _("Its value is the shop's own assumption, so the margin says nothing about it.")]
    if change.offer.basis != "transferred":
        return lines
    if change.margin is None:
        return [*lines, _("No margin alone would make it pay.")]
    margin, now = _.share_to_tenth(change.margin), _.share_to_tenth(change.margin_now)
    return [*lines, _("The same offer would break even at a margin of {margin} (now {now}).", margin=margin, now=now)]


def _break_even_share(_: ExplanationLocalizer, change: BreakEvenChange) -> str:
    offer = _.named(change.offer)
    if change.supplier_share is None:
        return _(
            "{offer} would lose money even if suppliers paid all of the discount: it brings less than the contact "
            "costs.",
            offer=offer,
        )
    return _(
        "{offer} would break even once suppliers pay {share} of the discount (now {now}). To "
        "be given it must also return more than the budget does elsewhere.",
        offer=offer,
        share=_.share_to_tenth(change.supplier_share),
        now=_.share_to_tenth(change.supplier_share_now),
    )


def _purchase(_: ExplanationLocalizer, change: PurchaseChange) -> list[str]:
    categories = change.categories
    if not categories:
        return [_("No offer's effect can be told from purchases; only the shop's own assumption would do.")]
    examples = _.listed(map(_.quoted, categories[:EXAMPLES]))
    return [
        _(
            "A purchase in one of the {n} categories with an offer, such as {examples}.",
            n=len(categories),
            examples=examples,
        )
    ]


def _any_purchase(_: ExplanationLocalizer, change: AnyPurchaseChange) -> list[str]:
    return [
        _(
            "Any purchase: what offers shown at random change is known for whoever bought in the "
            "{days} days before the plan.",
            days=change.days,
        )
    ]


def _campaign(_: ExplanationLocalizer, change: CampaignChange) -> list[str]:
    lines = []
    for campaign in map(_.campaign, change.campaign_ids):
        title = _.quoted(campaign.title)
        lines.append(_(CHANGE_NOT_SENT[_.not_sent(campaign)], campaign=title, forecast=_.forecast(campaign)))
        if campaign.clear_supplier_share:  # at 0 it is the budget that keeps it
            share = _.share_to_tenth(campaign.clear_supplier_share)
            lines.append(
                _("{campaign} clearly pays once suppliers pay {share} of each discount.", campaign=title, share=share)
            )
    best = change.best
    if best is not None and best.profit_minor > 0:
        offer, profit = _.named(best), _.fine(best.profit_minor)
        lines.append(
            _(
                "For this customer alone, {offer} is estimated at {profit}; a single highest estimate "
                "is too high on average, so the forecast of the whole campaign decides.",
                offer=offer,
                profit=profit,
            )
        )
    return lines
