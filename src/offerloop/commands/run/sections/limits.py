"""Section 9: how far all of this can be trusted."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.facts import ASSUMED, TRANSFERRED, UNKNOWN, RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.gaps import gap_sentences
from offerloop.commands.run.sentences import test_sentences
from offerloop.commands.run.shelf_evidence import OUTCOMES, ShelfEvidence
from offerloop.evaluation import LEAST_BUYERS, LEAST_CUSTOMERS
from offerloop.message import Message
from offerloop.offers import OFFER_KIND_NAMES
from offerloop.report import Block, Bullets, Localizer, Section, Text, period_text
from offerloop.response import CHECK_NAMES


def limits(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> tuple[str, ...]:
    """What a reader must know before acting, with the note about the data, which the page has in its header."""
    note, said = findings.config.shop.note, _limits_of_evidence(findings, facts, evidence)
    return (
        (*said, facts.localizer("About the data: {note}", context="limits of the report", note=note)) if note else said
    )


def _limits_of_evidence(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> tuple[str, ...]:
    """Return the limits of the evidence, the most important first."""
    _, common = facts.localizer, _common(findings, facts)
    shown = _of_shown(facts, evidence)
    if evidence.is_used:
        sentences = [*shown, *_of_study(findings, facts, evidence, common)]
    elif shown:
        sentences = [*shown, _some_assumed(facts), *common]
    else:
        first = [
            _(
                "No effect was learned from the data, nor from offers shown at random: what a plan "
                "rests on is the shop's own assumption until a campaign with a holdout has run."
            ),
            _("An assumption has no interval: nothing here tells how far it is off, nor that it has the right sign."),
        ]
        sentences = [*(first if facts.basis == ASSUMED else first[:1]), *common]
    sentences += [_unknown(findings, facts), *gap_sentences(findings, _)]
    if findings.table("campaign_effects") is not None:
        sentences.append(
            _(
                "Past campaigns were not drawn at random; where the placebo differs from zero, the "
                "difference-in-differences cannot be trusted."
            )
        )
    said = (*sentences[:1], _test(findings, _), *test_sentences(facts), *sentences[1:])
    return tuple(sentence for sentence in said if sentence)


def _common(findings: Findings, facts: RunFacts) -> list[str]:
    """About the margin, and about the maximum of a coupon whose redemptions were never seen."""
    text = (
        Message(
            "The margin of {margin} of list price is assumed, the same for all products; where a "
            "list price is wrong, so is the depth of its discounts."
        )
        if facts.margin_basis == "configured"
        else Message(
            "The margin is that of unit costs, by category where most of it has one, {margin} over "
            "all; where a list price is wrong, so is the depth of its discounts."
        )
    )
    margin = facts.localizer(text, margin=facts.margin_text)
    expected = findings.tables["offers"]["basis"].is_in([TRANSFERRED, ASSUMED]).any()
    return (
        [margin, facts.localizer("A coupon's maximum is applied to a usual basket, not to every possible one.")]
        if expected
        else [margin]
    )


def _of_shown(facts: RunFacts, evidence: ShelfEvidence) -> list[str]:
    """Where offers shown at random tell an effect."""
    if evidence.shown is None:
        return []
    _ = facts.localizer
    return [
        _(
            "Effects estimated from offers shown at random hold for customers and weeks like those "
            "in which they were shown, and only if the propensities in the log are right."
        ),
        _(
            "An exposure counts for {period}, or until the customer's next one. What it adds later, or takes "
            "from later days, counts as far as the log shows it in the windows of the next four exposures.",
            period=period_text(evidence.shown.window_days),
        ),
        _(
            "Where an effect was estimated, intervals hold the uncertainty of each offer's mean "
            "value and of its spread over customers. They hold neither that of the discount redeemed "
            "nor chance in the plan's period; who responds more is less sure than the mean."
        ),
    ]


def _some_assumed(facts: RunFacts) -> str:
    return (
        facts.localizer(
            "Some offers count by the shop's own assumption; their figures have no interval, and "
            "intervals of plans with them hold the uncertainty of the other offers only."
        )
        if ASSUMED in facts.bases
        else ""
    )


def _test(findings: Findings, _: Localizer) -> str:
    """What the read-out of this plan will be able to show."""
    test = findings.test
    if test is None:
        return ""
    if test.detectable is None:
        return _(
            "The read-out of this plan could not detect any effect: {treated} customers get the plan's "
            "offer and {held} are held back, and a comparison needs {least} on each side, {buyers} "
            "of whom buy within {period}; hold back a larger share, plan for more customers, or read out "
            "a longer period.",
            treated=test.n_treated,
            held=test.n_control,
            least=LEAST_CUSTOMERS,
            buyers=LEAST_BUYERS,
            period=period_text(test.period_days),
        )
    return _(
        "The test over {period} compares {treated} customers with an offer and {held} without. Judging by purchases "
        "in as long a period before, it has a power of 80 % to detect extra margin of {detectable} or more in total. "
        "Much smaller effects will usually be missed.",
        period=period_text(test.period_days),
        detectable=_.money.text(test.detectable),
        treated=test.n_treated,
        held=test.n_control,
    )


def _of_study(findings: Findings, facts: RunFacts, evidence: ShelfEvidence, common: list[str]) -> list[str]:
    _, pulled = facts.localizer, evidence.pulled_forward()
    return [
        (
            _(
                "Nothing was learned from offers shown at random: all effects are a forecast until a "
                "campaign with a holdout has run."
            )
            if evidence.shown is None
            else _(
                "Offers that were not shown at random often enough count by shelf prices: their "
                "effects are a forecast until a campaign with a holdout has run."
            )
        ),
        _some_assumed(facts),
        _(
            "The intervals cover uncertainty in the average response and in its variation between customers."
            " They exclude chance in the plan's period and whether shelf prices predict coupons."
        ),
        _(
            "The effect of coupons is inferred from shelf prices, although customers choose their "
            "stores and mailers come with price cuts; design A, which includes the mailers, shows "
            "how large the effect could be."
        ),
        *common,
        _failed(evidence, _),
        _(
            "About {share} of the gain in units is bought earlier; the forecast of {period} counts it as gained.",
            share=_.share(pulled),
            period=facts.period,
        )
        if pulled
        else "",
        _halves(findings, _),
        _("Intervals of single customers are rough: only those of tenths and of whole plans were checked."),
    ]


def _failed(evidence: ShelfEvidence, _: Localizer) -> str:
    failed = [
        _(
            "{check} on {outcome}",
            context="checks",
            check=_.named(CHECK_NAMES, check.name),
            outcome=_.named(OUTCOMES, check.outcome),
        )
        for check in evidence.failed
    ]
    return _("Failed checks: {names}.", context="limits of the report", names=_.clauses(failed)) if failed else ""


def _halves(findings: Findings, _: Localizer) -> str:
    slopes = findings.tables["calibration"]["slope"]
    if slopes.is_empty():
        return ""
    low, high = (f"{float(str(end)):.2g}".replace("-", "−") for end in (slopes.min(), slopes.max()))
    text = (
        Message(
            "In {n} check on the other half of the customers, real differences were {low} times the predicted ones (1 "
            "is perfect). Who responds more is less sure than the average response.",
            plural="In {n} checks on the other half of the customers, real differences were {low} times the predicted "
            "ones (1 is perfect). Who responds more is less sure than the average response.",
        )
        if low == high
        else Message(
            "In {n} checks on the other half of the customers, real differences were {low} to {high} times "
            "the predicted ones (1 is perfect). Who responds more is less sure than the average response."
        )
    )
    return _(text, low=low, high=high, n=len(slopes))


def _unknown(findings: Findings, facts: RunFacts) -> str:
    _, offers = facts.localizer, findings.tables["offers"]
    kinds = sorted(offers.filter(pl.col("basis") == "unknown")["kind"].unique().to_list())
    if not kinds:
        return ""
    text = (
        Message("No data show the effect of some offers ({kinds}), so they are only given at random.")
        if any(one.n_explore for one in facts.sent)
        else Message("Nothing shows the effect of some offers ({kinds}): no plan can count on them.")
    )
    return _(text, kinds=[_.named(OFFER_KIND_NAMES, kind) for kind in kinds])


def limits_section(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> Section:
    """Return the section with the list of limits."""
    _ = facts.localizer
    message = Message("This is a forecast to be tested, not proof: what could make it wrong")
    if facts.basis == ASSUMED:
        message = (
            Message("This is an assumption to be tested, not a finding: what could make it wrong")
            if _is_testable(facts)
            else Message("This is an assumption, not a finding: what could make it wrong")
        )
    blocks: list[Block] = [Bullets(_limits_of_evidence(findings, facts, evidence)), *_how(facts)]
    return Section("limits", _("Limits of the evidence"), _(message), tuple(blocks))


def _how(facts: RunFacts) -> list[Text]:
    """How to find out, where something is sent and a read-out could; what nobody knows is not sent."""
    return (
        []
        if facts.basis == UNKNOWN or not _is_testable(facts) or not (facts.sent or facts.n_explore)
        else [
            Text(
                facts.localizer(
                    "How to find out: send the plan as written, holdout and exploration included, wait until its "
                    "period is over, and compare the arms. That comparison needs none of the assumptions "
                    "above."
                )
            )
        ]
    )


def _is_testable(facts: RunFacts) -> bool:
    return facts.reach is None or facts.reach.can_show
