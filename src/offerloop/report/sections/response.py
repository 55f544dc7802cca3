"""Section 5: what a discount would change, learned from shelf prices."""

from __future__ import annotations

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Block, Bullets, Figure, Missing, Section, Table, Text
from offerloop.report.charts.drawing import PLAIN_LABELS, figure
from offerloop.report.charts.forest import Upright, upright
from offerloop.report.evidence import OUTCOME_NAMES, TEN_POINTS, Check, Evidence, supplier_share
from offerloop.report.facts import Facts
from offerloop.report.findings import Findings
from offerloop.report.numbers import count, percent
from offerloop.report.sections.deciles import deciles_figure

MARK = "transferred from shelf prices"
POINTS = 100
"""Percentage points in a probability of one."""


def response_section(findings: Findings, facts: Facts, evidence: Evidence) -> Section:
    """The average response from both sides, who responds more, and whether the design holds."""
    if not evidence.slopes:
        missing = " ".join(["The response to shelf prices could not be learned.", *findings.gaps])
        return Section(
            "response", "What a discount changes", "What a discount changes is not known", (Missing(missing),)
        )
    blocks: tuple[Block, ...] = (
        Text(
            "No coupon was ever given by lot here. What a discount changes was learned from weeks in which the "
            "shop cut its shelf prices for everyone, and is carried over to coupons. For that to hold:"
        ),
        Bullets(_assumptions(evidence)),
        _curve(findings, evidence),
        _slopes(evidence, facts),
        Text(_break_even(evidence, facts)),
        deciles_figure(findings),
        _checks(evidence, facts),
        Text(_verdict(evidence, facts)),
    )
    return Section("response", "What a discount changes", _message(evidence, facts), blocks)


def _message(evidence: Evidence, facts: Facts) -> str:
    careful, upper = (evidence.slope(design, "bought").per_ten.times(POINTS) for design in ("B", "A"))
    level = evidence.break_even_margin["B"].value
    pays = "enough to pay for itself" if 0 < level <= facts.margin else "too little to pay for itself"
    return (
        f"Ten points more discount raise the weekly chance to buy by about {careful.value:.2f} points, or "
        f"{upper.value:.2f} by the most generous reading: {pays} at a margin of {percent(facts.margin)}"
    )


def _usual_depth(evidence: Evidence) -> float:
    """Shelf discount over value at list price, over all pairs."""
    return evidence.slope("B", "discount_minor").mean / evidence.slope("B", "list_minor").mean


def _assumptions(evidence: Evidence) -> tuple[str, ...]:
    return (
        "A coupon works like a shelf price of the same depth. It may not: a coupon must be noticed and kept, and "
        "it is personal.",
        "Customers chose their stores and what they buy there; a price cut seen by one customer and not by "
        "another is not a draw by lot.",
        "Mailers and displays come with price cuts. Design A holds their effect too and is the upper bracket; "
        "design B leaves it out as far as it can and is the figure used.",
        "The list value of each line is taken as given by the source; it is an assumption of the configuration, "
        "as is the margin.",
        "Where a coupon's maximum is less than its share of a usual basket, it counts at the smaller depth.",
        f"The margin is taken to be left after usual shelf discounts, {percent(_usual_depth(evidence))} of list "
        "value here; if gained units carry those on top, they leave that much less.",
        f"Offers go to {percent(evidence.deepest_offer)}; shelf discounts in the range of that depth or above it "
        f"were seen in {percent(evidence.deep_weeks)} of pair-weeks over all categories. A coupon comes on top of "
        "shelf discounts, so the sum may lie beyond what was observed."
        if evidence.deep_weeks > 0
        else f"Offers go to {percent(evidence.deepest_offer)}, deeper than any seen: that part is extrapolated.",
    )


def _curve(findings: Findings, evidence: Evidence) -> Figure:
    rows = list(findings.tables["response_curve"].iter_rows(named=True))
    effects = [Estimate.of(row["effect"], row["se"]).times(POINTS) for row in rows]
    names = [_range(row["depth_low"], row["depth_high"]) for row in rows]
    steps = [Upright(name, effect) for name, effect in zip(names, effects, strict=True)]
    base = evidence.slope("B", "bought").mean
    table = Table(
        "Change of the weekly chance to buy, by depth of discount on the customer's own products",
        ("depth", "points [95 % interval]", "share of pair-weeks"),
        tuple(
            (
                name,
                effect.text() if row["effect"] else "0 (what others are compared with)",
                percent(row["share_of_weeks"]),
            )
            for name, effect, row in zip(names, effects, rows, strict=True)
        ),
    )
    return figure(
        "response-curve",
        _curve_title(rows, effects),
        f"Change of the weekly chance to buy in percentage points, on a mean of {percent(base)}, by depth of the "
        "shelf discount; against less than 5 % off, 95 % intervals",
        upright(steps, PLAIN_LABELS, "shelf discount"),
        table,
        mark=MARK,
    )


def _curve_title(rows: list[dict[str, float]], effects: list[Estimate]) -> str:
    clear = [row["depth_low"] for row, effect in zip(rows, effects, strict=True) if effect.is_clear]
    if not clear:
        return "No depth of discount changes the chance to buy clearly"
    deepest = f"{rows[-1]['depth_low'] * POINTS:.0f} %"
    return (
        f"Discounts of {deepest} or more change the chance to buy by {effects[-1].text(' points')}; below "
        f"{clear[0] * POINTS:.0f} % nothing clear shows"
    )


def _range(low: float, high: float) -> str:
    if high >= 1:
        return f"{low * POINTS:.0f} % +"
    return f"{low * POINTS:.0f}–{high * POINTS:.0f} %"


def _slopes(evidence: Evidence, facts: Facts) -> Table:
    rows = []
    for outcome in dict.fromkeys(one.outcome for one in evidence.slopes):
        cells = [_slope_cell(evidence, design, outcome, facts) for design in ("B", "A")]
        relative = evidence.slope("B", outcome).relative.times(POINTS).text(" %")
        rows.append((OUTCOME_NAMES[outcome], cells[0], relative, cells[1]))
    b, a = (count(evidence.slope(design, "bought").n_pairs) for design in ("B", "A"))
    return Table(
        f"Change for ten points more discount, for a pair of a customer and a category in a week (pairs: B {b}, A {a})",
        ("outcome", "design B (used)", "of its mean", "design A (upper bracket)"),
        tuple(rows),
    )


def _slope_cell(evidence: Evidence, design: str, outcome: str, facts: Facts) -> str:
    return _in_unit(evidence.slope(design, outcome).per_ten, outcome, facts)


def _in_unit(estimate: Estimate, outcome: str, facts: Facts) -> str:
    """A change for ten points of depth in the outcome's own unit."""
    if outcome == "bought":
        return estimate.times(POINTS).text(" points")
    return facts.money.estimate(estimate) if outcome.endswith("_minor") else estimate.text()


def _break_even(evidence: Evidence, facts: Facts) -> str:
    by_design = [
        f"{evidence.break_even_margin[design].times(100).text(' %')} by design {design}" for design in ("B", "A")
    ]
    shares = [
        supplier_share(evidence.break_even_margin[design], facts.margin).times(100).text(" %") for design in ("B", "A")
    ]
    return (
        f"A discount for everyone would pay for itself at a margin of {by_design[0]} and {by_design[1]}; the "
        f"shop's is assumed to be {percent(facts.margin)}. At that margin suppliers would have to pay {shares[0]} "
        f"(B) or {shares[1]} (A) of each discount. A coupon also gives its discount on everything bought in its "
        "category, the usual purchases included, and is planned for single customers, so the first chart of this "
        "report asks for another share."
    )


def _checks(evidence: Evidence, facts: Facts) -> Table:
    rows = tuple(
        (one.name, OUTCOME_NAMES[one.outcome], one.expected, _found(one, facts), _mark(one)) for one in evidence.checks
    )
    columns = ("check", "outcome", "expected", "found [95 % interval]", "verdict")
    return Table(
        "What would have to be true if design B measured what it claims; changes for ten points of depth",
        columns,
        rows,
        n_labels=3,
    )


def _found(check: Check, facts: Facts) -> str:
    if check.name == "calibration slope":
        return check.estimate.text()
    return _in_unit(check.estimate.times(TEN_POINTS), check.outcome, facts)


def _mark(check: Check) -> str:
    return {True: "✓ passed", False: "✗ failed", None: "– only shown"}[check.passed]


def _verdict(evidence: Evidence, facts: Facts) -> str:
    failed = [f"{one.name} on {OUTCOME_NAMES[one.outcome]} ({_found(one, facts)})" for one in evidence.failed]
    judged = len(evidence.judged)
    text = f"{judged - len(failed)} of {judged} checks with a verdict passed. " + (
        f"Failed: {'; '.join(failed)}. Part of the effect shown may be a trend that came first. " if failed else ""
    )
    pulled = evidence.pulled_forward()
    if pulled:
        text += f"About {percent(pulled)} of the gain in units is missing in the week after: bought earlier, not more."
    return text.strip()
