"""Section 9: how far all of this can be believed, what words mean, and how it was computed."""

from __future__ import annotations

import polars as pl

from offerloop.report.blocks import Bullets, Section, Terms, Text
from offerloop.report.evidence import OUTCOME_NAMES, Evidence
from offerloop.report.facts import Facts
from offerloop.report.findings import Findings
from offerloop.report.numbers import percent

GLOSSARY = (
    ("profit", "增量利润", "what an offer changes in margin, less what the offer costs us"),
    ("value", "增量毛利", "incremental margin before the offer's cost"),
    ("response", "响应 / 增量", "the change that an offer causes, against what would have happened without it"),
    (
        "95 % interval",
        "95 % 区间",
        "the range that holds the true figure in 95 of 100 such studies, if their assumptions hold",
    ),
    ("held-out", "留出检验", "valued on customers who had no part in choosing the plan"),
    (
        "winner's curse",
        "赢家诅咒",
        "the highest estimates are too high on average, because they were picked for being high",
    ),
    ("depth", "折扣深度", "discount as a share of the list price; ten points: from 10 % off to 20 % off"),
    ("budget", "预算", "the most that a campaign's offers may cost us"),
    ("liability", "最大负债", "the most that an assigned offer can cost"),
    ("shadow price", "预算影子价格", "extra profit of one more unit of budget"),
    ("stop point", "停止点", "the budget from which on no further offer is estimated to pay"),
    ("supplier share", "供应商承担比例", "part of each discount that the maker of the product pays"),
    ("break-even", "盈亏平衡", "where profit changes from below zero to above it"),
    ("holdout", "长期留出组", "customers never treated, drawn at random and kept"),
    ("exploration", "探索", "a few customers get an offer by lot, so that its effect can be learned"),
    ("propensity", "投放概率", "probability with which the offer shown was chosen"),
    ("placebo", "安慰剂检验", "the same comparison where no effect can be; if it finds one, the method is off"),
    ("naive difference", "朴素差异", "targeted customers less others, without regard to how they were chosen"),
    ("adjusted", "双重差分", "change of targeted customers less change of others (difference-in-differences)"),
    (
        "design A, design B",
        "设计 A / B",
        "two ways to compare weeks with and without price cuts; A is the upper bracket, B is used",
    ),
    ("transferred", "迁移", "measured on shelf prices, used for coupons"),
    ("pair", "用户品类对", "one customer and one category that the customer buys"),
    ("nDCG@10", "nDCG@10", "how many of ten shown products were bought, earlier places counting more; from 0 to 1"),
    ("calibration slope", "校准斜率", "1 when predicted differences are real, 0 when they are noise"),
    ("tag", "标签", "a readable label derived from a customer's profile"),
    ("affinity", "偏好", "a recommender's score, no unit; not a response"),
    ("assignment", "分配", "customer and offer in a plan"),
)
STAGES = (
    "Events: read the sources, clean them by written rules, count every row.",
    "Profiles: features of each customer before the day of the plan; tags by rule.",
    "Recommenders: fitted on earlier weeks, chosen on one window, reported on a later one.",
    "Past campaigns: change of weekly spend of targeted and other customers, with a placebo.",
    "Response: designs A and B and an R-learner on weekly shelf prices, cross-fitted by customer.",
    "Effects: value, cost and profit of every offer for every customer, chosen by one half, valued by the other.",
    "Allocation: the most profitable offers under the budget; holdout and exploration drawn by lot.",
    "Forecast: held-out profit of the plan beside simple rules at the same spend, or all that they can spend.",
)


def limits(findings: Findings, facts: Facts, evidence: Evidence) -> tuple[str, ...]:
    """What a reader must know before acting, with the note about the data, which the page has in its header."""
    note = findings.config.shop.note
    said = _said(findings, facts, evidence)
    return (*said, f"About the data: {note}") if note else said


def _said(findings: Findings, facts: Facts, evidence: Evidence) -> tuple[str, ...]:
    """Most important first."""
    failed = [f"{one.name} on {OUTCOME_NAMES[one.outcome]}" for one in evidence.failed]
    pulled = evidence.pulled_forward()
    found = [
        "No coupon was randomised: all effects are a forecast until a campaign with a holdout has run.",
        "Intervals hold the uncertainty of the average response and of its spread over customers. They do not "
        "hold next week's luck, nor whether shelf prices speak for coupons.",
        "Shelf prices must speak for coupons, though customers chose their stores and mailers come with price cuts; "
        "design A shows how large the effect could be with them.",
        f"The margin of {percent(facts.margin)} of list price is assumed, the same for all products; a wrong list "
        "price makes a wrong depth.",
        "A coupon's maximum is applied to a usual basket, not to every possible one.",
        f"Failed checks: {'; '.join(failed)}." if failed else "",
        f"About {percent(pulled)} of the gain in units is bought earlier; the forecast of one week counts it as gained."
        if pulled
        else "",
        _halves(findings),
        "Intervals of single customers are rough; those of tenths and of whole plans are what was checked.",
        _unknown(findings),
        "Past campaigns were not drawn by lot; where the placebo is away from zero, the adjusted figure is not clean.",
    ]
    return tuple(sentence for sentence in found if sentence)


def _halves(findings: Findings) -> str:
    slopes = findings.tables["calibration"]["slope"]
    if slopes.is_empty():
        return ""
    shown = " to ".join(f"{float(str(end)):.2g}" for end in (slopes.min(), slopes.max()))
    return (
        f"Differences that models of one half of the customers predict were {shown} times as large in the other half "
        f"({len(slopes)} halves); 1 would be perfect. Who responds more is less sure than the average response."
    )


def _unknown(findings: Findings) -> str:
    offers = findings.tables["offers"]
    kinds = sorted(offers.filter(pl.col("basis") == "unknown")["kind"].unique().to_list())
    named = ", ".join(kinds).replace("_", " ")
    return f"Nothing shows the effect of some offers ({named}): they are only given by lot." if kinds else ""


def limits_section(findings: Findings, facts: Facts, evidence: Evidence) -> Section:
    """The list."""
    return Section(
        "limits",
        "Limits of the evidence",
        "This is a forecast to be tested, not proof: what could make it wrong",
        (
            Bullets(_said(findings, facts, evidence)),
            Text(
                "How to find out: send the plan as written, holdout and lot included, wait until the week is "
                "over, and compare the arms. That comparison needs none of the assumptions above."
            ),
        ),
    )


def words_section() -> Section:
    """Glossary, and the stages."""
    return Section(
        "words",
        "Words and steps",
        "What the words mean, and how this was computed",
        (Terms(GLOSSARY), Text("The steps, in order:"), Bullets(STAGES)),
    )
