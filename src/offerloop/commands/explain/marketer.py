"""The full explanation for a marketer: the decision, the customer, the candidates, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from offerloop.commands.explain.explanation_localizer import ExplanationLocalizer
from offerloop.commands.explain.findings import CandidateFacts, CustomerDecision, ExpectedMoney, ExplainedCampaign
from offerloop.commands.explain.profile import profile_lines
from offerloop.commands.explain.reasons import change_lines, why_lines, why_not_lines
from offerloop.message import Message
from offerloop.report import BASES_OF_EFFECTS

Rows = Sequence[Sequence[str]]
GETS = {
    "plan": Message("Gets {offer} by plan, from the campaign {campaign}."),
    "explore": Message("Gets {offer} at random, from the campaign {campaign}."),
    "usual": Message("Gets {offer} by business as usual, from the campaign {campaign}."),
}
"""What the customer gets, by the random group."""
REASONS_FOR_NONE = {
    "holdout": Message("in the permanent holdout"),
    "held_back": Message("the plan's offer is held back in this period, drawn at random"),
    "usual": Message("in the group with business as usual, which gives nothing here"),
    "explore": Message("drawn at random, and the draw was no offer"),
    "budget_spent": Message("the budget went to customers with a better return"),
    "no_offer_pays": Message("no offer pays for this customer"),
    "no_campaign_pays": Message("no campaign is sent"),
    "no_effect_known": Message("nothing shows the effect of any offer"),
    "no_consent": Message("the customer has not agreed to personalised offers"),
    "outside": Message("in no campaign's audience"),
    "no_sent_campaign": Message("in the audience of no campaign that is sent"),
    "no_basis": Message("no recent purchase, so no response can be estimated"),
}
"""Why the customer gets no offer, by the code of the reason."""
MOST = Message("most it can cost us")
COST = Message("expected cost to us")
VALUE = Message("value", context="figure of a decision")
PROFIT = Message("profit", context="figure of a decision")
MARKS = {
    "given": Message("* {offer}", context="pattern"),
    "planned": Message("+ {offer}", context="pattern"),
    "other": Message("  {offer}", context="pattern"),
}
"""An offer in the table with the mark of its kind."""
SHORT_BASES = {
    "transferred": Message("shelf prices", context="short word for what an effect rests on"),
    "measured": Message("measured", context="short word for what an effect rests on"),
    "estimated": Message("estimated", context="short word for what an effect rests on"),
    "assumed": Message("assumed", context="short word for what an effect rests on"),
}
"""What an effect rests on, for a cell of the table."""
PRICE_NOT_SENT = {
    "not_sent": Message(
        "{campaign}: not sent, so it decides nothing here. Its best plan is forecast at "
        "{forecast}, which is not clearly above zero."
    ),
    "not_sent_expected": Message(
        "{campaign}: not sent, so it decides nothing here. Its best plan is forecast at "
        "{forecast}, which is not well above zero."
    ),
    "not_sent_likely": Message(
        "{campaign}: not sent, so it decides nothing here. Its best plan is forecast at "
        "{forecast}, which is not high enough."
    ),
    "paused": Message(
        "{campaign}: not sent, so it decides nothing here. Guardrails stopped it, and it is paused. Its best plan is "
        "forecast at {forecast}."
    ),
    "not_sent_others": Message(
        "{campaign}: not sent, so it decides nothing here. By itself it is forecast at "
        "{forecast}, but other campaigns bring more with the same customers and limits."
    ),
    "no_forecast": Message(
        "{campaign}: not sent, so it decides nothing here. Nothing shows the effect of its "
        "offers, so there is no forecast."
    ),
}
"""Why the budget of a campaign decides nothing, by the code of why it is not sent."""
COUNTED_AT = {
    "liability": Message("the most it can cost us, or what is expected where several uses cost more"),
    "expected": Message("its expected cost", context="what an offer counts at"),
}
"""How an offer counts against the budget."""
SURE = {
    "estimated": Message(
        "The effects were estimated from offers shown at random, so their means owe nothing to "
        "who was chosen. Who responds more is less sure, and the interval of a single customer "
        "is rough; believe the campaign's forecast before any row here."
    ),
    "transferred": Message(
        "The effects come from how purchases followed shelf prices, not from coupons given at "
        "random. Estimates for a single customer are rough; believe the campaign's forecast "
        "before any row here."
    ),
    "transferred_others": Message(
        "Where shelf prices tell the effect, it comes from how purchases followed them, not from "
        "offers given at random."
    ),
    "measured": Message(
        "Where the effect was measured, its interval is shared by all customers: it does not average out."
    ),
    "assumed": Message(
        "Where the effect is assumed, one expectation counts for every customer, and no interval holds it."
    ),
    "none": Message("There is no estimate for this customer to be sure of."),
}
"""How sure a decision is, by what effects rest on."""


def marketer_text(_: ExplanationLocalizer) -> str:
    """Sections with headings; plain text that fits a terminal."""
    facts = _.facts
    title = _(
        "Customer {customer}, {shop}, plan of {day}",
        context="page title",
        customer=str(facts.customer_id),
        shop=facts.shop,
        day=facts.as_of,
    )
    sections = [
        (Message("Decision", context="section name"), _decision(_)),
        (Message("Why this decision", context="section name"), _bullets(_, why_lines(_))),
        (Message("What would change it"), _bullets(_, change_lines(_))),
        (Message("Who this is", context="section name"), _pairs(_, profile_lines(_))),
        (Message("What could have been given"), _candidates(_)),
        (Message("Why not the others"), _bullets(_, why_not_lines(_))),
        (Message("What the budget is worth (shadow price)"), _bullets(_, [_price(_, one) for one in facts.campaigns])),
        (Message("How sure this is"), _bullets(_, _sure(_))),
    ]
    parts = [title, *("\n".join([_(heading), *lines]) for heading, lines in sections if lines)]
    return "\n\n".join(parts)


def _bullets(_: ExplanationLocalizer, lines: Sequence[str]) -> list[str]:
    return [_("- {text}", context="pattern", text=line) for line in lines]


def _pairs(_: ExplanationLocalizer, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Labels in one column, their values in another."""
    wide = max((cell_len(label) for label, __ in pairs), default=0)
    return [_("  {label}  {text}", context="pattern", label=_padded(label, wide), text=text) for label, text in pairs]


def _padded(text: str, wide: int, *, right: bool = False) -> str:
    """Filled with spaces to a width in terminal cells; a Chinese character takes two."""
    space = " " * (wide - cell_len(text))
    return space + text if right else text + space


def _decision(_: ExplanationLocalizer) -> list[str]:
    decision = _.facts.decision
    share = _.chance(decision.propensity) if decision.propensity >= 0.001 else f"{decision.propensity:.1e}"
    drawn = (
        _("propensity", context="decision"),
        _("{share} (probability of this outcome over all random groups)", share=share),
    )
    if decision.terms is None or decision.campaign_id is None:
        reason = REASONS_FOR_NONE[decision.reason]
        return [_("Gets no offer: {reason}.", context="decision", reason=reason), *_pairs(_, [drawn])]
    offer = _.quoted(_.offer(decision.terms, with_most=True))
    head = _(GETS[decision.arm], offer=offer, campaign=_.title(decision.campaign_id))
    beside = [_("Also gets {offers}.", context="explanation", offers=_.further())] if _.facts.further else []
    return [head, *beside, *_pairs(_, [*_money(_, decision, decision.campaign_id), drawn])]


def _money(_: ExplanationLocalizer, decision: CustomerDecision, campaign: str) -> list[tuple[str, str]]:
    basis = decision.basis
    pairs = [(_(MOST), _most(_, decision.cost_most_minor, campaign))]
    if decision.money is not None:
        pairs += [
            (_(COST), _.cost(decision.money.cost_expected_minor, campaign)),
            (
                _(VALUE),
                _("{value} (extra margin before the cost of the offer)", value=_.fine(decision.money.value_minor)),
            ),
            *_profit(_, decision.money, basis, campaign),
        ]
    else:
        pairs += [(_(figure), _("not known", context="decision")) for figure in (COST, VALUE, PROFIT)]
    pairs.append((_("effect", context="figure of a decision"), _(BASES_OF_EFFECTS[basis])))
    if decision.product_ids:
        texts = decision.product_texts
        named = [f"{texts[one]} ({one})" if one in texts else one for one in decision.product_ids]
        pairs.append((_("products to show", context="figure of a decision"), _.listed(named)))
    return pairs


def _profit(_: ExplanationLocalizer, money: ExpectedMoney, basis: str, campaign: str) -> list[tuple[str, str]]:
    """Return the profit, and its second estimate where shelf prices tell two."""
    unit = _.costs(campaign).currency
    what = (
        _("value less expected cost")
        if _.in_money(campaign)
        else _("the value itself; {unit} are not subtracted from it", unit=unit)
    )
    if basis == "assumed":
        profit = _.fine(money.profit_minor)
        return [(_(PROFIT), _("{profit} (assumed: {what})", context="decision", profit=profit, what=what))]
    if basis != "transferred":
        return [(_(PROFIT), _("{profit} ({what})", context="decision", profit=_.interval(money, basis), what=what))]
    held_out = _.fine(money.profit_held_out_minor)
    return [
        (
            _(PROFIT),
            _(
                "{profit} ({what}, by the estimates that choose plans: often too high)",
                profit=_.interval(money, basis),
                what=what,
            ),
        ),
        (
            _("profit, held out", context="figure of a decision"),
            _("{profit} (valued by the half of the customers that did not choose it)", profit=held_out),
        ),
    ]


def _most(_: ExplanationLocalizer, most: int | None, campaign: str) -> str:
    """The most that an offer can take from its campaign's budget."""
    return _("no limit", context="decision") if most is None else _.costs(campaign).exact(most)


def _candidates(_: ExplanationLocalizer) -> list[str]:
    facts = _.facts
    lines = [
        *_table(_),
        "",
        _(
            "* given, + what the plan alone would give. Of all offers with a known effect ({n}) "
            "the best by profit, and those named below. “less budget” is profit less shadow price "
            "x what the offer takes from the budget; – where the campaign is not sent. Amounts are "
            "shown finer than the smallest coin so that sums can be followed; the intervals of "
            "single customers are rough.",
            n=facts.n_candidates,
        ),
    ]
    if not facts.candidates:
        lines = [_("No offer has a known effect on this customer.")]
    if facts.untried:
        offers = _.listed(_.quoted(_.offer(one.terms)) for one in facts.untried)
        lines.append(_("Without a known effect, so only ever given at random: {offers}.", offers=offers))
    return lines


def _table(_: ExplanationLocalizer) -> list[str]:
    head = [
        _(MARKS["other"], offer=Message("offer", context="column title")),
        _("value", context="column title"),
        _("exp. cost", context="column title"),
        _("at most", context="column title of an explanation"),
        _("profit [low, high]", context="column title"),
        _("less budget", context="column title"),
        _("effect", context="column title of an explanation"),
    ]
    nothing = _nothing(_)
    rows = [head, *(_row(_, one) for one in _.facts.candidates), nothing]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(head))]
    last = len(head) - 1
    return [
        "  ".join(
            _padded(cell, wide, right=0 < column < last)
            for column, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _nothing(_: ExplanationLocalizer) -> list[str]:
    decision, zero = _.facts.decision, _.fine(0)
    mark = "given" if decision.terms is None else "other"
    if mark == "other" and _.facts.plan.terms is None:
        mark = "planned"
    name = _(MARKS[mark], offer=_("no offer", context="offer"))
    return [name, zero, "0", "0", zero, zero, ""]


def _row(_: ExplanationLocalizer, candidate: CandidateFacts) -> list[str]:
    status = candidate.status
    mark = "given" if status.startswith("given") else "planned" if status.startswith("kept_back") else "other"
    name = _.of_campaign(_.offer(candidate.terms), candidate.campaign_id)
    return [
        _(MARKS[mark], offer=name),
        _.fine(candidate.money.value_minor),
        _.cost(candidate.money.cost_expected_minor, candidate.campaign_id),
        _most(_, candidate.cost_most_minor, candidate.campaign_id),
        _.interval(candidate.money, candidate.basis),
        _.fine(candidate.net_minor) if _.campaign(candidate.campaign_id).send else "–",
        _(SHORT_BASES[candidate.basis]),
    ]


def _price(_: ExplanationLocalizer, campaign_facts: ExplainedCampaign) -> str:
    campaign = campaign_facts.campaign_id
    values = {
        "campaign": _.quoted(campaign_facts.title),
        "budget": _.costs(campaign).exact(campaign_facts.budget_minor),
    }
    basis = _(COUNTED_AT[campaign_facts.budget_basis])
    if not campaign_facts.send:
        return _(PRICE_NOT_SENT[_.not_sent(campaign_facts)].with_values(forecast=_.forecast(campaign_facts), **values))
    if not campaign_facts.shadow_price:
        return _(
            "{campaign}: 0. The budget of {budget} is not used up, so more of it would bring "
            "nothing. It counts every offer at {basis}.",
            basis=basis,
            **values,
        )
    price, unit = _.ratio(campaign_facts.shadow_price), _.one_unit(campaign)
    return _(
        "{campaign}: {price} of extra profit for {one} more of budget. The budget of {budget} "
        "counts every offer at {basis}.",
        price=price,
        one=unit,
        basis=basis,
        **values,
    )


def _sure(_: ExplanationLocalizer) -> list[str]:
    bases = {one.basis for one in _.facts.candidates}
    keys: list[str] = [basis for basis in ("estimated", "transferred", "measured", "assumed") if basis in bases]
    if {"estimated", "transferred"} <= bases:
        keys[:2] = ["estimated", "transferred_others"]
    return [_(SURE[key]) for key in keys or ["none"]]
