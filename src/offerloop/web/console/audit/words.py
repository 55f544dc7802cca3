"""What the audit trail says, in words: what was done, and with what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import reduce

from offerloop.message import Message
from offerloop.store import CampaignAction
from offerloop.web.console.arms import ARMS
from offerloop.web.console.campaigns.states import STATES
from offerloop.web.console.cells import Named
from offerloop.web.console.jobs.view import KINDS
from offerloop.web.roles import words_of

DONE = {
    "token made": Message("made a token", context="audit trail"),
    "token revoked": Message("revoked a token", context="audit trail"),
    "job queued": Message("began a job", context="audit trail"),
    "job cancelled": Message("cancelled a job", context="audit trail"),
    "currency noted": Message("counted amounts in a currency", context="audit trail"),
    "codes uploaded": Message("uploaded codes of coupons", context="audit trail"),
    "coupon template entered": Message("entered a coupon template", context="audit trail"),
    "coupons issued": Message("issued coupons", context="audit trail"),
    "coupon revoked": Message("revoked a coupon", context="audit trail"),
    "codes exported": Message("exported codes of coupons", context="audit trail"),
    "policy promoted": Message("chose which plan is served", context="audit trail"),
    "switch turned": Message("turned personal offers on or off", context="audit trail"),
    "first person": Message("became the first person", context="audit trail"),
    "person invited": Message("invited somebody", context="audit trail"),
    "person invited again": Message("invited somebody again", context="audit trail"),
    "person revoked": Message("ended somebody's access", context="audit trail"),
    "roles changed": Message("changed somebody's roles", context="audit trail"),
    "test customer set": Message("set a test customer", context="audit trail"),
    "choice kept": Message("turned a customer's personal offers on or off", context="audit trail"),
    "customer exported": Message("exported a customer's data", context="audit trail"),
    "customer erased": Message("erased a customer", context="audit trail"),
    "simulated traffic": Message("played simulated traffic", context="audit trail"),
    "campaign made": Message("wrote a campaign", context="audit trail"),
    "campaign moved": Message("moved a campaign on at its time", context="audit trail"),
    "campaign budget changed": Message("changed a campaign's budget at its time", context="audit trail"),
}
STEPS = {
    CampaignAction.EDIT: Message("wrote a new revision", context="audit trail"),
    CampaignAction.SUBMIT: Message("submitted a campaign for review", context="audit trail"),
    CampaignAction.APPROVE: Message("approved a campaign", context="audit trail"),
    CampaignAction.REJECT: Message("sent a campaign back", context="audit trail"),
    CampaignAction.SCHEDULE: Message("scheduled a campaign", context="audit trail"),
    CampaignAction.START: Message("started a campaign", context="audit trail"),
    CampaignAction.PAUSE: Message("paused a campaign", context="audit trail"),
    CampaignAction.RESUME: Message("resumed a campaign", context="audit trail"),
    CampaignAction.EXHAUST: Message("marked a campaign's budget as used up", context="audit trail"),
    CampaignAction.END: Message("ended a campaign", context="audit trail"),
    CampaignAction.ARCHIVE: Message("archived a campaign", context="audit trail"),
    CampaignAction.CHANGE_BUDGET: Message("proposed another budget", context="audit trail"),
    CampaignAction.APPROVE_BUDGET: Message("approved another budget", context="audit trail"),
    CampaignAction.DECLINE_BUDGET: Message("declined another budget", context="audit trail"),
}
_WORDS = DONE | {f"campaign: {action.value}": words for action, words in STEPS.items()}
_STATES = {badge.code: badge.text for badge in STATES.values()}
ACTORS = {
    "start": Message("the service, when it started", context="audit trail"),
    "service": Message("the service itself", context="audit trail"),
}


def done(action: str) -> Named | str:
    """Return what was done."""
    return Named(action, _WORDS[action]) if action in _WORDS else action


def details(body: Mapping[str, object]) -> Named | None:
    """Return what it was done with: for programs the JSON that was recorded."""
    said = [*_moved(body), *(words for name, value in body.items() if (words := _detail(name, value)) is not None)]
    if not said:
        return None
    return Named(json.dumps(dict(body), ensure_ascii=False), reduce(_beside, said))


def _beside(first: Message, second: Message) -> Message:
    return Message("{first}; {second}", context="details in a row", first=first, second=second)


def _moved(body: Mapping[str, object]) -> Iterator[Message]:
    """Say from which state to which a campaign went."""
    before, state = (_STATES.get(str(body.get(name))) for name in ("before", "state"))
    if state is not None and before is not None and before != state:
        yield Message("from {before} to {state}", context="states", before=before, state=state)


def _detail(name: str, value: object) -> Message | None:
    """Say one detail; what says nothing, and what another one says, is left out."""
    match name, value:
        case (("before" | "state" | "campaign_id" | "reviewed"), _):
            return None
        case _, None | "":
            return None
        case "revision", int():
            return Message("revision {number}", context="audit trail", number=value)
        case "comment", str():
            return Message("“{text}”", context="quotation marks", text=value)
        case "roles", list():
            return Message("roles: {roles}", context="audit trail", roles=words_of(map(str, value)))
        case "kind", str() if value in KINDS:
            return KINDS[value]
        case "arm", str() if value in ARMS:
            return ARMS[value].text
        case (("is_on" | "personal_offers"), bool()):
            return Message("on", context="switch") if value else Message("off", context="switch")
        case "events", int():
            return Message("{n} event", context="audit trail", plural="{n} events", n=value)
    written = value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)
    return Message("{name}: {value}", context="detail", name=name, value=written)
