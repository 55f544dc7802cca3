"""All campaigns: those that people wrote here, and those of the configuration."""

from __future__ import annotations

from offerloop.config import Campaign, Config
from offerloop.message import Message
from offerloop.store import WrittenCampaign, list_campaigns
from offerloop.web.console.addresses import campaign_address, plan_address
from offerloop.web.console.blocks import Block, Notice, PageTable, TableColumn, View
from offerloop.web.console.campaigns.states import STATES
from offerloop.web.console.campaigns.written import title_of, unit_of
from offerloop.web.console.cells import Badge, Cell, Instant, Link, MinorAmount, written_amount
from offerloop.web.console.page_request import Page, PageRequest

SHOWN = 100
TITLE = Message("Campaigns", context="page title")
COLUMNS = (
    TableColumn("campaign", Message("campaign", context="column title")),
    TableColumn("state", Message("state", context="column title")),
    TableColumn("budget", Message("budget", context="column title"), is_figure=True),
    TableColumn("starts_at", Message("starts", context="column title")),
    TableColumn("ends_at", Message("ends", context="column title")),
    TableColumn("reviewed", Message("approved by somebody else", context="column title")),
)
OF_CONFIGURATION = Badge("configuration", Message("in the configuration file", context="state of a campaign"))


def view(request: PageRequest) -> View:
    """Return the campaigns by their ids."""
    after = request.field("after")
    written = request.worker.database.read(lambda one: list_campaigns(one, after, SHOWN + 1))
    rows = [_row(request, one) for one in written[:SHOWN]]
    if request.config is not None and not after:
        rows += [
            (_plan_of(campaign), OF_CONFIGURATION, _budget(request.config, campaign), None, None, None)
            for campaign in request.config.campaigns
        ]
    more = f"/console/campaigns?after={written[SHOWN - 1].campaign_id}" if len(written) > SHOWN else None
    blocks: list[Block] = [
        Notice(_DRAFT, "neutral", "/console/campaign-form", _WRITE),
        PageTable("campaigns", Message("All campaigns", context="table title"), COLUMNS, tuple(rows), _EMPTY, more),
    ]  # fmt: skip
    if request.config is not None and request.config.approval.reviewers == 0:
        blocks.insert(0, Notice(Message("Campaigns are not reviewed here: one person may start them."), "warning"))
    return View(TITLE, "", tuple(blocks))


_DRAFT = Message("A campaign that is written here is a draft until somebody else approves it.")
_WRITE = Message("Write a campaign", context="link")
_EMPTY = Message("There is no campaign yet. Write one: it is a draft until somebody else approves it.")


def _plan_of(campaign: Campaign) -> Link:
    return Link(campaign.title, plan_address(campaign.id))


def _budget(config: Config, campaign: Campaign) -> MinorAmount:
    return MinorAmount(config.minor(campaign.budget, campaign), config.unit(campaign))


def _row(request: PageRequest, campaign: WrittenCampaign) -> tuple[Cell, ...]:
    moment = campaign.moment
    times = moment.started_at or moment.starts_at, moment.ends_at
    starts, ends = (None if at is None else Instant(at) for at in times)
    body = campaign.text.body_at(moment.now)
    unit = unit_of(body, request.currency)
    return (
        Link(title_of(campaign), campaign_address(campaign.campaign_id)),
        STATES[campaign.state], written_amount(str(body.get("budget", "0")), unit), starts, ends,
        bool(moment.approved_by),
    )  # fmt: skip


PAGE = Page("campaigns", TITLE, view, in_navigation=True)
