"""Section 6: how profit grows with the budget, and where it stops."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from offerloop.commands.run.basis_sentences import basis_mark
from offerloop.commands.run.facts import UNKNOWN, CampaignFacts, RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.plan_limits import budget_gain, limit_blocks
from offerloop.commands.run.sections.uniform_depth import uniform_blocks
from offerloop.commands.run.sentences import may_exceed, noun
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    BUDGET_BASES,
    Axes,
    Block,
    Figure,
    Level,
    LinePoint,
    Localizer,
    Section,
    Table,
    Text,
    figure,
    line,
    money_labels,
)

SHOWN = 2
LEAST_GAP = 0.0001
"""A smaller gap to the best profit is shown as this."""
MAY_EXCEED = "may exceed"
BUDGET_AXES = {
    "liability": Message("budget (the most that {noun} can cost us)"),
    "expected": Message("budget (the expected cost of {noun})"),
    MAY_EXCEED: Message("budget (one use of {noun}, or their expected cost)"),
}
"""The axis of budgets, by how offers count."""


def budget_section(findings: Findings, facts: RunFacts) -> Section:
    """One curve for each campaign, sent ones first; one whose effects are not known has none."""
    _, ordered = facts.localizer, sorted(facts.campaigns, key=lambda one: not one.findings.send)
    blocks = [block for campaign in ordered[:SHOWN] for block in _of_campaign(campaign, findings, facts)]
    blocks += limit_blocks(findings, facts)
    drawn = [one for one in ordered[:SHOWN] if one.basis != UNKNOWN]
    bases = dict.fromkeys(one.findings.budget_basis for one in drawn if not one.may_exceed)
    blocks += [Text(_(BUDGET_BASES[name])) for name in bases]
    blocks += [Text(_(may_exceed(one.findings.title))) for one in drawn if one.may_exceed]
    others = [one.findings.title for one in ordered[SHOWN:]]
    if others:
        blocks.append(
            Text(
                _(
                    "Not drawn: {titles}; their curves are in the table 'budget_curve' of the run.",
                    titles=_.listed(others),
                )
            )
        )
    return Section(
        "budget", _("The budget", context="section name"), _message(ordered[0], facts, findings), tuple(blocks)
    )


def _of_campaign(campaign: CampaignFacts, findings: Findings, facts: RunFacts) -> Iterator[Block]:
    """Yield the curve of a campaign, what more budget would bring, and how near the plan is to the best one."""
    _, curve = facts.localizer, _points(findings, campaign)
    if len(curve) > 1:
        yield _figure(campaign, curve, findings, facts)
    text, title = _shadow(campaign, curve, _), campaign.findings.title
    yield Text(_("“{title}”: {text}", context="pattern", title=title, text=text))
    if campaign.basis != UNKNOWN and campaign.findings.n_planned:
        yield Text(_optimality(campaign, _))
    if campaign.findings.overspend is not None and campaign.findings.n_planned:
        yield Text(
            _(
                "{title}: the probability that redemptions come to more than the budget is {chance}, if "
                "every estimate is right.",
                title=title,
                chance=_.share(campaign.findings.overspend, 0.001),
            )
        )
    yield from uniform_blocks(campaign, findings, _)


def _optimality(campaign: CampaignFacts, _: Localizer) -> str:
    return _(
        "{title}: by the planning estimates, the best possible profit within the budget is {bound}; "
        "this plan comes within {gap} of it.",
        title=campaign.findings.title,
        bound=_.money.text(campaign.findings.bound_minor),
        gap=_.numbers(f"{100 * max(campaign.findings.gap, LEAST_GAP):.2g} %"),
    )


def _shadow(campaign: CampaignFacts, curve: list[dict[str, float]], _: Localizer) -> str:
    """What more budget would bring, by the slope of the held-out curve at the budget where it is known."""
    costs = campaign.costs
    if campaign.basis == UNKNOWN:
        return _("no effect of its offers is known, so there is nothing to spend a budget on.")
    if campaign.findings.shadow_price <= 0:
        return _(
            "The plan uses {used} of the budget of {budget}; more budget would add nothing (shadow price 0).",
            used=costs.text(campaign.findings.liability_minor),
            budget=costs.exact(campaign.findings.budget_minor),
        )
    return _more_budget(campaign, curve, _)


def _more_budget(campaign: CampaignFacts, curve: list[dict[str, float]], _: Localizer) -> str:
    """What more budget would bring where all of it is used."""
    money, costs, shadow_price = _.money, campaign.costs, campaign.findings.shadow_price
    slope, more = _slope_at_budget(campaign, curve), costs.exact(costs.unit)
    price = money.significant(shadow_price * money.unit)
    gain = price if slope is None else money.significant(slope * money.unit)
    if campaign.is_assumed:
        return _(
            "The budget is used up. If the assumption holds, {more} more of it would add about {gain} of profit.",
            more=more,
            gain=gain,
        )
    if slope is None:
        return _(
            "The budget is used up. By the planning estimates, {more} more of it would add {price} of profit"
            " (shadow price).",
            more=more,
            price=price,
        )
    return _(
        "The budget is used up. {more} more of it would change profit by about {gain} (held-out), or by "
        "{price} by the planning estimates (shadow price).",
        more=more,
        gain=gain,
        price=price,
    )


def _points(findings: Findings, campaign: CampaignFacts) -> list[dict[str, float]]:
    is_of_campaign = pl.col("campaign_id") == campaign.findings.campaign_id
    return list(findings.tables["budget_curve"].filter(is_of_campaign).sort("budget_minor").iter_rows(named=True))


def _estimate(row: dict[str, float]) -> Estimate:
    return Estimate.from_bounds(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"])


def _message(campaign: CampaignFacts, facts: RunFacts, findings: Findings) -> str:
    _, curve, title = facts.localizer, _points(findings, campaign), campaign.findings.title
    if campaign.basis == UNKNOWN:
        return _("Without a known effect there is nothing to spend a budget on")
    if len(curve) < 2:
        return _("No budget would find an offer that pays")
    stop, best = curve[-1]["budget_minor"], _best(curve)
    if best["profit_minor"] <= 0:
        return _("No budget makes “{title}” pay", title=title)
    if stop <= campaign.findings.budget_minor:
        said = _(
            "The budget of “{title}” is larger than what pays: {stop} is enough",
            title=title,
            stop=campaign.costs.text(stop),
        )
    else:
        gain = budget_gain(findings, campaign.findings.campaign_id)
        said = _(_used_up(gain), title=title, gain="" if gain is None else _.brief(gain))
    return _("Assumed, not measured: {text}", context="basis of a forecast", text=said) if campaign.is_assumed else said


def _best(curve: list[dict[str, float]]) -> dict[str, float]:
    return max(curve, key=lambda row: row["profit_minor"])


def _used_up(gain: Estimate | None) -> Message:
    """What a plan without this budget would earn: the paired difference, whose interval decides."""
    if gain is None:
        return Message("The budget of “{title}” is used up")
    if gain.low > 0:
        return Message("The budget of “{title}” is used up; without the limit, profit would be {gain} higher")
    return Message(
        "The budget of “{title}” is used up; that profit would be higher without the limit is not shown ({gain})"
    )


def _slope_at_budget(campaign: CampaignFacts, curve: list[dict[str, float]]) -> float | None:
    """Estimated profit per unit of budget between the points of the curve around the budget."""
    budget = campaign.findings.budget_minor
    before = [row for row in curve if row["budget_minor"] <= budget]
    after = [row for row in curve if row["budget_minor"] > budget]
    if not before or not after:
        return None
    gain = after[0]["profit_minor"] - before[-1]["profit_minor"]
    return gain / (after[0]["budget_minor"] - before[-1]["budget_minor"])


def _title(campaign: CampaignFacts, curve: list[dict[str, float]], findings: Findings, facts: RunFacts) -> str:
    _, best = facts.localizer, _best(curve)
    stop, budget = curve[-1]["budget_minor"], campaign.findings.budget_minor
    if best["profit_minor"] <= 0:
        return _("every budget above zero loses money")
    if stop <= budget:
        return _("the plan stops at {stop}, before the budget is used up", stop=campaign.costs.text(stop))
    reached = _(
        "about {profit} at a budget of {budget} (expected spend {spend})",
        profit=_profit(best, _),
        budget=campaign.costs.text(best["budget_minor"]),
        spend=campaign.costs.text(best["spend_minor"]),
    )
    if best["budget_minor"] <= budget:
        return _("the highest profit is {reached}; more budget would not add to it", reached=reached)
    if campaign.is_assumed:
        return _("profit would grow to {reached}", reached=reached)
    gain = budget_gain(findings, campaign.findings.campaign_id)
    if gain is None:
        return _("profit would grow to {reached}", reached=reached)
    text = (
        Message("profit would grow to {reached}; without the limit, the plan would earn {gain} more")
        if gain.low > 0
        else Message("profit would grow to {reached}; that it would grow without the limit is not shown ({gain})")
    )
    return _(text, reached=reached, gain=_.brief(gain))


def _profit(row: dict[str, float], _: Localizer) -> str:
    """The point of the line as the chart shows it, with its rounded interval."""
    if not _estimate(row).has_interval:
        return _.brief(_estimate(row))
    return f"{_.money.text(row['profit_minor'])} {_.money.parts(_estimate(row))[1]}"


def _figure(campaign: CampaignFacts, curve: list[dict[str, float]], findings: Findings, facts: RunFacts) -> Figure:
    _, money = facts.localizer, facts.money
    points = [LinePoint(row["budget_minor"] / money.unit, _estimate(row).times(1 / money.unit)) for row in curve]
    title, currency = _title(campaign, curve, findings, facts), findings.config.shop.currency
    basis = MAY_EXCEED if campaign.may_exceed else campaign.findings.budget_basis
    axis = _(BUDGET_AXES[basis], noun=noun(campaign, _))
    axes = Axes(money_labels(campaign.costs), money_labels(money), axis)
    return figure(
        f"budget-{_position(campaign, facts)}",
        _("{title}: {finding}", context="page title", title=campaign.findings.title, finding=title),
        _(
            "Profit of {period} ({currency}) by budget if the shop's assumption holds; dashed: "
            "assumed, without an interval; beyond the stop point no offer is assumed to pay",
            currency=currency,
            period=facts.period,
        )
        if campaign.is_assumed
        else _(
            "Estimated profit of {period} ({currency}) by budget, 95 % band; beyond the stop point "
            "no offer is estimated to pay",
            currency=currency,
            period=facts.period,
        ),
        line(points, _levels(campaign, curve[-1]["budget_minor"], _), axes, assumed=campaign.is_assumed),
        _table(campaign, curve, _),
        mark=basis_mark(campaign, _),
        localizer=_,
    )


def _levels(campaign: CampaignFacts, stop: float, _: Localizer) -> list[Level]:
    money, budget = campaign.costs, campaign.findings.budget_minor
    levels = [Level(stop / money.unit, _("stop point: {stop}", context="label of a line", stop=money.text(stop)))]
    if budget <= stop:
        words = _("the budget: {budget}", context="label of a line", budget=money.exact(budget))
        levels.insert(0, Level(budget / money.unit, words, dashed=False))
    return levels


def _table(campaign: CampaignFacts, curve: list[dict[str, float]], _: Localizer) -> Table:
    rows = tuple(
        (
            campaign.costs.text(row["budget_minor"]),
            _.count(row["n_customers"]),
            campaign.costs.text(row["spend_minor"]),
            _profit(row, _),
        )
        for row in curve
    )
    columns = (
        _("budget", context="column title"),
        _("customers", context="column title"),
        _("expected spend", context="column title"),
        _("profit [95 % interval]", context="column title"),
    )
    return Table(_("Budget against estimated profit, {title}", title=campaign.findings.title), columns, rows)


def _position(campaign: CampaignFacts, facts: RunFacts) -> int:
    return facts.campaigns.index(campaign) + 1
