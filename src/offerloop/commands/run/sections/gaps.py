"""What the data could not show, in a short block near the top, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.commands.run.facts import ASSUMED, ESTIMATED, LEARNED, MEASURED, MIXED, TRANSFERRED, UNKNOWN, RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sentences import test_sentences
from offerloop.commands.run.shelf_evidence import ShelfEvidence
from offerloop.message import Message
from offerloop.report import Localizer, capital

LEARNED_FROM_DATA = (ESTIMATED, TRANSFERRED, LEARNED)
BASES_DESPITE_GAPS = {
    ESTIMATED: Message("What the offers change was estimated all the same, from offers that were shown at random."),
    LEARNED: Message("What the offers change was learned from data all the same."),
    MEASURED: Message(
        "What the offers change was measured by an earlier read-out, which corrects what the shop assumed."
    ),
    ASSUMED: Message("What the offers change was not learned from data: the shop's own assumption stands in for it."),
    MIXED: Message(
        "What some of the offers change was not learned from data: the shop's own assumption stands in for it."
    ),
    UNKNOWN: Message("What the offers change was not learned from data, and nothing is assumed about it."),
}
"""What the effects rest on where something could not be learned."""


@dataclass(frozen=True)
class Gaps:
    """The block of gaps."""

    sentences: tuple[str, ...]
    next_step: str


def gaps(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> Gaps | None:
    """None where the data showed everything and nothing is assumed."""
    if not findings.gaps and facts.basis in LEARNED_FROM_DATA:
        return None
    said = gap_sentences(findings, facts.localizer)
    if facts.is_over:
        return Gaps(said, "")
    if facts.basis not in LEARNED_FROM_DATA or (facts.basis == ESTIMATED and not evidence.is_known):
        said += (facts.localizer(BASES_DESPITE_GAPS[facts.basis]),)
    return Gaps(said, _next(facts, evidence))


def gap_sentences(findings: Findings, _: Localizer) -> tuple[str, ...]:
    """Each gap as a sentence of its own."""
    said = [_(gap) for gap in findings.gaps]
    return tuple(_.stopped(capital(one)) for one in said)


def _next(facts: RunFacts, evidence: ShelfEvidence) -> str:
    """What would turn an assumption, or nothing, into a finding; empty where the plan is a forecast from data."""
    _, said = facts.localizer, []
    if facts.basis == UNKNOWN:
        said.append(
            _(
                "say what you expect of an offer (its 'assumed' in the configuration); it can then be "
                "sent with a holdout and exploration and be read out (offerloop readout), which measures it."
            )
        )
    elif any(ASSUMED in one.bases for one in facts.sent):
        said += _to_measure(facts)
    if not evidence.is_known and facts.basis not in (MIXED, *LEARNED_FROM_DATA):
        said.append(
            _(
                "Discounts and list prices of the order lines, over enough weeks, would let the "
                "response be learned instead."
            )
        )
    return _.sentences([_("What to do next:"), *said]) if said else ""


def _to_measure(facts: RunFacts) -> list[str]:
    """How to measure what is assumed, or what to do while that is out of reach."""
    _, reach = facts.localizer, facts.reach
    if reach is not None and not reach.can_show:
        text = Message(
            "keep the budget small, because it is spent on trust; a test needs more customers, or an "
            "offer that is expected to change more."
        )
    elif reach is None or reach.periods == 1:
        text = Message(
            "send the plan as written, with its holdout and its exploration, and read it out when its period "
            "is over (offerloop readout): that measures what is assumed here."
        )
    else:
        text = Message(
            "send the plan as written, with its holdout and its exploration, anew for each period, and "
            "read each out (offerloop readout); named in experiment.outcomes, these measure together what "
            "is assumed here."
        )
    return [_(text), *test_sentences(facts)]
