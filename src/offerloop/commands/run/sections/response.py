"""Section 5: what an offer would change, learned from offers shown at random and from shelf prices."""

from __future__ import annotations

from offerloop.commands.run.facts import UNKNOWN, Facts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.deciles import deciles_figure
from offerloop.commands.run.sections.gaps import gap_sentences
from offerloop.commands.run.sections.shown_offers import shown_blocks, shown_message
from offerloop.commands.run.shelf_evidence import TEN_POINTS, Check, Evidence, supplier_share
from offerloop.evaluation import Estimate
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Bullets,
    Figure,
    Localizer,
    Missing,
    Section,
    Table,
    Text,
    Upright,
    count,
    figure,
    upright,
)
from offerloop.response import CHECK_NAMES, EXPECTATIONS

POINTS = 100
"""Percentage points in a probability of one."""


def response_section(findings: Findings, facts: Facts, evidence: Evidence) -> Section:
    """What offers shown at random changed, and then what shelf prices tell, as far as either is known."""
    _, shown = facts.localizer, evidence.shown
    shelf = _shelf(findings, facts, evidence) if evidence.is_known else ()
    if shown is not None:
        blocks = (*shown_blocks(shown, findings, facts), *shelf)
        return Section("response", _("What a discount changes"), shown_message(shown, _), blocks)
    if not evidence.is_known:
        return _not_known(findings, facts)
    return Section("response", _("What a discount changes"), _message(evidence, facts), shelf)


def _shelf(findings: Findings, facts: Facts, evidence: Evidence) -> tuple[Block, ...]:
    """The average response from both sides, who responds more, and whether the design holds."""
    _ = facts.localizer
    return (
        Text(_.say(_intro(evidence))),
        Bullets(_assumptions(evidence, _)),
        _curve(findings, evidence, _),
        _slopes(evidence, facts),
        Text(_break_even(evidence, facts)),
        deciles_figure(findings, _),
        _checks(evidence, facts),
        Text(_verdict(evidence, facts)),
    )


def _intro(evidence: Evidence) -> str:
    """The key of the sentence that says what shelf prices stand for."""
    if evidence.shown is None:
        return "response.intro"
    return "response.intro_others" if evidence.is_used else "response.intro_beside"


def _not_known(findings: Findings, facts: Facts) -> Section:
    """One honest paragraph."""
    _ = facts.localizer
    key = "response.none_unknown" if facts.basis == UNKNOWN else "response.none_assumed"
    text = _.sentences([*gap_sentences(findings, _), _.say(key)])
    return Section(
        "response",
        _("What a discount changes"),
        _("What a discount changes is not known from these data"),
        (Missing(text, is_given=True),),
    )


def _message(evidence: Evidence, facts: Facts) -> str:
    careful, upper = (evidence.slope(design, "bought").per_ten.times(POINTS) for design in ("B", "A"))
    pays = 0 < evidence.break_even_margin["B"].value <= facts.margin
    return (
        facts.localizer(
            "Ten points more discount raise the weekly chance to buy by about {careful} points, or "
            "{upper} by the most generous reading: enough to pay for itself at a margin of {margin}",
            careful=f"{careful.value:.2f}",
            upper=f"{upper.value:.2f}",
            margin=facts.localizer.share(facts.margin),
        )
        if pays
        else facts.localizer(
            "Ten points more discount raise the weekly chance to buy by about {careful} points, or "
            "{upper} by the most generous reading: too little to pay for itself at a margin of "
            "{margin}",
            careful=f"{careful.value:.2f}",
            upper=f"{upper.value:.2f}",
            margin=facts.localizer.share(facts.margin),
        )
    )


def _usual_depth(evidence: Evidence) -> float:
    """Shelf discount over value at list price, over all pairs."""
    return evidence.slope("B", "discount_minor").mean / evidence.slope("B", "list_minor").mean


def _assumptions(evidence: Evidence, _: Localizer) -> tuple[str, ...]:
    return (
        *(_.say(f"assume.{name}") for name in ("coupon", "stores", "mailers", "list", "maximum")),
        _(
            "The margin is taken to be left after usual shelf discounts, {usual} of list value "
            "here; if gained units carry those on top, they leave that much less.",
            usual=_.share(_usual_depth(evidence)),
        ),
        *([_deepest(evidence, _)] if evidence.is_used else []),
    )


def _deepest(evidence: Evidence, _: Localizer) -> str:
    deepest = _.share(evidence.deepest_offer)
    if evidence.deep_weeks > 0:
        return _(
            "Offers go to {deepest}; shelf discounts in the range of that depth or above it were "
            "seen in {weeks} of pair-weeks over all categories. A coupon comes on top of shelf "
            "discounts, so the sum may lie beyond what was observed.",
            deepest=deepest,
            weeks=_.share(evidence.deep_weeks),
        )
    return _("Offers go to {deepest}, deeper than any seen: that part is extrapolated.", deepest=deepest)


def _curve(findings: Findings, evidence: Evidence, _: Localizer) -> Figure:
    rows = list(findings.tables["response_curve"].iter_rows(named=True))
    effects = [Estimate.of(row["effect"], row["se"]).times(POINTS) for row in rows]
    names = [_range(row["depth_low"], row["depth_high"], _) for row in rows]
    steps = [Upright(name, effect) for name, effect in zip(names, effects, strict=True)]
    table = Table(
        _("Change of the weekly chance to buy, by depth of discount on the customer's own products"),
        tuple(_.say(f"curve.column.{name}") for name in ("depth", "points", "share")),
        tuple(
            (
                name,
                effect.text() if row["effect"] else _("0 (what others are compared with)"),
                _.share(row["share_of_weeks"]),
            )
            for name, effect, row in zip(names, effects, rows, strict=True)
        ),
    )
    return figure(
        "response-curve",
        _curve_title(rows, effects, _),
        _(
            "Change of the weekly chance to buy in percentage points, on a mean of {base}, by "
            "depth of the shelf discount; against less than 5 % off, 95 % intervals",
            base=_.share(evidence.slope("B", "bought").mean),
        ),
        upright(steps, PLAIN_LABELS, _("shelf discount", context="axis title"), _),
        table,
        mark=_("transferred from shelf prices"),
        localizer=_,
    )


def _curve_title(rows: list[dict[str, float]], effects: list[Estimate], _: Localizer) -> str:
    clear = [row["depth_low"] for row, effect in zip(rows, effects, strict=True) if effect.is_clear]
    if not clear:
        return _("No depth of discount changes the chance to buy clearly")
    deepest, least = (_.numbers(f"{depth * POINTS:.0f} %") for depth in (rows[-1]["depth_low"], clear[0]))
    return _(
        "Discounts of {deepest} or more change the chance to buy by {effect}; below {clear} nothing clear shows",
        deepest=deepest,
        effect=_.points(effects[-1]),
        clear=least,
    )


def _range(low: float, high: float, _: Localizer) -> str:
    if high >= 1:
        return _.numbers(f"{low * POINTS:.0f} % +")
    return _.numbers(f"{low * POINTS:.0f}–{high * POINTS:.0f} %")


def _slopes(evidence: Evidence, facts: Facts) -> Table:
    _, rows = facts.localizer, []
    for outcome in dict.fromkeys(one.outcome for one in evidence.slopes):
        cells = [_slope_cell(evidence, design, outcome, facts) for design in ("B", "A")]
        relative = _.shares(evidence.slope("B", outcome).relative.times(POINTS))
        rows.append((_.word("outcome", outcome), cells[0], relative, cells[1]))
    b, a = (count(evidence.slope(design, "bought").n_pairs) for design in ("B", "A"))
    columns = tuple(_.say(f"slopes.column.{name}") for name in ("outcome", "b", "mean", "a"))
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


def _slope_cell(evidence: Evidence, design: str, outcome: str, facts: Facts) -> str:
    return _in_unit(evidence.slope(design, outcome).per_ten, outcome, facts)


def _in_unit(estimate: Estimate, outcome: str, facts: Facts) -> str:
    """A change for ten points of depth in the outcome's own unit."""
    if outcome == "bought":
        return facts.localizer.points(estimate.times(POINTS))
    return facts.money.estimate(estimate) if outcome.endswith("_minor") else estimate.text()


def _break_even(evidence: Evidence, facts: Facts) -> str:
    _, by_design = facts.localizer, evidence.break_even_margin
    margins = {f"margin_{design.lower()}": _.shares(by_design[design].times(100)) for design in ("B", "A")}
    shares = {
        f"share_{design.lower()}": _.shares(supplier_share(by_design[design], facts.margin).times(100))
        for design in ("B", "A")
    }
    return _(
        "A discount for everyone would pay for itself at a margin of {margin_b} by design B "
        "and {margin_a} by design A; the shop plans with {margin}. At that margin suppliers "
        "would have to pay {share_b} (B) or {share_a} (A) of each discount. A coupon also "
        "gives its discount on everything bought in its category, the usual purchases "
        "included, and is planned for single customers, so the first chart of this report asks "
        "for another share.",
        margin=facts.at_margin,
        **margins,
        **shares,
    )


def _checks(evidence: Evidence, facts: Facts) -> Table:
    _ = facts.localizer
    rows = tuple(
        (
            _.named(CHECK_NAMES, one.name),
            _.word("outcome", one.outcome),
            _.named(EXPECTATIONS, one.expected),
            _found(one, facts),
            _mark(one, _),
        )
        for one in evidence.checks
    )
    columns = ("checks.column.check", "slopes.column.outcome", *(f"checks.column.{name}" for name in _FIGURES))
    return Table(
        _("What would have to be true if design B measured what it claims; changes for ten points of depth"),
        tuple(_.say(key) for key in columns),
        rows,
        n_labels=3,
    )


_FIGURES = ("expected", "found", "verdict")


def _found(check: Check, facts: Facts) -> str:
    if check.name == "calibration slope":
        return check.estimate.text()
    return _in_unit(check.estimate.times(TEN_POINTS), check.outcome, facts)


def _mark(check: Check, _: Localizer) -> str:
    return _.say({True: "checks.passed", False: "checks.failed", None: "checks.shown"}[check.passed])


def _verdict(evidence: Evidence, facts: Facts) -> str:
    _, judged = facts.localizer, len(evidence.judged)
    failed = [
        _(
            "{check} on {outcome} ({found})",
            context="checks",
            check=_.named(CHECK_NAMES, one.name),
            outcome=_.word("outcome", one.outcome),
            found=_found(one, facts),
        )
        for one in evidence.failed
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
                "About {share} of the gain in units is missing in the week after: bought earlier, not more.",
                share=_.share(pulled),
            )
        )
    return _.sentences(said)
