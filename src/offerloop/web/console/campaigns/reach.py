"""Who would get a campaign before anything is sent: by the newest run, or by a preview that is asked for here."""

from __future__ import annotations

from offerloop.background import PREVIEW
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.store import PLANNED_STATES, Job, WrittenCampaign, list_jobs
from offerloop.web.api.campaigns.figures import ask_for_preview, run_planning
from offerloop.web.console.addresses import campaign_address, recipients_address
from offerloop.web.console.blocks import Block, Form, Heading, Notice, Stat, Stats, hidden, start_run
from offerloop.web.console.campaigns.written import unit_of
from offerloop.web.console.campaigns_of_run import CampaignForecast, forecasts
from offerloop.web.console.cells import MinorAmount, MinorEstimate
from offerloop.web.console.jobs.view import UNDER_WAY, cancel_form, progress_of
from offerloop.web.console.page_request import PageRequest
from offerloop.web.console.plan.view import PREVIEWED, curve_of, slider
from offerloop.web.roles import Permission
from offerloop.workspace import RunRead, campaign_reach, is_preview, planned_revisions

RECENT_JOBS = 10
"""The newest jobs, among which a preview is looked for."""


_UNKNOWN_EFFECT = Notice(
    Message(
        "Nothing shows what these offers do: neither shelf prices, nor offers shown at random, nor an expectation of "
        "yours. So nobody is chosen for them. Add an offer by its fields, and say there what you expect of it."
    ),
    "warning",
)


def reach_of(request: PageRequest, campaign: WrittenCampaign) -> list[Block]:
    """Say who would get it among all customers: by the newest run, or by a preview that is asked for here."""
    heading = Heading(Message("Who would get it"))
    if request.run is None:
        return [heading, start_run(Message("There is no run yet that could tell."))]
    run = run_planning(request.worker, campaign)
    excluded = [name for name in (campaign.text.body.get("exclude"), run.written.get("exclude")) if name is not None]
    try:
        reach = campaign_reach(run, campaign.campaign_id, campaign.text.body.get("audience"), excluded)
    except InputError as error:
        return [heading, start_run(error.message)]
    stats = [
        Stat("audience", Message("customers it may go to", context="figure"), reach.n_audience),
        Stat("all", Message("customers of the shop", context="figure"), reach.n_customers),
    ]
    is_newest = planned_revisions(run.folder).get(campaign.campaign_id) == campaign.revision
    waits = campaign.state in PLANNED_STATES and is_preview(run.folder.name)
    if not reach.is_planned:
        return [heading, Stats(tuple(stats)), *_preview_form(request, campaign)]
    stats += _planned(run, campaign)
    link = Notice(
        Message("The customers one by one:"), "neutral",
        recipients_address(run.folder.name, campaign.campaign_id),
        Message("Who gets what", context="link"),
    )  # fmt: skip
    said = [PREVIEWED] if is_preview(run.folder.name) else []
    said += [] if _forecast(run, campaign).is_known else [_UNKNOWN_EFFECT]
    preview = [] if is_newest and not waits else _preview_form(request, campaign)
    return [heading, *(preview if waits else []), *said, Stats(tuple(stats)), link, *([] if waits else preview)]


def _planned(run: RunRead, campaign: WrittenCampaign) -> list[Stat]:
    """Return what the plan of a run expects of the campaign."""
    unit = unit_of(campaign.text.body, run.currency)
    forecast = _forecast(run, campaign)
    return [
        Stat(
            "planned", Message("customers who get it by the plan", context="figure"), forecast.customers,
            forecast.remark,
        ),
        Stat("spend", Message("expected spend", context="figure"), MinorAmount(forecast.spend_minor, unit)),
        Stat(
            "profit", Message("expected profit", context="figure"), MinorEstimate(forecast.profit, run.currency),
            Message("beyond what the same customers would bring without offers"),
        ),
    ]  # fmt: skip


def _forecast(run: RunRead, campaign: WrittenCampaign) -> CampaignForecast:
    return next(one for one in forecasts(run) if one.id == campaign.campaign_id)


def _preview_form(request: PageRequest, campaign: WrittenCampaign) -> list[Block]:
    """Return a button that starts a preview, or how far one is; one that may run waits for a run instead."""
    job = preview_job(request, campaign)
    if job is not None and job.state in UNDER_WAY:
        return [progress_of(job), cancel_form(job)]
    failed = [] if job is None or job.failure is None else [Notice(job.failure, "bad")]
    if campaign.state in PLANNED_STATES:
        return [*failed, *_waiting_for_run(request)]
    form = Form(
        "preview", "/console/do/preview", Message("Preview on all customers", context="button"),
        (hidden("id", campaign.campaign_id),), needs=Permission.EDIT,
        explanation=Message("No run has planned this revision. A preview plans it as if it ran; nothing is sent."),
    )  # fmt: skip
    return [*failed, form]


def _waiting_for_run(request: PageRequest) -> list[Block]:
    """Say that a campaign that may run waits for a run that plans it, and how far one is that is under way."""
    jobs = request.worker.database.read(lambda one: list_jobs(one, RECENT_JOBS))
    under_way = next((one for one in jobs if one.kind == "run" and one.state in UNDER_WAY), None)
    if under_way is not None:
        return [Notice(_RUN_UNDER_WAY, "warning"), progress_of(under_way)]
    said = Message("No run has planned this revision yet, so nobody gets its offers. Start a run to plan it.")
    run = Form(
        "plan-it", "/console/do/job", Message("Start a run", context="button"), (hidden("kind", "run"),),
        needs=Permission.EDIT,
    )  # fmt: skip
    return [Notice(said, "warning"), run]


_RUN_UNDER_WAY = Message("No run has planned this revision yet. One is under way: see afterwards who gets the offers.")


def preview_job(request: PageRequest, campaign: WrittenCampaign) -> Job | None:
    """Return the newest preview of a revision that was asked for lately."""
    wanted = {"campaign_id": campaign.campaign_id, "revision": campaign.revision}
    jobs = request.worker.database.read(lambda one: list_jobs(one, RECENT_JOBS))
    return next((one for one in jobs if one.kind == PREVIEW and one.request == wanted), None)


def slider_of(request: PageRequest, campaign: WrittenCampaign) -> list[Block]:
    """Return what another budget would bring, where a run or a preview has planned it."""
    if request.run is None:
        return []
    run = run_planning(request.worker, campaign)
    forecast = next((one for one in forecasts(run) if one.id == campaign.campaign_id), None)
    curve = () if forecast is None else curve_of(run, campaign.campaign_id)
    if forecast is None or len(curve) < 2:
        return []
    return [Heading(Message("What another budget would bring")), slider(run, forecast, curve, request.localizer)]


def request_preview(request: PageRequest) -> str:
    """Ask for a preview, and go back to the campaign."""
    campaign_id = request.field("id")
    ask_for_preview(request.http, campaign_id, request.caller)
    return campaign_address(campaign_id)
