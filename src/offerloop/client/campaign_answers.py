"""What the service answers about campaigns, as types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BudgetProposal:
    """Another budget from an instant on, which waits for approval."""

    proposal_id: str
    at: str
    budget: str
    proposed_by: str
    approved_by: tuple[str, ...]
    why_not: str | None
    """Why it may not be approved by who asks; null where it may."""


@dataclass(frozen=True)
class Campaign:
    """A campaign with its newest revision."""

    campaign_id: str
    revision: int
    """The version that an edit and an approval name."""
    state: str
    """Such as "draft", "in_review" or "running"."""
    reviewed: bool
    """Whether anybody else has approved this revision."""
    approved_by: tuple[str, ...]
    last_editor: str
    starts_at: str | None
    """The planned start, as the newest revision has it."""
    started_at: str | None
    """When this revision first ran."""
    ends_at: str | None
    made_at: str
    changed_at: str
    campaign: dict[str, Any]
    """As `[[campaigns]]` of the configuration has it."""
    actions: dict[str, str | None]
    """What may be done now (null), and for everything else why not."""
    budget_proposals: tuple[BudgetProposal, ...]


@dataclass(frozen=True)
class FieldProblem:
    """Why a campaign cannot be planned."""

    field: str
    detail: str


@dataclass(frozen=True)
class CampaignChecked:
    """Whether a campaign could be planned."""

    is_valid: bool
    problems: tuple[FieldProblem, ...]


@dataclass(frozen=True)
class Revision:
    """One revision of a campaign."""

    revision: int
    at: str
    actor: str
    person: str
    """The person behind the actor, which may be a token."""
    restored_from: int | None
    starts_at: str | None
    ends_at: str | None
    campaign: dict[str, Any]


@dataclass(frozen=True)
class ChangedField:
    """A field that differs between two revisions; None where one of them does not have it."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RevisionComparison:
    """What differs between two revisions."""

    before: int
    after: int
    changes: tuple[ChangedField, ...]


@dataclass(frozen=True)
class Spending:
    """Customers who get an offer, and what the plan expects of it, in minor units."""

    n_customers: int
    spend_minor: float
    liability_minor: int | None
    """The most that it can cost."""
    profit_minor: int | None


@dataclass(frozen=True)
class OfferSpending(Spending):
    """The same of one offer."""

    offer_id: str


@dataclass(frozen=True)
class TagSpending(Spending):
    """The same of the customers with one tag."""

    tag: str


@dataclass(frozen=True)
class ArmSize:
    """Customers for whom the plan chose an offer of the campaign, in one arm."""

    arm: str
    n_customers: int


@dataclass(frozen=True)
class Preview:
    """Who would get a campaign on the whole population of the newest run."""

    run: str
    currency: str
    n_customers: int
    n_audience: int
    """Customers whom its audience lets in."""
    is_planned: bool
    """Whether the run planned the campaign; where it did not, only the audience is known."""
    is_preview: bool
    """Whether it is the preview of this revision that was asked for, of which nothing is sent."""
    planned_revision: int | None
    arms: tuple[ArmSize, ...]
    plan: Spending
    offers: tuple[OfferSpending, ...]
    tags: tuple[TagSpending, ...]


@dataclass(frozen=True)
class CurvePoint:
    """What a budget brings, in minor units."""

    budget_minor: float
    n_customers: float
    spend_minor: float
    profit_minor: float
    profit_low_minor: float | None
    profit_high_minor: float | None
    shadow_price: float
    """Profit that the next unit of budget would bring."""


@dataclass(frozen=True)
class Curve:
    """The budget curve of a campaign in the newest run."""

    run: str
    currency: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class CampaignResults:
    """What the newest read-out that names a campaign found; money as decimal text."""

    run: str
    currency: str
    period: dict[str, Any]
    sentence: str
    stopped: str | None
    warnings: tuple[str, ...]
    effects: tuple[dict[str, Any], ...]
