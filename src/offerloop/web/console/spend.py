"""What campaigns have spent so far, and what of it needs somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from offerloop.message import Message
from offerloop.serving import CampaignSpend
from offerloop.web.console.addresses import plan_address
from offerloop.web.console.blocks import Block, Notice, PageTable, TableColumn
from offerloop.web.console.cells import Badge, Cell, Link, MinorAmount
from offerloop.web.console.page_request import PageRequest

SOON_DAYS = 7
"""A notice warns of a budget that is used up within so many days."""
COLUMNS = (
    TableColumn("campaign", Message("campaign", context="column title")),
    TableColumn("shown", Message("shown to", context="column title"), is_figure=True),
    TableColumn("spent", Message("spent so far", context="column title"), is_figure=True),
    TableColumn("expected", Message("expected so far", context="column title"), is_figure=True),
    TableColumn("budget", Message("budget", context="column title"), is_figure=True),
    TableColumn("lasts", Message("budget lasts", context="column title"), is_figure=True),
    TableColumn("pace", Message("pace", context="column title")),
)
AHEAD = Badge("ahead", Message("more than expected", context="pace of spend"), "warning")
LOW = Badge("low", Message("little is left", context="pace of spend"), "bad")
AS_PLANNED = Badge("as planned", Message("as planned", context="pace of spend"), "good")


def spend_table(request: PageRequest, titles: Mapping[str, str], only: str | None = None) -> PageTable:
    """Return the spend of the served plan's campaigns, or of one of them."""
    rows = tuple(
        _row(spend, titles.get(spend.campaign_id, spend.campaign_id), request.currency)
        for spend in request.worker.spending()
        if only in (None, spend.campaign_id)
    )
    empty = Message("Nothing is served that has a budget, so nothing is spent.")
    return PageTable("spend", Message("Spent so far, by the redemptions in the ledger"), COLUMNS, rows, empty)


def _row(spend: CampaignSpend, title: str, currency: str) -> tuple[Cell, ...]:
    days = None if spend.days_left is None else round(spend.days_left)
    lasts = None if days is None else Message("{n} day", plural="{n} days", context="how long a budget lasts", n=days)
    return (
        Link(title, plan_address(spend.campaign_id)), spend.n_shown,
        MinorAmount(spend.spent_minor, currency), MinorAmount(spend.expected_minor, currency),
        MinorAmount(spend.budget_minor, currency), lasts,
        LOW if spend.is_low else AHEAD if spend.is_ahead else AS_PLANNED,
    )  # fmt: skip


def spend_alarms(request: PageRequest, titles: Mapping[str, str]) -> Iterable[Block]:
    """Yield what of the spend needs somebody, the most urgent first."""
    spends = request.worker.spending()
    for spend in sorted(spends, key=lambda one: not one.is_low):
        title, href = titles.get(spend.campaign_id, spend.campaign_id), plan_address(spend.campaign_id)
        see = Message("See the campaign", context="link")
        if spend.is_low:
            yield Notice(Message("Of the budget of “{title}” under 5 % is left.", title=title), "bad", href, see)
        elif spend.days_left is not None and spend.days_left < SOON_DAYS and spend.n_shown:
            said = Message(
                "At this pace the budget of “{title}” is used up within {n} day.",
                plural="At this pace the budget of “{title}” is used up within {n} days.",
                title=title, n=int(spend.days_left) + 1,
            )  # fmt: skip
            yield Notice(said, "warning", href, see)
        if spend.is_ahead:
            money = {
                name: request.localizer.money.exact(minor)
                for name, minor in (("spent", spend.spent_minor), ("expected", spend.expected_minor))
            }
            said = Message(
                "The offers of “{title}” cost more than forecast: {spent} so far, where {expected} was expected.",
                title=title, **money,
            )  # fmt: skip
            yield Notice(said, "warning", href, see)
