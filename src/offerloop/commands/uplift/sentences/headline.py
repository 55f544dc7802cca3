"""The verdict in one line."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.commands.uplift.measures import everyone
from offerloop.commands.uplift.sentences.phrases import ALL, limit, pays_for_all, same, treats_all
from offerloop.commands.uplift.soundness import is_broken
from offerloop.message import Message
from offerloop.report import Localizer, capital

HEADLINES = {
    "targeted": Message("Choose whom to treat: it brings clearly more than {same}"),
    "only": Message("Choose whom to treat: it clearly pays, and no single offer does"),
    "targeted_all": Message("Choose the offer for each customer: it brings clearly more than {same}"),
    "only_all": Message("Choose the offer for each customer: it clearly pays, and no single offer does"),
    "even": Message("Offers pay, but choosing customers is not forecast to bring more than {same}"),
    "everyone": Message("Give everybody {offer}: it pays, and choosing customers does not clearly bring more"),
    "may_all": Message("{offer} may pay: test it in a new trial with {n} customers first"),
    "may_choose": Message("A choice of customers may pay: test it in a new trial with {n} customers first"),
    "nothing": Message("Give nothing: no offer is shown to pay"),
    "doubtful": Message("No verdict yet: something in the table cannot be right"),
    "suspected": Message("No verdict yet: a column may have been measured after the offer"),
}
"""The headline by what the forecast bears of the policy."""


WITHIN_BUDGET = Message(
    "Give {offer} to as many customers as {limit} allows: it pays, and choosing them does not clearly bring more"
)


def headline(findings: UpliftFindings, _: Localizer) -> str:
    """The verdict in one line, as far as the forecast bears it."""
    best, claimed = everyone(findings), claim(findings)
    text = HEADLINES.get(f"{claimed}_all" if treats_all(findings) else claimed, HEADLINES[claimed])
    if claimed == "doubtful" and not is_broken(findings):
        text = HEADLINES["suspected"]
    if claimed == "everyone" and best is not None and best.treated_share < ALL:
        text = WITHIN_BUDGET
    named = {"offer": _.quoted(findings.offer), "same": same(findings, _), "limit": limit(findings, _)}
    return capital(_(text, **named, n=0 if findings.follow_up is None else findings.follow_up.customers))


def claim(findings: UpliftFindings) -> str:
    """What the forecast bears of the policy: a key of `HEADLINES`.

    `even`: a choice of customers is not forecast to bring more than the best offer for everybody; `only`: that offer
    does not clearly pay, so that the choice was held against nothing.
    """
    best = everyone(findings)
    if findings.conclusion == "doubtful":
        return "doubtful"
    if findings.conclusion == "may_pay":
        return "may_choose" if findings.policy == "targeted" else "may_all"
    if findings.conclusion == "does_not_pay":
        return "nothing"
    if findings.policy != "targeted":
        return "everyone"
    if not pays_for_all(findings):
        return "only"
    return "even" if best is not None and findings.forecast.profit.value <= best.profit.value else "targeted"
