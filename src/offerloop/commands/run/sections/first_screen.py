"""What a reader sees before anything else: the decision, four figures, one chart, and what could not be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.commands.run.basis_sentences import basis_mark, confidence
from offerloop.commands.run.facts import LEARNED, MIXED, TRANSFERRED, UNKNOWN, CampaignFacts, RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.gaps import Gaps, gaps
from offerloop.commands.run.sections.other_customers import others_sentence
from offerloop.commands.run.sentences import campaign_body, headline, noun
from offerloop.commands.run.shelf_evidence import ShelfEvidence
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    Axes,
    Figure,
    Level,
    LinePoint,
    Localizer,
    Table,
    Tile,
    capital,
    figure,
    line,
    money_labels,
    percent_labels,
)


@dataclass(frozen=True)
class CampaignVerdict:
    """The decision about one campaign."""

    send: bool
    title: str
    sentence: str


@dataclass(frozen=True)
class FirstScreen:
    """Everything above the sections."""

    headline: str
    verdicts: tuple[CampaignVerdict, ...]
    tiles: tuple[Tile, ...]
    chart: Figure | None
    """None where no campaign of money has an offer whose effect is known."""
    mark: str
    others: str | None
    """Whom the report is about, where that is not everybody."""
    gaps: Gaps | None


def first_screen(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> FirstScreen:
    """The first screen."""
    _ = facts.localizer
    verdicts = []
    for campaign in sorted(facts.campaigns, key=lambda one: not one.findings.send):
        sentence = campaign_body(campaign, facts, marked=_is_marked(campaign, facts))
        title = _("{title}.", context="verdict", title=campaign.findings.title)
        verdicts.append(CampaignVerdict(campaign.findings.send, title, sentence[0].upper() + sentence[1:]))
    tiles = (*(_sent_tiles(findings, facts) if facts.sent else _kept_tiles(facts)), _confidence(evidence, facts))
    chart, mark = _chart(findings, facts), basis_mark(facts, _)
    return FirstScreen(
        facts.localizer(headline(facts)), tuple(verdicts), tiles, chart, mark, others_sentence(findings, facts),
        gaps(findings, facts, evidence),
    )  # fmt: skip


def _is_marked(campaign: CampaignFacts, facts: RunFacts) -> bool:
    """Whether a verdict says what it rests on: where campaigns differ, and it is not the usual."""
    if facts.basis == LEARNED:
        return campaign.basis != UNKNOWN
    return facts.basis == MIXED and campaign.basis not in (TRANSFERRED, UNKNOWN)


def _sent_tiles(findings: Findings, facts: RunFacts) -> tuple[Tile, ...]:
    _ = facts.localizer
    spend = facts.taken((one, one.sent_forecast.spend_minor) for one in facts.sent)
    treated = _.count(facts.n_sent + facts.n_explore)
    return (
        _profit_tile(facts, facts.n_sent),
        Tile(_("Expected spend", context="key figure"), spend, _most_spent(findings, facts)),
        Tile(_("Customers treated", context="key figure"), treated, _treated(facts)),
    )


def _most_spent(findings: Findings, facts: RunFacts) -> str:
    """Return what the offers may cost, and of which budget where that limits it."""
    _, sent = facts.localizer, facts.sent
    most = [(one, one.liability_sent_minor) for one in sent if one.liability_sent_minor is not None]
    budget = facts.taken(_spendable(findings, sent), exactly=True)
    explored = facts.most_explored
    if len(most) < len(sent):
        return _(
            "expected, of a budget of {budget}; not every offer's cost has a limit; plus at most {explored} for "
            "random test offers",
            budget=budget,
            explored=explored,
        )
    shared = findings.config.plan.total_budget is not None or findings.config.plan.team_budgets
    text = (
        Message("at most {most}, plus at most {explored} for random test offers")
        if shared or any(one.findings.budget_basis == "expected" for one in sent)
        else Message("at most {most} of a budget of {budget}, plus at most {explored} for random test offers")
    )
    return _(text, most=facts.taken(most), budget=budget, explored=explored)


def _spendable(findings: Findings, sent: Sequence[CampaignFacts]) -> list[tuple[CampaignFacts, int]]:
    """Return what campaigns can spend of their budgets: those of a team, or all together, no more than they share."""
    plan, in_money = findings.config.plan, [one for one in sent if one.in_money]
    parts = [(one, one.findings.budget_minor) for one in sent if not one.in_money]
    if not in_money:
        return parts
    by_team: dict[str | None, int] = {}
    for campaign in in_money:
        team = campaign.settings.team
        by_team[team] = by_team.get(team, 0) + campaign.findings.budget_minor
    for team, budget in plan.team_budgets.items():
        by_team[team] = min(by_team.get(team, 0), findings.config.minor(budget))
    together = sum(by_team.values())
    if plan.total_budget is not None:
        together = min(together, findings.config.minor(plan.total_budget))
    return [(in_money[0], together), *parts]


def _treated(facts: RunFacts) -> str:
    text = (
        Message("of {all}: {sent} get the plan's offer, {explored} a random test offer.")
        if facts.is_projected
        else Message(
            "of {all}: {sent} get the plan's offer, {explored} a random test offer. {back} of the {planned} planned "
            "are in the random test."
        )
    )
    back = facts.n_planned - facts.n_sent
    counts = facts.localizer(
        text, all=facts.n_customers, sent=facts.n_sent, explored=facts.n_explore, back=back, planned=facts.n_planned
    )
    return facts.localizer.sentences([counts, _held_back(facts), _several(facts)])


def _held_back(facts: RunFacts) -> str:
    """How many customers a loop holds the plan's offer back from."""
    if not facts.n_held_back:
        return ""
    return facts.localizer("The plan's offer is held back from {n} more.", n=facts.n_held_back)


def _several(facts: RunFacts) -> str:
    """How many offers of the plan customers get, where some get several."""
    if not facts.further_sent:
        return ""
    return facts.localizer("The plan gives them {n} offers.", n=facts.n_sent + facts.further_sent)


def _profit_tile(facts: RunFacts, n_sent: int) -> Tile:
    _, forecasts = facts.localizer, [one.sent_forecast for one in facts.sent]
    profit = Estimate(*(sum(getattr(one.profit, end) for one in forecasts) for end in ("value", "low", "high")))
    is_measured = all(one.profit.has_interval or one.profit.is_nothing for one in forecasts)
    value, interval = _amount(profit, _) if is_measured else (_.money.text(profit.value), "")
    text = (
        Message("95 % interval {interval}, for the {n} who get the plan's offer")
        if interval
        else Message("no interval: assumed, not measured; for the {n} who get the plan's offer")
        if all(one.is_assumed for one in facts.sent)
        else Message("no interval: partly assumed; for the {n} who get the plan's offer")
    )
    note = _(text, interval=interval, n=n_sent)
    return Tile(_("Expected profit, {period}", context="key figure", period=facts.period), value, note)


def _amount(profit: Estimate, _: Localizer) -> tuple[str, str]:
    """An amount and its interval apart; what is assumed has none."""
    return _.money.parts(profit) if profit.has_interval else (_.money.text(profit.value), "")


def _kept_tiles(facts: RunFacts) -> tuple[Tile, ...]:
    _, profit = facts.localizer, facts.localizer("Profit of the best plan, not sent")
    of_all = Message("of {all}", context="note of a key figure")
    if facts.n_explore:
        of_all = Message("of {all}, with a random test offer")
    note = _(of_all, all=facts.n_customers)
    treated = Tile(_("Customers treated", context="key figure"), _.count(facts.n_explore), note)
    if facts.basis == UNKNOWN:
        unknown = Tile(profit, _("Not known", context="key figure"), _("there is no effect to forecast from"))
        return unknown, _unplanned(facts, _("no plan without a known effect")), treated
    planned = [one for one in facts.campaigns if one.findings.n_planned]
    if not planned:
        nobody = _("no offer is planned")
        return Tile(profit, _("none", context="key figure"), nobody), _unplanned(facts, nobody), treated
    best = max(planned, key=lambda one: one.plan.profit.value)
    value, interval = _amount(best.plan.profit, _)
    note = (
        _("95 % interval {interval}, {period}", context="note of a key figure", interval=interval, period=facts.period)
        if interval
        else _("no interval: assumed, {period}", context="note of a key figure", period=facts.period)
    )
    spent = _("the best plan would have spent {spend}", spend=best.costs.text(best.plan.spend_minor))
    return Tile(profit, value, note), _unplanned(facts, spent), treated


def _unplanned(facts: RunFacts, note: str) -> Tile:
    """What is spent where no plan is sent: on offers given at random, if there are any."""
    label = facts.localizer("Spend", context="key figure")
    if not facts.n_explore:
        return Tile(label, facts.money.exact(0), note)
    return Tile(label, facts.most_explored, facts.localizer("at most, for random test offers"))


def _confidence(evidence: ShelfEvidence, facts: RunFacts) -> Tile:
    value, note = confidence(evidence, facts)
    return Tile(facts.localizer("How sure we are"), value, note)


def _chart(findings: Findings, facts: RunFacts) -> Figure | None:
    _, campaign = facts.localizer, facts.charted
    if campaign is None:
        return None
    of_supplier_share = (pl.col("campaign_id") == campaign.findings.campaign_id) & (pl.col("lever") == "supplier share")
    rows = list(findings.tables["break_even_sweep"].filter(of_supplier_share).sort("level").iter_rows(named=True))
    profits = [
        Estimate.from_bounds(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"]) for row in rows
    ]
    points = [
        LinePoint(row["level"], each.times(1 / facts.money.unit)) for row, each in zip(rows, profits, strict=True)
    ]
    axes = Axes(percent_labels(_), money_labels(facts.money), _("paid by suppliers", context="axis title"))
    return figure(
        "supplier-share",
        _title(campaign, _),
        _(_measure(campaign), currency=findings.config.shop.currency, period=facts.period),
        line(points, _levels(campaign, facts), axes, assumed=campaign.is_assumed),
        _shares_table(rows, profits, facts),
        mark=basis_mark(campaign, _),
        localizer=_,
    )


def _shares_table(rows: list[dict[str, Any]], profits: list[Estimate], facts: RunFacts) -> Table:
    _ = facts.localizer
    columns = (
        _("supplier share", context="column title"),
        _("customers with an offer"),
        _("profit [95 % interval]", context="column title"),
    )
    cells = tuple(
        (_.level(row["level"]), _.count(row["n_customers"]), _.brief(each))
        for row, each in zip(rows, profits, strict=True)
    )
    title = _("Profit of {period} by the share of the discount that suppliers pay", period=facts.period)
    return Table(title, columns, cells)


def _measure(campaign: CampaignFacts) -> Message:
    return (
        Message(
            "Without a budget limit: profit of {period} ({currency}) if the shop's assumption holds, "
            "each customer's best offer, by the share of each discount that suppliers pay; dashed: "
            "assumed, without an interval"
        )
        if campaign.is_assumed
        else Message(
            "Without a budget limit: expected profit of {period} ({currency}), each customer's best "
            "offer, by the share of each discount that suppliers pay; 95 % band"
        )
    )


def _title(campaign: CampaignFacts, _: Localizer) -> str:
    share, name = campaign.supplier_share, noun(campaign, _)
    if share.estimate is None:
        text = Message("{noun} do not pay, even when suppliers carry the whole discount")
    elif share.beyond_interval is None:
        text = Message("Without a budget limit, {noun} are not proven to pay at any supplier share")
    elif share.beyond_interval == 0:
        text = Message("{noun} pay at every supplier share, even without one")
    else:
        text = (
            Message("{noun} pay once suppliers carry {share} of the discount")
            if campaign.is_assumed
            else Message("{noun} clearly pay once suppliers carry {share} of the discount")
        )
    shown = _.level(share.beyond_interval or 0)
    title = _(text, noun=name, share=shown)
    return (
        _("Assumed, not measured: {text}", context="basis of a forecast", text=title)
        if campaign.is_assumed
        else capital(title)
    )


def _levels(campaign: CampaignFacts, facts: RunFacts) -> list[Level]:
    _, clear = facts.localizer, campaign.supplier_share.beyond_interval
    named = [
        Level(each.funded_share, each.findings.title, dashed=False)
        for each in facts.campaigns
        if each.funded_share is not None
    ]
    text = (
        Message("pays: {share}", context="label of a line")
        if campaign.is_assumed
        else Message("clearly pays: {share}", context="label of a line")
    )
    return named + ([Level(clear, _(text, share=_.level(clear)))] if clear else [])
