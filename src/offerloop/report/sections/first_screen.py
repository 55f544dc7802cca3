"""What a reader sees before anything else: the decision, four figures and one chart."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Figure, Table
from offerloop.report.charts.drawing import PERCENT_LABELS, figure, money_labels
from offerloop.report.charts.lines import Level, Point, line
from offerloop.report.evidence import Evidence
from offerloop.report.facts import CampaignFacts, Facts
from offerloop.report.findings import Findings
from offerloop.report.numbers import count
from offerloop.report.sentences import BASIS, campaign_sentence, confidence, headline, level


@dataclass(frozen=True)
class Verdict:
    """The decision about one campaign."""

    send: bool
    title: str
    sentence: str


@dataclass(frozen=True)
class Tile:
    """One of the four figures."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class FirstScreen:
    """Everything above the sections."""

    headline: str
    verdicts: tuple[Verdict, ...]
    tiles: tuple[Tile, ...]
    chart: Figure
    mark: str = BASIS


def first_screen(findings: Findings, facts: Facts, evidence: Evidence) -> FirstScreen:
    """The first screen."""
    verdicts = []
    for one in sorted(facts.campaigns, key=lambda one: not one.found.send):
        sentence = campaign_sentence(one, facts).removeprefix(f"{one.found.title}: ").replace(f" ({BASIS})", "")
        verdicts.append(Verdict(one.found.send, one.found.title, sentence[0].upper() + sentence[1:]))
    tiles = (*(_sent_tiles(facts) if facts.sent else _kept_tiles(facts)), _confidence(evidence))
    return FirstScreen(headline(facts), tuple(verdicts), tiles, _chart(findings, facts))


def _sent_tiles(facts: Facts) -> tuple[Tile, ...]:
    money, sent = facts.money, facts.sent
    forecasts = [one.sent_forecast for one in sent]
    profit = Estimate(*(sum(getattr(one.profit, end) for one in forecasts) for end in ("value", "low", "high")))
    value, interval = money.estimate(profit).split(" ", 1)
    n_sent, n_explore = sum(one.n_sent for one in sent), sum(one.n_explore for one in sent)
    most = sum(one.liability_sent_minor for one in sent)
    by_lot = sum(one.liability_explore_minor for one in sent)
    budget = sum(one.found.budget_minor for one in sent)
    planned = sum(one.found.n_planned for one in sent)
    return (
        Tile(
            "Expected profit, one week",
            value,
            f"95 % interval {interval}, for the {count(n_sent)} who get the plan's offer",
        ),
        Tile(
            "Expected spend",
            money.text(sum(one.spend_minor for one in forecasts)),
            f"at most {money.text(most)} of a budget of {money.exact(budget)}, and {money.text(by_lot)} by lot",
        ),
        Tile(
            "Customers treated",
            count(n_sent + n_explore),
            f"of {count(facts.n_customers)}: {count(n_sent)} by plan, {count(n_explore)} by lot; "
            f"{count(planned - n_sent)} of the {count(planned)} planned are held back or drawn by lot",
        ),
    )


def _kept_tiles(facts: Facts) -> tuple[Tile, ...]:
    money = facts.money
    best = max(facts.campaigns, key=lambda one: one.plan.profit.value)
    value, interval = money.estimate(best.plan.profit).split(" ", 1)
    return (
        Tile("Profit of the best plan, not sent", value, f"95 % interval {interval}, one week"),
        Tile("Spend", money.exact(0), f"the best plan would have spent {money.text(best.plan.spend_minor)}"),
        Tile("Customers treated", "0", f"of {count(facts.n_customers)}"),
    )


def _confidence(evidence: Evidence) -> Tile:
    value, note = confidence(evidence.judged, evidence.failed)
    return Tile("How sure we are", value, note)


def _chart(findings: Findings, facts: Facts) -> Figure:
    one = next((one for one in facts.campaigns if not one.found.send), facts.campaigns[0])
    mine = (pl.col("campaign_id") == one.found.campaign_id) & (pl.col("lever") == "supplier share")
    rows = list(findings.tables["break_even_sweep"].filter(mine).sort("level").iter_rows(named=True))
    ends = [Estimate(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"]) for row in rows]
    points = [Point(row["level"], each.times(1 / facts.money.unit)) for row, each in zip(rows, ends, strict=True)]
    table = Table(
        "Profit of one week by the share of the discount that suppliers pay",
        ("supplier share", "customers with an offer", "profit [95 % interval]"),
        tuple(
            (level(row["level"]), count(row["n_customers"]), facts.money.estimate(each))
            for row, each in zip(rows, ends, strict=True)
        ),
    )
    return figure(
        "supplier-share",
        _title(one),
        f"Without a budget limit: expected profit of one week ({findings.config.shop.currency}), each customer's "
        "best offer, by the share of each discount that suppliers pay; 95 % band",
        line(points, _levels(one, facts), (PERCENT_LABELS, money_labels(facts.money)), "paid by suppliers"),
        table,
        mark=BASIS,
    )


def _title(one: CampaignFacts) -> str:
    share = one.supplier_share
    noun = one.noun.capitalize()
    if share.estimate is None:
        return f"{noun} do not pay, even when suppliers carry the whole discount"
    if share.beyond_interval is None:
        return f"{noun} clearly pay at no supplier share"
    if share.beyond_interval == 0:
        return f"{noun} pay at every supplier share, even without one"
    return f"{noun} clearly pay once suppliers carry {level(share.beyond_interval)} of the discount"


def _levels(one: CampaignFacts, facts: Facts) -> list[Level]:
    named = [
        Level(each.funded_share, each.found.title, dashed=False)
        for each in facts.campaigns
        if each.funded_share is not None
    ]
    clear = one.supplier_share.beyond_interval
    return named + ([Level(clear, f"clearly pays: {level(clear)}")] if clear else [])
