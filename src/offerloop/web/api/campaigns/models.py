"""What the resource `/v1/campaigns` takes and answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from offerloop.config import Campaign
from offerloop.store import (
    BudgetChange,
    CampaignRevision,
    CampaignState,
    CampaignText,
    Moment,
    WhyNot,
    instant,
    with_instants,
)
from offerloop.web.api.fields import Instant, LongText, Model, second_of, storable_values

FORM = "form"
"""Stands where an id does in the address of the form, and so is no id."""
_EXAMPLE: JsonValue = {
    "id": "spring", "title": "Spring offers", "budget": "1000.00", "starts_at": "2024-06-03T00:00:00+02:00",
    "ends_at": "2024-07-01T00:00:00+02:00",
    "offers": [{"kind": "coupon", "on": "kind 0", "percent": 10, "max_discount": "2.00",
                "assumed": {"p_redeem": 0.1, "incremental": 0.6}}],
}  # fmt: skip


class ChangeOfBudget(Model):
    """Another budget from an instant on."""

    at: Moment
    budget: Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,6})?$")]
    """As the campaign has it, such as "1000.00"."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at": "2099-06-03T00:00:00Z", "budget": "800.00"}]})

    def change(self) -> BudgetChange:
        """Return what the store keeps of it."""
        return BudgetChange(int(self.at.timestamp()), self.budget)


class CampaignDraft(Campaign):
    """A campaign as `[[campaigns]]` of the configuration has it, with its times."""

    id: Annotated[str, Field(pattern=r"^[^\W_][\w.-]{0,99}$")]
    """Short name, which stays."""
    starts_at: Moment | None = None
    """When a scheduled campaign begins to run."""
    ends_at: Moment | None = None
    """When it ends by itself."""
    budget_changes: Annotated[tuple[ChangeOfBudget, ...], Field(max_length=20)] = ()
    """Other budgets from later on, in the order of time; they are approved with the revision, and a run is begun at
    each."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:  # noqa: ANN401 - whatever was sent
        storable_values(value)
        return value

    @model_validator(mode="after")
    def _fits(self) -> CampaignDraft:
        if self.id == FORM:
            raise ValueError(f"the id '{FORM}' is taken")
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must lie after starts_at")
        times = [one.at for one in self.budget_changes]
        if sorted(set(times)) != times:
            raise ValueError("budget_changes must stand in the order of time")
        return self

    def text(self) -> CampaignText:
        """Return what a revision keeps of it."""
        apart = {"id", "starts_at", "ends_at", "budget_changes"}
        body = self.model_dump(mode="json", exclude=apart, exclude_unset=True)
        changes = tuple(one.change() for one in self.budget_changes)
        return CampaignText(body, second_of(self.starts_at), second_of(self.ends_at), changes)


class CampaignVerb(StrEnum):
    """What somebody does with a campaign beside editing it."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SCHEDULE = "schedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    ARCHIVE = "archive"


class BudgetVerdict(StrEnum):
    """What somebody says of a proposed budget."""

    APPROVE = "approve"
    DECLINE = "decline"


class Remark(Model):
    """Why somebody does it, for those who read the audit trail."""

    comment: LongText = ""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "as agreed on Monday"}]})


class BudgetProposal(BaseModel):
    """Another budget from an instant on, which waits for approval while the campaign goes on."""

    proposal_id: str
    at: Instant
    budget: str
    proposed_by: str
    approved_by: list[str]
    why_not: WhyNot | None
    """Why the caller cannot approve it; null where they can."""


class CampaignShown(BaseModel):
    """A campaign with its newest revision."""

    campaign_id: str
    revision: int
    state: CampaignState
    reviewed: bool
    """Whether anybody else has approved this revision."""
    approved_by: list[str]
    last_editor: str
    """The person behind the newest revision."""
    starts_at: Instant | None
    """The planned start, as the newest revision has it."""
    started_at: Instant | None
    """When this revision first ran; null where it has not."""
    ends_at: Instant | None
    made_at: Instant
    changed_at: Instant
    campaign: dict[str, Any]
    """As `[[campaigns]]` of the configuration has it."""
    actions: dict[str, WhyNot | None]
    """What the caller may do now, and for everything else why not."""
    budget_proposals: list[BudgetProposal]


class CampaignList(BaseModel):
    """Campaigns by their ids."""

    items: list[CampaignShown]
    next_cursor: str | None
    """Asks for the campaigns behind these."""


class FieldProblem(BaseModel):
    """Why a campaign cannot be planned."""

    field: str
    detail: str


class CampaignChecked(BaseModel):
    """Whether a campaign could be planned."""

    is_valid: bool
    problems: list[FieldProblem]


class RevisionShown(BaseModel):
    """One revision of a campaign."""

    revision: int
    at: Instant
    actor: str
    person: str
    restored_from: int | None
    starts_at: Instant | None
    ends_at: Instant | None
    campaign: dict[str, Any]


class RevisionList(BaseModel):
    """Revisions, the newest first."""

    items: list[RevisionShown]
    next_cursor: str | None


class ChangedField(BaseModel):
    """A field that differs between two revisions; null where one of them does not have it."""

    field: str
    before: Any
    after: Any


class RevisionComparison(BaseModel):
    """What differs between two revisions."""

    before: int
    after: int
    changes: list[ChangedField]


def written_campaign(campaign_id: str, text: CampaignText) -> dict[str, Any]:
    """Return all that a revision says, as it is compared."""
    times = with_instants({"starts_at": text.starts_at, "ends_at": text.ends_at})
    return {"id": campaign_id, **text.body, **times, **changes_of(text)}


def changes_of(text: CampaignText) -> dict[str, Any]:
    """Return the changes of the budget as they are written, where there are any."""
    changes = [{"at": instant(one.at), "budget": one.budget} for one in text.budget_changes]
    return {"budget_changes": changes} if changes else {}


def shown_revision(campaign_id: str, revision: CampaignRevision) -> RevisionShown:
    """Return a revision as it is answered."""
    return RevisionShown(
        revision=revision.revision, at=revision.at, actor=revision.editor.actor,
        person=revision.editor.person, restored_from=revision.restored_from,
        starts_at=revision.text.starts_at, ends_at=revision.text.ends_at,
        campaign={"id": campaign_id, **revision.text.body, **changes_of(revision.text)},
    )  # fmt: skip
