"""Previews: what the newest data plan for a campaign that no run has planned yet, as if it ran beside the others."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from offerloop.config import load_config
from offerloop.errors import InputError
from offerloop.events import with_variables
from offerloop.locale import ENGLISH
from offerloop.message import Message
from offerloop.report import in_all_languages, in_language
from offerloop.store import Database, find_revision
from offerloop.workspace import preview_folder, store_campaign

PREVIEW = "preview"
"""The kind of job that makes a preview."""
MOST_KEPT = 5


def make_preview(shop: Path, request: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Plan a revision of a campaign beside the others, and return what is forecast of it; nothing of it is served."""
    from offerloop.commands.run.task import preview

    campaign_id, number = str(request["campaign_id"]), int(request["revision"])
    database = Database.open(with_variables(load_config(shop).data.url, "data.store"))
    try:
        revision = database.read(lambda one: find_revision(one, campaign_id, number))
    finally:
        database.close()
    if revision is None:
        raise InputError(Message("the campaign has no revision {n}", n=number))
    folder = preview_folder(shop, campaign_id, number)
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = preview(shop, store_campaign(campaign_id, number, revision.text.body_at(int(time.time()))), folder)
    _keep_few(folder)

    def outcome(language: str) -> dict[str, Any]:
        planned = in_language(done.summary, language)["campaigns"]
        sentence = next(one["sentence"] for one in planned if one["id"] == campaign_id)
        return {"campaign_id": campaign_id, "run": folder.name, "sentence": sentence}

    return in_all_languages(outcome, ENGLISH)


def _keep_few(newest: Path) -> None:
    """Remove previews of earlier revisions, and of all but the campaigns that were looked at last."""
    campaign = newest.name.rpartition("@")[0]
    others = [one for one in newest.parent.glob("*@*") if one != newest]
    earlier = [one for one in others if one.name.rpartition("@")[0] == campaign]
    rest = sorted((one for one in others if one not in earlier), key=lambda one: one.stat().st_mtime, reverse=True)
    for folder in (*earlier, *rest[MOST_KEPT - 1 :]):
        shutil.rmtree(folder, ignore_errors=True)
