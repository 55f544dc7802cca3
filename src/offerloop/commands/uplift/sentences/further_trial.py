"""What the study of one trial says of a further trial: how large it is, and how its customers are chosen."""

from __future__ import annotations

from typing import Literal

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.response import FollowUp

Customers = Literal["all", "predicted", "random"]
TRY = {
    "all": Message(
        "Do not give it to everybody until a new trial with {n} customers (your table has {rows}), a random half of "
        "whom get the offer and half nothing, shows a gain."
    ),
    "each": Message(
        "Do not give offers to everybody until a new trial with {n} customers (your table has {rows}), a random half "
        "of whom get offers and half nothing, shows a gain."
    ),
    "predicted": Message(
        "Give offers to nobody else until a new trial with {n} of about {total} customers, chosen by predicted effect "
        "(your table has {rows}), shows a gain: a random half of those chosen get offers and half nothing."
    ),
    "random": Message(
        "Give it to nobody else until a new trial with {n} of about {total} customers, chosen at random (your table "
        "has {rows}), shows a gain: a random half of those chosen get the offer and half nothing."
    ),
}
"""How to try what may pay, by how the customers of the trial are chosen."""
TOO_LARGE = {
    "all": Message(
        "The forecast of the best policy is {size}, so little that a trial of {n} customers would be needed to show it."
    ),
    "predicted": Message(
        "The forecast of the best policy is {size}, so little that a trial of {n} customers, chosen from about {total} "
        "by predicted effect, would be needed to show it."
    ),
    "random": Message(
        "The forecast of the best policy is {size}, so little that a trial of {n} customers, chosen from about {total} "
        "at random, would be needed to show it."
    ),
}
"""How large a trial of what does not pay would be, by how its customers are chosen."""


def how_to_try(findings: UpliftFindings, _: Localizer) -> list[str]:
    """How to try what may pay."""
    trial = findings.follow_up
    if trial is None:
        return []
    customers = _customers(findings, trial)
    text = TRY["each" if customers == "all" and findings.policy == "targeted" else customers]
    return [_(text, n=trial.customers, total=trial.chosen_from, rows=findings.n)]


def too_little(findings: UpliftFindings, size: str, _: Localizer) -> str:
    """Why a forecast of this size does not pay: it promises no gain, or one that only a very large trial would show."""
    trial = findings.follow_up
    if trial is None:
        return _("The forecast of the best policy is {size}, which promises no gain.", size=size)
    text = TOO_LARGE[_customers(findings, trial)]
    return _(text, size=size, n=trial.customers, total=trial.chosen_from)


def power(findings: UpliftFindings, _: Localizer) -> list[str]:
    """How often the trial of what may pay shows the forecast, which is as large as its power requires."""
    if findings.conclusion != "may_pay" or findings.follow_up is None:
        return []
    text = Message("If the forecast is right, at least 8 of 10 trials of {n} customers show it.")
    return [_(text, n=findings.follow_up.customers)]


def _customers(findings: UpliftFindings, trial: FollowUp) -> Customers:
    """How the customers of the trial are chosen: as the policy chooses them."""
    if trial.customers == trial.chosen_from:
        return "all"
    return "predicted" if findings.policy == "targeted" else "random"
