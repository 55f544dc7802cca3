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
    Missing,
    Section,
    Table,
    Text,
    Upright,
    Voice,
    count,
    figure,
    upright,
)

POINTS = 100
"""Percentage points in a probability of one."""


def response_section(findings: Findings, facts: Facts, evidence: Evidence) -> Section:
    """What offers shown at random changed, and then what shelf prices tell, as far as either is known."""
    tell, shown = facts.voice, evidence.shown
    shelf = _shelf(findings, facts, evidence) if evidence.is_known else ()
    if shown is not None:
        blocks = (*shown_blocks(shown, findings, facts), *shelf)
        return Section("response", tell.say("response.label"), shown_message(shown, tell), blocks)
    if not evidence.is_known:
        return _not_known(findings, facts)
    return Section("response", tell.say("response.label"), _message(evidence, facts), shelf)


def _shelf(findings: Findings, facts: Facts, evidence: Evidence) -> tuple[Block, ...]:
    """The average response from both sides, who responds more, and whether the design holds."""
    tell = facts.voice
    return (
        Text(tell.say(_intro(evidence))),
        Bullets(_assumptions(evidence, tell)),
        _curve(findings, evidence, tell),
        _slopes(evidence, facts),
        Text(_break_even(evidence, facts)),
        deciles_figure(findings, tell),
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
    tell = facts.voice
    key = "response.none_unknown" if facts.basis == UNKNOWN else "response.none_assumed"
    text = tell.listed([*gap_sentences(findings, tell), tell.say(key)], "sentence")
    return Section("response", tell.say("response.label"), tell.say("response.none"), (Missing(text, is_given=True),))


def _message(evidence: Evidence, facts: Facts) -> str:
    careful, upper = (evidence.slope(design, "bought").per_ten.times(POINTS) for design in ("B", "A"))
    pays = 0 < evidence.break_even_margin["B"].value <= facts.margin
    return facts.voice.say(
        "response.message.pays" if pays else "response.message.too_little",
        careful=f"{careful.value:.2f}",
        upper=f"{upper.value:.2f}",
        margin=facts.voice.share(facts.margin),
    )


def _usual_depth(evidence: Evidence) -> float:
    """Shelf discount over value at list price, over all pairs."""
    return evidence.slope("B", "discount_minor").mean / evidence.slope("B", "list_minor").mean


def _assumptions(evidence: Evidence, tell: Voice) -> tuple[str, ...]:
    return (
        *(tell.say(f"assume.{name}") for name in ("coupon", "stores", "mailers", "list", "maximum")),
        tell.say("assume.margin", usual=tell.share(_usual_depth(evidence))),
        *([_deepest(evidence, tell)] if evidence.is_used else []),
    )


def _deepest(evidence: Evidence, tell: Voice) -> str:
    deepest = tell.share(evidence.deepest_offer)
    if evidence.deep_weeks > 0:
        return tell.say("assume.deep", deepest=deepest, weeks=tell.share(evidence.deep_weeks))
    return tell.say("assume.beyond", deepest=deepest)


def _curve(findings: Findings, evidence: Evidence, tell: Voice) -> Figure:
    rows = list(findings.tables["response_curve"].iter_rows(named=True))
    effects = [Estimate.of(row["effect"], row["se"]).times(POINTS) for row in rows]
    names = [_range(row["depth_low"], row["depth_high"], tell) for row in rows]
    steps = [Upright(name, effect) for name, effect in zip(names, effects, strict=True)]
    table = Table(
        tell.say("curve.table"),
        tuple(tell.say(f"curve.column.{name}") for name in ("depth", "points", "share")),
        tuple(
            (name, effect.text() if row["effect"] else tell.say("curve.base"), tell.share(row["share_of_weeks"]))
            for name, effect, row in zip(names, effects, rows, strict=True)
        ),
    )
    return figure(
        "response-curve",
        _curve_title(rows, effects, tell),
        tell.say("curve.measure", base=tell.share(evidence.slope("B", "bought").mean)),
        upright(steps, PLAIN_LABELS, tell.say("curve.axis"), tell),
        table,
        mark=tell.say("mark.transferred"),
        tell=tell,
    )


def _curve_title(rows: list[dict[str, float]], effects: list[Estimate], tell: Voice) -> str:
    clear = [row["depth_low"] for row, effect in zip(rows, effects, strict=True) if effect.is_clear]
    if not clear:
        return tell.say("curve.title.none")
    deepest, least = (tell.spaced(f"{depth * POINTS:.0f} %") for depth in (rows[-1]["depth_low"], clear[0]))
    return tell.say("curve.title", deepest=deepest, effect=tell.points(effects[-1]), clear=least)


def _range(low: float, high: float, tell: Voice) -> str:
    if high >= 1:
        return tell.spaced(f"{low * POINTS:.0f} % +")
    return tell.spaced(f"{low * POINTS:.0f}–{high * POINTS:.0f} %")


def _slopes(evidence: Evidence, facts: Facts) -> Table:
    tell, rows = facts.voice, []
    for outcome in dict.fromkeys(one.outcome for one in evidence.slopes):
        cells = [_slope_cell(evidence, design, outcome, facts) for design in ("B", "A")]
        relative = tell.shares(evidence.slope("B", outcome).relative.times(POINTS))
        rows.append((tell.word("outcome", outcome), cells[0], relative, cells[1]))
    b, a = (count(evidence.slope(design, "bought").n_pairs) for design in ("B", "A"))
    columns = tuple(tell.say(f"slopes.column.{name}") for name in ("outcome", "b", "mean", "a"))
    return Table(tell.say("slopes.table", b=b, a=a), columns, tuple(rows))


def _slope_cell(evidence: Evidence, design: str, outcome: str, facts: Facts) -> str:
    return _in_unit(evidence.slope(design, outcome).per_ten, outcome, facts)


def _in_unit(estimate: Estimate, outcome: str, facts: Facts) -> str:
    """A change for ten points of depth in the outcome's own unit."""
    if outcome == "bought":
        return facts.voice.points(estimate.times(POINTS))
    return facts.money.estimate(estimate) if outcome.endswith("_minor") else estimate.text()


def _break_even(evidence: Evidence, facts: Facts) -> str:
    tell, by_design = facts.voice, evidence.break_even_margin
    margins = {f"margin_{design.lower()}": tell.shares(by_design[design].times(100)) for design in ("B", "A")}
    shares = {
        f"share_{design.lower()}": tell.shares(supplier_share(by_design[design], facts.margin).times(100))
        for design in ("B", "A")
    }
    return tell.say("response.break_even", margin=facts.at_margin, **margins, **shares)


def _checks(evidence: Evidence, facts: Facts) -> Table:
    tell = facts.voice
    rows = tuple(
        (
            tell.own(one.name),
            tell.word("outcome", one.outcome),
            tell.own(one.expected),
            _found(one, facts),
            _mark(one, tell),
        )
        for one in evidence.checks
    )
    columns = ("checks.column.check", "slopes.column.outcome", *(f"checks.column.{name}" for name in _FIGURES))
    return Table(tell.say("checks.table"), tuple(tell.say(key) for key in columns), rows, n_labels=3)


_FIGURES = ("expected", "found", "verdict")


def _found(check: Check, facts: Facts) -> str:
    if check.name == "calibration slope":
        return check.estimate.text()
    return _in_unit(check.estimate.times(TEN_POINTS), check.outcome, facts)


def _mark(check: Check, tell: Voice) -> str:
    return tell.say({True: "checks.passed", False: "checks.failed", None: "checks.shown"}[check.passed])


def _verdict(evidence: Evidence, facts: Facts) -> str:
    tell, judged = facts.voice, len(evidence.judged)
    failed = [
        tell.say(
            "checks.on_found",
            check=tell.own(one.name),
            outcome=tell.word("outcome", one.outcome),
            found=_found(one, facts),
        )
        for one in evidence.failed
    ]
    said = [tell.say("checks.verdict", passed=judged - len(failed), judged=judged)]
    if failed:
        said.append(tell.say("checks.verdict_failed", names=tell.listed(failed, "semicolon")))
    pulled = evidence.pulled_forward()
    if pulled:
        said.append(tell.say("checks.pulled", share=tell.share(pulled)))
    return tell.listed(said, "sentence")
