"""Runs and policies: which plan the checkout follows, and the switch that turns personal offers off."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.store import promoted
from offerloop.web.api.policies import NEWEST, Switch, promote_policy, turn_switch
from offerloop.web.console.addresses import report_address
from offerloop.web.console.blocks import Block, Form, Input, PageTable, TableColumn, View, Words, hidden
from offerloop.web.console.campaigns_of_run import CampaignForecast, customers_with_offer, forecasts
from offerloop.web.console.cells import Badge, Cell, Link, MinorAmount
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.console.policies.comparison import NO_RUN, comparison_form, names_of_runs
from offerloop.web.roles import Permission

SHOWN = 50
SERVED = Badge("served", Message("served", context="state of a plan"), "good")
CHOSEN = Badge("chosen", Message("served, and kept until you choose another", context="state of a plan"), "good")
OTHER = Badge("not served", Message("not served", context="state of a plan"))
COLUMNS = (
    TableColumn("run", Message("run", context="column title")),
    TableColumn("state", Message("state", context="column title")),
    TableColumn("as_of", Message("plan of", context="column title")),
    TableColumn("sent", Message("sent", context="column title")),
    TableColumn("customers", Message("customers with an offer", context="column title"), is_figure=True),
    TableColumn("profit", Message("expected profit", context="column title"), is_figure=True),
    TableColumn("report", Message("report", context="column title")),
)


def view(request: PageRequest) -> View:
    """Return finished runs, the newest first, any of which can be chosen."""
    worker = request.worker
    chosen = worker.database.read(promoted)
    offset, finished = request.number("from") or 0, names_of_runs(request)
    names = finished[offset : offset + SHOWN]
    more = f"/console/policies?from={offset + SHOWN}" if len(finished) > offset + SHOWN else None
    rows = tuple(_row(request, name, chosen) for name in names)
    blocks: list[Block] = [_switch(request), *([_choice(names, chosen)] if names else [])]
    blocks.append(PageTable("runs", Message("Finished runs", context="table title"), COLUMNS, rows, NO_RUN, more))
    if len(names) > 1:
        blocks.append(comparison_form(names, worker.version or names[1], names[0]))
    return View(Message("Runs and policies", context="page title"), _lead(request, chosen), tuple(blocks))


def _lead(request: PageRequest, chosen: str | None) -> Message:
    version = request.worker.version
    if version is None:
        return Message("The checkout follows no plan: everybody gets no offer.")
    if chosen is None:
        return Message("The checkout follows the newest plan, {version}.", version=version)
    return Message("The checkout follows the plan {version}, until you choose another one.", version=version)


def _row(request: PageRequest, name: str, chosen: str | None) -> tuple[Cell, ...]:
    state = OTHER
    if name == request.worker.version:
        state = CHOSEN if name == chosen else SERVED
    run = request.run_named(name)
    if run is None:
        return name, state, None, None, None, None, None
    sent = [one for one in forecasts(run) if one.is_sent]
    return (
        name, state, str(run.summary["as_of"]), [one.title for one in sent], customers_with_offer(run, sent),
        MinorAmount(_profit(sent), run.currency), Link(request.localizer(REPORT), report_address(name)),
    )  # fmt: skip


REPORT = Message("report", context="link in a table")


def _profit(sent: list[CampaignForecast]) -> int:
    return round(sum(one.profit.value for one in sent))


def _switch(request: PageRequest) -> Block:
    on = request.worker.personalised
    is_on = hidden("is_on", "" if on else "yes")
    if on:
        return Form(
            "switch", "/console/do/switch", Message("Switch personal offers off"), (is_on,), needs=Permission.APPROVE,
            tone="bad", title=Message("Personal offers are on"),
            explanation=Message("Switched off, every decision is “no offer” within a second, in every worker."),
        )  # fmt: skip
    return Form(
        "switch", "/console/do/switch", Message("Switch personal offers on"), (is_on,), needs=Permission.APPROVE,
        title=Message("Personal offers are off"),
    )  # fmt: skip


def _choice(names: list[str], chosen: str | None) -> Form:
    newest: tuple[str, Words] = (NEWEST, Message("always the newest", context="plan that is served"))
    options = (newest, *((name, name) for name in names))
    return Form(
        "promote", "/console/do/promote", Message("Serve this plan", context="button"),
        (Input("version", Message("Plan", context="field of a form"), "select", chosen or NEWEST, options),),
        needs=Permission.APPROVE, title=Message("Choose which plan is served"),
        explanation=Message("An older plan can be served again at any time: that is how to roll back."),
    )  # fmt: skip


def _promote(request: PageRequest) -> str:
    version = request.needed("version", lambda name: name if name == NEWEST or request.run_named(name) else None)
    promote_policy(request.http, version, request.caller)
    return "/console/policies"


def _turn_switch(request: PageRequest) -> str:
    turn_switch(request.http, Switch(is_on=request.field("is_on") == "yes"), request.caller)
    return "/console/policies"


PAGE = Page("policies", Message("Runs and policies", context="page title"), view, in_navigation=True)
ACTIONS = (Action("promote", Permission.APPROVE, _promote), Action("switch", Permission.APPROVE, _turn_switch))
