"""The form of a campaign, and what it says as a draft: offers stand one to a line, in words or as JSON."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import to_minor
from offerloop.store import BudgetChange, CampaignText, WrittenCampaign, find_campaign, with_instants
from offerloop.web.api.campaigns.lifecycle import edit_campaign, make_campaign
from offerloop.web.api.campaigns.models import CampaignDraft
from offerloop.web.console.addresses import campaign_address
from offerloop.web.console.blocks import Form, Input, View, hidden
from offerloop.web.console.campaigns.fault_words import BUDGET_BASES, BUDGET_BASIS, unlimited
from offerloop.web.console.campaigns.offer_ids import with_own_ids
from offerloop.web.console.campaigns.offer_lines import OfferLines, examples, line_of
from offerloop.web.console.campaigns.offer_terms import kinds_with_fields
from offerloop.web.console.campaigns.written import unit_of
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.console.times import read_time, time_in_form
from offerloop.web.roles import Permission
from offerloop.web.versions import etag

SEND_RULES = (
    ("proven", Message("a profit is proven (interval above zero)")),
    ("expected", Message("a profit is expected (interval may include zero)")),
    ("likely", Message("any profit is forecast; once the data could show one, more than chance brings")),
)
DEFAULTS = {"send": "proven", "budget_basis": "liability"}
"""What a campaign does that says nothing of it."""


def view(request: PageRequest) -> View:
    """Return the form of a new campaign, or of a new revision of one."""
    campaign = None if request.field("title") and not request.field("revision") else _named_or_none(request)
    if campaign is None:
        return View(Message("A new campaign", context="page title"), DRAFTS, (_form(request, None),))
    title = Message("Edit “{title}”", context="page title", title=str(campaign.text.body.get("title", "")))
    return View(title, DRAFTS, (_form(request, campaign), kind_form(campaign)))


def kind_form(campaign: WrittenCampaign) -> Form:
    """Return the choice of a kind of offer whose fields are shown next."""
    return Form(
        "kind", "/console/offer-form", Message("Show its fields", context="button"),
        (
            hidden("id", campaign.campaign_id),
            Input("kind", Message("Kind of offer", context="field of a form"), "select", "coupon", kinds_with_fields()),
        ),
        method="get", title=Message("Add an offer by its fields", context="form title"), needs=Permission.EDIT,
    )  # fmt: skip


DRAFTS = Message("What you save is a draft: nobody gets its offers until it is approved and started.")


def _named_or_none(request: PageRequest) -> WrittenCampaign | None:
    name = request.field("id")
    return request.worker.database.read(lambda one: find_campaign(one, name)) if name else None


def _form(request: PageRequest, campaign: WrittenCampaign | None) -> Form:
    inputs = [*_inputs(request, campaign), *_times(request, campaign), hidden("zone", request.zone.key)]
    if campaign is None:
        inputs.append(
            Input("id", Message("Permanent short name", context="field of a form"), hint=_ID_HINT, is_needed=False)
        )
    else:
        inputs += [hidden("id", campaign.campaign_id), hidden("revision", str(campaign.revision))]
    return Form(
        "campaign", "/console/do/write-campaign", Message("Save the draft", context="button"), tuple(inputs),
        needs=Permission.EDIT,
    )  # fmt: skip


def _inputs(request: PageRequest, campaign: WrittenCampaign | None) -> list[Input]:
    """Return the fields of a campaign except its times, with what it says."""
    body: Mapping[str, Any] = {**DEFAULTS, **({} if campaign is None else campaign.text.body)}
    offers = "\n".join(line_of(one, request.localizer.language, request.currency) for one in body.get("offers", []))
    audiences = () if request.config is None else tuple((name, name) for name in request.config.audiences)
    everyone = ("", Message("everyone", context="audience of a campaign"))
    return [
        Input("title", Message("Title", context="field of a form"), value=str(body.get("title", ""))),
        Input("budget", Message("Budget", context="field of a form"), value=str(body.get("budget", "")), hint=_BUDGET),
        Input("offers", Message("Offers, one per line"), "textarea", offers, hint=_hint(request), is_needed=False),
        Input("audience", Message("Who may get it"), "select", str(body.get("audience") or ""), (everyone, *audiences)),
        Input("send", Message("Send only if", context="field of a form"), "select", str(body["send"]), SEND_RULES),
        Input("budget_basis", BUDGET_BASIS, "select", str(body["budget_basis"]), BUDGET_BASES),
    ]


_ID_HINT = Message(
    "Stands in tables and at the checkout. Letters, digits, dots and dashes, such as spring-2027; left empty: made "
    "from the title."
)
_BUDGET = Message("The most that it may cost, such as 1000.00.")
_OFFERS = Message(
    "For example: “{first}” or “{second}”. You can also save the draft first, and add offers by their fields."
)
_STARTS = Message("Start ({zone}); if empty, when somebody starts it")
_ENDS = Message("End ({zone}); if empty, when somebody ends it")
_CHANGES = Message("Change the budget at ({zone}; optional)")
_MOST_CHANGES = 20
_NO_TEXT = CampaignText({}, None, None)


def _hint(request: PageRequest) -> Message:
    """Show how offers are written, with a category of the shop."""
    first, second = examples(categories_of(request), request.localizer.language, request.currency or "USD")
    return _OFFERS.with_values(first=first, second=second)


def _times(request: PageRequest, campaign: WrittenCampaign | None) -> Iterator[Input]:
    """Yield the fields of start and end, of each change of the budget, and of one more change."""
    text = _NO_TEXT if campaign is None else campaign.text
    yield _time_input(request, "starts_at", _STARTS, text.starts_at)
    yield _time_input(request, "ends_at", _ENDS, text.ends_at)
    shown = [*((one.at, one.budget) for one in text.budget_changes), (None, "")]
    for number, (at, budget) in enumerate(shown[:_MOST_CHANGES]):
        yield _time_input(request, f"change_at_{number}", _CHANGES, at)
        label = Message("New budget", context="field of a form")
        yield Input(f"change_budget_{number}", label, value=budget, is_needed=False)


def _time_input(request: PageRequest, name: str, label: Message, second: int | None) -> Input:
    value, zone = "" if second is None else time_in_form(second, request.zone), request.zone.key
    return Input(name, label.with_values(zone=zone), "datetime-local", value, is_needed=False)


def _changes(request: PageRequest, unit: str, before: Sequence[BudgetChange]) -> list[dict[str, Any]]:
    """Read the changes of the budget, in the order of time, of a form that showed those `before`; one without a time
    is none.

    Raises InputError, at its field, for a budget that is no amount and for a second one of the same time.
    """
    changes = dict[int, str]()
    for number in range(_MOST_CHANGES):
        shown = before[number].at if number < len(before) else None
        at, budget = time_field(request, f"change_at_{number}", shown), request.field(f"change_budget_{number}")
        if at is None:
            continue
        with at_field(f"change_budget_{number}"):
            to_minor(budget, unit)
        with at_field(f"change_at_{number}"):
            if at in changes:
                raise InputError(Message("Two budgets begin at the same time. Keep one of them."))
        changes[at] = budget
    return [with_instants({"at": at, "budget": changes[at]}) for at in sorted(changes)]


def time_field(request: PageRequest, name: str, before: int | None = None) -> int | None:
    """Return a time of a form, which showed `before`, as epoch second; None where it was left out.

    Raises InputError, at its field, for a time that there is not.
    """
    text = request.field(name)
    with at_field(name):
        return read_time(text, request.zone, before) if text else None


def _write(request: PageRequest) -> str:
    """Write a draft, or a new revision of the one that was read. Raises InputError for a budget that is no amount."""
    campaign = _named_or_none(request) if request.field("revision") else None
    body: dict[str, Any] = {} if campaign is None else dict(campaign.text.body)
    unit = unit_of(body, request.currency) or "USD"
    with at_field("budget"):
        to_minor(request.field("budget"), unit)
    text = _NO_TEXT if campaign is None else campaign.text
    changes = _changes(request, unit, text.budget_changes)
    times = {name: time_field(request, name, getattr(text, name)) for name in ("starts_at", "ends_at")}
    _check_fields(request, **times)
    body |= {
        "id": request.field("id") or short_name(request.field("title")), "title": request.text("title").strip(),
        "budget": request.field("budget"), **{name: _choice(request, body, name) for name in DEFAULTS},
        "audience": request.field("audience") or None, **with_instants(times), "budget_changes": changes,
    }  # fmt: skip
    with at_field("offers"):
        body["offers"] = _written_offers(request, body)
    return save_campaign(request, body, campaign)


def _choice(request: PageRequest, body: Mapping[str, Any], name: str) -> str | None:
    """Return what was chosen; None for the default of a campaign that says nothing of it."""
    chosen = request.field(name) or body.get(name)
    return None if name not in body and chosen == DEFAULTS[name] else chosen


@contextmanager
def at_field(name: str) -> Iterator[None]:
    """Let an InputError name a field of the form."""
    try:
        yield
    except InputError as error:
        error.field = name
        raise


def _written_offers(request: PageRequest, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read the offers. Raises InputError that names the line, also for one whose cost nothing limits."""

    def check(offer: Mapping[str, Any]) -> None:
        problem = unlimited(body, offer, request.currency or "USD")
        if problem is not None:
            raise InputError(problem.detail or "")

    lines = OfferLines(request.localizer.language, request.currency, body.get("offers", []), check)
    return lines.read(request.text("offers"))


def _check_fields(request: PageRequest, starts_at: int | None, ends_at: int | None) -> None:
    """Raise InputError, in the words of the form, for what no campaign can have."""
    name = request.field("id")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        with at_field("ends_at"):
            raise InputError(Message("It would end before it starts. Give it a later end."))
    if name and re.fullmatch(r"[^\W_][\w.-]{0,99}", name) is None:
        with at_field("id"):
            raise InputError(Message("The short name may have letters, digits, dots and dashes, and no spaces."))


def short_name(title: str) -> str:
    """Return a title as the id of a campaign: small letters and digits, with dashes between words.

    Where letters have no such form, as Chinese ones, a hash of the title tells it from others; the same title has the
    same id, so that a draft that is sent twice is made once.
    """
    letters = unicodedata.normalize("NFKD", title.lower())
    words = re.findall("[a-z0-9]+", letters.encode("ascii", "ignore").decode())
    name = "-".join(words)[:60].strip("-")
    if name and not any(letter.isalnum() and not letter.isascii() for letter in letters):
        return name
    return f"{name or 'campaign'}-{sha256(title.encode()).hexdigest()[:8]}"


def save_campaign(request: PageRequest, body: dict[str, Any], campaign: WrittenCampaign | None) -> str:
    """Write a new campaign, or a new revision of one, and return its page. Raises ValidationError for what is none."""
    body = {**body, "offers": with_own_ids(body["offers"])}
    draft = CampaignDraft.model_validate({name: value for name, value in body.items() if value is not None})
    if campaign is None:
        make_campaign(request.http, draft, request.caller)
    else:
        edit_campaign(request.http, draft.id, draft, request.caller, etag(request.field("revision")))
    return campaign_address(draft.id)


def categories_of(request: PageRequest) -> list[str]:
    """Return the categories of the newest run, of which effects are known."""
    return [] if request.run is None else sorted(request.run.offers["category"].drop_nulls().unique().to_list())


PAGE = Page("campaign-form", Message("Campaign", context="page title"), view)
ACTIONS = (Action("write-campaign", Permission.EDIT, _write, PAGE),)
