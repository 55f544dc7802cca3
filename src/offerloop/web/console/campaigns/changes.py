"""What a revision of a campaign changed, field by field, in the words of its form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from offerloop.message import Message
from offerloop.offers import OFFER_KINDS, offer_form
from offerloop.store import FieldChange, WrittenCampaign, field_changes, find_revision
from offerloop.web.api.campaigns.models import written_campaign
from offerloop.web.console.blocks import Block, PageTable, TableColumn
from offerloop.web.console.campaigns.draft import SEND_RULES
from offerloop.web.console.campaigns.fault_words import BUDGET_BASES, BUDGET_BASIS
from offerloop.web.console.campaigns.offer_lines import line_of
from offerloop.web.console.cells import Cell, Instant, Named
from offerloop.web.console.page_request import PageRequest
from offerloop.web.console.times import shown_time

COLUMNS = (
    TableColumn("field", Message("field", context="column title")),
    TableColumn("before", Message("before", context="column title")),
    TableColumn("after", Message("after", context="column title")),
)
FIELDS = {
    "title": Message("Title", context="field of a form"),
    "budget": Message("Budget", context="field of a form"),
    "offers": Message("Offers, one per line"),
    "audience": Message("Who may get it"),
    "send": Message("Send only if", context="field of a form"),
    "budget_basis": BUDGET_BASIS,
    "starts_at": Message("starts", context="label of a figure"),
    "ends_at": Message("ends", context="label of a figure"),
    "budget_changes": Message("Scheduled changes", context="table title"),
}
"""What a reader calls a field of a campaign; others have no words of their own."""
CHOICES = {"send": SEND_RULES, "budget_basis": BUDGET_BASES}
"""The words for what can be chosen for a field."""
_TIMES = re.compile(r"starts_at|ends_at|budget_changes\.\d+\.at")
_BUDGETS = re.compile(r"budget_changes(\.\d+)?")
"""Fields whose values are moments, and those whose values are changes of the budget."""


def changes_since(request: PageRequest, campaign: WrittenCampaign, number: int) -> list[Block]:
    """Say in which fields the newest revision differs from an earlier one."""
    earlier = request.worker.database.read(lambda one: find_revision(one, campaign.campaign_id, number))
    if earlier is None:
        return []
    before, after = (written_campaign(campaign.campaign_id, one.text) for one in (earlier, campaign))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _label(change, after, before),
            *(_value(request, change.field, value) for value in (change.before, change.after)),
        )
        for change in field_changes(before, after)
    )
    caption = Message("What changed since revision {n}", context="table title", n=number)
    return [PageTable("changes", caption, COLUMNS, rows, Message("Nothing differs.", context="empty table"))]


def _label(change: FieldChange, *revisions: Mapping[str, Any]) -> Cell:
    """Return the words for a field: of an offer its place and its term."""
    name, *below = change.field.split(".")
    if name != "offers" or not below:
        return Named(change.field, FIELDS[name]) if name in FIELDS else change.field
    offer = Message("offer {number}", context="place of an offer", number=int(below[0]) + 1)
    if len(below) == 1:
        return Named(change.field, offer)
    kinds = (str(one["offers"][int(below[0])].get("kind")) for one in revisions if len(one["offers"]) > int(below[0]))
    terms = {term.written: term.label for kind in kinds if kind in OFFER_KINDS.names() for term in offer_form(kind)}
    term = terms.get(below[1], below[1])
    return Named(change.field, Message("{offer}: {term}", context="term of an offer", offer=offer, term=term))


def _value(request: PageRequest, field: str, value: Any) -> Cell:  # noqa: ANN401 - whatever JSON holds
    if field in CHOICES:
        return next((Named(code, words) for code, words in CHOICES[field] if code == value), value)
    if isinstance(value, str) and _TIMES.fullmatch(field):
        return Instant(_second(value))
    if value is not None and _BUDGETS.fullmatch(field):
        return tuple(_budget(request, one) for one in (value if isinstance(value, list) else [value]))
    if isinstance(value, dict) and "kind" in value:
        return line_of(value, request.localizer.language, request.currency)
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _budget(request: PageRequest, change: Mapping[str, str]) -> Named:
    """Return a change of the budget, whose code is how it is written."""
    at = shown_time(_second(change["at"]), request.zone)
    words = Message("{budget} from {at} on", context="scheduled change", budget=change["budget"], at=at)
    return Named(json.dumps(change), words)


def _second(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
