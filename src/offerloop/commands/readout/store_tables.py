"""What a read-out takes from the store in place of files: orders, and what was shown and redeemed since the plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from offerloop.commands.readout.inputs import PastRun
from offerloop.config import Config
from offerloop.errors import ConfigError, InputError, SourceError
from offerloop.events import EPOCH, open_event_log, pseudonyms, redeemed_offers
from offerloop.message import Message
from offerloop.workspace import stored


@dataclass(frozen=True)
class Inputs:
    """A run and the files that its read-out reads."""

    run: PastRun
    orders: Path
    redemptions: Path | None
    exposures: Path | None
    are_simulated: bool = False
    """Whether the store holds simulated traffic."""


@contextmanager
def inputs_of(run: PastRun, orders: Path | None, redemptions: Path | None, exposures: Path | None) -> Iterator[Inputs]:
    """The files that are given, or without orders those of the store; these last as long as the context.

    What happened since the plan is taken from the store also where files hold what was before it. Raises InputError
    where no orders are given and the store has none.
    """
    if orders is not None:
        yield Inputs(run, orders, redemptions, exposures)
        return
    start = _begins(run)
    with ExitStack() as leaving:
        try:
            config, folder = leaving.enter_context(stored(_as_reported(run.config)))
        except (ConfigError, SourceError):
            if run.config.data.source == "store":
                raise
            raise InputError(
                Message("--orders is missing, and the store has no orders either that were reported since the plan")
            ) from None
        run = _without_test_customers(run, int(start.timestamp()))
        yield Inputs(
            replace(run, config=config),
            config.sources["order_lines"].file,
            redemptions or _redeemed(config, folder, int(start.timestamp())),
            exposures or _shown(config, folder, start),
            _are_simulated(config),
        )


def _as_reported(config: Config) -> Config:
    """Let all that happens be read from the store; facts of products and customers stay where they are."""
    sources = {name: source for name, source in config.sources.items() if name not in _HAPPENS}
    data = config.data.model_copy(update={"source": "store"})
    return config.model_copy(update={"sources": sources, "data": data})


_HAPPENS = ("order_lines", "events", "exposures", "redemptions")


def _are_simulated(config: Config) -> bool:
    from offerloop.store import holds_simulated  # late: files do without a database

    log = open_event_log(config.data.url)
    try:
        return log.database.read(holds_simulated)
    finally:
        log.close()


def _without_test_customers(run: PastRun, since: int) -> PastRun:
    """Leave out who was a test customer since the plan, whatever arm was drawn for them."""
    from offerloop.store import customers_tested_since

    log = open_event_log(run.config.data.url)
    try:
        tested = log.database.read(lambda connection: customers_tested_since(connection, since))
    finally:
        log.close()
    if tested and run.config.privacy.pseudonymise:
        tested = list(pseudonyms(tested, run.config.privacy).values())
    return replace(run, left_out=tuple(tested))


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
    shown = pl.read_parquet(config.sources["exposures"].file).filter(pl.col("at") >= since.astimezone(UTC))
    shown.write_parquet(path)
    return path if shown.height else None
