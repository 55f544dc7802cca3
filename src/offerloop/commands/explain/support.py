"""One customer's decision for an employee on the phone: in short, and of money only the offer's terms."""

from __future__ import annotations

from offerloop.commands.explain.explanation_localizer import DRAWN, ExplanationLocalizer, closeness
from offerloop.message import Message

SUPPORT_WHY = {
    "best_profit": Message(
        "Why: the system compared the offers open to this customer and chose the one expected to "
        "bring the most extra purchases for what it costs."
    ),
    "budget_spent": Message(
        "Why: the budget for offers is limited, and it went where it is expected to change more. "
        "That is no judgement of this customer."
    ),
    "no_offer_pays": Message(
        "Why: for this customer none of the offers is expected to bring enough extra purchases to pay for the discount."
    ),
    "no_campaign_pays": Message("Why: no campaign with personal offers is sent at the moment, so nobody gets one."),
    "no_effect_known": Message(
        "Why: it is not known yet what personal offers would change, so nobody gets one at the moment."
    ),
    "no_consent": Message("Why: the customer has not agreed to personalised offers, and that is respected."),
    "outside": Message("Why: the offers of this period are for other groups."),
    "no_sent_campaign": Message(
        "Why: no campaign with personal offers for this customer's group is sent at the moment."
    ),
    "no_basis": Message(
        "Why: there is no recent purchase in the product groups that have offers, so the system "
        "cannot tell which offer would help."
    ),
    "holdout": Message(
        "Why: chance. A random draw put the customer in a comparison group ({share} of all "
        "customers) that gets no personal offers, so that we can see whether offers work."
    ),
    "held_back": Message(
        "Why: chance. In every period some customers, drawn anew each time, get no personal "
        "offer, so that we can see whether offers work."
    ),
    "usual": Message(
        "Why: chance. A random draw put the customer in a comparison group in which everything "
        "goes on as before, so that we can see whether the new way of choosing offers is better."
    ),
    "explore": Message(
        "Why: chance. A few customers get their offer, or no offer, at random, so that we can see which offers work."
    ),
}
"""Why a customer gets an offer or none, for an employee, by the code of the reason."""
SUPPORT_FACTS = {
    "purchases": Message(
        "Facts used: what this customer bought in each product group in recent months, how "
        "often, and at which shelf prices and discounts."
    ),
    "estimated": Message(
        "Facts used: how often, how recently and how much this customer bought, in all and in "
        "the product groups of the offers, and how much of it on discount. How customers respond "
        "was learned from offers shown at random."
    ),
    "both": Message(
        "Facts used: what this customer bought in each product group in recent months, how "
        "often, how much, and at which shelf prices and discounts. How customers respond was "
        "learned from those and from offers shown at random."
    ),
    "assumed": Message(
        "What this offer does is the shop's own expectation, the same for every customer; "
        "purchases were used for the offers that it was compared with."
    ),
    "none": Message("Facts used: that there is no recent purchase in these product groups."),
    "campaign": Message("Facts used: none about this customer; the decision was made for all customers together."),
    "no_consent": Message("Facts used: only that there is no consent."),
    "outside": Message("Facts used: those that the rule for the audience names."),
    "holdout": Message("Facts used: only the customer number, for the draw."),
    "held_back": Message("Facts used: none for the draw itself."),
    "usual": Message(
        "Facts used: only the customer number for the draw; and those that the shop's usual rules for offers name."
    ),
    "explore": Message(
        "Facts used: none for the draw itself; only which offers were in it could depend on what the customer bought."
    ),
}
"""Which facts had a part in a decision, for an employee."""
SUPPORT_SCOPE = {
    "scope": Message("The offer is for {category}."),
    "category": Message("The offer is for {category}, where this customer has bought in recent months."),
    "top": Message("The offer is for {category}, the product group on which this customer spends most."),
}
"""How close the category of an offer is to a customer, for an employee."""

PRICE_OF_PLAN = Message(
    "The price is personalised by automated means, and the customer must be told so (EU Directive 2011/83, art. "
    "6(1)(ea))."
)
PRICE_AT_RANDOM = Message(
    "The price was set for this customer by automated means, and the customer must be told so (EU Directive 2011/83, "
    "art. 6(1)(ea))."
)


def support_text(_: ExplanationLocalizer) -> str:
    """Six to ten lines, one sentence or two each; of money only the offer's terms."""
    reason, terms = _.facts.decision.reason, _.facts.decision.terms
    lines = [
        _(_outcome(_), customer=str(_.facts.customer_id), offer=_.quoted(_.offer(terms, with_most=True))),
        *([_("Also gets {offers}.", context="explanation", offers=_.further())] if _.facts.further else []),
        _(SUPPORT_WHY[reason], share=_.localizer.level(_.facts.holdout_share)),
        *map(_, _facts_used(_)),
    ]
    if _.facts.attributes_not_used:
        names = _.in_words(_.facts.attributes_not_used)
        lines.append(_("Not used: {attributes}.", context="explanation", attributes=names))
    lines.append(_("The decision was automatic; no employee looked at this customer."))
    if terms and terms.kind != "benefit":  # which is no price
        lines.append(_(PRICE_AT_RANDOM if reason in DRAWN else PRICE_OF_PLAN))
    lines += [
        _("What you can do on request: have personalised offers switched off, or have the data erased."),
        _("If the customer finds the decision wrong, pass it on: a person can then look at it."),
    ]
    lines.append(
        _("Please do not promise another offer: a change by hand would spoil the comparison.")
        if reason in DRAWN
        else _("Please do not promise an offer for next time: every plan is computed anew.")
    )
    return "\n".join(lines)


def _outcome(_: ExplanationLocalizer) -> Message:
    """Return what the customer gets."""
    if _.facts.decision.terms:
        return Message("Customer {customer} gets this offer: {offer}.")
    if _.facts.decision.reason == "holdout":
        return Message("Customer {customer} gets no personal offers.")
    return Message("Customer {customer} gets no personal offer this time.")


def _facts_used(_: ExplanationLocalizer) -> list[Message]:
    """Return the facts about the customer that had a part in the decision."""
    decision = _.facts.decision
    reason, terms = decision.reason, decision.terms
    if reason in DRAWN:
        return [
            Message("It is no punishment and no reward: nothing that the customer did or bought counted."),
            SUPPORT_FACTS[reason],
        ]
    if reason == "no_basis":
        return [SUPPORT_FACTS["none"]]
    if reason in ("no_campaign_pays", "no_effect_known", "no_sent_campaign"):
        return [SUPPORT_FACTS["campaign"]]
    if reason in ("no_consent", "outside"):
        return [SUPPORT_FACTS[reason]]
    if terms and decision.basis == "assumed":
        return [SUPPORT_FACTS["assumed"]]
    category = terms.category if terms else None
    about = [SUPPORT_SCOPE[closeness(_, category)].with_values(category=category)] if category else []
    attributes = _.in_words(_.facts.attributes_used)
    beside = (
        [Message("Facts that may have been used as well: {attributes}.", attributes=attributes)]
        if _.facts.attributes_used
        else []
    )
    return [*about, SUPPORT_FACTS[_known_by(_)], *beside]


def _known_by(_: ExplanationLocalizer) -> str:
    """Return the evidence for the effects of the offers that were compared."""
    bases = {one.basis for one in _.facts.candidates}
    if "estimated" not in bases:
        return "purchases"
    return "both" if "transferred" in bases else "estimated"
