"""One customer's decision in words: in full for a marketer, in short for an employee on the phone and for the customer.

What a customer reads holds nothing about value, cost, chances, labels or other customers; the tests look for them.
"""

from __future__ import annotations

from collections.abc import Callable

from offerloop.commands.explain.findings import DecisionFacts, OfferTermFacts
from offerloop.commands.explain.liked import liked_lines
from offerloop.commands.explain.marketer import marketer_text
from offerloop.commands.explain.teller import Teller
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
    "lot": Message(
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
    "lot": Message(
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
WHY_THIS_ONE = {
    "top": Message("Why this one: {category} is what you spend most on with us."),
    "category": Message("Why this one: you have bought {category} from us in recent months."),
    "all": Message("Why this one: it came out first when we compared our offers for you."),
    "usual": Message("Why this one: it is what our usual rules for offers give you."),
    "lot": Message("Why this one: it was drawn at random. We do that for a few offers, to learn which ones help."),
}
"""Why the customer gets this offer, for the customer."""
WHY_NO_OFFER = {
    "holdout": Message(
        "That was drawn at random: a group gets none, so that we can check whether our offers "
        "help. It has nothing to do with you or with what you buy."
    ),
    "held_back": Message(
        "That was drawn at random: each time a few get none, so that we can check whether our "
        "offers help. It has nothing to do with you or with what you buy."
    ),
    "usual": Message(
        "Our usual rules give you none this time. That you are in the group with the usual rules "
        "was drawn at random; it has nothing to do with you or with what you buy."
    ),
    "lot": Message(
        "That was drawn at random: sometimes we give none, to learn whether our offers help. It "
        "has nothing to do with you or with what you buy."
    ),
    "budget_spent": Message("The number of offers is limited, and this time there was none left for you."),
    "no_offer_pays": Message("We compared our offers for you, and this time none of them came out as a good fit."),
    "no_campaign_pays": Message("We are not sending personal offers at the moment."),
    "no_effect_known": Message("We are not sending personal offers at the moment."),
    "no_consent": Message("You have not agreed to personalised offers, so we choose none for you."),
    "outside": Message("The offers of this period are for other groups."),
    "no_basis": Message(
        "You have not bought lately from the product groups that our offers are for, so we could not choose one."
    ),
}
"""Why the customer gets no offer, for the customer, by the code of the reason."""
AUTOMATED = Message("A program decided this from your purchases; nobody looked at your account.")
AUTOMATED_DRAW = Message("A program made the draw; nobody looked at your account.")


def explanation_text(facts: DecisionFacts, audience: str, language: str) -> str:
    """Return what one of the `AUDIENCES` reads about `facts`, in one of the known languages."""
    return _WRITERS[audience](Teller(facts, language))


def support_text(_: Teller) -> str:
    """Six to ten lines, one sentence or two each; of money only the offer's terms."""
    decision, customer = _.facts.decision, _.facts.customer_id
    reason, terms = decision.reason, decision.terms
    if terms:
        first = Message("Customer {customer} gets this offer: {offer}.")
    else:
        first = (
            Message("Customer {customer} gets no personal offers.")
            if reason == "holdout"
            else Message("Customer {customer} gets no personal offer this time.")
        )
    lines = [
        _(first, customer=str(customer), offer=_.quoted(_.offer(terms, with_most=True))),
        _(SUPPORT_WHY[reason], share=_.share(_.facts.holdout_share)),
        *map(_, _facts_used(_)),
    ]
    if _.facts.attributes_not_used:
        names = (name.replace("_", " ") for name in _.facts.attributes_not_used)
        lines.append(_("Not used: {attributes}.", context="explanation", attributes=_.listed(names)))
    lines.append(_("The decision was automatic; no employee looked at this customer."))
    if terms:
        lines.append(
            _(
                "The price is personalised by automated means, and the customer must be told so (EU "
                "Directive 2011/83, art. 6(1)(ea))."
            )
        )
    lines += [
        _("What you can do on request: have personalised offers switched off, or have the data erased."),
        _("If the customer finds the decision wrong, pass it on: a person can then look at it."),
    ]
    lines.append(
        _("Please do not promise another offer: a change by hand would spoil the comparison.")
        if reason in _DRAWN
        else _("Please do not promise an offer for next time: every plan is computed anew.")
    )
    return "\n".join(lines)


def _facts_used(_: Teller) -> list[Message]:
    """Return the facts about the customer that had a part in the decision."""
    decision = _.facts.decision
    reason, terms = decision.reason, decision.terms
    if reason in _DRAWN:
        return [
            Message("It is no punishment and no reward: nothing that the customer did or bought counted."),
            SUPPORT_FACTS[reason],
        ]
    if reason == "no_basis":
        return [SUPPORT_FACTS["none"]]
    if reason in ("no_campaign_pays", "no_effect_known"):
        return [SUPPORT_FACTS["campaign"]]
    if reason in ("no_consent", "outside"):
        return [SUPPORT_FACTS[reason]]
    if terms and decision.basis == "assumed":
        return [SUPPORT_FACTS["assumed"]]
    category = terms.category if terms else None
    about = [SUPPORT_SCOPE[_closeness(_, category)].with_values(category=category)] if category else []
    return [*about, SUPPORT_FACTS[_known_by(_)]]


def _known_by(_: Teller) -> str:
    """Return the evidence for the effects of the offers that were compared."""
    bases = {one.basis for one in _.facts.candidates}
    if "estimated" not in bases:
        return "purchases"
    return "both" if "transferred" in bases else "estimated"


def _closeness(_: Teller, category: str) -> str:
    """Return how close the offer is: for what the customer spends most on, has bought, or for anybody."""
    if _.facts.profile.top_category == category:
        return "top"
    return "scope" if _.facts.decision.basis == "estimated" else "category"


def customer_text(_: Teller) -> str:
    """A few short lines in the second person."""
    terms = _.facts.decision.terms
    lines = _offered(_, terms) if terms else _not_offered(_)
    return "\n".join(
        [
            *lines,
            *liked_lines(_),
            _(
                "You can switch off personalised offers or have your data erased at any time: just "
                "tell our customer service."
            ),
        ]
    )


def _offered(_: Teller, terms: OfferTermFacts) -> list[str]:
    decision = _.facts.decision
    lot, category = decision.reason in _DRAWN, terms.category
    why = decision.reason if lot else "all"
    if not lot and category and decision.basis in ("transferred", "estimated"):
        why = _closeness(_, category)
    return [
        _("Your offer: {offer}.", context="explanation", offer=_.offer(terms, with_most=True)),
        _(WHY_THIS_ONE["all" if why == "scope" else why], category=category or ""),
        _(_how_chosen(terms, lot=lot)),
    ]


def _how_chosen(terms: OfferTermFacts, *, lot: bool) -> Message:
    """Return what must be said of a program's choice; a benefit is no price."""
    if terms.kind == "benefit":
        return AUTOMATED_DRAW if lot else AUTOMATED
    return (
        Message("This price was set for you by automated means (EU Directive 2011/83, art. 6(1)(ea)).")
        if lot
        else Message(
            "This price was personalised for you by automated means, based on your purchases (EU "
            "Directive 2011/83, art. 6(1)(ea))."
        )
    )


_DRAWN = ("holdout", "usual", "lot", "held_back")
"""Reasons that rest on a random draw."""
_ABOUT_ALL = ("no_campaign_pays", "no_effect_known", "no_consent", "outside")
"""Reasons that rest on no purchase of the customer."""


def _not_offered(_: Teller) -> list[str]:
    reason = _.facts.decision.reason
    if reason in _DRAWN:
        how = AUTOMATED_DRAW
    else:
        how = Message("A program decided this; nobody looked at your account.") if reason in _ABOUT_ALL else AUTOMATED
    return [
        _("There is no personal offer for you at the moment."),
        _(WHY_NO_OFFER[reason]),
        _(how),
    ]


_WRITERS: dict[str, Callable[[Teller], str]] = {
    "marketer": marketer_text,
    "support": support_text,
    "customer": customer_text,
}
AUDIENCES = tuple(_WRITERS)
