"""One customer's decision in words: in full for a marketer, in short for an employee on the phone and for the customer.

What a customer reads holds nothing about value, cost, chances, labels or other customers; the tests look for them.
"""

from __future__ import annotations

from collections.abc import Callable

from offerloop.commands.explain.findings import DecisionFacts, Terms
from offerloop.commands.explain.liked import liked_lines
from offerloop.commands.explain.marketer import marketer_text
from offerloop.commands.explain.teller import Teller


def explanation_text(facts: DecisionFacts, audience: str, language: str) -> str:
    """Return what one of the `AUDIENCES` reads about `facts`, in one of the languages of `report.words`."""
    return _WRITERS[audience](Teller(facts, language))


def support_text(_: Teller) -> str:
    """Six to ten lines, one sentence or two each; of money only the offer's terms."""
    decision, customer = _.facts.decision, _.facts.customer_id
    reason, terms = decision.reason, decision.terms
    first = "support.gets" if terms else "support.none_ever" if reason == "holdout" else "support.none"
    lines = [
        _.say(first, customer=customer, offer=_.quoted(_.offer(terms, with_most=True))),
        _.say(f"support.why.{reason}", share=_.share(_.facts.holdout_share)),
        *(_.say(key, **values) for key, values in _facts_used(_)),
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


def _facts_used(_: Teller) -> list[tuple[str, dict[str, object]]]:
    """Return the facts about the customer that had a part in the decision."""
    decision = _.facts.decision
    reason, terms = decision.reason, decision.terms
    if reason in _DRAWN:
        return [("support.not_punished", {}), (f"support.facts.{reason}", {})]
    if reason == "no_basis":
        return [("support.facts.none", {})]
    if reason in ("no_campaign_pays", "no_effect_known"):
        return [("support.facts.campaign", {})]
    if reason in ("no_consent", "outside"):
        return [(f"support.facts.{reason}", {})]
    if terms and decision.basis == "assumed":
        return [("support.facts.assumed", {})]
    category = terms.category if terms else None
    about: list[tuple[str, dict[str, object]]] = []
    if category:
        about = [(f"support.facts.{_closeness(_, category)}", {"category": category})]
    return [*about, (f"support.facts.{_known_by(_)}", {})]


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


def _offered(_: Teller, terms: Terms) -> list[str]:
    decision = _.facts.decision
    lot, category = decision.reason in _DRAWN, terms.category
    why = decision.reason if lot else "all"
    if not lot and category and decision.basis in ("transferred", "estimated"):
        why = _closeness(_, category)
    return [
        _("Your offer: {offer}.", context="explanation", offer=_.offer(terms, with_most=True)),
        _.say(f"customer.why.{'all' if why == 'scope' else why}", category=category),
        _.say(_how_chosen(terms, lot=lot)),
    ]


def _how_chosen(terms: Terms, *, lot: bool) -> str:
    """Return what must be said of a program's choice; a benefit is no price."""
    if terms.kind == "benefit":
        return "customer.automated_draw" if lot else "customer.automated"
    return "customer.personalised_lot" if lot else "customer.personalised"


_DRAWN = ("holdout", "usual", "lot", "held_back")
"""Reasons that rest on a random draw."""
_ABOUT_ALL = ("no_campaign_pays", "no_effect_known", "no_consent", "outside")
"""Reasons that rest on no purchase of the customer."""


def _not_offered(_: Teller) -> list[str]:
    reason = _.facts.decision.reason
    how = "_draw" if reason in _DRAWN else "_all" if reason in _ABOUT_ALL else ""
    why = f"{reason}_none" if reason in ("lot", "usual") else reason
    return [
        _("There is no personal offer for you at the moment."),
        _.say(f"customer.why.{why}"),
        _.say(f"customer.automated{how}"),
    ]


_WRITERS: dict[str, Callable[[Teller], str]] = {
    "marketer": marketer_text,
    "support": support_text,
    "customer": customer_text,
}
AUDIENCES = tuple(_WRITERS)
