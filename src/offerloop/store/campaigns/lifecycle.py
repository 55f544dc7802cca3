"""The life of a campaign as a state machine: who may take which action in which state, and why not.

    draft -> in review -> approved -> scheduled -> running <-> paused -> exhausted / ended -> archived

An edit leads back to the draft and voids every approval. Time moves a campaign by itself: one that is scheduled runs
from its start on, and one whose end has come has ended. Pure: the caller says who asks, and what time it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    EXHAUSTED = "exhausted"
    ENDED = "ended"
    ARCHIVED = "archived"


class CampaignAction(StrEnum):
    """What somebody does with a campaign."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SCHEDULE = "schedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXHAUST = "exhaust"
    """What the service itself does when the budget is used up."""
    END = "end"
    ARCHIVE = "archive"
    CHANGE_BUDGET = "change_budget"
    """Propose another budget from an instant on, while it goes on."""
    APPROVE_BUDGET = "approve_budget"
    DECLINE_BUDGET = "decline_budget"


class WhyNot(StrEnum):
    """Why an action cannot be taken."""

    WRONG_STATE = "wrong_state"
    ROLE_MISSING = "role_missing"
    OWN_EDIT = "own_edit"
    """The person who edited the campaign last, or proposed a budget, cannot approve it."""
    NOT_APPROVED = "not_approved"
    """Fewer people have approved this revision than the shop wants."""
    NO_START = "no_start"
    """It has no start in the future that it could wait for."""
    OVER = "over"
    """Its end has come."""


_S, _A = CampaignState, CampaignAction
PLANNED_STATES = frozenset({_S.APPROVED, _S.SCHEDULED, _S.RUNNING})
"""States in which `run` plans a campaign."""
_UNFINISHED = frozenset({_S.DRAFT, _S.IN_REVIEW, _S.APPROVED})
_BEGUN = frozenset({_S.SCHEDULED, _S.RUNNING, _S.PAUSED, _S.EXHAUSTED})
TRANSITIONS: Mapping[CampaignAction, tuple[frozenset[CampaignState], CampaignState | None]] = {
    _A.EDIT: (_UNFINISHED | {_S.SCHEDULED, _S.PAUSED, _S.EXHAUSTED}, _S.DRAFT),
    _A.SUBMIT: (frozenset({_S.DRAFT}), _S.IN_REVIEW),
    _A.APPROVE: (frozenset({_S.IN_REVIEW}), _S.APPROVED),
    _A.REJECT: (frozenset({_S.IN_REVIEW, _S.APPROVED, _S.SCHEDULED}), _S.DRAFT),
    _A.SCHEDULE: (_UNFINISHED, _S.SCHEDULED),
    _A.START: (_UNFINISHED | {_S.SCHEDULED}, _S.RUNNING),
    _A.PAUSE: (frozenset({_S.SCHEDULED, _S.RUNNING}), _S.PAUSED),
    _A.RESUME: (frozenset({_S.PAUSED}), _S.RUNNING),
    _A.EXHAUST: (frozenset({_S.RUNNING, _S.PAUSED}), _S.EXHAUSTED),
    _A.END: (_UNFINISHED | _BEGUN, _S.ENDED),
    _A.ARCHIVE: (frozenset({_S.ENDED}), _S.ARCHIVED),
    **dict.fromkeys((_A.CHANGE_BUDGET, _A.APPROVE_BUDGET, _A.DECLINE_BUDGET), (_BEGUN - {_S.EXHAUSTED}, None)),
}
"""The states in which an action can be taken, and the one that it leads to; None where it stays."""
RIGHTS: Mapping[CampaignAction, frozenset[str]] = {
    _A.APPROVE: frozenset({"approve"}),
    _A.REJECT: frozenset({"approve"}),
    _A.APPROVE_BUDGET: frozenset({"approve"}),
    _A.DECLINE_BUDGET: frozenset({"edit", "approve"}),
    _A.PAUSE: frozenset({"edit", "approve"}),
    _A.END: frozenset({"edit", "approve"}),
}
"""The rights of which one is needed; for other actions it is `EDITING`."""
EDITING = frozenset({"edit"})


@dataclass(frozen=True)
class CampaignMoment:
    """All that the rules ask of a campaign at one moment."""

    state: CampaignState
    """The state as it was written; `now` may have moved it on."""
    last_editor: str
    """The person behind the newest revision."""
    approved_by: frozenset[str]
    """People who approved the newest revision."""
    starts_at: int | None
    ends_at: int | None
    now: int
    started_at: int | None = None
    """Epoch second at which the newest revision first ran; None where it has not."""

    @property
    def starts_later(self) -> bool:
        """Whether its planned start is to come and nobody has started it before."""
        return self.started_at is None and self.starts_at is not None and self.starts_at > self.now

    @property
    def current(self) -> CampaignState:
        """Return the state as time has moved it."""
        return state_at(self.state, self.starts_at, self.ends_at, self.now)


@dataclass(frozen=True)
class Requester:
    """Who wants to take an action."""

    person: str
    """The person behind a token or a session."""
    rights: Collection[str]


def state_at(state: CampaignState, starts_at: int | None, ends_at: int | None, now: int) -> CampaignState:
    """Return the state to which time has moved a campaign: nobody need act when it starts and ends."""
    if state in _BEGUN and ends_at is not None and ends_at <= now:
        return CampaignState.ENDED
    if state is CampaignState.SCHEDULED and starts_at is not None and starts_at <= now:
        return CampaignState.RUNNING
    return state


def why_not(action: CampaignAction, campaign: CampaignMoment, requester: Requester, reviewers: int) -> WhyNot | None:
    """Return why somebody cannot take an action; None where they can. `reviewers` is how many people must approve."""
    if RIGHTS.get(action, EDITING).isdisjoint(requester.rights):
        return WhyNot.ROLE_MISSING
    if campaign.current not in TRANSITIONS[action][0]:
        return WhyNot.WRONG_STATE
    if action is CampaignAction.APPROVE and requester.person == campaign.last_editor:
        return WhyNot.OWN_EDIT
    if action in (CampaignAction.SCHEDULE, CampaignAction.START, CampaignAction.RESUME):
        return _why_no_begin(action, campaign, reviewers)
    return None


def _why_no_begin(action: CampaignAction, campaign: CampaignMoment, reviewers: int) -> WhyNot | None:
    if campaign.ends_at is not None and campaign.ends_at <= campaign.now:
        return WhyNot.OVER
    if len(campaign.approved_by) < reviewers:
        return WhyNot.NOT_APPROVED
    return WhyNot.NO_START if action is CampaignAction.SCHEDULE and not campaign.starts_later else None


def state_after(
    action: CampaignAction, campaign: CampaignMoment, requester: Requester, reviewers: int
) -> CampaignState:
    """Return the state that an action leads to.

    An approval that is not the last one needed leaves the campaign in review, and one that is paused before its start
    is resumed to wait for it.
    """
    if action is CampaignAction.APPROVE and len(campaign.approved_by | {requester.person}) < reviewers:
        return CampaignState.IN_REVIEW
    if action is CampaignAction.RESUME and campaign.starts_later:
        return CampaignState.SCHEDULED
    return TRANSITIONS[action][1] or campaign.current
