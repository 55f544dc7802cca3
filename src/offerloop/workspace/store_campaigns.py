"""Campaigns that people wrote in the service: planned beside those of the configuration, and kept with the run."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from offerloop.config import Campaign, Config
from offerloop.errors import ConfigError, InputError
from offerloop.events import masked, with_variables
from offerloop.message import Message

_KEPT = "store_campaigns"
"""Where the manifest of a run holds them."""


@dataclass(frozen=True)
class StoreCampaign:
    """A campaign as a run plans it."""

    revision: int
    campaign: Campaign

    def kept(self) -> dict[str, Any]:
        """Return what the manifest of a run holds."""
        return {"revision": self.revision, "campaign": self.campaign.model_dump(mode="json", exclude_none=True)}


def campaigns_of_store(config: Config, *, running: bool = False) -> tuple[StoreCampaign, ...]:
    """Return the approved, scheduled and running campaigns of the store, or only the `running` ones; none where the
    shop has no store.

    A shop that reads files has one when it is served. Raises ConfigError for a campaign that this program cannot read.
    """
    if not has_store(config):
        return ()
    from offerloop.store import PLANNED_STATES, CampaignState, Database, campaigns_in

    states = {CampaignState.RUNNING} if running else PLANNED_STATES
    database = Database.open(with_variables(config.data.url, "data.store"))
    try:
        planned = database.read(lambda connection: campaigns_in(connection, states))
    finally:
        database.close()
    return tuple(store_campaign(one.campaign_id, one.revision, one.text.body_at(one.moment.now)) for one in planned)


def has_store(config: Config) -> bool:
    """Whether the shop has a store, in which people may write campaigns."""
    return config.data.source == "store" or _is_there(config.data.url)


def _is_there(url: str) -> bool:
    """Whether a database is there already; one that is no file was named on purpose."""
    path = url.removeprefix("sqlite:///")
    return path == url or Path(path).is_file()


def store_campaign(campaign_id: str, revision: int, body: Mapping[str, Any]) -> StoreCampaign:
    """Return a revision as a run plans it. Raises ConfigError for one that this program cannot read."""
    try:
        return StoreCampaign(revision, Campaign.model_validate({"id": campaign_id, **body}))
    except ValidationError:
        unreadable = Message("the campaign '{id}' of the store cannot be read; edit it in the service", id=campaign_id)
        raise ConfigError(unreadable) from None


def with_campaigns(config: Config, added: Sequence[StoreCampaign]) -> Config:
    """The configuration with further campaigns. Raises ConfigError where one does not fit, and where there is none."""
    campaigns = (*config.campaigns, *(one.campaign for one in added))
    if not campaigns:
        none = Message(
            "there is no campaign to plan: the configuration has none, and none of the store '{store}' is approved",
            store=masked(config.data.url),
        )
        raise ConfigError(none)
    ids = [one.id for one in campaigns]
    twice = next((one.campaign.id for one in added if ids.count(one.campaign.id) > 1), None)
    if twice is not None:
        raise ConfigError(
            Message("the campaign '{id}' stands in the configuration and in the store; remove one of them", id=twice)
        )
    for campaign in added:
        for fault in config.faults_of(campaign.campaign):
            raise ConfigError(fault.message)
    return config.model_copy(update={"campaigns": campaigns})


def kept_in_manifest(added: Sequence[StoreCampaign]) -> dict[str, Any]:
    """Return what the manifest of a run holds of campaigns that its configuration file does not."""
    return {_KEPT: [one.kept() for one in added]} if added else {}


def written_config(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of a run as it was written, with the campaigns that it took from the store.

    Raises KeyError, TypeError or ValueError for a manifest that was changed.
    """
    written = tomllib.loads(manifest["config"]["text"])
    added = [one["campaign"] for one in manifest.get(_KEPT, ())]
    return {**written, "campaigns": [*written.get("campaigns", []), *added]} if added else written


def planned_revisions(run_folder: Path) -> dict[str, int]:
    """Return the revision of each campaign of the store that a run planned. Raises InputError without a manifest."""
    try:
        manifest = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))
        return {str(one["campaign"]["id"]): int(one["revision"]) for one in manifest.get(_KEPT, ())}
    except (OSError, ValueError, KeyError, TypeError) as error:
        changed = Message(
            "manifest.json of '{folder}' was changed ({error}); run it again", folder=str(run_folder), error=str(error)
        )
        raise InputError(changed) from None
