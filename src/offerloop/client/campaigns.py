"""Campaigns: written by one person, approved by another, started, paused and ended; every revision stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from offerloop.client.answers import Json, read
from offerloop.client.campaign_answers import (
    Campaign,
    CampaignChecked,
    CampaignResults,
    Curve,
    Preview,
    Revision,
    RevisionComparison,
)
from offerloop.client.connection import Connection, key_or_new, part_of_path

_PLACE = "/v1/campaigns"


class Campaigns:
    """The campaigns of a service, as `client.campaigns`.

    A campaign is an object as `[[campaigns]]` of the configuration has it, with `starts_at` and `ends_at`. `revision`
    is the one that was read: where somebody else has edited the campaign since, nothing is changed (code "changed").
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, campaign: Json, *, key: str | None = None) -> Campaign:
        """Write a campaign, which is a draft: it may be unfinished, and nobody gets its offers."""
        return read(Campaign, self._connection.send("POST", _PLACE, campaign, key=key_or_new(key)))

    def edit(self, campaign: Json, revision: int, *, key: str | None = None) -> Campaign:
        """Write a new revision, which is a draft that nobody has approved."""
        place = _of(str(campaign["id"]))
        return read(Campaign, self._connection.send("PUT", place, campaign, key=key_or_new(key), revision=revision))

    def show(self, campaign_id: str) -> Campaign:
        """Return a campaign, its state, and what may be done with it."""
        return read(Campaign, self._connection.send("GET", _of(campaign_id)))

    def list(self) -> Iterator[Campaign]:
        """Read all campaigns by their ids, page by page."""
        return self._connection.pages(Campaign, _PLACE)

    def validate(self, campaign: Json) -> CampaignChecked:
        """Check a campaign as `offerloop check` does, and keep nothing of it."""
        return read(CampaignChecked, self._connection.send("POST", f"{_PLACE}/validate", campaign, again=True))

    def submit(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """Ask for a review of a draft."""
        return self._act(campaign_id, "submit", comment, key)

    def approve(self, campaign_id: str, revision: int, comment: str = "", *, key: str | None = None) -> Campaign:
        """Approve the revision that was read; who edited it last cannot."""
        return self._act(campaign_id, "approve", comment, key, revision)

    def reject(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """Make a campaign a draft again, without approvals."""
        return self._act(campaign_id, "reject", comment, key)

    def schedule(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """Let a campaign start by itself at its `starts_at`."""
        return self._act(campaign_id, "schedule", comment, key)

    def start(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """Run a campaign from now on."""
        return self._act(campaign_id, "start", comment, key)

    def pause(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """Show its offers to nobody until it is resumed."""
        return self._act(campaign_id, "pause", comment, key)

    def resume(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """Go on with a campaign that was paused."""
        return self._act(campaign_id, "resume", comment, key)

    def end(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """End a campaign for good."""
        return self._act(campaign_id, "end", comment, key)

    def archive(self, campaign_id: str, comment: str = "", *, key: str | None = None) -> Campaign:
        """Put a campaign away that has ended."""
        return self._act(campaign_id, "archive", comment, key)

    def change_budget(self, campaign_id: str, at: datetime, budget: str, *, key: str | None = None) -> Campaign:
        """Propose another budget from an instant on, for a campaign that goes on meanwhile."""
        body = {"at": at.isoformat(), "budget": budget}
        sent = self._connection.send("POST", f"{_of(campaign_id)}/budget-changes", body, key=key_or_new(key))
        return read(Campaign, sent)

    def approve_budget(
        self, campaign_id: str, proposal_id: str, comment: str = "", *, key: str | None = None
    ) -> Campaign:  # fmt: skip
        """Approve a budget that somebody else proposed."""
        return self._act(campaign_id, f"budget-changes/{part_of_path(proposal_id)}/approve", comment, key)

    def decline_budget(
        self, campaign_id: str, proposal_id: str, comment: str = "", *, key: str | None = None
    ) -> Campaign:  # fmt: skip
        """Drop a budget that was proposed."""
        return self._act(campaign_id, f"budget-changes/{part_of_path(proposal_id)}/decline", comment, key)

    def revisions(self, campaign_id: str) -> Iterator[Revision]:
        """Read all revisions of a campaign, the newest first."""
        return self._connection.pages(Revision, f"{_of(campaign_id)}/revisions")

    def compare(self, campaign_id: str, before: int | None = None, after: int | None = None) -> RevisionComparison:
        """Return in which fields two revisions differ; by default the newest one and the one before it."""
        named = {name: one for name, one in (("before", before), ("after", after)) if one is not None}
        return read(RevisionComparison, self._connection.send("GET", f"{_of(campaign_id)}/compare?{urlencode(named)}"))

    def restore(self, campaign_id: str, earlier: int, revision: int, *, key: str | None = None) -> Campaign:
        """Bring back an earlier revision as a new draft."""
        place = f"{_of(campaign_id)}/revisions/{earlier}/restore"
        return read(Campaign, self._connection.send("POST", place, key=key_or_new(key), revision=revision))

    def preview(self, campaign_id: str) -> Preview:
        """Return who would get a campaign among all customers of the newest run."""
        return read(Preview, self._connection.send("GET", f"{_of(campaign_id)}/preview"))

    def curve(self, campaign_id: str) -> Curve:
        """Return what more or less budget would bring."""
        return read(Curve, self._connection.send("GET", f"{_of(campaign_id)}/curve"))

    def results(self, campaign_id: str) -> CampaignResults:
        """Return what the newest read-out that names a campaign found of it."""
        return read(CampaignResults, self._connection.send("GET", f"{_of(campaign_id)}/results"))

    def _act(
        self, campaign_id: str, verb: str, comment: str, key: str | None, revision: int | None = None
    ) -> Campaign:  # fmt: skip
        place = f"{_of(campaign_id)}/{verb}"
        sent = self._connection.send("POST", place, {"comment": comment}, key=key_or_new(key), revision=revision)
        return read(Campaign, sent)


def _of(campaign_id: str) -> str:
    return f"{_PLACE}/{part_of_path(campaign_id)}"
