"""What the data could not show, in a short block near the top, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.commands.run.facts import ASSUMED, ESTIMATED, LEARNED, MIXED, TRANSFERRED, UNKNOWN, Facts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sentences import test_sentences
from offerloop.commands.run.shelf_evidence import Evidence
from offerloop.report import Localizer

LEARNED_FROM_DATA = (ESTIMATED, TRANSFERRED, LEARNED)


@dataclass(frozen=True)
class Gaps:
    """The block of gaps."""

    sentences: tuple[str, ...]
    next_step: str


def gaps(findings: Findings, facts: Facts, evidence: Evidence) -> Gaps | None:
    """None where the data showed everything and nothing is assumed."""
    if not findings.gaps and facts.basis in LEARNED_FROM_DATA:
        return None
    said = gap_sentences(findings, facts.localizer)
    if facts.basis not in LEARNED_FROM_DATA or (facts.basis == ESTIMATED and not evidence.is_known):
        said += (facts.localizer.say(f"gaps.{facts.basis}"),)
    return Gaps(said, _next(facts, evidence))


def gap_sentences(findings: Findings, _: Localizer) -> tuple[str, ...]:
    """Each gap as a sentence of its own."""
    said = [_(gap) for gap in findings.gaps]
    return tuple(f"{one[:1].upper()}{one[1:]}{_.words['full_stop']}" for one in said)


def _next(facts: Facts, evidence: Evidence) -> str:
    """What would turn an assumption, or nothing, into a finding; empty where the plan is a forecast from data."""
    _, said = facts.localizer, []
    if facts.basis == UNKNOWN:
        said.append(
            _(
                "say what you expect of an offer (its 'assumed' in the configuration); it can then go "
                "out with a holdout and a lot and be read out (offerloop readout), which measures it."
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


def _to_measure(facts: Facts) -> list[str]:
    """How to measure what is assumed, or what to do while that is out of reach."""
    _, reach = facts.localizer, facts.reach
    if reach is not None and not reach.can_show:
        key = "next.trust"
    else:
        key = "next.assumed" if reach is None or reach.weeks == 1 else "next.assumed_weeks"
    return [_.say(key), *test_sentences(facts)]
