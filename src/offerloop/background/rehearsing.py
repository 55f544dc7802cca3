"""A rehearsal: a stretch of simulated traffic is played into a store that holds no other, so that a demo has spend,
results and a finished experiment."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl
from sqlalchemy import Connection

from offerloop.background.simulated_traffic import Redeemed, Stretch, Traffic, simulated_traffic
from offerloop.config import Config, load_config
from offerloop.engine import DEFAULT_ENGINE, collect
from offerloop.errors import InputError
from offerloop.events import epoch_day, with_variables
from offerloop.locale import ENGLISH
from offerloop.message import Message
from offerloop.offers import CouponCommand, CouponTerms, Issue, Redeem
from offerloop.report import in_all_languages
from offerloop.serving import serve_run
from offerloop.store import (
    EVENT,
    SIMULATED,
    Database,
    Ledger,
    add_decisions,
    add_entry,
    holds_simulated,
    holds_traffic,
    set_switch,
    take_events,
)
from offerloop.workspace import Recorder, RunRead, find_run, open_run, open_workspace

T = TypeVar("T")
REHEARSAL = "rehearsal"
"""The kind of job that plays simulated traffic."""
DAYS = 14
REDEMPTION = 1.5
"""Offers are redeemed half again as often as forecast, so that something needs attention."""
_ACTOR = "service"
_BATCH = 2_000
_COLUMNS = (
    "order_id", "customer_id", "product_id", "order_day", "quantity", "revenue_minor", "list_value_minor",
    "coupon_minor", "reimbursed_minor",
)  # fmt: skip


def rehearse(shop: Path, _: Mapping[str, Any], note: Callable[[Mapping[str, Any]], None]) -> dict[str, Any]:
    """Play simulated traffic after the newest plan and read it out; return what happened.

    The same plan gives the same traffic, which is stored once. Raises InputError where the store holds other traffic,
    ids are pseudonyms, or the stretch would end in the future.
    """
    from offerloop.commands.readout.task import read_out

    config = load_config(shop)
    run = open_run(find_run(shop))
    database = Database.open(with_variables(config.data.url, "data.store"))
    try:
        database.read(lambda one: _check(one, config))
        note({"stage": "orders", "done": 0})
        stretch = _stretch(run, config)
        traffic = simulated_traffic(stretch, _lines(shop, stretch))
        note({"stage": "traffic", "done": 1})
        played = _play(database, run, traffic)
    finally:
        database.close()
    note({"stage": "readout", "done": 2})
    done = read_out(run.folder, None)
    return in_all_languages(lambda language: {**played, "run": run.folder.name, **done.outcome(language)}, ENGLISH)


def _check(connection: Connection, config: Config) -> None:
    if config.privacy.pseudonymise:
        raise InputError(Message("a shop with pseudonyms cannot be rehearsed: its customers' ids are not known"))
    if holds_traffic(connection) and not holds_simulated(connection):
        raise InputError(Message("the store holds traffic of customers; rehearse with a store of its own"))


def _stretch(run: RunRead, config: Config) -> Stretch:
    first_day = epoch_day(date.fromisoformat(run.summary["as_of"]))
    zone, margin = ZoneInfo(config.shop.timezone), float(config.margin)
    stretch = Stretch(run, serve_run(run.folder), first_day, DAYS, zone, REDEMPTION, margin, config.seed)
    if stretch.second(first_day + DAYS) > time.time():
        raise InputError(
            Message(
                "the {n} days after the plan of {day} are not over; a rehearsal needs an older plan, by profiles.as_of",
                n=DAYS, day=run.summary["as_of"],
            )
        )  # fmt: skip
    return stretch


def _lines(shop: Path, stretch: Stretch) -> pl.DataFrame:
    """Return the order lines of the stretch that is repeated, with the category of each."""
    from offerloop.commands.run.task import follow_run
    from offerloop.flow import clean

    first = stretch.first_day - stretch.earlier
    is_within = (nw.col("order_day") >= first) & (nw.col("order_day") < first + stretch.days)
    with open_workspace(shop, DEFAULT_ENGINE) as (config, engine, store):
        follow_run(stretch.run.folder, store, ("events",))
        events = clean(config, engine, Recorder(store=store))
        named = events.products.select("product_id", "category")
        lines = events.order_lines.filter(is_within).select(*_COLUMNS).join(named, on="product_id", how="left")
        return collect(lines, "order_id", "product_id")


def _play(database: Database, run: RunRead, traffic: Traffic) -> dict[str, Any]:
    """Write everything to the store, as the routes of the service would."""

    def mark(connection: Connection) -> None:
        set_switch(connection, SIMULATED, True, _ACTOR)
        add_entry(connection, _ACTOR, "simulated traffic", run.folder.name, events=len(traffic.events))

    database.change(mark)
    accepted = _redeem(Ledger(database.engine), run, traffic.redeemed)
    refused = {one.order_id for one in traffic.redeemed} - {one.order_id for one in accepted}
    for part in _parts(traffic.decisions):
        database.change(partial(add_decisions, records=part))
    events = [EVENT.validate_python(one) for one in _without_refused(traffic.events, refused)]
    taken = [database.change(partial(take_events, reported=part)) for part in _parts(events)]
    return {
        "events": sum(one.accepted for one in taken), "decisions": len(traffic.decisions),
        "redeemed": len(accepted), "spent_minor": sum(one.own_minor for one in accepted),
    }  # fmt: skip


def _without_refused(events: Sequence[dict[str, Any]], refused: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the events, of orders whose redemption was refused without it and what it brought, their last line."""
    for event in events:
        if event.get("order_id") not in refused:
            yield event
        elif event["kind"] == "order":
            yield {**event, "lines": event["lines"][:-1]}


def _redeem(ledger: Ledger, run: RunRead, redeemed: Sequence[Redeemed]) -> list[Redeemed]:
    """Enter each redemption in the ledger, under a template with the budget of its campaign where that is money, and
    return those that it accepts."""
    budgets = {one.id: one.budget_minor if one.budget_unit == run.currency else None for one in run.campaigns}
    for campaign in sorted({one.campaign_id for one in redeemed}):
        ledger.add_template(campaign, CouponTerms(budget_minor=budgets[campaign]))
    commands: list[CouponCommand] = []
    for redemption in redeemed:
        code = f"{redemption.order_id}-code"
        commands.append(Issue(f"{code}-issued", redemption.campaign_id, (code,), redemption.customer_id))
        commands.append(Redeem(f"{code}-used", code, redemption.customer_id, redemption.own_minor))
    answers = [one for part in _parts(commands) for one in ledger.carry_out_all(part)]
    return [one for one, answer in zip(redeemed, answers[1::2], strict=True) if answer.reason is None]


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
