"""What the figures of a run rest on, and how sure they are, in words."""

from __future__ import annotations

from offerloop.commands.run.facts import (
    ASSUMED,
    BASES,
    ESTIMATED,
    LEARNED,
    MEASURED,
    MIXED,
    TRANSFERRED,
    UNKNOWN,
    CampaignFacts,
    RunFacts,
)
from offerloop.commands.run.shelf_evidence import ShelfEvidence
from offerloop.message import Message
from offerloop.report import BASES_OF_EFFECTS, Localizer
from offerloop.response import CHECK_NAMES

BASIS_MARKS = {
    TRANSFERRED: Message("forecast from shelf-price discounts, not yet tested with coupons"),
    MIXED: Message("model-based forecast, partly from data, partly assumed"),
    MEASURED: Message("measured by a read-out of a randomised plan"),
    ESTIMATED: Message("estimated from offers that were shown at random"),
    ASSUMED: Message("assumed by the shop, not measured"),
    UNKNOWN: Message("no forecast: nothing shows what these offers do"),
}
"""What the figures of a campaign rest on, by its basis."""
CONFIDENCE = {
    MEASURED: Message("Measured, not yet again"),
    ASSUMED: Message("Assumed, not measured", context="key figure"),
    UNKNOWN: Message("Not known", context="key figure"),
    ESTIMATED: Message("Estimated, not yet tested"),
    MIXED: Message("Forecast, partly assumed", context="key figure"),
}
"""How sure we are, by what everything rests on."""
CONFIDENCE_NOTES = {
    MEASURED: Message("an earlier read-out corrects what the shop assumed"),
    ASSUMED: Message("the shop's own expectation; only customers kept out at random can show the effect"),
    UNKNOWN: Message("nothing in the data shows what these offers do"),
}
"""What that rests on, where neither offers that were shown nor shelf prices say more."""


def basis_mark(campaign: CampaignFacts | RunFacts, _: Localizer) -> str:
    """What the figures of a campaign, or of all, rest on."""
    if campaign.is_over:
        return _("no forecast: no offer is valid in the period of the plan")
    if campaign.basis != LEARNED:
        return _(BASIS_MARKS[campaign.basis])
    parts = (
        _("partly {basis}", context="basis of a forecast", basis=BASES_OF_EFFECTS[name])
        for name in BASES
        if name in campaign.bases
    )
    return _(
        "model-based forecast, {parts}",
        context="basis of a forecast",
        parts=_(", ", context="between the clauses of a sentence").join(parts),
    )


def confidence(evidence: ShelfEvidence, facts: RunFacts) -> tuple[str, str]:
    """How sure we are, in two lines."""
    _ = facts.localizer
    if facts.is_over:
        return _(CONFIDENCE[UNKNOWN]), _("no offer is valid in the period of the plan")
    if facts.basis in (ASSUMED, UNKNOWN, MEASURED):
        return _(CONFIDENCE[facts.basis]), _(CONFIDENCE_NOTES[facts.basis])
    sure = CONFIDENCE.get(facts.basis, Message("Forecast, not yet tested"))
    notes = [text for text in (_shown_note(evidence, facts), _checks_note(evidence, facts)) if text]
    return _(sure), _.clauses(notes or [_(CONFIDENCE_NOTES[ASSUMED])])


def _shown_note(evidence: ShelfEvidence, facts: RunFacts) -> str:
    if evidence.shown is None or ESTIMATED not in facts.bases:
        return ""
    return facts.localizer(
        "learned from offers that were shown at random {n} time",
        plural="learned from offers that were shown at random {n} times",
        n=evidence.shown.n_shown,
    )


def _checks_note(evidence: ShelfEvidence, facts: RunFacts) -> str:
    if TRANSFERRED not in facts.bases:
        return ""
    _, judged, failed = facts.localizer, evidence.judged, evidence.failed
    names = _.listed(_.named(CHECK_NAMES, check.name) for check in failed)
    return (
        _(
            "others carried over from shelf prices; {passed} of {judged} checks passed{failed}",
            passed=len(judged) - len(failed),
            judged=len(judged),
            failed=_(". Failed: {names}", context="basis of a forecast", names=names) if failed else "",
        )
        if ESTIMATED in facts.bases
        else _(
            "carried over from shelf prices; {passed} of {judged} checks passed{failed}",
            passed=len(judged) - len(failed),
            judged=len(judged),
            failed=_(". Failed: {names}", context="basis of a forecast", names=names) if failed else "",
        )
    )
