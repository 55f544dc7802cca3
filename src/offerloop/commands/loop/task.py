"""`offerloop loop`: the next steps of a loop on a shop's own tables, or what it has done so far."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from offerloop.commands.loop.findings import LoopState
from offerloop.commands.loop.shop import TableShop
from offerloop.config import Config, StrPath, config_file, load_config, problems_of
from offerloop.decision import limiting_exploration, unlimited_exploration, unpaid_exploration
from offerloop.engine import DEFAULT_ENGINE, collect
from offerloop.errors import ConfigError, InputError
from offerloop.events import Events, LoopExposures, connect, prepare, read_all, with_variables
from offerloop.loop import NO_CAMPAIGN, UNSEEN_COSTS, PlannedLoop, exposures_of, go_on, indicator_of, is_learning
from offerloop.message import Message
from offerloop.offers import NO_OFFER, liability_minor, missing_limit
from offerloop.publishing import Parcels, carry, rows_of, why_out_of_date
from offerloop.response import all_categories
from offerloop.store import Journal
from offerloop.workspace import (
    RunRead,
    campaigns_of_store,
    name_problems,
    open_run,
    open_workspace,
    with_campaigns,
    writing,
)

FOLDER = "loop"
BEGINNING = -1
"""The period under which a journal holds how the loop began."""
FORMAT = 3
"""Of the steps in a journal, in the record of how the loop began. It grows when older steps cannot be gone on with: up
to 2 a loop assumed one share of sales for everybody, and recorded other things."""
OF_STORE = "*"
"""Name of the loop of a shop whose campaigns all stand in the store: it stays as they come and go."""
FAR = 100_000
"""More periods than a loop will have."""
RAISED_SECONDS = 7 * 86_400
"""How long alarms of a period may be raised, so that none is lost with a job that was interrupted."""


def take_steps(path: StrPath, store: str | None, *, once: bool) -> LoopState:
    """Go on as far as the orders reach, or only tell. Raises InputError for a shop that a loop cannot be made of."""
    path = config_file(path)
    config = load_config(path)
    folder, name = path.parent / FOLDER, "+".join(one.id for one in config.campaigns) or OF_STORE
    elsewhere = None if store is None else path.parent / "runs"
    if store is None and config.data.source == "store":
        store = with_variables(config.data.url, "data.store")
    if not once and store is None and not (folder / "journal.db").exists():
        return LoopState([], None, None, [], config.shop.currency)
    if not once and store is not None:
        connect(store, whose="--store" if elsewhere is not None else "data.store").dispose()
    with writing(folder):
        folder.mkdir(exist_ok=True)
    journal = Journal.open(store or f"sqlite:///{folder / 'journal.db'}", name)
    try:
        journal.name = loop_of(journal, elsewhere)
        _check_format(journal)
        gone = _go_on(path, folder, journal) if once else GoneOn()
        rows, earlier = facts_of(journal.recorded()), facts_of(journal.recorded(RAISED_SECONDS))
    finally:
        journal.engine.dispose()
    decided = [one for one in rows if not one["missed"]]
    newest = folder / f"period-{decided[-1]['period']:04d}.csv" if decided else None
    if newest is None or not newest.exists():
        newest, sent = None, list[Message]()
    else:
        sent = _published(config, path.parent / "runs" / decided[-1]["run"]) if once else []
    return LoopState(
        rows,
        gone.awaited,
        newest,
        sent,
        config.shop.currency,
        gone.learned,
        gone.left_out,
        gone.unexplored,
        earlier,
    )


def loop_of(journal: Journal, runs: Path | None) -> str:
    """Return the name of the shop's loop, which goes on whatever campaigns come and go: the newest one in the journal.

    A database that was named for it may hold loops of other shops. There it is the one whose last run lies in `runs`,
    or a new one by the names of the campaigns. Raises InputError where another shop has a loop of that name.
    """
    names = journal.names()
    if runs is None:
        return names[0] if names else journal.name
    last_runs = {one: _last_run(Journal(journal.engine, one)) for one in names}
    own = [one for one in names if (runs / (last_runs[one] or ".none")).is_dir()]
    if own:
        return journal.name if journal.name in own else own[0]
    if run := last_runs.get(journal.name):
        raise InputError(
            Message(
                "the loop of '{name}' in '{place}' is another shop's: its last run '{run}' is not in '{runs}'; copy "
                "that run back if this shop's loop made it, or name a database of this shop's own with --store",
                name=journal.name, place=journal.place, run=run, runs=str(runs),
            )
        )  # fmt: skip
    return journal.name


def _last_run(journal: Journal) -> str:
    """Return the name of the run of the newest period that was decided; empty where there is none."""
    runs = [body["run"] for _, step, body in journal.recorded() if step == "decide" and not body["missed"]]
    return str(runs[-1]) if runs else ""


def _published(config: Config, folder: Path) -> list[Message]:
    """Carry the newest period's run to where `[[publish]]` says; what was carried before stays.

    Nothing new is carried where a campaign that gives offers in it no longer runs, which is returned as a message.
    Raises InputError where an offer has ended.
    """
    if not config.publish or not folder.exists():
        return []
    run = open_run(folder.resolve())
    rows = partial(rows_of, run)
    not_running = _why_not_running(config, run)
    refusal = not_running or why_out_of_date(run, int(time.time()))
    parcels = Parcels(folder.name, run.folder, run.folder.parent.parent, rows, run.most_offers, refusal)
    try:
        return carry(parcels, list(config.publish), None).messages
    except InputError as error:
        if not_running is None or error.message is not not_running:
            raise
        return [not_running]


def _why_not_running(config: Config, run: RunRead) -> Message | None:
    """Return which campaign that gives offers in a run no longer runs; None where all of them do."""
    running = {one.id for one in config.campaigns}
    running |= {one.campaign.id for one in campaigns_of_store(config, running=True)}
    planned = run.all_offers().filter(pl.col("offer_id") != NO_OFFER).select("campaign_id").unique().collect()
    stopped = sorted(set(planned["campaign_id"]) - running)
    if not stopped:
        return None
    return Message(
        "Nothing more of '{run}' is published, because campaign '{campaign}' no longer runs; the next period is "
        "planned without it.",
        run=run.folder.name,
        campaign=stopped[0],
    )


def facts_of(recorded: Sequence[tuple[int, str, Any]]) -> list[dict[str, Any]]:
    """A row for each period of a journal, without what only the loop itself reads.

    What was learned of it is the newest reading. Where the first one that had guardrails says something else, it is the
    `guardrails_before`.
    """
    rows: dict[int, dict[str, Any]] = {}
    for period, step, body in recorded:
        if period > BEGINNING and (step == "decide" or is_learning(step)):
            row = rows.setdefault(period, {"period": period})
            before = row.pop("guardrails_before", None) or row.get("guardrails")
            row.update(body)
            if before and before != row["guardrails"]:
                row["guardrails_before"] = before
    for row in rows.values():
        if "alarms" in row:
            row["alarms"] = [
                {"indicator": indicator_of(alarm), "change": alarm["change"], "p_value": alarm["p_value"]}
                for alarm in row["alarms"]
            ]
    return [
        {name: value for name, value in rows[period].items() if name not in ("assignments", UNSEEN_COSTS)}
        for period in sorted(rows)
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


def _begun(config: Config, today: int, folder: Path, journal: Journal) -> dict[str, Any]:
    """Return how the loop began, which may be now.

    Raises InputError where the files of another loop would be written over, and for settings that a loop cannot change.
    """
    fixed = {
        "days": ("evaluate.window_days", config.evaluate.window_days),
        "currency": ("shop.currency", config.shop.currency),
    }
    if journal.result_of(BEGINNING, "begin") is None and any(folder.glob("period-*.csv")):
        raise InputError(
            Message(
                "'{folder}' has offers of a loop whose journal is not there; name that journal with --store, or move "
                "the folder away to begin another loop",
                folder=str(folder),
            )
        )
    now = {"format": FORMAT, "first_day": today, **{name: value for name, (_, value) in fixed.items()}}
    begun: dict[str, Any] = journal.once(BEGINNING, "begin", lambda: now)
    for name, (key, value) in fixed.items():
        before = begun.get(name, value)  # an earlier version did not record the currency
        if before != value:
            raise InputError(
                Message(
                    "{key} is {value} and was {before} when the loop began; set it back, or move the journal "
                    "'{place}' and the folder '{folder}' away to begin another loop",
                    key=key, value=str(value), before=str(before), place=journal.place, folder=str(folder),
                )
            )  # fmt: skip
    return begun


@dataclass(frozen=True)
class GoneOn:
    """What a loop says when it went on; see `LoopState`."""

    awaited: Message | None = None
    learned: Message | None = None
    left_out: Message | None = None
    unexplored: tuple[Message, ...] = ()


def _go_on(path: Path, folder: Path, journal: Journal) -> GoneOn:
    """Take the steps that the orders allow."""
    with open_workspace(path, DEFAULT_ENGINE) as (config, engine, _):
        added = campaigns_of_store(config, running=True)
        config = with_campaigns(config, added) if added else config
        if problems := [*name_problems(config), *_fixed_day(config)]:
            raise ConfigError(problems_of(path, problems))
        begun = journal.result_of(BEGINNING, "begin")
        if begun is None and not config.campaigns:
            return GoneOn(NO_CAMPAIGN)
        loop_exposures = (
            None if begun is None else LoopExposures(exposures_of(journal.recorded(), begun), begun["first_day"])
        )
        read = read_all(config, engine)
        events = prepare(config, engine, loop_exposures, read)
        begun = _begun(config, events.as_of_day, folder, journal)
        shop = TableShop(path, engine, read, events, folder, config.shop.currency, added)
        planned = PlannedLoop(shop, config, engine, begun["first_day"])
        awaited = go_on(planned, journal, FAR, lambda _: None)
        learned = _said_of_log(config, events, begun["first_day"])
        left_out = _said_of_costs(planned.offers_without_cost())
        return GoneOn(None if awaited is None else awaited.message, learned, left_out, _unexplored(config, events))


def _unexplored(config: Config, events: Events) -> tuple[Message, ...]:
    """Which campaigns explore with less than one offer can cost, or have offers that nobody explores, and which one
    limits the others.
    """
    categories = all_categories(events.products)
    offers = {one.id: config.offers_of(one, categories, events.offers) for one in config.campaigns}
    liabilities = {name: [liability_minor(one) for one in of_campaign] for name, of_campaign in offers.items()}
    missing = {
        name: {one.offer_id: lacking for one in of_campaign if (lacking := missing_limit(one))}
        for name, of_campaign in offers.items()
    }
    most_minor = {name: max((one or 0 for one in of_campaign), default=0) for name, of_campaign in liabilities.items()}
    n_customers = events.buyers().height
    notes = [
        *(unpaid_exploration(config, campaign, liabilities[campaign.id]) for campaign in config.campaigns),
        *(note for one in config.campaigns for note in unlimited_exploration(config, one, missing[one.id])),
        limiting_exploration(config, most_minor, n_customers),
    ]
    return tuple(note for note in notes if note is not None)


def _fixed_day(config: Config) -> list[Message]:
    """Return what is wrong where the configuration fixes the day, on which a loop would wait for ever."""
    if config.profiles.as_of is None:
        return []
    return [Message("profiles.as_of fixes the day, and a loop decides on the day after the last order; remove it")]


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
