"""Section 6: how profit grows with the budget, and where it stops."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.facts import UNKNOWN, CampaignFacts, Facts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.plan_limits import limit_blocks
from offerloop.commands.run.sections.uniform_depth import uniform_blocks
from offerloop.commands.run.sentences import basis_mark, noun
from offerloop.evaluation import Estimate
from offerloop.report import (
    Axes,
    Block,
    Figure,
    Level,
    Point,
    Section,
    Table,
    Text,
    Voice,
    count,
    figure,
    line,
    money_labels,
)

SHOWN = 2


def budget_section(findings: Findings, facts: Facts) -> Section:
    """One curve for each campaign, sent ones first; one whose effects are not known has none."""
    tell, ordered = facts.voice, sorted(facts.campaigns, key=lambda one: not one.found.send)
    blocks: list[Block] = []
    for one in ordered[:SHOWN]:
        curve = _points(findings, one)
        if len(curve) > 1:
            blocks.append(_figure(one, curve, findings, facts))
        blocks.append(Text(tell.say("budget.campaign", title=one.found.title, text=_shadow(one, curve, tell))))
        if one.basis != UNKNOWN and one.found.n_planned:
            bound, gap = tell.money.text(one.found.bound_minor), tell.share(one.found.gap, 0.0001)
            blocks.append(Text(tell.say("budget.bound", title=one.found.title, bound=bound, gap=gap)))
        if one.found.overspend is not None and one.found.n_planned:
            chance = tell.share(one.found.overspend, 0.001)
            blocks.append(Text(tell.say("budget.overspend", title=one.found.title, chance=chance)))
        blocks += uniform_blocks(one, findings, tell)
    blocks += limit_blocks(findings, facts)
    bases = dict.fromkeys(one.found.budget_basis for one in ordered[:SHOWN] if one.basis != UNKNOWN)
    blocks += [Text(tell.say(f"budget.basis.{name}")) for name in bases]
    others = [one.found.title for one in ordered[SHOWN:]]
    if others:
        blocks.append(Text(tell.say("budget.not_drawn", titles=tell.listed(others))))
    return Section("budget", tell.say("budget.label"), _message(ordered[0], facts, findings), tuple(blocks))


def _shadow(one: CampaignFacts, curve: list[dict[str, float]], tell: Voice) -> str:
    """What more budget would bring, by the slope of the held-out curve at the budget where it is known."""
    found, money = one.found, tell.money
    if one.basis == UNKNOWN:
        return tell.say("budget.no_effect")
    if found.shadow_price <= 0:
        used, budget = one.costs.text(found.liability_minor), one.costs.exact(found.budget_minor)
        return tell.say("budget.left", used=used, budget=budget)
    slope, more, price = _slope_at_budget(one, curve), one.costs.exact(one.costs.unit), f"{found.shadow_price:.2g}"
    gain = money.text((found.shadow_price if slope is None else slope) * money.unit)
    if one.is_assumed:
        return tell.say("budget.assumed", more=more, gain=gain)
    return tell.say("budget.gain" if slope is None else "budget.held_out", more=more, gain=gain, price=price)


def _points(findings: Findings, one: CampaignFacts) -> list[dict[str, float]]:
    mine = pl.col("campaign_id") == one.found.campaign_id
    return list(findings.tables["budget_curve"].filter(mine).sort("budget_minor").iter_rows(named=True))


def _estimate(row: dict[str, float]) -> Estimate:
    return Estimate.known(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"])


def _message(one: CampaignFacts, facts: Facts, findings: Findings) -> str:
    tell, curve, title = facts.voice, _points(findings, one), one.found.title
    if one.basis == UNKNOWN:
        return tell.say("budget.message.unknown")
    if len(curve) < 2:
        return tell.say("budget.message.none")
    stop, best = curve[-1]["budget_minor"], _best(curve)
    if best["profit_minor"] <= 0:
        return tell.say("budget.message.never", title=title)
    if stop <= one.found.budget_minor:
        said = tell.say("budget.message.enough", title=title, stop=one.costs.text(stop))
    elif best["budget_minor"] > one.found.budget_minor and _clearly_more(best, curve, one):
        said = tell.say("budget.message.limit", title=title)
    else:
        said = tell.say("budget.message.used", title=title)
    return tell.say("assumed.if", text=said) if one.is_assumed else said


def _best(curve: list[dict[str, float]]) -> dict[str, float]:
    return max(curve, key=lambda row: row["profit_minor"])


def _clearly_more(best: dict[str, float], curve: list[dict[str, float]], one: CampaignFacts) -> bool:
    """Whether the interval at the best budget lies above the one at the configured budget."""
    within = [row for row in curve if row["budget_minor"] <= one.found.budget_minor]
    return _estimate(best).low > _estimate(within[-1]).high


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
    tell, best = facts.voice, _best(curve)
    stop, budget = curve[-1]["budget_minor"], one.found.budget_minor
    if best["profit_minor"] <= 0:
        return tell.say("budget.finding.loses")
    if stop <= budget:
        return tell.say("budget.finding.stops", stop=one.costs.text(stop))
    reached = tell.say(
        "budget.reached",
        profit=_profit(best, tell),
        budget=one.costs.text(best["budget_minor"]),
        spend=one.costs.text(best["spend_minor"]),
    )
    if best["budget_minor"] <= budget:
        return tell.say("budget.finding.highest", reached=reached)
    clear = "real" if _clearly_more(best, curve, one) else "not_shown"
    key = "assumed" if one.is_assumed else clear
    return tell.say(f"budget.finding.{key}", reached=reached, budget=one.costs.exact(budget))


def _profit(row: dict[str, float], tell: Voice) -> str:
    """The point of the line as the chart shows it, with its rounded interval."""
    if not _estimate(row).has_interval:
        return tell.brief(_estimate(row))
    return f"{tell.money.text(row['profit_minor'])} [{tell.money.estimate(_estimate(row)).split(' [', 1)[1]}"


def _figure(one: CampaignFacts, curve: list[dict[str, float]], findings: Findings, facts: Facts) -> Figure:
    tell, money = facts.voice, facts.money
    points = [Point(row["budget_minor"] / money.unit, _estimate(row).times(1 / money.unit)) for row in curve]
    title, currency = _title(one, curve, facts), findings.config.shop.currency
    axis = tell.say(f"budget.axis.{one.found.budget_basis}", noun=noun(one, tell))
    axes = Axes(money_labels(one.costs), money_labels(money), axis)
    return figure(
        f"budget-{_position(one, facts)}",
        tell.say("budget.title", title=one.found.title, finding=title),
        tell.say("budget.measure_assumed" if one.is_assumed else "budget.measure", currency=currency),
        line(points, _levels(one, curve[-1]["budget_minor"], tell), axes, assumed=one.is_assumed),
        _table(one, curve, tell),
        mark=basis_mark(one, tell),
        tell=tell,
    )


def _levels(one: CampaignFacts, stop: float, tell: Voice) -> list[Level]:
    money, budget = one.costs, one.found.budget_minor
    levels = [Level(stop / money.unit, tell.say("budget.stop", stop=money.text(stop)))]
    if budget <= stop:
        words = tell.say("budget.mark", budget=money.exact(budget))
        levels.insert(0, Level(budget / money.unit, words, dashed=False))
    return levels


def _table(one: CampaignFacts, curve: list[dict[str, float]], tell: Voice) -> Table:
    rows = tuple(
        (
            one.costs.text(row["budget_minor"]),
            count(row["n_customers"]),
            one.costs.text(row["spend_minor"]),
            _profit(row, tell),
        )
        for row in curve
    )
    columns = tuple(tell.say(f"budget.column.{name}") for name in ("budget", "customers", "spend", "profit"))
    return Table(tell.say("budget.table", title=one.found.title), columns, rows)


def _position(one: CampaignFacts, facts: Facts) -> int:
    return facts.campaigns.index(one) + 1
