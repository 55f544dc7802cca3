"""What is wrong with a campaign, in the words of its form instead of the keys of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from offerloop.commands.check import campaign_problems
from offerloop.config import Campaign, CampaignFault, Config, read_campaign
from offerloop.errors import InputError
from offerloop.locale import ENGLISH
from offerloop.message import Message
from offerloop.offers import OFFER_KINDS, MissingLimit, missing_limit, offer_form, read_offers
from offerloop.report import Localizer
from offerloop.store import WrittenCampaign
from offerloop.web.console.blocks import Words
from offerloop.web.console.campaigns.offer_terms import terms_of
from offerloop.web.console.campaigns.written import unit_of
from offerloop.web.problems import HttpProblem

BUDGET_BASIS = Message("How the budget counts", context="field of a form")
EXPECTED = "expected"
BUDGET_BASES = (
    ("liability", Message("the most that each offer can cost, as if everybody used theirs")),
    (EXPECTED, Message("what the offers are expected to cost")),
)
_WITHOUT_LIMIT = Message("Nothing limits what {what} can cost. Give it a “{label}”.")
_NEVER_LIMITED = Message(
    "Nothing limits what {what} can cost. Edit the campaign and set “{field}” to “{choice}”, or choose another kind of "
    "offer.",
    field=BUDGET_BASIS,
    choice=BUDGET_BASES[1][1],
)
_THIS_OFFER = Message("this offer", context="what may cost any amount")
_NO_OFFERS = Message("This campaign has no offers yet. Add one before you submit it.")
_NOT_EXPLORED = Message(
    "Nobody gets it unless its effect is known from exposures. Nothing limits its cost, so it is not given at random "
    "to learn its effect."
)
OF_OFFER = Message("Offer {n}: {why}", context="fault of an offer", n=0, why="")
Labels = Mapping[str, Message]


@dataclass(frozen=True)
class FormWords(Localizer):
    """Translates messages with the labels of a form in place of the keys of a file, which are quoted in English.

    Texts among the values stay as they are, except for a value that is named `field`.
    """

    labels: Labels = field(default_factory=dict)

    def template(self, message: Message) -> str:
        """See `Localizer.template`."""
        text, plain, labels = super().template(message), Localizer(self.language), dict(self.labels)
        key = str(dict(message.values).get("field", ""))
        if key in labels:
            labels["{field}"] = labels[key]
        return re.sub(self._pattern(labels), lambda match: f"“{plain(labels[match[1]])}”", text) if labels else text

    def _pattern(self, keys: Iterable[str]) -> str:
        """Match a key with its quotation marks, which only English needs, and with the spaces that Chinese omits."""
        space, any_key = "" if self.space else " ?", "|".join(map(re.escape, keys))
        marks = "" if self.language == ENGLISH else "?"
        return rf"{space}(?<![A-Za-z_{{])['“]{marks}({any_key})['”]{marks}(?![A-Za-z_}}]){space}"


def in_form_words(localizer: Localizer, message: Message | str, labels: Labels) -> str:
    """Return a message with the labels of a form in place of the keys of a file."""
    return FormWords(localizer.language, localizer.currency, labels)(message)


def labels_of(kind: str) -> dict[str, Message]:
    """Return the labels of the fields of a kind of offer, by their keys."""
    fields = (*terms_of(kind), *offer_form(kind)) if kind in OFFER_KINDS.names() else ()
    return {one.written: one.label for one in fields}


def unlimited(body: Mapping[str, Any], offer: Mapping[str, Any], currency: str) -> HttpProblem | None:
    """Return why nothing limits what an offer takes of a campaign's budget, and the field that could.

    None where something does, or where the budget counts what is expected. Raises InputError for one that is none.
    """
    missing = _missing_limit(body, offer, currency)
    return None if missing is None or body.get("budget_basis") == EXPECTED else _limit_problem(missing)


def _missing_limit(body: Mapping[str, Any], offer: Mapping[str, Any], currency: str) -> MissingLimit | None:
    offers = read_offers([offer], None, unit_of(body, currency))
    return next(filter(None, map(missing_limit, offers)), None)


def _limit_problem(missing: MissingLimit) -> HttpProblem:
    what = missing.of(_THIS_OFFER)
    if missing.term is None:
        return HttpProblem("invalid", _NEVER_LIMITED.with_values(what=what))
    return HttpProblem("invalid", _WITHOUT_LIMIT.with_values(what=what, label=missing.label), missing.field)


def not_explored(body: Mapping[str, Any], currency: str) -> list[Message]:
    """Say which offers nobody would get before exposures show their effects: those whose cost has no limit."""
    return [
        OF_OFFER.with_values(n=number, why=_NOT_EXPLORED)
        for number, offer in enumerate(body.get("offers", []), 1)
        if body.get("budget_basis") == EXPECTED and _is_unlimited_and_unknown(body, offer, currency)
    ]


def _is_unlimited_and_unknown(body: Mapping[str, Any], offer: Mapping[str, Any], currency: str) -> bool:
    """Return whether nothing limits an offer's cost, and neither an assumption nor shelf prices tell its effect."""
    try:
        offers = read_offers([offer], None, unit_of(body, currency))
    except InputError:
        return False
    unlimited_offers = [one for one in offers if one.most_minor is None and one.assumed is None]
    return any(not one.is_like_shelf_price for one in unlimited_offers)


def faults_of(config: Config, campaign: WrittenCampaign, labels: Labels, localizer: Localizer) -> list[Words]:
    """Return why a campaign could not be planned."""
    body = campaign.text.body
    read = read_campaign({"id": campaign.campaign_id, **body})
    faults: Sequence[CampaignFault] = campaign_problems(config, read) if isinstance(read, Campaign) else read
    return [_fault_words(one, body, labels, localizer) for one in faults]


def _fault_words(fault: CampaignFault, body: Mapping[str, Any], labels: Labels, localizer: Localizer) -> Words:
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
        missing = _missing_limit(body, offer, localizer.currency)
        if missing is not None and fault.field.split(".", 2)[2:] == [*filter(None, [missing.field])]:
            problem = None if missing.term is None and "assumed" in offer else _limit_problem(missing).detail
            return problem or in_form_words(localizer, fault.message, labels_of(missing.kind))
    return in_form_words(localizer, fault.message, labels_of(str(offer.get("kind"))))
