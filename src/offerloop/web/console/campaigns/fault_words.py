"""What is wrong with a campaign, in the words of its form instead of the keys of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from offerloop.commands.check import campaign_problems
from offerloop.config import Campaign, CampaignFault, Config, read_campaign
from offerloop.errors import InputError
from offerloop.locale import ENGLISH
from offerloop.message import Message
from offerloop.offers import OFFER_KINDS, offer_form, read_offers
from offerloop.report import Localizer
from offerloop.store import WrittenCampaign
from offerloop.web.console.blocks import Words
from offerloop.web.console.campaigns.offer_terms import terms_of
from offerloop.web.problems import HttpProblem

BUDGET_BASIS = Message("How the budget counts", context="field of a form")
MOST_DISCOUNT, EXPECTED = "max_discount", "expected"
_WITHOUT_LIMIT = Message("Nothing limits what this offer can cost. Give it a maximum discount.")
_NEVER_LIMITED = Message(
    "Nothing can limit what an offer of this kind costs. Let the budget of the campaign count what is expected "
    "(“{field}”), or choose another kind.",
    field=BUDGET_BASIS,
)
_NO_OFFERS = Message("It has no offers yet. Add one before you submit it.")
OF_OFFER = Message("Offer {n}: {why}", context="fault of an offer", n=0, why="")
Labels = Mapping[str, Message]


def in_form_words(localizer: Localizer, message: Message | str, labels: Labels) -> str:
    """Return a message with the labels of a form in place of the keys of a file, which are quoted in English."""
    text, quote = localizer(message), "['“]{}['”]" if localizer.language == ENGLISH else "['“]?{}['”]?"
    for key, label in labels.items():
        pattern = rf"(?<![A-Za-z_]){quote.format(key)}(?![A-Za-z_])"
        text = re.sub(pattern, lambda _, label=label: f"“{localizer(label)}”", text)  # type: ignore[misc]
    return text


def labels_of(kind: str) -> dict[str, Message]:
    """Return the labels of the fields of a kind of offer, by their keys."""
    fields = (*terms_of(kind), *offer_form(kind)) if kind in OFFER_KINDS.names() else ()
    return {one.written: one.label for one in fields}


def unlimited(body: Mapping[str, Any], offer: Mapping[str, Any], currency: str) -> HttpProblem | None:
    """Return why nothing limits what an offer takes of a campaign's budget, and the field that could.

    None where something does, or where the budget counts what is expected. Raises InputError for one that is none.
    """
    if body.get("budget_basis") == EXPECTED:
        return None
    offers = read_offers([offer], None, str(body.get("budget_unit") or currency))
    if all(one.most_minor is not None for one in offers):
        return None
    if MOST_DISCOUNT in labels_of(str(offer["kind"])):
        return HttpProblem("invalid", _WITHOUT_LIMIT, MOST_DISCOUNT)
    return HttpProblem("invalid", _NEVER_LIMITED)


def faults_of(config: Config, campaign: WrittenCampaign, labels: Labels, localizer: Localizer) -> list[Words]:
    """Return why a campaign could not be planned."""
    body = campaign.text.body
    read = read_campaign({"id": campaign.campaign_id, **body})
    faults: Sequence[CampaignFault] = campaign_problems(config, read) if isinstance(read, Campaign) else read
    return [_said(one, body, labels, localizer) for one in faults]


def _said(fault: CampaignFault, body: Mapping[str, Any], labels: Labels, localizer: Localizer) -> Words:
    offers = body.get("offers", [])
    name, *place = fault.field.split(".")
    if name == "offers" and not offers:
        return _NO_OFFERS
    if name != "offers" or not place:
        return in_form_words(localizer, fault.message, labels)
    number = int(place[0])
    said = _said_of_offer(fault, body, offers[number], localizer)
    return OF_OFFER.with_values(n=number + 1, why=said)


def _said_of_offer(
    fault: CampaignFault, body: Mapping[str, Any], offer: Mapping[str, Any], localizer: Localizer
) -> Message | str:
    with suppress(InputError):
        problem = unlimited(body, offer, localizer.currency)
        if problem is not None and problem.detail is not None:
            return problem.detail
    return in_form_words(localizer, fault.message, labels_of(str(offer.get("kind"))))
