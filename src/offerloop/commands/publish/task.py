"""Carry a run's assignments to where `[[publish]]` of its configuration says; doing it again changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from offerloop.config import Publish, message_of
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.publishing import Parcels, PublishResult, carry, rows_of, why_out_of_date
from offerloop.workspace import RunRead, is_preview, naming_damaged_tables, open_run


@naming_damaged_tables
def publish(
    run_folder: Path, console: Console | None = None, wait: Callable[[float], None] = time.sleep
) -> PublishResult:
    """Carry all `[[publish]]` sections in their order. What went where is noted in `published.json` of the run.

    `wait` is called with seconds between attempts. Raises InputError at the first place that refuses; those before it
    are done, and publishing again goes on. Where an offer of the plan has ended, nothing new is carried.
    """
    run = open_run(run_folder.resolve())
    if is_preview(run.folder.name):
        raise InputError(
            Message(
                "'{folder}' is a preview of a campaign, and nothing of it is sent; start the campaign, run again and "
                "publish that run",
                folder=str(run.folder),
            )
        )
    parcels = Parcels(
        run.folder.name, run.folder, run.folder.parent.parent, lambda settings: rows_of(run, settings),
        most_offers=run.most_offers, refusal=why_out_of_date(run, int(time.time())),
    )  # fmt: skip
    return carry(parcels, _sections(run), console, wait)


def _sections(run: RunRead) -> list[Publish]:
    written = run.written.get("publish", [])
    if not written:
        raise InputError(
            Message(
                "the configuration of '{folder}' has no [[publish]]; add one to its offerloop.toml, such as "
                'kind = "csv" with path = "crm-{{run}}.csv", and run again: finished stages are kept',
                folder=str(run.folder),
            )
        )
    try:
        return [Publish.model_validate(one) for one in written]
    except ValidationError as error:
        why = message_of(error.errors()[0])
        raise InputError(
            Message(
                "[[publish]] in the configuration of '{folder}' cannot be used: {reason}",
                folder=str(run.folder),
                reason=why,
            )
        ) from None
