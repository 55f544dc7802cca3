"""What a read-out takes from the store in place of files: orders, and what was shown and redeemed since the plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from offerloop.commands.readout.inputs import PastRun
from offerloop.config import Config
from offerloop.errors import InputError
from offerloop.events import EPOCH, open_event_log, pseudonyms, redeemed_offers
from offerloop.message import Message
from offerloop.store import customers_tested_since
from offerloop.workspace import stored


@dataclass(frozen=True)
class Inputs:
    """A run and the files that its read-out reads."""

    run: PastRun
    orders: Path
    redemptions: Path | None
    exposures: Path | None


@contextmanager
def inputs_of(run: PastRun, orders: Path | None, redemptions: Path | None, exposures: Path | None) -> Iterator[Inputs]:
    """The files that are given, or without orders those of the store; these last as long as the context.

    Raises InputError where no orders are given and the run's configuration does not read a store.
    """
    if orders is not None:
        yield Inputs(run, orders, redemptions, exposures)
        return
    if run.config.data.source != "store":
        raise InputError(
            Message('--orders is missing; only with [data] source = "store" are the orders of the store read')
        )
    start = _begins(run)
    run = _without_test_customers(run, int(start.timestamp()))
    with stored(run.config) as (config, folder):
        yield Inputs(
            replace(run, config=config),
            config.sources["order_lines"].file,
            redemptions or _redeemed(config, folder, int(start.timestamp())),
            exposures or _shown(config, folder, start),
        )


def _without_test_customers(run: PastRun, since: int) -> PastRun:
    """Leave out who was a test customer since the plan, whatever arm was drawn for them."""
    log = open_event_log(run.config.data.url)
    try:
        tested = log.database.read(lambda connection: customers_tested_since(connection, since))
    finally:
        log.close()
    if not tested:
        return run
    if run.config.privacy.pseudonymise:
        tested = list(pseudonyms(tested, run.config.privacy).values())
    is_tested = pl.col("customer_id").cast(pl.String).is_in(tested)
    return replace(run, assignments=run.assignments.filter(~is_tested), profiles=run.profiles.filter(~is_tested))


def _begins(run: PastRun) -> datetime:
    """Return the instant at which the day of the plan begins in the shop."""
    return datetime.combine(EPOCH + timedelta(days=run.as_of_day), time(), ZoneInfo(run.config.shop.timezone))


def _redeemed(config: Config, folder: Path, since: int) -> Path | None:
    log, path = open_event_log(config.data.url), folder / "redeemed.csv"
    try:
        return path if redeemed_offers(log, path, config.shop.currency, since) else None
    finally:
        log.close()


def _shown(config: Config, folder: Path, since: datetime) -> Path | None:
    if "exposures" not in config.sources:
        return None
    path = folder / "shown.parquet"
    shown = pl.read_parquet(config.sources["exposures"].file).filter(pl.col("at") >= since)
    shown.write_parquet(path)
    return path if shown.height else None
