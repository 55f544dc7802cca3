"""Carry assignments to where sections of `[[publish]]` say; doing it again changes nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from offerloop.config import Publish
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.publishing.csv_file import place_of_file, to_csv
from offerloop.publishing.database import place_of_table, to_sql
from offerloop.publishing.record import Record, lock_publishing
from offerloop.publishing.rows import Carried, Parcel, PlannedRows
from offerloop.publishing.webhook import place_of_receiver, to_webhook
from offerloop.report import Result


@dataclass(frozen=True)
class PublishResult(Result):
    """The result of publishing: what was carried, and what had been carried before."""

    messages: list[Message]
    """What was carried to each place."""
    facts: dict[str, Any]

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`published`, one row for each place."""
        return {"published": pl.DataFrame(self.facts["published"], infer_schema_length=None)}

    @property
    def lines(self) -> list[str]:
        """The same in English."""
        return [str(one) for one in self.messages]

    @property
    def sentence(self) -> str:
        """What went where."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Parcels:
    """The assignments to carry, and the folders that carrying needs."""

    name: str
    """The name of the run, or of the period of a loop."""
    folder: Path
    """Where it is noted what went where."""
    shop: Path
    """Folder that relative paths start from."""
    rows: Callable[[Publish], PlannedRows]
    """A function that returns the rows of one section."""
    most_offers: int = 1
    """Of a customer."""
    refusal: Message | None = None
    """Why nothing is carried that was not carried before."""


def carry(
    parcels: Parcels, sections: list[Publish], console: Console | None, wait: Callable[[float], None] = time.sleep
) -> PublishResult:
    """Carry all sections in their order. What, when and how much is noted in `published.json` of the parcels' folder.

    `wait` is called with seconds between attempts. Raises InputError at the first place that refuses; those before it
    are done, and carrying again goes on.
    """
    messages, facts = [], []
    with lock_publishing(parcels.folder):
        record, places = Record(parcels.folder), Counter[tuple[str, str]]()
        for number, settings in enumerate(sections, start=1):
            carried, entry = _carry(parcels, number, settings, record, places, console, wait)
            messages.append(_outcome(carried, entry["rows"]))
            facts.append({**entry, "new": carried.new, "already": carried.already})
    return PublishResult(messages, {"run": parcels.name, "published": facts})


def _carry(
    parcels: Parcels,
    number: int,
    settings: Publish,
    record: Record,
    places: Counter[tuple[str, str]],
    console: Console | None,
    wait: Callable[[float], None],
) -> tuple[Carried, dict[str, Any]]:
    """Carry one section, with a progress bar on a terminal, and return its entry in the record.

    `places` counts the sections so far of each kind and place.
    """
    planned = parcels.rows(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = None if console is None else Progress(*columns, console=console, transient=True)
    with bar if bar is not None else nullcontext():
        task = None if bar is None else bar.add_task(f"{settings.kind} {number}", total=planned.rows.height)

        def on_progress(more: int) -> None:
            if bar is not None and task is not None:
                bar.advance(task, more)

        parcel = Parcel(number, parcels.name, parcels.shop, settings, planned, on_progress, parcels.most_offers)
        place = _PLACES[settings.kind](parcel)
        places[settings.kind, place] += 1
        parcel = replace(parcel, place=place, nth=places[settings.kind, place])
        if parcels.refusal is not None and not record.is_whole(parcel):
            raise InputError(parcels.refusal)
        carried = _carriers(record, wait)[settings.kind](parcel)
    entry = record.find(parcel)
    if entry is None or (settings.kind != "webhook" and entry["sha256"] != parcel.sha256):
        entry = record.note(parcel)
    return carried, entry


_PLACES: dict[str, Callable[[Parcel], str]] = {
    "csv": place_of_file, "sql": place_of_table, "webhook": place_of_receiver,
}  # fmt: skip


def _carriers(record: Record, wait: Callable[[float], None]) -> dict[str, Callable[[Parcel], Carried]]:
    return {"csv": to_csv, "sql": to_sql, "webhook": lambda parcel: to_webhook(parcel, record, wait)}


def _outcome(carried: Carried, rows: int) -> Message:
    if carried.already:
        return Message(
            "{place}: already published, {n} row",
            context="published",
            plural="{place}: already published, {n} rows",
            place=carried.place,
            n=rows,
        )
    if carried.new < rows:
        return Message(
            "{place}: {n} row, {before} of them before",
            context="published",
            plural="{place}: {n} rows, {before} of them before",
            place=carried.place,
            n=rows,
            before=rows - carried.new,
        )
    return Message(
        "{place}: {n} row",
        context="published",
        plural="{place}: {n} rows",
        place=carried.place,
        n=rows,
    )
