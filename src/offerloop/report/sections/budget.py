"""Section 6: how profit grows with the budget, and where it stops."""

from __future__ import annotations

import polars as pl

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Block, Figure, Section, Table, Text
from offerloop.report.charts.drawing import figure, money_labels
from offerloop.report.charts.lines import Level, Point, line
from offerloop.report.facts import CampaignFacts, Facts
from offerloop.report.findings import Findings
from offerloop.report.numbers import Money, count
from offerloop.report.sentences import BASIS

SHOWN = 2
BASES = {
    "liability": "every offer counts at the most it can cost us, so the budget holds whatever customers do",
    "expected": "every offer counts at its expected cost, so the budget holds on average only",
}


def budget_section(findings: Findings, facts: Facts) -> Section:
    """One curve for each campaign, sent ones first."""
    ordered = sorted(facts.campaigns, key=lambda one: not one.found.send)
    blocks: list[Block] = []
    for one in ordered[:SHOWN]:
        curve = _points(findings, one)
        if len(curve) > 1:
            blocks.append(_figure(one, curve, findings, facts))
        blocks.append(Text(f"“{one.found.title}”: {_shadow(one, facts.money, _slope_at_budget(one, curve))}"))
    blocks += [Text(_basis(name)) for name in dict.fromkeys(one.found.budget_basis for one in ordered[:SHOWN])]
    others = [one.found.title for one in ordered[SHOWN:]]
    if others:
        blocks.append(Text(f"Not drawn: {', '.join(others)}; their curves are in the table 'budget_curve' of the run."))
    return Section("budget", "The budget", _message(ordered[0], facts, findings), tuple(blocks))


def _basis(name: str) -> str:
    return f"Budget basis “{name}”: {BASES[name]}."


def _shadow(one: CampaignFacts, money: Money, held_out: float | None) -> str:
    """What more budget would bring; `held_out` is the slope of the held-out curve at the budget."""
    found = one.found
    if found.shadow_price <= 0:
        return (
            f"The plan uses {money.text(found.liability_minor)} of the budget of {money.exact(found.budget_minor)}; "
            "more budget would add nothing (shadow price 0)."
        )
    more, price = f"{money.exact(money.unit)} more of it", f"{found.shadow_price:.2g}"
    if held_out is None:
        gain = money.text(found.shadow_price * money.unit)
        return (
            f"The budget is used up. By the estimates that chose the plan, {more} would add {gain} of profit (shadow "
            f"price {price})."
        )
    return (
        f"The budget is used up. By the held-out line at the mark, {more} would change profit by about "
        f"{money.text(held_out * money.unit)} (shadow price by the estimates that chose the plan: {price})."
    )


def _points(findings: Findings, one: CampaignFacts) -> list[dict[str, float]]:
    mine = pl.col("campaign_id") == one.found.campaign_id
    return list(findings.tables["budget_curve"].filter(mine).sort("budget_minor").iter_rows(named=True))


def _estimate(row: dict[str, float]) -> Estimate:
    return Estimate(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"])


def _message(one: CampaignFacts, facts: Facts, findings: Findings) -> str:
    curve, money = _points(findings, one), facts.money
    if len(curve) < 2:
        return "No budget would find an offer that pays"
    if max(row["profit_minor"] for row in curve) <= 0:
        return f"No budget makes “{one.found.title}” pay"
    stop, best = money.text(curve[-1]["budget_minor"]), _best(curve)
    if curve[-1]["budget_minor"] <= one.found.budget_minor:
        return f"The budget of “{one.found.title}” is larger than what pays: {stop} is enough"
    if best["budget_minor"] > one.found.budget_minor and _clearly_more(best, curve, one):
        return f"The budget of “{one.found.title}” is the limit: a larger one would earn more"
    return f"The budget of “{one.found.title}” is used up; that a larger one would earn more is not shown"


def _best(curve: list[dict[str, float]]) -> dict[str, float]:
    return max(curve, key=lambda row: row["profit_minor"])


def _clearly_more(best: dict[str, float], curve: list[dict[str, float]], one: CampaignFacts) -> bool:
    """Whether the interval at the best budget lies above the one at the configured budget."""
    within = [row for row in curve if row["budget_minor"] <= one.found.budget_minor]
    return best["profit_low_minor"] > within[-1]["profit_high_minor"]


def _slope_at_budget(one: CampaignFacts, curve: list[dict[str, float]]) -> float | None:
    """Held-out profit per unit of budget between the points of the curve around the budget."""
    budget = one.found.budget_minor
    before = [row for row in curve if row["budget_minor"] <= budget]
    after = [row for row in curve if row["budget_minor"] > budget]
    if not before or not after:
        return None
    gain = after[0]["profit_minor"] - before[-1]["profit_minor"]
    return gain / (after[0]["budget_minor"] - before[-1]["budget_minor"])


def _title(one: CampaignFacts, curve: list[dict[str, float]], facts: Facts) -> str:
    money, stop = facts.money, curve[-1]
    best = _best(curve)
    if best["profit_minor"] <= 0:
        return "every budget above zero loses money"
    if stop["budget_minor"] <= one.found.budget_minor:
        return f"the plan stops at {money.text(stop['budget_minor'])}, before the budget is used up"
    reached = (
        f"about {_profit(best, money)} at a budget of {money.text(best['budget_minor'])} (expected spend "
        f"{money.text(best['spend_minor'])})"
    )
    if best["budget_minor"] <= one.found.budget_minor:
        return f"the highest profit is {reached}; more budget would not add to it"
    real = "real" if _clearly_more(best, curve, one) else "not shown to be real"
    return f"profit would grow to {reached}; the gain over {money.exact(one.found.budget_minor)} is {real}"


def _profit(row: dict[str, float], money: Money) -> str:
    """The point of the line as the chart shows it, with its rounded interval."""
    return f"{money.text(row['profit_minor'])} {money.estimate(_estimate(row)).split(' ', 1)[1]}"


def _axis_title(one: CampaignFacts) -> str:
    if one.found.budget_basis == "liability":
        return f"budget (the most that {one.noun} can cost us)"
    return f"budget (the expected cost of {one.noun})"


def _figure(one: CampaignFacts, curve: list[dict[str, float]], findings: Findings, facts: Facts) -> Figure:
    money, stop = facts.money, curve[-1]["budget_minor"]
    points = [Point(row["budget_minor"] / money.unit, _estimate(row).times(1 / money.unit)) for row in curve]
    levels = [Level(stop / money.unit, f"stop point: {money.text(stop)}")]
    if one.found.budget_minor <= stop:
        configured = Level(
            one.found.budget_minor / money.unit, f"the budget: {money.exact(one.found.budget_minor)}", dashed=False
        )
        levels.insert(0, configured)
    title = _title(one, curve, facts)
    return figure(
        f"budget-{_position(one, facts)}",
        f"{one.found.title}: {title}",
        f"Held-out profit of one week ({findings.config.shop.currency}) by budget, 95 % band; beyond the stop "
        "point no offer is estimated to pay",
        line(points, levels, (money_labels(money), money_labels(money)), _axis_title(one)),
        _table(one, curve, money),
        mark=BASIS,
    )


def _table(one: CampaignFacts, curve: list[dict[str, float]], money: Money) -> Table:
    return Table(
        f"Budget against held-out profit, {one.found.title}",
        ("budget", "customers", "expected spend", "profit [95 % interval]"),
        tuple(
            (
                money.text(row["budget_minor"]),
                count(row["n_customers"]),
                money.text(row["spend_minor"]),
                _profit(row, money),
            )
            for row in curve
        ),
    )


def _position(one: CampaignFacts, facts: Facts) -> int:
    return facts.campaigns.index(one) + 1
