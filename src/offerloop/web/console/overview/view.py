"""The overview: what needs attention first, then what the newest plan expects."""

from __future__ import annotations

from collections.abc import Mapping
from time import time

from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.store import CampaignState, Job, JobState, list_campaigns, list_jobs
from offerloop.web.console.addresses import campaign_address, plan_address
from offerloop.web.console.blocks import Block, Notice, PageTable, Stat, Stats, TableColumn, View, start_run
from offerloop.web.console.campaigns.written import title_of
from offerloop.web.console.campaigns_of_run import (
    CampaignForecast,
    customers_with_offer,
    decision_sentence,
    forecasts,
)
from offerloop.web.console.cells import Link, MinorAmount, MinorEstimate
from offerloop.web.console.jobs.view import KINDS, UNDER_WAY, progress_of, report_of
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.console.spend import spend_alarms, spend_table
from offerloop.workspace import RunRead, planned_revisions

MOST_CAMPAIGNS = 500
DAY_SECONDS = 86_400
SOON_SECONDS = 7 * DAY_SECONDS
"""The overview reports the end of a campaign when it is nearer than this."""
LATELY_SECONDS = 3_600
"""The overview reports the end of a job for this long."""
COLUMNS = (
    TableColumn("campaign", Message("campaign", context="column title")),
    TableColumn("state", Message("decision", context="column title")),
    TableColumn("customers", Message("customers", context="column title"), is_figure=True),
    TableColumn("spend", Message("expected spend", context="column title"), is_figure=True),
    TableColumn("liability", Message("at most", context="column title"), is_figure=True),
    TableColumn("profit", Message("profit, with its 95 % interval", context="column title"), is_figure=True),
)


def view(request: PageRequest) -> View:
    """Return the overview of the shop."""
    run = request.run
    titles = {} if run is None else {one.id: one.title for one in forecasts(run)}
    blocks = [*_attention(request, titles)]
    if request.config is None:
        said = Message("The shop is not set up yet: give it its order lines.")
        if request.worker.config_error is None:
            blocks.append(Notice(said, "warning", "/console/setup", Message("Set up the shop", context="link")))
        return View(Message("Overview", context="page title"), "", tuple(blocks))
    if run is None:
        blocks.append(
            start_run(
                Message("There is no plan yet. Start a run: it reads the shop's data and plans who gets which offer.")
            )
        )
        return View(Message("Overview", context="page title"), "", tuple(blocks), refresh=_works(request))
    campaigns = forecasts(run)
    blocks += [_stats(run, campaigns), campaign_table(campaigns), spend_table(request, titles)]
    return View(
        Message("Overview", context="page title"), decision_sentence(campaigns), tuple(blocks), refresh=_works(request)
    )


def campaign_table(campaigns: list[CampaignForecast]) -> PageTable:
    """Return a row for each campaign of a run."""
    rows = tuple(
        (
            Link(campaign.title, plan_address(campaign.id)), campaign.state, campaign.customers,
            MinorAmount(campaign.spend_minor, campaign.budget_unit), campaign.at_most,
            MinorEstimate(campaign.profit, campaign.currency),
        )
        for campaign in campaigns
    )  # fmt: skip
    empty = Message(
        "The configuration names no campaign. Add one to offerloop.toml, or make one on the page “Campaigns”."
    )
    return PageTable("campaigns", Message("The campaigns of the newest plan"), COLUMNS, rows, empty)


_BEYOND = Message("beyond what the same customers would bring without offers")
_BEYOND_PARTLY_ASSUMED = Message(
    "beyond what the same customers would bring without offers; the interval does not say how far assumed profit is off"
)


def _stats(run: RunRead, campaigns: list[CampaignForecast]) -> Stats:
    sent = [one for one in campaigns if one.is_sent]
    in_money = [one for one in sent if one.budget_unit == run.currency]
    profit = Estimate(*(sum(getattr(one.profit, end) for one in sent) for end in ("value", "low", "high")))
    return Stats((
        Stat(
            "profit", Message("expected profit", context="figure"), MinorEstimate(profit, run.currency),
            _BEYOND if len({one.profit.has_interval for one in sent}) < 2 else _BEYOND_PARTLY_ASSUMED,
        ),
        Stat(
            "spend", Message("expected spend", context="figure"),
            MinorAmount(sum(one.spend_minor for one in in_money), run.currency),
        ),
        Stat(
            "liability", Message("at most", context="figure"),
            _most(in_money, run.currency),
            Message("if every customer uses the offer in full"),
        ),
        Stat(
            "customers", Message("customers with an offer", context="figure"), customers_with_offer(run, campaigns),
            Message("of {n}", context="customers of a shop", n=int(run.summary["customers"])),
        ),
    ))  # fmt: skip


def _most(campaigns: list[CampaignForecast], currency: str) -> MinorAmount | None:
    """Return the most that all can cost; None where the cost of one has no limit."""
    amounts = [one.liability_minor for one in campaigns if one.liability_minor is not None]
    return MinorAmount(sum(amounts), currency) if len(amounts) == len(campaigns) else None


def _attention(request: PageRequest, titles: Mapping[str, str]) -> list[Block]:
    """Return what somebody should look at, the most urgent first."""
    worker, blocks = request.worker, list[Block]()
    if not worker.personalised:
        blocks.append(
            Notice(
                Message("Personal offers are switched off: nobody gets one."), "bad",
                "/console/policies", Message("Switch them on again"),
            )
        )  # fmt: skip
    blocks += [Notice(fault, "bad") for fault in worker.faults()]
    blocks += _campaigns(request)
    blocks += spend_alarms(request, titles)
    newest = worker.database.read(lambda one: list_jobs(one, 5))
    for job in newest[:1]:
        blocks += _ended(request, job)
    blocks += [progress_of(one) for one in newest if one.state in UNDER_WAY]
    served, run = worker.version, request.run
    if run is not None and served is not None and served != run.folder.name:
        blocks.append(
            Notice(
                Message("The checkout is served by the plan {version}, not by the newest one.", version=served),
                "warning", "/console/policies", Message("Choose which plan is served"),
            )
        )  # fmt: skip
    return blocks


def _ended(request: PageRequest, job: Job) -> list[Block]:
    """Say for a while that a job is done, or that it failed."""
    jobs = Message("See the jobs", context="link")
    if job.state is JobState.FAILED:
        return [Notice(Message("The last job failed: {why}", why=job.failure or ""), "bad", "/console/jobs", jobs)]
    if job.state is not JobState.DONE or time() - (job.ended_at or 0) >= LATELY_SECONDS:
        return []
    done, report = Message("Done: {job}.", context="notice", job=KINDS[job.kind]), report_of(request, job)
    if report is None:
        return [Notice(done, "good", "/console/jobs", jobs)]
    return [Notice(done, "good", report.href, report.text)]


def _campaigns(request: PageRequest) -> list[Block]:
    """Return what campaigns need: a review, money, or a decision before they end."""
    written = request.worker.database.read(lambda one: list_campaigns(one, "", MOST_CAMPAIGNS))
    planned = {} if request.run is None else planned_revisions(request.run.folder)
    blocks: list[Block] = []
    for campaign in written:
        title, href = title_of(campaign), campaign_address(campaign.campaign_id)
        ends_at, see = campaign.moment.ends_at, Message("See the campaign", context="link")
        if campaign.state is CampaignState.EXHAUSTED:
            blocks.append(Notice(Message("“{title}” has used up its budget.", title=title), "bad", href, see))
        elif campaign.state is CampaignState.IN_REVIEW:
            blocks.append(Notice(Message("“{title}” waits for a review.", title=title), "warning", href, see))
        elif campaign.state is CampaignState.RUNNING and planned.get(campaign.campaign_id) != campaign.revision:
            blocks.append(Notice(_UNPLANNED.with_values(title=title), "warning", href, see))
        elif campaign.state is CampaignState.RUNNING and ends_at is not None and ends_at - time() < SOON_SECONDS:
            days = int(max(0, ends_at - time()) // DAY_SECONDS)
            said = Message(
                "“{title}” ends within {n} day from now.", plural="“{title}” ends within {n} days from now.",
                title=title, n=days + 1,
            )  # fmt: skip
            blocks.append(Notice(said, "warning", href, see))
    return blocks


_UNPLANNED = Message("“{title}” is started, but no run has planned it yet, so nobody gets its offers.")


def _works(request: PageRequest) -> bool:
    jobs = request.worker.database.read(lambda one: list_jobs(one, 5))
    return any(one.state in UNDER_WAY for one in jobs)


PAGE = Page("overview", Message("Overview", context="page title"), view, in_navigation=True)
