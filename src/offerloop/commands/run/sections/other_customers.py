"""What a report says of whom its figures rest on, in a shop of more customers than are planned together."""

from __future__ import annotations

from offerloop.commands.run.facts import RunFacts
from offerloop.commands.run.findings import Findings


def others_sentence(findings: Findings, facts: RunFacts) -> str | None:
    """Say on whom forecasts and tables of customers rest; None where it is everybody."""
    _, others = facts.localizer, findings.others
    if others is None:
        return None
    return _(
        "{n} of the {all} customers, drawn at random, decided with their share of each budget, and the others follow: "
        "forecasts are theirs, projected to all, and the sections on customers below are about them.",
        n=_.count(facts.n_customers - others.n_customers),
        all=_.count(facts.n_customers),
    )
