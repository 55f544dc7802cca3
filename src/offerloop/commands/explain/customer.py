"""One customer's decision for the customer.

What a customer reads holds nothing about value, cost, propensities, labels or other customers; the tests look for them.
"""

from __future__ import annotations

from offerloop.commands.explain.explanation_localizer import DRAWN, ExplanationLocalizer, closeness
from offerloop.commands.explain.findings import OfferTermFacts
from offerloop.commands.explain.liked import liked_lines
from offerloop.message import Message

WHY_THIS_ONE = {
    "top": Message("Why this one: {category} is what you spend most on with us."),
    "category": Message("Why this one: you have bought {category} from us in recent months."),
    "all": Message("Why this one: it came out first when we compared our offers for you."),
    "usual": Message("Why this one: it is what our usual rules for offers give you."),
    "explore": Message("Why this one: it was drawn at random. We do that for a few offers, to learn which ones help."),
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
    "explore": Message(
        "That was drawn at random: sometimes we give none, to learn whether our offers help. It "
        "has nothing to do with you or with what you buy."
    ),
    "budget_spent": Message("The number of offers is limited, and this time there was none left for you."),
    "no_offer_pays": Message("We compared our offers for you, and this time none of them came out as a good fit."),
    "no_campaign_pays": Message("We are not sending personal offers at the moment."),
    "no_effect_known": Message("We are not sending personal offers at the moment."),
    "no_consent": Message("You have not agreed to personalised offers, so we choose none for you."),
    "outside": Message("The offers of this period are for other groups."),
    "no_sent_campaign": Message("The offers of this period are for other groups."),
    "no_basis": Message(
        "You have not bought lately from the product groups that our offers are for, so we could not choose one."
    ),
}
"""Why the customer gets no offer, for the customer, by the code of the reason."""
AUTOMATED = Message("A program decided this from your purchases; nobody looked at your account.")
AUTOMATED_DRAW = Message("A program made the draw; nobody looked at your account.")
_ABOUT_ALL = ("no_campaign_pays", "no_effect_known", "no_consent", "outside", "no_sent_campaign")
"""Reasons that rest on no purchase of the customer."""


def customer_text(_: ExplanationLocalizer) -> str:
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


def _offered(_: ExplanationLocalizer, terms: OfferTermFacts) -> list[str]:
    decision = _.facts.decision
    at_random, category = decision.reason in DRAWN, terms.category
    why = decision.reason if at_random else "all"
    if not at_random and category and decision.basis in ("transferred", "estimated"):
        why = closeness(_, category)
    return [
        _("Your offer: {offer}.", context="explanation", offer=_.offer(terms, with_most=True)),
        *([_("You also get: {offers}.", context="explanation", offers=_.further())] if _.facts.further else []),
        _(WHY_THIS_ONE["all" if why == "scope" else why], category=category or ""),
        _(_how_chosen(terms, at_random=at_random)),
        *([] if at_random else _beside_purchases(_)),
    ]


def _how_chosen(terms: OfferTermFacts, *, at_random: bool) -> Message:
    """Return what must be said of a program's choice; a benefit is no price."""
    if terms.kind == "benefit":
        return AUTOMATED_DRAW if at_random else AUTOMATED
    return (
        Message("This price was set for you by automated means (EU Directive 2011/83, art. 6(1)(ea)).")
        if at_random
        else Message(
            "This price was personalised for you by automated means, based on your purchases (EU "
            "Directive 2011/83, art. 6(1)(ea))."
        )
    )


def _not_offered(_: ExplanationLocalizer) -> list[str]:
    reason = _.facts.decision.reason
    if reason in DRAWN:
        how = AUTOMATED_DRAW
    else:
        how = Message("A program decided this; nobody looked at your account.") if reason in _ABOUT_ALL else AUTOMATED
    return [
        _("There is no personal offer for you at the moment."),
        _(WHY_NO_OFFER[reason]),
        _(how),
        *(_beside_purchases(_) if how == AUTOMATED else []),
    ]


def _beside_purchases(_: ExplanationLocalizer) -> list[str]:
    """Return what else about the customer may have counted."""
    names = _.in_words(_.facts.attributes_used)
    return [_("Besides your purchases this may have counted: {attributes}.", attributes=names)] if names else []
