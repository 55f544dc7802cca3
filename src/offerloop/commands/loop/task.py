"""`offerloop loop`: the next steps of a loop on a shop's own tables, or what it has done so far."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import narwhals as nw

from offerloop.commands.loop.findings import LoopState
from offerloop.commands.loop.shop import TableShop
from offerloop.config import Config, StrPath, config_file, load_config, problems_of
from offerloop.engine import DEFAULT_ENGINE, collect
from offerloop.errors import ConfigError, InputError
from offerloop.events import Events, LoopExposures, prepare, read_all, with_variables
from offerloop.loop import NO_CAMPAIGN, LoopCourse, exposures_of, go_on
from offerloop.message import Message
from offerloop.publishing import Parcels, carry, rows_of
from offerloop.store import Journal
from offerloop.workspace import campaigns_of_store, name_problems, open_run, open_workspace, with_campaigns

FOLDER = "loop"
BEGINNING = -1
"""The period under which a journal holds how the loop began."""
FORMAT = 3
"""Of the steps in a journal, in the record of how the loop began. It grows when older steps cannot be gone on with: up
to 2 a loop believed in one share of sales for everybody, and recorded other things."""
OF_STORE = "*"
"""Name of the loop of a shop whose campaigns all stand in the store: it stays as they come and go."""
FAR = 100_000
"""More periods than a loop will have."""


def take_steps(path: StrPath, store: str | None, *, once: bool) -> LoopState:
    """Go on as far as the orders reach, or only tell. Raises InputError for a shop that a loop cannot be made of."""
    path = config_file(path)
    config = load_config(path)
    folder, name = path.parent / FOLDER, "+".join(one.id for one in config.campaigns) or OF_STORE
    if store is None and config.data.source == "store":
        store = with_variables(config.data.url, "data.store")
    if not once and store is None and not (folder / "journal.db").exists():
        return LoopState([], None, None, [], config.shop.currency)
    folder.mkdir(exist_ok=True)
    journal = Journal.open(store or f"sqlite:///{folder / 'journal.db'}", name)
    try:
        _check_format(journal)
        awaited, learned, left_out = _go_on(path, folder, journal) if once else (None, None, None)
        rows = facts_of(journal.recorded())
    finally:
        journal.engine.dispose()
    decided = [one for one in rows if not one["missed"]]
    newest = folder / f"period-{decided[-1]['period']:04d}.csv" if decided else None
    if newest is None or not newest.exists():
        return LoopState(rows, awaited, None, [], config.shop.currency, learned, left_out)
    sent = _published(config, path.parent / "runs" / decided[-1]["run"]) if once else []
    return LoopState(rows, awaited, newest, sent, config.shop.currency, learned, left_out)


def _published(config: Config, folder: Path) -> list[Message]:
    """Carry the newest period's run to where `[[publish]]` says; what was carried before stays."""
    if not config.publish or not folder.exists():
        return []
    run = open_run(folder.resolve())
    parcels = Parcels(folder.name, run.folder, run.folder.parent.parent, lambda settings: rows_of(run, settings))
    return carry(parcels, list(config.publish), None).messages


def facts_of(recorded: Sequence[tuple[int, str, Any]]) -> list[dict[str, Any]]:
    """A row for each period of a journal, without the assignments."""
    rows: dict[int, dict[str, Any]] = {}
    for period, step, body in recorded:
        if period > BEGINNING and step in ("decide", "learn"):
            rows.setdefault(period, {"period": period}).update(body)
    return [
        {name: value for name, value in rows[period].items() if name != "assignments"} for period in sorted(rows)
    ]  # fmt: skip


def _check_format(journal: Journal) -> None:
    """Raises InputError for a journal whose steps this program cannot go on with."""
    begun = journal.result_of(BEGINNING, "begin")
    if begun is None:
        return
    written = begun.get("format", 1)
    if written > FORMAT:
        raise InputError(
            Message(
                "the loop's journal '{place}' is of format {written} and this program knows {format}; use "
                "the newer program",
                place=journal.place,
                written=str(written),
                format=FORMAT,
            )
        )
    if written < FORMAT:
        raise InputError(
            Message(
                "the loop's journal '{place}' is of format {written}, which an early version wrote, and this "
                "program goes on only with format {format}; move the journal and its period files away to "
                "begin anew, or finish the loop with that version",
                place=journal.place,
                written=str(written),
                format=FORMAT,
            )
        )


def _go_on(path: Path, folder: Path, journal: Journal) -> tuple[Message | None, Message | None, Message | None]:
    """What is awaited, what was learned from the log before the loop, and which costs guardrails do not count."""
    with open_workspace(path, DEFAULT_ENGINE) as (config, engine, _):
        added = campaigns_of_store(config, running=True)
        config = with_campaigns(config, added) if added else config
        if problems := name_problems(config):
            raise ConfigError(problems_of(path, problems))
        days, begun = config.evaluate.window_days, journal.result_of(BEGINNING, "begin")
        if begun is None and not config.campaigns:
            return NO_CAMPAIGN, None, None
        loop_exposures = (
            None if begun is None else LoopExposures(exposures_of(journal.recorded(), begun), begun["first_day"])
        )
        read = read_all(config, engine)
        events = prepare(config, engine, loop_exposures, read)
        begun = journal.once(
            BEGINNING, "begin", lambda: {"format": FORMAT, "first_day": events.as_of_day, "days": days}
        )
        if begun["days"] != days:
            raise InputError(
                Message("evaluate.window_days changed since the loop began; give a campaign a new id to begin another")
            )
        shop = TableShop(path, engine, read, events, folder, config.shop.currency, added)
        course = LoopCourse(shop, config, engine, begun["first_day"])
        awaited = go_on(course, journal, FAR, lambda _: None)
        learned = _said_of_log(config, events, begun["first_day"])
        return None if awaited is None else awaited.message, learned, _said_of_costs(course.offers_without_cost())


def _said_of_costs(offers: list[str]) -> Message | None:
    """Which offers cost what guardrails do not count."""
    if not offers:
        return None
    return Message(
        "Order lines do not show what {offers} cost, so guardrails leave it out, and plans with these offers look "
        "better than they are.",
        offers=offers,
    )


def _said_of_log(config: Config, events: Events, first_day: int) -> Message | None:
    """What exposures there were before the loop began, and whether they can teach it anything; None without any."""
    if "exposures" not in config.sources:
        return None
    before = collect(events.exposures.filter(nw.col("shown_day") < first_day).select("shown_day"))
    if "propensity" not in config.sources["exposures"].columns:
        return Message("nothing learned from before the loop began: the exposures have no propensity")
    if not before.height:
        return None
    return Message(
        "{n} exposure from before the loop began counts as well",
        plural="{n} exposures from before the loop began count as well",
        n=before.height,
    )
