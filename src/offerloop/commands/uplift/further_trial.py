"""What the study of one trial says of a further trial: how large it is, and how its customers are chosen."""

from __future__ import annotations

from typing import Literal

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.response import FollowUp

Customers = Literal["all", "predicted", "random"]
TRY = {
    "all": Message("To find out, try it on {n} customers (your table has {rows}) and give half of them nothing."),
    "predicted": Message(
        "To find out, choose {n} of about {total} customers by predicted effect (your table has {rows}) and give half "
        "of those chosen nothing."
    ),
    "random": Message(
        "To find out, choose {n} of about {total} customers at random (your table has {rows}) and give half of those "
        "chosen nothing."
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
    text = TRY[_customers(findings, trial)]
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
