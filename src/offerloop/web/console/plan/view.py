"""One campaign of a plan: what is decided and why, what another budget would bring, and what each limit costs."""

from __future__ import annotations

import polars as pl

from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    BUDGET_BASES,
    Axes,
    Dot,
    Figure,
    Level,
    LinePoint,
    Localizer,
    Table,
    figure,
    forest,
    line,
    money_labels,
)
from offerloop.tables import AS_SENT, PLAN
from offerloop.web.console.addresses import recipients_address, report_address
from offerloop.web.console.blocks import (
    Block,
    BudgetPoint,
    BudgetSlider,
    ChartBlock,
    Facts,
    Heading,
    Notice,
    PageTable,
    Paragraph,
    Stat,
    TableColumn,
    View,
)
from offerloop.web.console.campaigns_of_run import BASES, CampaignForecast, decision_sentence, forecasts
from offerloop.web.console.cells import Link, MinorAmount, MinorEstimate
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.console.spend import spend_table
from offerloop.workspace import RunRead, campaign_curve, is_preview

LIMITS = {
    "campaign": Message("budget of the campaign", context="limit of a plan"),
    "offers": Message("offers of a kind", context="limit of a plan"),
    "team": Message("budget of a team", context="limit of a plan"),
    "total": Message("budget of all campaigns", context="limit of a plan"),
    "contacts": Message("contacts", context="limit of a plan"),
    "channel": Message("contacts of a channel", context="limit of a plan"),
    "customer": Message("offers of each customer", context="limit of a plan"),
}
RULES = {
    PLAN: Message("the plan", context="policy"),
    "nothing": Message("no offers", context="policy"),
    "same offer for all": Message("the same offer for all", context="policy"),
    "random customers": Message("random customers", context="policy"),
    "most likely buyers": Message("most likely buyers", context="policy"),
    "usual": Message("what the shop does today", context="policy"),
}


def view(request: PageRequest) -> View:
    """Return one campaign of the newest plan, or of the run that is named."""
    run = request.needed("run", lambda name: request.run_named(name or None))
    campaign = request.needed("campaign", lambda name: next((one for one in forecasts(run) if one.id == name), None))
    basis = Paragraph(BUDGET_BASES[campaign.budget_basis])
    blocks: list[Block] = [_facts(campaign), Paragraph(campaign.sentence), basis]
    if is_preview(run.folder.name):
        blocks.insert(0, PREVIEWED)
    if run.folder.name == request.worker.version:
        blocks.append(spend_table(request, {campaign.id: campaign.title}, campaign.id))
    curve = curve_of(run, campaign.id)
    if len(curve) > 1:
        blocks += [
            Heading(Message("What another budget would bring")),
            slider(run, campaign, curve, request.localizer),
        ]  # fmt: skip
    blocks += [_simpler_policies(run, campaign, request.localizer), _limits(run, campaign), _links(run, campaign)]
    return View(campaign.title, decision_sentence([campaign]), tuple(blocks))


def _facts(campaign: CampaignForecast) -> Facts:
    unit = campaign.budget_unit
    return Facts(
        "campaign",
        (
            Stat("state", Message("decision", context="label of a figure"), campaign.state),
            Stat("customers", Message("customers with an offer", context="label of a figure"), campaign.customers),
            Stat("budget", Message("budget", context="label of a figure"), MinorAmount(campaign.budget_minor, unit)),
            Stat(
                "spend", Message("expected spend", context="label of a figure"), MinorAmount(campaign.spend_minor, unit)
            ),
            Stat("liability", Message("at most", context="label of a figure"), campaign.at_most),
            Stat(
                "profit", Message("expected profit", context="label of a figure"),
                MinorEstimate(campaign.profit, campaign.currency),
            ),
            Stat("basis", Message("rests on", context="label of a figure"), BASES.get(campaign.basis, campaign.basis)),
        ),
    )  # fmt: skip


PREVIEWED = Notice(
    Message("This is a preview: what would be planned if the campaign ran. Nothing of it is sent."), "warning"
)


def curve_of(run: RunRead, campaign_id: str) -> tuple[BudgetPoint, ...]:
    """Return the budget curve of a campaign."""
    return tuple(BudgetPoint(**one) for one in campaign_curve(run, campaign_id))


def slider(run: RunRead, campaign: CampaignForecast, curve: tuple[BudgetPoint, ...], _: Localizer) -> BudgetSlider:
    """Return the budget curve with the point where the plan stands."""
    budgets = [abs(one.budget_minor - campaign.budget_minor) for one in curve]
    chosen = budgets.index(min(budgets))
    chart = _curve(campaign, curve, chosen, _)
    return BudgetSlider("budget", campaign.currency, curve, chosen, chart, run.folder.name, campaign.id)


def _curve(campaign: CampaignForecast, curve: tuple[BudgetPoint, ...], chosen: int, _: Localizer) -> Figure:
    money, unit = _.money, _.money.unit
    points = [LinePoint(one.budget_minor / unit, one.profit.times(1 / unit)) for one in curve]
    best = max(curve, key=lambda one: one.profit_minor)
    title = _(
        "Profit is highest, {profit}, with a budget of {budget}",
        profit=money.text(best.profit_minor), budget=money.text(best.budget_minor),
    )  # fmt: skip
    axes = Axes(money_labels(money), money_labels(money), _("budget of the campaign"))
    level = Level(curve[chosen].budget_minor / unit, _("the plan", context="label in a chart"))
    rows = tuple(
        (
            money.text(point.budget_minor), _.count(point.n_customers), money.text(point.spend_minor),
            _.brief(point.profit),
        )
        for point in curve
    )  # fmt: skip
    columns = (
        _("budget", context="column title"), _("customers", context="column title"),
        _("expected spend", context="column title"), _("profit, with its 95 % interval", context="column title"),
    )  # fmt: skip
    measure = _("Expected profit beyond doing nothing, with its 95 % interval, {currency}", currency=campaign.currency)
    table = Table(title, columns, rows, n_labels=0)
    return figure(
        f"curve-{campaign.id}",
        title,
        measure,
        line(points, [level], axes, assumed=not best.profit.has_interval),
        table,
        localizer=_,
    )


def _simpler_policies(run: RunRead, campaign: CampaignForecast, _: Localizer) -> Block:
    """Return the plan beside simpler policies at the same spend."""
    of_campaign = (pl.col("campaign_id") == campaign.id) & (pl.col("rule") != AS_SENT)
    rows = run.table("comparison").filter(of_campaign).collect().rows(named=True)
    if not rows:
        return Paragraph(Message("Nothing is known of its offers, so there is no policy to compare with."))
    money = _.money
    estimates = {
        row["rule"]: Estimate.from_bounds(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"])
        for row in rows
    }
    best = max(estimates, key=lambda name: estimates[name].value)
    title = _("By the forecast, {policy} earns most", policy=_.named(RULES, best))
    dots = [
        Dot("", _.named(RULES, name), estimate.times(1 / money.unit), "ours" if name == PLAN else "control")
        for name, estimate in estimates.items()
    ]
    cells = tuple((_.named(RULES, name), _.brief(one)) for name, one in estimates.items())
    columns = (_("policy", context="column title"), _("profit, with its 95 % interval", context="column title"))
    drawn = Table(title, columns, cells)
    measure = _("Expected profit at the same spend, with its 95 % interval, {currency}", currency=campaign.currency)
    return ChartBlock(
        figure(f"rules-{campaign.id}", title, measure, forest(dots, money_labels(money)), drawn, localizer=_)
    )  # fmt: skip


def _limits(run: RunRead, campaign: CampaignForecast) -> PageTable:
    columns = (
        TableColumn("limit", Message("limit", context="column title")),
        TableColumn("gain", Message("profit without it, more or less", context="column title"), is_figure=True),
    )
    empty = Message("No limit holds this campaign back, or the run did not compute what limits cost.")
    if not (run.folder / "plan_limits.parquet").is_file():
        return PageTable("limits", Message("What each limit costs"), columns, (), empty)
    own = pl.col("campaign_id").is_null() | (pl.col("campaign_id") == campaign.id) | (pl.col("campaign_id") == "")
    limits = run.table("plan_limits").filter(own & (pl.col("kind") != "order")).collect().rows(named=True)
    rows = tuple(
        (
            LIMITS.get(row["kind"], row["kind"]),
            None if row["gain_minor"] is None else MinorEstimate(
                Estimate.from_bounds(row["gain_minor"], row["gain_low_minor"], row["gain_high_minor"]), run.currency
            ),
        )
        for row in limits
    )  # fmt: skip
    return PageTable("limits", Message("What each limit costs"), columns, rows, empty)


def _links(run: RunRead, campaign: CampaignForecast) -> Facts:
    return Facts(
        "more",
        (
            Stat(
                "recipients", Message("who gets it", context="label of a link"),
                Link(str(campaign.customers), recipients_address(run.folder.name, campaign.id)),
            ),
            *([] if is_preview(run.folder.name) else [_report(run)]),
        ),
    )  # fmt: skip


def _report(run: RunRead) -> Stat:
    said = Message("the report of the run", context="label of a link")
    return Stat("report", said, Link(run.folder.name, report_address(run.folder.name)))


PAGE = Page("plan", Message("Campaign of a plan", context="page title"), view)
