"""One campaign: its state, who would get it, what a budget brings, its revisions, and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping

from offerloop.message import Message
from offerloop.store import (
    CampaignAction,
    CampaignState,
    WhyNot,
    WrittenCampaign,
    list_people,
    list_revisions,
)
from offerloop.web.api.campaigns.lifecycle import act, restore, show_campaign
from offerloop.web.api.campaigns.models import CampaignShown, CampaignVerb, Remark
from offerloop.web.console.addresses import campaign_address
from offerloop.web.console.blocks import (
    Block,
    Facts,
    Form,
    Heading,
    Input,
    Notice,
    PageTable,
    Stat,
    TableColumn,
    View,
    hidden,
)
from offerloop.web.console.campaigns.budgets import judge, propose, scheduled
from offerloop.web.console.campaigns.changes import FIELDS, changes_since
from offerloop.web.console.campaigns.draft import kind_form
from offerloop.web.console.campaigns.fault_words import faults_of, not_explored
from offerloop.web.console.campaigns.offer_lines import shown_line
from offerloop.web.console.campaigns.reach import preview_job, reach_of, request_preview, slider_of
from offerloop.web.console.campaigns.states import BUTTONS, STATES, words_why_not
from offerloop.web.console.campaigns.written import named_campaign, title_of, unit_of
from offerloop.web.console.cells import Cell, Instant, Link, Tone, written_amount
from offerloop.web.console.experiments.drivers import drivers
from offerloop.web.console.experiments.view import finding_of
from offerloop.web.console.jobs.view import UNDER_WAY
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.problems import HttpProblem
from offerloop.web.roles import Permission, roles_with_any
from offerloop.web.versions import etag
from offerloop.workspace import campaign_results, readout_of_campaign

REVISIONS = 20
MOST_REVISION = 2**31 - 1


def view(request: PageRequest) -> View:
    """Return one campaign that people wrote here."""
    campaign = named_campaign(request)
    shown = CampaignShown.model_validate_json(
        bytes(show_campaign(request.http, campaign.campaign_id, request.caller).body)
    )
    may_edit = request.may(Permission.EDIT)
    blocks: list[Block] = [_facts(request, campaign), *_faults(request, campaign), *_actions(request, campaign, shown)]
    blocks += [
        _offers(request, campaign),
        *([kind_form(campaign)] if may_edit and campaign.state is CampaignState.DRAFT else []),
        *scheduled(request, campaign, shown),
        *reach_of(request, campaign),
        *slider_of(request, campaign),
        *_results(request, campaign),
    ]
    blocks += [*_changes(request, campaign), _revisions(request, campaign), *_restoring(campaign), _refused(shown)]
    job = preview_job(request, campaign)
    return View(title_of(campaign), "", tuple(blocks), refresh=job is not None and job.state in UNDER_WAY)


def _facts(request: PageRequest, campaign: WrittenCampaign) -> Facts:
    body, moment = campaign.text.body_at(campaign.moment.now), campaign.moment
    unit = unit_of(body, request.currency)
    names = _names(request)
    return Facts(
        "campaign",
        (
            Stat("state", Message("state", context="label of a figure"), STATES[campaign.state], _review(campaign)),
            Stat(
                "budget", Message("budget", context="label of a figure"),
                written_amount(str(body.get("budget", "0")), unit),
            ),
            Stat("starts_at", Message("starts", context="label of a figure"), _instant(moment.starts_at)),
            Stat("started_at", Message("started", context="label of a figure"), _instant(moment.started_at)),
            Stat("ends_at", Message("ends", context="label of a figure"), _instant(moment.ends_at)),
            Stat("revision", Message("revision", context="label of a figure"), campaign.revision),
            Stat(
                "last_editor", Message("last edited by", context="label of a figure"),
                names.get(moment.last_editor, moment.last_editor),
            ),
            Stat(
                "approved_by", Message("approved by", context="label of a figure"),
                tuple(names.get(one, one) for one in sorted(moment.approved_by)),
            ),
            Stat(
                "edit", Message("change it", context="label of a link"),
                Link(request.localizer(_EDIT), f"/console/campaign-form?id={campaign.campaign_id}"),
            ),
            Stat(
                "try", Message("try it", context="label of a link"),
                Link(request.localizer(_TRY), f"/console/try?id={campaign.campaign_id}"),
            ),
        ),
    )  # fmt: skip


_EDIT = Message("Write a new revision", context="link")
_TRY = Message("See what its offers do to a basket")


def _names(request: PageRequest) -> Mapping[str, str]:
    return {one.person_id: one.name for one in request.worker.database.read(list_people)}


def _instant(second: int | None) -> Instant | None:
    return None if second is None else Instant(second)


def _review(campaign: WrittenCampaign) -> Message | str:
    if campaign.moment.approved_by or campaign.state.value in ("draft", "in_review"):
        return ""
    return Message("not reviewed", context="remark about a campaign")


def _faults(request: PageRequest, campaign: WrittenCampaign) -> list[Block]:
    """Say why a campaign could not be planned, and which of its offers nobody would get."""
    if request.config is None:
        return []
    faults = faults_of(request.config, campaign, FIELDS, request.localizer)
    warnings = not_explored(campaign.text.body, request.currency)
    return [*(Notice(one, "bad") for one in faults), *(Notice(one, "warning") for one in warnings)]


def _offers(request: PageRequest, campaign: WrittenCampaign) -> PageTable:
    columns = (TableColumn("offer", Message("offer", context="column title")),)
    offers = campaign.text.body.get("offers", [])
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (shown_line(offer, request.localizer, request.currency),) for offer in offers
    )
    return PageTable("offers", Message("Its offers", context="table title"), columns, rows, _NO_OFFERS)


_NO_OFFERS = Message("It has no offers yet.")


def _actions(request: PageRequest, campaign: WrittenCampaign, shown: CampaignShown) -> list[Block]:
    """Return a button for all that can be done."""
    forms: list[Block] = [Heading(Message("What you can do now")), *_awaited(request, shown)]
    for action, button in BUTTONS.items():
        if shown.actions.get(action.value) is not None:
            continue
        inputs = (
            hidden("id", campaign.campaign_id), hidden("verb", action.value),
            hidden("revision", str(campaign.revision)),
        )  # fmt: skip
        tone: Tone = "bad" if action in (CampaignAction.END, CampaignAction.REJECT) else "neutral"
        forms.append(Form(action.value, "/console/do/campaign", button, inputs, tone=tone))
    return forms


def _awaited(request: PageRequest, shown: CampaignShown) -> list[Block]:
    """Say who can approve a campaign that the reader edited last."""
    if shown.actions.get(CampaignAction.APPROVE.value) is not WhyNot.OWN_EDIT:
        return []
    may = set(roles_with_any([Permission.APPROVE]))
    names = [
        person.name for person in request.worker.database.read(list_people)
        if person.revoked_at is None and person.person_id != request.caller.actor and may & set(person.roles)
    ]  # fmt: skip
    if names:
        return [Notice(Message("It waits for somebody else's approval: {names} may approve it.", names=names))]
    return [Notice(_NOBODY, "warning", "/console/people", Message("Invite somebody", context="link"))]


_NOBODY = Message("It waits for somebody else's approval, and nobody else here may approve it yet.")


def _refused(shown: CampaignShown) -> PageTable:
    """Say why what cannot be done now cannot."""
    reasons = ((action, shown.actions.get(action.value)) for action in BUTTONS)
    refused: tuple[tuple[Cell, ...], ...] = tuple(
        (BUTTONS[action], words_why_not(action, why)) for action, why in reasons if why is not None
    )
    columns = (
        TableColumn("action", Message("action", context="column title")),
        TableColumn("why", Message("why not now", context="column title")),
    )
    everything = Message("Everything can be done now.")
    caption = Message("What cannot be done now", context="table title")
    return PageTable("refused", caption, columns, refused, everything)


def _results(request: PageRequest, campaign: WrittenCampaign) -> list[Block]:
    results = campaign_results(request.worker.settings.shop, campaign.campaign_id, request.localizer.language)
    heading = Heading(Message("What it caused", context="heading"))
    if results is None:
        return [
            heading,
            Notice(Message("No read-out names this campaign yet."), "neutral", "/console/experiments", _READ),
        ]
    readout = readout_of_campaign(request.worker.settings.shop, campaign.campaign_id)
    tree = [] if readout is None else drivers(readout.parent, str(results["currency"]), campaign.campaign_id)
    return [heading, Notice(finding_of(results), "neutral", "/console/experiments", _READ), *tree]


_READ = Message("See the read-outs", context="link")


def _changes(request: PageRequest, campaign: WrittenCampaign) -> list[Block]:
    """Say what the newest revision changed in the one that is named, or in the one before it."""
    before = request.number("before")
    return changes_since(request, campaign, campaign.revision - 1 if before is None else min(before, campaign.revision))


def _revisions(request: PageRequest, campaign: WrittenCampaign) -> PageTable:
    names = _names(request)
    before = request.number("older_than")
    revisions = request.worker.database.read(
        lambda one: list_revisions(one, campaign.campaign_id, before and min(before, MOST_REVISION), REVISIONS + 1)
    )
    here = campaign_address(campaign.campaign_id)
    more = f"{here}&older_than={revisions[REVISIONS - 1].revision}#revisions" if len(revisions) > REVISIONS else None
    columns = (
        TableColumn("revision", Message("revision", context="column title")),
        TableColumn("at", Message("when", context="column title")),
        TableColumn("by", Message("who", context="column title")),
        TableColumn("restored_from", Message("brings back", context="column title")),
        TableColumn("compare", Message("compare", context="column title")),
    )
    word = request.localizer(Message("compare with the newest", context="link"))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            revision.revision, Instant(revision.at), names.get(revision.editor.person, revision.editor.person),
            revision.restored_from,
            None if revision.revision == campaign.revision
            else Link(word, f"{here}&before={revision.revision}#changes"),
        )
        for revision in revisions[:REVISIONS]
    )  # fmt: skip
    return PageTable("revisions", Message("Revisions", context="table title"), columns, rows, _NO_OFFERS, more)


def _restoring(campaign: WrittenCampaign) -> list[Block]:
    if campaign.revision < 2:
        return []
    numbers = tuple((str(one), str(one)) for one in range(campaign.revision - 1, 0, -1))
    inputs = (
        hidden("id", campaign.campaign_id),
        hidden("revision", str(campaign.revision)),
        Input("number", Message("Revision", context="field of a form"), "select", "", numbers),
    )
    title = Message("Bring back an earlier revision", context="form title")
    button = Message("Bring it back", context="button")
    return [Form("restore", "/console/do/restore", button, inputs, needs=Permission.EDIT, title=title)]


def _act(request: PageRequest) -> str:
    verb = request.needed("verb", lambda name: name if name in set(CampaignVerb) else None)
    campaign_id = request.field("id")
    act(request.http, campaign_id, CampaignVerb(verb), Remark(), request.caller, etag(request.field("revision")))
    return campaign_address(campaign_id)


def _restore(request: PageRequest) -> str:
    campaign_id, number = request.field("id"), request.number("number")
    if number is None or number > MOST_REVISION:
        raise HttpProblem("not_found", field="number")
    restore(request.http, campaign_id, number, request.caller, etag(request.field("revision")))
    return campaign_address(campaign_id)


PAGE = Page("campaign", Message("Campaign", context="page title"), view)
ACTIONS = (
    Action("campaign", Permission.READ, _act),
    Action("restore", Permission.EDIT, _restore),
    Action("change-budget", Permission.EDIT, propose, PAGE),
    Action("judge-budget", Permission.READ, judge),
    Action("preview", Permission.EDIT, request_preview),
)
