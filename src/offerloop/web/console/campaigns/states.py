"""States of a campaign and what may be done with one, in words."""

from __future__ import annotations

from offerloop.message import Message, either
from offerloop.store import TRANSITIONS, CampaignAction, CampaignState, WhyNot
from offerloop.web.console.cells import Badge, Tone

_WORDS: dict[CampaignState, tuple[Message, Tone]] = {
    CampaignState.DRAFT: (Message("draft", context="state of a campaign"), "neutral"),
    CampaignState.IN_REVIEW: (Message("in review", context="state of a campaign"), "warning"),
    CampaignState.APPROVED: (Message("approved", context="state of a campaign"), "good"),
    CampaignState.SCHEDULED: (Message("scheduled", context="state of a campaign"), "good"),
    CampaignState.RUNNING: (Message("running", context="state of a campaign"), "good"),
    CampaignState.PAUSED: (Message("paused", context="state of a campaign"), "warning"),
    CampaignState.EXHAUSTED: (Message("exhausted", context="state of a campaign"), "bad"),
    CampaignState.ENDED: (Message("ended", context="state of a campaign"), "neutral"),
    CampaignState.ARCHIVED: (Message("archived", context="state of a campaign"), "neutral"),
}
STATES = {state: Badge(state.value, words, tone) for state, (words, tone) in _WORDS.items()}
BUTTONS = {
    CampaignAction.SUBMIT: Message("Submit for review", context="button"),
    CampaignAction.APPROVE: Message("Approve", context="button"),
    CampaignAction.REJECT: Message("Send back", context="button"),
    CampaignAction.SCHEDULE: Message("Schedule", context="button"),
    CampaignAction.START: Message("Start now", context="button"),
    CampaignAction.PAUSE: Message("Pause", context="button"),
    CampaignAction.RESUME: Message("Resume", context="button"),
    CampaignAction.END: Message("End", context="button"),
    CampaignAction.ARCHIVE: Message("Archive", context="button"),
}
"""What a person does on the page of a campaign beside editing it."""
WHY_NOT = {
    WhyNot.WRONG_STATE: Message("not possible in this state"),
    WhyNot.ROLE_MISSING: Message("your roles do not allow this"),
    WhyNot.OWN_EDIT: Message("you edited it last: somebody else must approve it"),
    WhyNot.NOT_APPROVED: Message("not enough people have approved this revision"),
    WhyNot.NO_START: Message("it has no start in the future to wait for"),
    WhyNot.OVER: Message("its end has come; give it a later one"),
}
"""Why an action cannot be taken."""


def words_why_not(action: CampaignAction, why: WhyNot) -> Message:
    """Say why an action cannot be taken; where the state forbids it, in which states it can be."""
    if why is not WhyNot.WRONG_STATE:
        return WHY_NOT[why]
    states = [words for state, (words, _) in _WORDS.items() if state in TRANSITIONS[action][0]]
    return Message("possible only while the campaign is {states}", context="why not", states=either(states))
