"""Why a decision is not what the plan has, in words: what the request, the moment or a failure made of it."""

from __future__ import annotations

import json

from offerloop.message import Message
from offerloop.store import DecisionRecord

_NEW = Message("The plan does not know this customer, so that the rule for newcomers holds.")
_LIMITED = Message("The number of offers is limited, and this time there was none left for you.")
_NONE_NOW = Message("We are not sending personal offers at the moment.")
_NOT_YOU = Message("There was no personal offer for you at that moment.")
_NOT_ALL = Message("Not all of the personal offers that we have for you could be shown at that moment.")
_NEW_TO_US = Message("You are new to us, so you get what we offer to most new customers like you.")
FOR_STAFF = {
    "no_policy": Message("There was no plan to decide by."),
    "switched_off": Message("Personal offers were switched off."),
    "too_late": Message("The basket could not be priced in time, so there was no offer."),
    "opted_out": Message("The customer has opted out of personal offers."),
    "campaign_not_running": Message("The campaign of the planned offer was not running."),
    "offer_over": Message("The planned offer had ended."),
    "offer_not_begun": Message("The planned offer had not begun yet."),
    "excluded": Message("The request excluded the planned offer."),
    "pacing": Message(
        "The planned offer was held back: offers cost more than planned, and the rest goes to those that return more."
    ),
    "budget": Message("Nothing was left of the budget for customers whom the plan did not count."),
    "test_customer": Message("This is a test customer, who always gets the same arm."),
    "newcomer": _NEW,
    "unknown_customer": _NEW,
}
"""By reason, the one that decides first."""
_REFUSED = ("campaign_not_running", "offer_over", "offer_not_begun", "excluded", "pacing")
"""Reasons for which one offer of the plan is not given."""
FOR_CUSTOMERS = {
    "no_policy": _NONE_NOW, "switched_off": _NONE_NOW, "too_late": _NOT_YOU, "campaign_not_running": _NONE_NOW,
    "opted_out": Message("You have not agreed to personalised offers, so we choose none for you."),
    "offer_over": _NOT_YOU, "offer_not_begun": _NOT_YOU, "excluded": _NOT_YOU, "pacing": _LIMITED, "budget": _LIMITED,
    "test_customer": _NOT_YOU, "newcomer": _NEW_TO_US, "unknown_customer": _NEW_TO_US,
}  # fmt: skip


def why_not_planned(record: DecisionRecord, *, for_customer: bool) -> Message | None:
    """Return why a decision is not what the plan has for the customer; None where it is.

    Of several offers of the plan some may have been given.
    """
    answer = json.loads(record.answer)
    first = next((one for one in FOR_STAFF if one in answer["reasons"]), None)
    if first is None or not for_customer:
        return None if first is None else FOR_STAFF[first]
    return _NOT_ALL if answer["offers"] and first in _REFUSED else FOR_CUSTOMERS[first]
