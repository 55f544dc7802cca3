"""Section 5: what an offer would change, learned from offers shown at random and from shelf prices."""

from __future__ import annotations

from offerloop.commands.run.facts import UNKNOWN, RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.deciles import deciles_figure
from offerloop.commands.run.sections.gaps import gap_sentences
from offerloop.commands.run.sections.shown_offers import shown_blocks, shown_message
from offerloop.commands.run.sentences import noun
from offerloop.commands.run.shelf_evidence import OUTCOMES, TEN_POINTS, DesignCheck, ShelfEvidence, supplier_share
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Bullets,
    Figure,
    Localizer,
    NotKnown,
    Section,
    Table,
    Text,
    Upright,
    figure,
    upright,
)
from offerloop.response import CHECK_NAMES, EXPECTATIONS

VERDICTS = {
    True: Message("✓ passed", context="verdict"),
    False: Message("✗ failed", context="verdict"),
    None: Message("– only shown", context="verdict"),
}
"""The verdict of a check, by whether it passed; None where it has none."""
POINTS = 100
"""Percentage points in a probability of one."""


def response_section(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> Section:
    """What offers shown at random changed, and then what shelf prices tell, as far as either is known."""
    _, shown = facts.localizer, evidence.shown
    shelf = _shelf(findings, facts, evidence) if evidence.is_known else ()
    if shown is not None:
        blocks = (*shown_blocks(shown, findings, facts), *shelf)
        return Section("response", _("What a discount changes"), shown_message(shown, _), blocks)
    if not evidence.is_known:
        return _not_known(findings, facts)
    return Section("response", _("What a discount changes"), _message(evidence, facts), shelf)


def _shelf(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> tuple[Block, ...]:
    """The average response from both sides, who responds more, and whether the design holds."""
    _ = facts.localizer
    return (
        Text(_(_intro(evidence))),
        Bullets(_assumptions(evidence, _)),
        _curve(findings, evidence, _),
        _slopes(evidence, facts),
        Text(_break_even(evidence, facts)),
        deciles_figure(findings, _),
        _checks(evidence, facts),
        Text(_verdict(evidence, facts)),
    )


def _intro(evidence: ShelfEvidence) -> Message:
    """What shelf prices stand for."""
    if evidence.shown is None:
        return Message(
            "Nothing here was learned from offers shown at random. What a discount changes was learned from "
            "weeks in which the shop cut its shelf prices for everyone, and is carried over to coupons. What"
            " this transfer assumes, and where it may be wrong:"
        )
    if evidence.is_used:
        return Message(
            "Other offers were not shown at random often enough. What these change was learned from weeks in"
            " which the shop cut its shelf prices for everyone, and is carried over to coupons. What this "
            "transfer assumes, and where it may be wrong:"
        )
    return Message(
        "Weeks in which the shop cut its shelf prices for everyone were studied as well. No "
        "offer counts by them here: they show what would be known without offers shown at "
        "random. To speak for coupons they would need this:"
    )


def _not_known(findings: Findings, facts: RunFacts) -> Section:
    """One honest paragraph."""
    _ = facts.localizer
    rests_on = (
        Message("No effect is assumed in the configuration either, so nothing can be planned.")
        if facts.basis == UNKNOWN
        else Message(
            "The effects in this plan are the shop's own assumption: a probability of redemption and what "
            "a redemption adds, as written in the configuration. Nothing here has been tested "
            "against what customers did."
        )
    )
    text = _.sentences([*gap_sentences(findings, _), _(rests_on)])
    return Section(
        "response",
        _("What a discount changes"),
        _("What a discount changes is not known from these data"),
        (NotKnown(text, is_given=True),),
    )


def _message(evidence: ShelfEvidence, facts: RunFacts) -> str:
    careful, upper = (evidence.slope(design, "bought").per_ten.times(POINTS) for design in ("B", "A"))
    if careful.value <= 0:
        return facts.localizer(
            "Deeper discounts are not seen to raise the weekly probability of buying: ten points more change it by "
            "{careful}",
            careful=facts.localizer.points(careful),
        )
    pays = 0 < evidence.break_even_margin["B"].value <= facts.margin
    return (
        facts.localizer(
            "Ten points more discount raise the weekly probability of buying by about {careful} points, or "
            "{upper} by the highest estimate: enough to pay for itself at a margin of {margin}",
            careful=f"{careful.value:.2f}",
            upper=f"{upper.value:.2f}",
            margin=facts.margin_text,
        )
        if pays
        else facts.localizer(
            "Ten points more discount raise the weekly probability of buying by about {careful} points, or "
            "{upper} by the highest estimate: too little to pay for itself at a margin of {margin}",
            careful=f"{careful.value:.2f}",
            upper=f"{upper.value:.2f}",
            margin=facts.margin_text,
        )
    )


def _usual_depth(evidence: ShelfEvidence) -> float:
    """Shelf discount over value at list price, over all pairs."""
    return evidence.slope("B", "discount_minor").mean / evidence.slope("B", "list_minor").mean


def _assumptions(evidence: ShelfEvidence, _: Localizer) -> tuple[str, ...]:
    return (
        _(
            "A coupon works like a shelf price of the same depth. It may not: a coupon must be "
            "noticed and kept, and it is personal."
        ),
        _(
            "Customers chose their stores and what they buy there; a price cut seen by one customer "
            "and not by another is not a random draw."
        ),
        _(
            "Mailers and displays come with price cuts. Design A includes their effect and is the upper "
            "estimate. Design B removes it as far as possible; the report uses B."
        ),
        _("List values are used as the source has them. Like the margin, they are an assumption."),
        _("Where the maximum of a coupon limits the discount on a usual basket, the smaller discount counts."),
        _(
            "The margin is assumed to be what remains after the usual shelf discounts, here {usual} of list "
            "value. If extra units are sold at those discounts too, they earn that much less.",
            usual=_.share(_usual_depth(evidence)),
        ),
        *([_deepest(evidence, _)] if evidence.is_used else []),
    )


def _deepest(evidence: ShelfEvidence, _: Localizer) -> str:
    deepest = _.level(evidence.deepest_offer)
    if evidence.deep_weeks > 0:
        return _(
            "Offers go up to {deepest} off. Shelf discounts in the range of that depth or deeper were seen in {weeks} "
            "of all weeks of a customer and a category. A coupon comes on top of shelf discounts, so the two "
            "together may exceed what was observed.",
            deepest=deepest,
            weeks=_.share(evidence.deep_weeks),
        )
    return _(
        "Offers go up to {deepest} off, deeper than any shelf discount seen: that part is extrapolated.",
        deepest=deepest,
    )


def _curve(findings: Findings, evidence: ShelfEvidence, _: Localizer) -> Figure:
    rows = list(findings.tables["response_curve"].iter_rows(named=True))
    effects = [Estimate.of(row["effect"], row["se"]).times(POINTS) for row in rows]
    names = [_range(row["depth_low"], row["depth_high"], _) for row in rows]
    steps = [Upright(name, effect) for name, effect in zip(names, effects, strict=True)]
    cells = tuple(
        (
            name,
            _.numbers(effect.text()) if row["effect"] else _("0 (reference)", context="effect by depth"),
            _.share(row["share_of_weeks"], least=0.001),
        )
        for name, effect, row in zip(names, effects, rows, strict=True)
    )
    return figure(
        "response-curve",
        _curve_title(rows, effects, _),
        _(
            "Change of the weekly probability of buying in percentage points, on a mean of {base}, by "
            "depth of the shelf discount; against less than 5 % off, 95 % intervals",
            base=_.share(evidence.slope("B", "bought").mean),
        ),
        upright(steps, PLAIN_LABELS, _("shelf discount", context="axis title"), _),
        _curve_table(cells, _),
        mark=_("transferred from shelf prices"),
        localizer=_,
    )


def _curve_title(rows: list[dict[str, float]], effects: list[Estimate], _: Localizer) -> str:
    clear = [row["depth_low"] for row, effect in zip(rows, effects, strict=True) if effect.is_clear]
    if not clear:
        return _("No depth of discount changes the probability of buying clearly")
    deepest, least = (_.numbers(f"{depth * POINTS:.0f} %") for depth in (rows[-1]["depth_low"], clear[0]))
    return _(
        "Discounts of {deepest} or more change the probability of buying by {effect}; below {clear} no change is clear",
        deepest=deepest,
        effect=_.points(effects[-1]),
        clear=least,
    )


def _curve_table(cells: tuple[tuple[str, ...], ...], _: Localizer) -> Table:
    columns = (
        _("depth", context="column title"),
        _("points [95 % interval]", context="column title"),
        _("share of pair-weeks"),
    )
    return Table(
        _("Change of the weekly probability of buying, by depth of discount on the customer's own products"),
        columns,
        cells,
    )


def _range(low: float, high: float, _: Localizer) -> str:
    if high >= 1:
        return _.numbers(f"{low * POINTS:.0f} % +")
    return _.numbers(f"{low * POINTS:.0f}–{high * POINTS:.0f} %")


def _slopes(evidence: ShelfEvidence, facts: RunFacts) -> Table:
    _, rows = facts.localizer, []
    for outcome in dict.fromkeys(one.outcome for one in evidence.slopes):
        cells = [_slope_cell(evidence, design, outcome, facts) for design in ("B", "A")]
        relative = _.shares(evidence.slope("B", outcome).relative.times(POINTS))
        rows.append((_.named(OUTCOMES, outcome), cells[0], relative, cells[1]))
    b, a = (_.count(evidence.slope(design, "bought").n_pairs) for design in ("B", "A"))
    columns = (
        _("outcome", context="column title"),
        _("design B (used)", context="column title"),
        _("of its mean", context="column title"),
        _("design A (upper estimate)"),
    )
    return Table(
        _(
            "Change for ten points more discount, for a pair of a customer and a category in a "
            "week (pairs: B {b}, A {a})",
            b=b,
            a=a,
        ),
        columns,
        tuple(rows),
    )


def _slope_cell(evidence: ShelfEvidence, design: str, outcome: str, facts: RunFacts) -> str:
    return _in_unit(evidence.slope(design, outcome).per_ten, outcome, facts)


def _in_unit(estimate: Estimate, outcome: str, facts: RunFacts) -> str:
    """A change for ten points of depth in the outcome's own unit."""
    if outcome == "bought":
        return facts.localizer.points(estimate.times(POINTS))
    return facts.money.estimate(estimate) if outcome.endswith("_minor") else facts.localizer.numbers(estimate.text())


def _break_even(evidence: ShelfEvidence, facts: RunFacts) -> str:
    _ = facts.localizer
    by_design = (_break_even_by(design, evidence.break_even_margin[design], facts) for design in ("B", "A"))
    general = _(
        "The shop plans with {margin}. That is for a discount to everyone. A coupon goes to single customers, and "
        "gives its discount on the usual purchases of its category too.",
        margin=facts.at_margin,
    )
    return _.sentences([*by_design, general, *_targeted(facts)])


def _break_even_by(design: str, margin: Estimate, facts: RunFacts) -> str:
    _ = facts.localizer
    if margin.value <= 0:
        return _(
            "By design {design} sales fall where discounts are deeper, so that a discount for everyone pays for itself "
            "at no margin.",
            design=design,
        )
    return _(
        "By design {design} a discount for everyone would pay for itself at a margin of {margin}; at that of the shop "
        "suppliers would have to pay {share} of each discount.",
        design=design,
        margin=_.shares(margin.times(100)),
        share=_.shares(supplier_share(margin, facts.margin).times(100)),
    )


def _targeted(facts: RunFacts) -> list[str]:
    """Which share the first chart asks for instead."""
    _, campaign = facts.localizer, facts.charted
    if campaign is None:
        return []
    least = campaign.supplier_share.beyond_interval
    name = noun(campaign, _)
    if not least or campaign.is_assumed:
        return [_("For targeted {noun}, the first chart applies.", noun=name)]
    return [
        _(
            "For targeted {noun}, the first chart applies: they clearly pay from {share}.",
            noun=name,
            share=_.level(least),
        )
    ]


def _checks(evidence: ShelfEvidence, facts: RunFacts) -> Table:
    _ = facts.localizer
    rows = tuple(
        (
            _.named(CHECK_NAMES, check.name),
            _.named(OUTCOMES, check.outcome),
            _.named(EXPECTATIONS, check.expected),
            _measured_value(check, facts),
            _mark(check, _),
        )
        for check in evidence.checks
    )
    columns = (
        _("check", context="column title"),
        _("outcome", context="column title"),
        _("expected", context="column title"),
        _("found [95 % interval]", context="column title"),
        _("verdict", context="column title"),
    )
    return Table(
        _(
            "Checks of design B: what should hold if it measures the effect of discounts; changes "
            "for ten points of depth"
        ),
        columns,
        rows,
        n_labels=3,
    )


def _measured_value(check: DesignCheck, facts: RunFacts) -> str:
    if check.name == "calibration slope":
        return facts.localizer.numbers(check.estimate.text())
    return _in_unit(check.estimate.times(TEN_POINTS), check.outcome, facts)


def _mark(check: DesignCheck, _: Localizer) -> str:
    return _(VERDICTS[check.passed])


def _verdict(evidence: ShelfEvidence, facts: RunFacts) -> str:
    _, judged = facts.localizer, len(evidence.judged)
    failed = [
        _(
            "{check} on {outcome} ({found})",
            context="checks",
            check=_.named(CHECK_NAMES, check.name),
            outcome=_.named(OUTCOMES, check.outcome),
            found=_measured_value(check, facts),
        )
        for check in evidence.failed
    ]
    said = [_("{passed} of {judged} checks with a verdict passed.", passed=judged - len(failed), judged=judged)]
    if failed:
        said.append(
            _("Failed: {names}. Part of the effect shown may be a trend that came first.", names=_.clauses(failed))
        )
    pulled = evidence.pulled_forward()
    if pulled:
        said.append(
            _(
                "About {share} of the extra units are missing in the week after: customers bought earlier, not more.",
                share=_.share(pulled),
            )
        )
    return _.sentences(said)
