"""What is known of the experiment that a run is, without the orders since: its draw, and how long it has to last."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.readout.checks import checks
from offerloop.commands.readout.findings import DrawCheck
from offerloop.commands.readout.inputs import RECENT, PastRun, read_run
from offerloop.commands.readout.shards.survey import decided_tables, survey
from offerloop.engine import DEFAULT_ENGINE, Engine, InMemoryEngine, collect, engine_of, is_small
from offerloop.errors import InputError
from offerloop.evaluation import LEAST_BUYERS, ComingTest
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.profiles import RECENT_DAYS
from offerloop.tables import PLAN

WEEK = 7
_NO_RECENT = Message(
    "'{folder}' has no profiles with what customers spent in the quarter before, from which the duration is estimated; "
    "make a new run"
)


@dataclass(frozen=True)
class ReadoutDuration:
    """After how many days a read-out would show an effect, in 80 of 100 cases."""

    n_treated: int
    n_control: int
    days: int | None
    """None where no number of days is enough."""
    history_days: int
    """Days of the past by which that is judged."""


def draw_checks(run_folder: Path) -> tuple[DrawCheck, ...]:
    """Check whether the groups of a run are those that were to be drawn. Raises InputError as `read_run` does."""
    run = read_run(run_folder)
    return checks(run, survey(run, decided_tables(run, _engine(run))), has_exposures=False)


def plan_test(run_folder: Path, weekly_effect_minor: float) -> ReadoutDuration:
    """Say after how many days a read-out of this run shows an effect of this size a week, in total over the treated.

    Judged by what the planned customers bought in the last days before the run, as if days were independent: too many
    days rather than too few, because a read-out adjusts for what customers bought before. Raises InputError as
    `read_run` does, and where the run does not have what customers bought.
    """
    run = read_run(run_folder)
    if not run.has_recent:
        raise InputError(_NO_RECENT.with_values(folder=str(run_folder)))
    engine, arm = _engine(run), nw.col("arm")
    planned = run.assignments(engine).filter(nw.col("planned_offer_id") != NO_OFFER, arm.is_in([PLAN, run.control_arm]))
    spent = collect(planned.join(run.profiles(engine), on="customer_id", how="left").select("arm", RECENT))
    n_treated = spent.filter(pl.col("arm") == PLAN).height
    test = ComingTest.of(_margin_of_a_day(run, spent), n_treated, spent.height - n_treated, 1)
    days = test.periods(weekly_effect_minor / WEEK)
    if days is not None:
        days = max(days, math.ceil(RECENT_DAYS * LEAST_BUYERS / test.buyers))
    return ReadoutDuration(n_treated, spent.height - n_treated, days, RECENT_DAYS)


def _engine(run: PastRun) -> Engine:
    """Return an in-memory engine for up to 400,000 customers, which is faster for the console, else DuckDB."""
    customers = pl.scan_parquet(run.folder / "assignments.parquet", glob=False).select(pl.len()).collect().item()
    return InMemoryEngine() if is_small(customers) else engine_of(DEFAULT_ENGINE)


def _margin_of_a_day(run: PastRun, spent: pl.DataFrame) -> Floats:
    """Return a margin of each customer that varies between customers as that of one day does."""
    margin = run.margins.filter(pl.col("category").is_null())["margin"][0]
    of_recent_days = spent[RECENT].fill_null(0).to_numpy().astype(np.float64)
    return np.asarray(margin * of_recent_days / math.sqrt(RECENT_DAYS), dtype=np.float64)
