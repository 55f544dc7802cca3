"""An offer by its fields: the form that its kind describes, added to the draft that was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import EACH_CATEGORY, OFFER_KIND_NAMES, OFFER_KINDS, Term, Unit, read_offers
from offerloop.web.api.campaigns.models import written_campaign
from offerloop.web.console.blocks import Form, Input, View, Words, hidden
from offerloop.web.console.campaigns.draft import DRAFTS, categories_of, save_campaign
from offerloop.web.console.campaigns.fault_words import in_form_words, labels_of, unlimited
from offerloop.web.console.campaigns.offer_terms import terms_of
from offerloop.web.console.campaigns.written import named_campaign, title_of, unit_of
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.problems import HttpProblem
from offerloop.web.roles import Permission

EXPLANATIONS = {
    "coupon": Message("Fill in one of percentage, amount and fixed price. What you leave empty does not apply."),
}
_EMPTY = Message("What you leave empty does not apply.")
HINTS = {
    Unit.MONEY: Message("An amount of money, such as 5.00.", context="hint"),
    Unit.PERCENT: Message("In percent, such as 20.", context="hint"),
    Unit.COUNT: Message("A whole number.", context="hint"),
}
ASSUMED = (
    (
        "p_redeem", Message("customers who redeem it, of those who get it"),
        Message("In percent, such as 10. Reports mark what follows as assumed."),
    ),
    (
        "incremental", Message("of these purchases, those that would not be made otherwise"),
        Message("In percent, such as 50."),
    ),
)  # fmt: skip
"""Name, label and hint of each field of `assumed`."""
_PERCENT = ("0", "100", "any")
_YES_OR_NO: tuple[tuple[str, Words], ...] = (
    ("", Message("no", context="cell of a table")),
    ("yes", Message("yes", context="cell of a table")),
)


def view(request: PageRequest) -> View:
    """Return the fields of one kind of offer, as the kind describes them itself."""
    campaign, kind = named_campaign(request), _kind(request)
    unseen = (hidden("id", campaign.campaign_id), hidden("revision", str(campaign.revision)), hidden("kind", kind))
    form = Form(
        "offer", "/console/do/add-offer", Message("Add the offer", context="button"),
        (*unseen, *(_input(request, one) for one in terms_of(kind))), needs=Permission.EDIT,
        explanation=EXPLANATIONS.get(kind, _EMPTY),
        more=tuple(
            Input(name, label, "number", is_needed=False, bounds=_PERCENT, hint=hint) for name, label, hint in ASSUMED
        ),
        more_title=Message("What you expect of it, where no data show its effect"),
    )  # fmt: skip
    title = Message(
        "Add to “{title}”: {kind}", context="page title", kind=OFFER_KIND_NAMES.get(kind, kind),
        title=title_of(campaign),
    )  # fmt: skip
    return View(title, DRAFTS, (form,))


def _kind(request: PageRequest) -> str:
    return request.needed("kind", lambda name: name if name in OFFER_KINDS.names() else None)


def _input(request: PageRequest, term: Term) -> Input:
    """Return the field of one term."""
    if term.unit is Unit.SCOPE:
        return Input(term.written, term.label, "select", "", _scopes(request, term), is_needed=term.needed)
    if term.unit is Unit.FLAG:
        return Input(term.written, term.label, "select", "", _YES_OR_NO, is_needed=False)
    numeric = term.unit in (Unit.COUNT, Unit.HOURS, Unit.PERCENT)
    bounds = (str(term.least or 0), str(term.most or ""), "any") if numeric else None
    return Input(
        term.written, term.label, "number" if numeric else "text", is_needed=term.needed, bounds=bounds,
        hint=HINTS.get(term.unit, ""),
    )  # fmt: skip


def _scopes(request: PageRequest, term: Term) -> tuple[tuple[str, Words], ...]:
    """Return what an offer can be on: everything, one offer for each category, or one category."""
    everything = ("", Message("everything", context="what an offer applies to"))
    each = (EACH_CATEGORY, Message("each category: one offer for each", context="what an offer applies to"))
    return (everything, *([each] if term.written == "on" else []), *((one, one) for one in categories_of(request)))


def _add(request: PageRequest) -> str:
    """Add the offer of the form to the revision that was read. Raises InputError for one that cannot be."""
    campaign, kind = named_campaign(request), _kind(request)
    offer: dict[str, Any] = {"kind": kind}
    for term in terms_of(kind):
        text = request.field(term.written)
        if text:
            offer[term.written] = _value(text, term.unit)
    assumed = _assumed(request)
    if assumed:
        offer["assumed"] = assumed
    written: Mapping[str, Any] = campaign.text.body
    _check(request, written, offer)
    body = written_campaign(campaign.campaign_id, campaign.text)
    return save_campaign(request, body | {"offers": [*written.get("offers", []), offer]}, campaign)


def _assumed(request: PageRequest) -> dict[str, float]:
    """Return what a person expects of the offer; empty where nothing. Raises HttpProblem for half an expectation."""
    names = [name for name, _, _ in ASSUMED]
    empty = [name for name in names if not request.field(name)]
    if len(empty) == len(names):
        return {}
    if empty:
        raise HttpProblem("invalid", Message("Fill in both expectations, or neither."), empty[0])
    return {name: _share(request, name) for name in names}


def _share(request: PageRequest, name: str) -> float:
    """Return a percentage that was typed, as a share. Raises HttpProblem for what is none."""
    text = request.field(name).strip()
    share = float(text) / 100 if re.fullmatch(r"\d{1,3}(\.\d+)?", text) else 2.0
    if share > 1:
        raise HttpProblem("invalid", Message("“{text}” is no percentage from 0 to 100.", text=text), name)
    return share


def _check(request: PageRequest, body: Mapping[str, Any], offer: Mapping[str, Any]) -> None:
    """Raise HttpProblem, in the words of the form and at its field, for an offer that cannot be planned."""
    try:
        read_offers([offer], categories_of(request), unit_of(body, request.currency))
        problem = unlimited(body, offer, request.currency)
    except InputError as error:
        said = in_form_words(request.localizer, error.message, labels_of(str(offer["kind"])))
        problem = HttpProblem("invalid", said, error.field)
    if problem is not None:
        raise problem


def _value(text: str, unit: Unit) -> object:
    if unit in (Unit.COUNT, Unit.HOURS):
        return int(text) if text.isdecimal() else text
    if unit is Unit.PERCENT:
        number = float(text) if text.replace(".", "", 1).isdecimal() else None
        return text if number is None else int(number) if number.is_integer() else number
    return text == "yes" if unit is Unit.FLAG else text


PAGE = Page("offer-form", Message("Offer", context="page title"), view)
ACTIONS = (Action("add-offer", Permission.EDIT, _add, PAGE),)
