"""`/v1/experiments`: every run is one, because it draws its groups at random. Where each stands, whether its draw is
sound, what it showed, and how long it has to last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from pydantic import BaseModel

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.commands.experiment.task import experiment
from offerloop.commands.readout import draw_checks, plan_test
from offerloop.errors import InputError
from offerloop.evaluation import Difference, Metric, Totals, absolute, always_valid
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.report import Localizer, iso_day
from offerloop.tables import PLAN
from offerloop.web.auth import Reading
from offerloop.web.paging import Limit
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.worker import Worker
from offerloop.workspace import RunRead, finished_runs, open_run, read_readout, readouts_of

router = APIRouter(prefix="/v1/experiments", tags=["experiments"])
RUN = r"^[0-9]{8}-[0-9]{6}(-[0-9]{1,3})?$"
ExperimentId = Annotated[str, InPath(pattern=RUN, examples=["20240603-040000"])]
State = Literal["not_sent", "running", "measured", "stopped"]
GUARDRAILS = (Metric("margin_minor", margin=0.10), Metric("bought", margin=0.10))
"""Margin before the cost of offers, and customers who bought: neither may fall by more than this share."""
LEAST = 2
BEFORE = "spent before the plan"
"""The column by which differences are adjusted (CUPED), as those of the read-out are."""
RECENT = "recent_minor"
"""The feature of profiles with what customers spent in the quarter before the plan."""
_OPTIONAL = ("profiles.parquet",)
"""Without them nothing is adjusted by what customers spent in that quarter."""
_READ = ("not_signed_in", "not_allowed", "not_found", "invalid")


class Group(BaseModel):
    """Customers of one arm."""

    arm: str
    n_customers: int
    n_with_offer: int


class ExperimentListed(BaseModel):
    """A run as an experiment."""

    experiment_id: str
    """The run."""
    state: State
    """`not_sent`: no campaign was sent; `running`: not read out yet; `measured`; `stopped`: no effect is shown, as the
    draw is not sound or groups are too small."""
    began_on: str
    """The day of the plan."""
    campaigns: list[str]
    """Campaigns that were sent."""
    groups: list[Group]
    read_out_until: str | None
    """Last day of the newest read-out."""


class ExperimentList(BaseModel):
    """Experiments, the newest first."""

    items: list[ExperimentListed]
    next_cursor: str | None
    """Asks for the experiments before these."""


class Check(BaseModel):
    """One check of the draw."""

    check: str
    held_back: int
    others: int
    p_value: float | None
    passes: bool
    failure: str | None


class Look(BaseModel):
    """What one read-out says of profit, with an interval that holds at all read-outs together."""

    until: str
    days: int
    difference_minor: float
    """Profit a customer and week with the plan's offer, less that of the control group."""
    low_minor: float
    high_minor: float


class Verdict(BaseModel):
    """What a metric says of the customers with the plan's offer against the control group: the holdout, or in a loop
    those whose offer was held back in the period."""

    action: str
    """`ship`, `roll back`, `go on`, or `stop` for a broken draw."""
    reasons: list[str]
    metrics: list[dict[str, Any]]
    """Differences with their intervals, first what decides, adjusted by what customers spent before the plan as in the
    read-out; then the guardrails, which must not fall by more than their `margin`; money in minor units a customer."""


class ExperimentShown(ExperimentListed):
    """An experiment with its health and its newest read-out."""

    checks: list[Check]
    """Empty where no offer was planned."""
    is_sound: bool | None
    verdict: Verdict | None
    """By the profit of each planned customer, or by the margin where the cost of offers was not observed; null before a
    read-out, and with groups that are too small."""
    looks: list[Look]
    """All read-outs of the same days and more, a confidence sequence."""
    read_out: dict[str, Any] | None
    """The newest read-out as readout.json has it; money as decimal text."""


class Planner(BaseModel):
    """How long an experiment has to last."""

    experiment_id: str
    weekly_effect_minor: int
    n_treated: int
    n_control: int
    days: int | None
    """Days after which a read-out shows the effect in 80 of 100 cases; null where no number is enough."""
    history_days: int
    """Days of the shop's own past by which that is judged."""


class DimensionSegment(BaseModel):
    """The customers with one value of a dimension, or in one quarter of its numbers."""

    segment: str
    n_customers: int
    difference_minor: float
    """The outcome of each customer with the offer, less that of one in the control group."""
    low_minor: float
    high_minor: float
    """The ends of an interval that holds for all segments at once."""
    p_adjusted: float


class Dimension(BaseModel):
    """An experiment broken down by a column of its customers."""

    by: str
    outcome: str
    segments: list[DimensionSegment]
    p_that_segments_differ: float | None
    """Probability that segments differ so much by chance alone; null with fewer than two."""
    too_small: list[str]
    """Segments with too few customers to compare."""


@router.get("", responses=documented("not_signed_in", "not_allowed", "invalid"))
def all_experiments(
    request: Request, _: Reading, limit: Limit = 20, cursor: Annotated[str | None, Query(pattern=RUN)] = None
) -> ExperimentList:
    """List runs as experiments, the newest first."""
    worker: Worker = request.app.state.worker
    older = [one for one in finished_runs(worker.settings.shop) if cursor is None or one.name < cursor]
    items = [_listed(open_run(one, optional=_OPTIONAL)) for one in older[:limit]]
    return ExperimentList(items=items, next_cursor=older[limit - 1].name if len(older) > limit else None)


@router.get("/{experiment_id}", responses=documented(*_READ))
def show_experiment(request: Request, experiment_id: ExperimentId, _: Reading) -> ExperimentShown:
    """Show where an experiment stands: its draw, checked anew, and its newest read-out."""
    run = _run(request, experiment_id)
    language = language_of(request.headers.get("accept-language"))
    checks = _checks(run, Localizer(language))
    is_sound = all(one.passes for one in checks)
    readout = _newest_readout(run)
    return ExperimentShown(
        **_listed(run, is_sound=is_sound).model_dump(), checks=checks,
        is_sound=is_sound if checks else None,
        verdict=None if readout is None else _verdict(run, readout.parent / "outcomes.parquet"),
        looks=_looks(run), read_out=None if readout is None else read_readout(readout, language),
    )  # fmt: skip


@router.get("/{experiment_id}/planner", responses=documented(*_READ, "conflict"))
def planner(
    request: Request,
    experiment_id: ExperimentId,
    _: Reading,
    weekly_effect_minor: Annotated[int, Query(ge=1, lt=10**12)] = 100_000,
) -> Planner:
    """Say after how many days a read-out would show an effect of this size a week, in total over the treated."""
    run = _run(request, experiment_id)
    try:
        test = plan_test(run.folder, weekly_effect_minor)
    except InputError as error:
        raise HttpProblem("conflict", error.message) from None
    return Planner(experiment_id=experiment_id, weekly_effect_minor=weekly_effect_minor, **vars(test))


@router.get("/{experiment_id}/dimension", responses=documented(*_READ, "conflict"))
def dimension(
    request: Request, experiment_id: ExperimentId, _: Reading, by: Annotated[str, Query(max_length=200)] = "n_orders"
) -> Dimension:
    """Break what an experiment showed down by an attribute or a feature of its customers."""
    run = _run(request, experiment_id)
    if by not in dimensions_of(run):
        raise HttpProblem("not_found", field="by")
    readout = _newest_readout(run)
    if readout is None:
        raise HttpProblem("conflict", Message("the experiment was not read out yet"))
    return _broken_down(run, readout.parent / "outcomes.parquet", by)


def _run(request: Request, experiment_id: str) -> RunRead:
    worker: Worker = request.app.state.worker
    try:
        return open_run(worker.settings.shop / "runs" / experiment_id, optional=_OPTIONAL)
    except InputError:
        raise HttpProblem("not_found") from None


def _newest_readout(run: RunRead) -> Path | None:
    shop = run.folder.parent.parent
    return next((one for one in readouts_of(shop) if one.parent.parent.name == run.folder.name), None)


def _listed(run: RunRead, *, is_sound: bool = True) -> ExperimentListed:
    readout, sent = _newest_readout(run), [one.id for one in run.campaigns if one.send]
    figures = None if readout is None else json.loads(readout.read_text(encoding="utf-8"))
    state: State = "running" if figures is None else "measured"
    if not sent:
        state = "not_sent"
    elif not is_sound or (figures is not None and figures["stopped"] is not None and not figures["effects"]):
        state = "stopped"
    groups = [
        Group(arm=arm, n_customers=group["customers"], n_with_offer=group["with_offer"])
        for arm, group in sorted(run.summary["arms"].items())
    ]
    return ExperimentListed(
        experiment_id=run.folder.name, state=state, began_on=str(run.summary["as_of"]), campaigns=sent, groups=groups,
        read_out_until=None if figures is None else figures["period"]["until"],
    )  # fmt: skip


def _checks(run: RunRead, localize: Localizer) -> list[Check]:
    try:
        made = draw_checks(run.folder)
    except InputError:
        return []  # no offer was planned, so that there is nothing to compare
    return [
        Check(
            check=localize(check.name), held_back=check.held, others=check.others, p_value=check.p_value,
            passes=check.passes, failure=None if check.passes else localize(check.failure),
        )
        for check in made
    ]  # fmt: skip


def _verdict(run: RunRead, outcomes: Path) -> Verdict | None:
    """Compare the customers for whom an offer was planned, with it and without; see `workspace.control_arm`."""
    planned = _planned_outcomes(run, outcomes)
    if planned is None:
        return None
    table, outcome = planned
    try:
        guardrails = tuple(one for one in GUARDRAILS if one.name != outcome)
        rows = table.select("arm", outcome, BEFORE, *(pl.col(one.name).cast(pl.Int64) for one in guardrails))
        request = ExperimentRequest("arm", outcome, control=run.control_arm, guardrails=guardrails, before=BEFORE)
        result = experiment(rows, request)
    except InputError:
        return None  # a group is too small
    arm = result.arms[0]
    metrics = [one.figures() for one in arm.metrics]
    reasons = [f"{one.code} {one.subject}".strip() for one in arm.reasons]
    return Verdict(action=arm.action, reasons=reasons, metrics=metrics)


def _looks(run: RunRead) -> list[Look]:
    """Compare profit in every read-out that begins where the newest one does.

    Customers stay in their groups while the days grow, so that information grows as one over the squared standard
    error; the sequence is tuned for the first look (`evaluation.sequential`).
    """
    folders = [one.parent for one in readouts_of(run.folder.parent.parent) if one.parent.parent.name == run.folder.name]
    differences = [look for one in folders if (look := _difference(run, one / "outcomes.parquet")) is not None]
    looks = sorted((one for one in differences if one[0] == differences[0][0]), key=lambda one: one[1])
    shown = []
    for first, last, difference in looks:
        held = always_valid(difference, difference.se**-2, looks[0][2].se ** -2)
        until, days = iso_day(last), last - first + 1
        ends = {"difference_minor": held.value, "low_minor": held.low, "high_minor": held.high}
        shown.append(Look(until=until, days=days, **ends))
    return shown


def _difference(run: RunRead, outcomes: Path) -> tuple[int, int, Difference] | None:
    """Return the first and the last day of a read-out, and the difference of profit a customer and week."""
    planned = _planned_outcomes(run, outcomes, "from_day", "until_day")
    if planned is None:
        return None
    table, outcome = planned
    figures, arms = pl.col(outcome, BEFORE).cast(pl.Float64), (PLAN, run.control_arm)
    groups = [table.filter(pl.col("arm") == arm).select(figures) for arm in arms]
    if min(one.height for one in groups) < LEAST:
        return None
    first, last = table["from_day"][0], table["until_day"][0]
    weeks = (last - first + 1) / 7
    weekly = [Totals.of(one[outcome].to_numpy() / weeks, before=one[BEFORE].to_numpy()) for one in groups]
    difference = absolute(weekly[0], weekly[1], cautious=True)
    return (first, last, difference) if difference.se > 0 else None


def _planned_outcomes(run: RunRead, outcomes: Path, *more: str) -> tuple[pl.DataFrame, str] | None:
    """Return the customers for whom an offer was planned, with it or in the control group, and the column that they
    are compared by: profit, or where the cost of offers was not observed margin. `BEFORE` is what adjusts it."""
    if not outcomes.is_file():
        return None
    columns = [*more, "arm", "planned_offer_id", "bought", "margin_minor", "cost_minor", BEFORE]
    planned = _with_before(run, pl.scan_parquet(outcomes, glob=False)).select(columns).collect()
    planned = planned.filter((pl.col("planned_offer_id") != NO_OFFER) & pl.col("arm").is_in([PLAN, run.control_arm]))
    table = planned.with_columns(profit_minor=pl.col("margin_minor") - pl.col("cost_minor"))
    return table, "margin_minor" if planned["cost_minor"].null_count() else "profit_minor"


def _with_before(run: RunRead, outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Add what customers spent before the plan, by which the read-out adjusts, too; 0 for all where it is not known."""
    reaches_back = pl.col("before_revenue_minor").null_count() == 0
    if outcomes.select(reaches_back).collect().item():
        return outcomes.with_columns(pl.col("before_revenue_minor").alias(BEFORE))
    if RECENT not in _columns(run, "profiles"):
        return outcomes.with_columns(pl.lit(0).alias(BEFORE))
    spent = run.table("profiles").select("customer_id", pl.col(RECENT).alias(BEFORE))
    return outcomes.join(spent, on="customer_id", how="left").with_columns(pl.col(BEFORE).fill_null(0))


def _broken_down(run: RunRead, outcomes: Path, by: str) -> Dimension:
    planned = _planned_outcomes(run, outcomes, "customer_id")
    if planned is None:
        raise HttpProblem("conflict", Message("the experiment was not read out yet"))
    table, outcome = planned
    source = "customers" if by in _attributes(run) else "profiles"
    groups = run.table(source).select("customer_id", by).collect()
    joined = table.select("customer_id", "arm", outcome, BEFORE).join(groups, on="customer_id").drop("customer_id")
    try:
        result = experiment(joined, ExperimentRequest("arm", outcome, control=run.control_arm, before=BEFORE, by=(by,)))
    except InputError as error:
        raise HttpProblem("conflict", error.message) from None
    segments = [
        DimensionSegment(
            segment=segment.value, n_customers=segment.n, difference_minor=segment.compared.difference.value,
            low_minor=segment.compared.difference.low, high_minor=segment.compared.difference.high,
            p_adjusted=segment.compared.p_adjusted,
        )
        for segment in result.segments
    ]  # fmt: skip
    differ = result.contrasts[0].p_adjusted if result.contrasts else None
    return Dimension(
        by=by, outcome=outcome, segments=segments, p_that_segments_differ=differ,
        too_small=[one.removeprefix(f"{by} ") for one in result.small_segments],
    )  # fmt: skip


def _columns(run: RunRead, table: str) -> pl.Schema:
    """Return the columns of a table; none where the run has no file of it."""
    return run.table(table).collect_schema() if (run.folder / f"{table}.parquet").is_file() else pl.Schema()


def _attributes(run: RunRead) -> list[str]:
    return [name for name in _columns(run, "customers") if name != "customer_id"]


def dimensions_of(run: RunRead) -> list[str]:
    """Return what an experiment can be broken down by: attributes of customers, then features of their profiles."""
    plain = [
        name for name, kind in _columns(run, "profiles").items() if name not in _NO_DIMENSIONS and not kind.is_nested()
    ]
    return [*_attributes(run), *plain]


_NO_DIMENSIONS = ("customer_id", "top_category", "top_brand")
"""Names customers, or has too many values."""
