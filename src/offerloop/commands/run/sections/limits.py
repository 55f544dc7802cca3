"""Section 9: how far all of this can be believed."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.facts import ASSUMED, TRANSFERRED, UNKNOWN, Facts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.gaps import gap_sentences
from offerloop.commands.run.sentences import test_sentences
from offerloop.commands.run.shelf_evidence import Evidence
from offerloop.evaluation import LEAST, LEAST_BUYERS
from offerloop.report import Block, Bullets, Section, Text, Voice, count


def limits(findings: Findings, facts: Facts, evidence: Evidence) -> tuple[str, ...]:
    """What a reader must know before acting, with the note about the data, which the page has in its header."""
    note, said = findings.config.shop.note, _said(findings, facts, evidence)
    return (*said, facts.voice.say("limits.note", note=note)) if note else said


def _said(findings: Findings, facts: Facts, evidence: Evidence) -> tuple[str, ...]:
    """Most important first."""
    tell, common = facts.voice, _common(findings, facts)
    shown = _of_shown(facts, evidence)
    if evidence.is_used:
        found = [*shown, *_of_study(findings, facts, evidence, common)]
    elif shown:
        found = [*shown, _some_assumed(facts), *common]
    else:
        first = [tell.say("limits.random_assumed"), tell.say("limits.assumed_interval")]
        found = [*(first if facts.basis == ASSUMED else first[:1]), *common]
    found += [_unknown(findings, facts), *gap_sentences(findings, tell)]
    if findings.table("campaign_effects") is not None:
        found.append(tell.say("limits.past"))
    said = (*found[:1], _test(findings, tell), *test_sentences(facts), *found[1:])
    return tuple(sentence for sentence in said if sentence)


def _common(findings: Findings, facts: Facts) -> list[str]:
    """About the margin, and about the maximum of a coupon whose redemptions were never seen."""
    key = "limits.margin" if facts.margin_basis == "configured" else "limits.margin_costs"
    margin = facts.voice.say(key, margin=facts.voice.share(facts.margin))
    expected = findings.tables["offers"]["basis"].is_in([TRANSFERRED, ASSUMED]).any()
    return [margin, facts.voice.say("limits.maximum")] if expected else [margin]


def _of_shown(facts: Facts, evidence: Evidence) -> list[str]:
    """Where offers shown at random tell an effect."""
    if evidence.shown is None:
        return []
    days = count(evidence.shown.window_days)
    keys = ("limits.estimated", "limits.estimated_window", "limits.estimated_intervals")
    return [facts.voice.say(key, days=days) for key in keys]


def _some_assumed(facts: Facts) -> str:
    return facts.voice.say("limits.some_assumed") if ASSUMED in facts.bases else ""


def _test(findings: Findings, tell: Voice) -> str:
    """What the read-out of this plan will be able to show."""
    test = findings.test
    if test is None:
        return ""
    sizes = {
        "treated": count(test.n_treated),
        "held": count(test.n_control),
        "least": str(LEAST),
        "buyers": str(LEAST_BUYERS),
    }
    if test.detectable is None:
        return tell.say("limits.test_small", **sizes)
    return tell.say("limits.test", detectable=tell.money.text(test.detectable), **sizes)


def _of_study(findings: Findings, facts: Facts, evidence: Evidence, common: list[str]) -> list[str]:
    tell, pulled = facts.voice, evidence.pulled_forward()
    failed = [
        tell.say("checks.on", check=tell.own(one.name), outcome=tell.word("outcome", one.outcome))
        for one in evidence.failed
    ]
    return [
        tell.say("limits.random" if evidence.shown is None else "limits.random_others"),
        _some_assumed(facts),
        tell.say("limits.intervals"),
        tell.say("limits.shelf"),
        *common,
        tell.say("limits.failed", names=tell.listed(failed, "semicolon")) if failed else "",
        tell.say("limits.pulled", share=tell.share(pulled)) if pulled else "",
        _halves(findings, tell),
        tell.say("limits.single"),
    ]


def _halves(findings: Findings, tell: Voice) -> str:
    slopes = findings.tables["calibration"]["slope"]
    if slopes.is_empty():
        return ""
    low, high = (f"{float(str(end)):.2g}".replace("-", "−") for end in (slopes.min(), slopes.max()))
    return tell.say("limits.halves", low=low, high=high, n=len(slopes))


def _unknown(findings: Findings, facts: Facts) -> str:
    tell, offers = facts.voice, findings.tables["offers"]
    kinds = sorted(offers.filter(pl.col("basis") == "unknown")["kind"].unique().to_list())
    if not kinds:
        return ""
    key = "limits.unknown" if any(one.n_explore for one in facts.sent) else "limits.unknown_none"
    return tell.say(key, kinds=tell.listed(tell.word("kind", kind) for kind in kinds))


def limits_section(findings: Findings, facts: Facts, evidence: Evidence) -> Section:
    """Return the section with the list of limits."""
    tell = facts.voice
    assumed = "limits.message_assumed" if _is_testable(facts) else "limits.message_trust"
    message = assumed if facts.basis == ASSUMED else "limits.message"
    blocks: list[Block] = [Bullets(_said(findings, facts, evidence)), *_how(facts)]
    return Section("limits", tell.say("limits.label"), tell.say(message), tuple(blocks))


def _how(facts: Facts) -> list[Text]:
    """How to find out, where a read-out could; what nobody knows is not sent."""
    return [] if facts.basis == UNKNOWN or not _is_testable(facts) else [Text(facts.voice.say("limits.how"))]


def _is_testable(facts: Facts) -> bool:
    return facts.reach is None or facts.reach.can_show
