"""The shop of a loop on tables: each of its periods is a run, and a file of assignments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from offerloop.commands.run.task import run_period
from offerloop.config import Config
from offerloop.decision import LoopPeriod, as_text
from offerloop.engine import Engine
from offerloop.events import Events, SourcesRead
from offerloop.loop import PeriodPlan
from offerloop.money import DIGITS
from offerloop.tables import all_offers
from offerloop.workspace import StoreCampaign, write_whole


@dataclass(frozen=True)
class TableShop:
    """See `offerloop.loop.LoopShop`."""

    config_path: Path
    engine: Engine
    read: SourcesRead
    """The sources, of which `events` are cleaned and each period is planned."""
    events: Events
    folder: Path
    """For the files of the periods."""
    currency: str
    added: tuple[StoreCampaign, ...] = ()
    """Campaigns that the configuration has from the store."""

    def plan(self, config: Config, period: LoopPeriod) -> PeriodPlan:
        """Carry out a run."""
        written, run = run_period(self.config_path, config, self.engine, period, self.added, self.read)
        tables, revisions = run.tables, {one.campaign.id: one.revision for one in self.added}
        offers = all_offers(tables["assignments"], tables["further_offers"])
        further = tables["further_planned"]
        return PeriodPlan(written.folder.name, offers, further, tables["offers"], run.forecasts, run.gaps, revisions)

    def give(self, period: int, assignments: pl.DataFrame) -> None:
        """Write one file, which is there complete or not at all."""
        text = as_text(assignments, DIGITS[self.currency])
        write_whole(self.folder / f"period-{period:04d}.csv", text.write_csv().encode())
