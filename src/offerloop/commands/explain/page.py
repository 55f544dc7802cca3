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


def support_text(tell: Teller) -> str:
    """Six to ten lines, one sentence or two each; of money only the offer's terms."""
    decision, customer = tell.facts.decision, tell.facts.customer_id
    reason, terms = decision.reason, decision.terms
    first = "support.gets" if terms else "support.none_ever" if reason == "holdout" else "support.none"
    lines = [
        tell.say(first, customer=customer, offer=tell.quoted(tell.offer(terms, with_most=True))),
        tell.say(f"support.why.{reason}", share=tell.share(tell.facts.holdout_share)),
        *(tell.say(key, **values) for key, values in _facts_used(tell)),
    ]
    if tell.facts.attributes_not_used:
        names = (name.replace("_", " ") for name in tell.facts.attributes_not_used)
        lines.append(tell.say("support.not_used", attributes=tell.listed(names)))
    lines.append(tell.say("support.automated"))
    if terms:
        lines.append(tell.say("support.automated_price"))
    lines += [tell.say("support.rights"), tell.say("support.pass_on")]
    lines.append(tell.say("support.no_exception" if reason in _DRAWN else "support.next"))
    return "\n".join(lines)


def _facts_used(tell: Teller) -> list[tuple[str, dict[str, object]]]:
    """Return the facts about the customer that had a part in the decision."""
    decision = tell.facts.decision
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
        about = [(f"support.facts.{_closeness(tell, category)}", {"category": category})]
    return [*about, (f"support.facts.{_known_by(tell)}", {})]


def _known_by(tell: Teller) -> str:
    """Return the evidence for the effects of the offers that were compared."""
    bases = {one.basis for one in tell.facts.candidates}
    if "estimated" not in bases:
        return "purchases"
    return "both" if "transferred" in bases else "estimated"


def _closeness(tell: Teller, category: str) -> str:
    """Return how close the offer is: for what the customer spends most on, has bought, or for anybody."""
    if tell.facts.profile.top_category == category:
        return "top"
    return "scope" if tell.facts.decision.basis == "estimated" else "category"


def customer_text(tell: Teller) -> str:
    """A few short lines in the second person."""
    terms = tell.facts.decision.terms
    lines = _offered(tell, terms) if terms else _not_offered(tell)
    return "\n".join([*lines, *liked_lines(tell), tell.say("customer.opt_out")])


def _offered(tell: Teller, terms: Terms) -> list[str]:
    decision = tell.facts.decision
    lot, category = decision.reason in _DRAWN, terms.category
    why = decision.reason if lot else "all"
    if not lot and category and decision.basis in ("transferred", "estimated"):
        why = _closeness(tell, category)
    return [
        tell.say("customer.gets", offer=tell.offer(terms, with_most=True)),
        tell.say(f"customer.why.{'all' if why == 'scope' else why}", category=category),
        tell.say(_how_chosen(terms, lot=lot)),
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


def _not_offered(tell: Teller) -> list[str]:
    reason = tell.facts.decision.reason
    how = "_draw" if reason in _DRAWN else "_all" if reason in _ABOUT_ALL else ""
    why = f"{reason}_none" if reason in ("lot", "usual") else reason
    return [tell.say("customer.none"), tell.say(f"customer.why.{why}"), tell.say(f"customer.automated{how}")]


_WRITERS: dict[str, Callable[[Teller], str]] = {
    "marketer": marketer_text,
    "support": support_text,
    "customer": customer_text,
}
AUDIENCES = tuple(_WRITERS)
