"""The pipeline: `plan_together`, `learn` and `decide` have the order of the stages, `STAGES` their names.

`stage(name, work, *inputs)` runs one step; timing, memory, progress and resuming are its business, not the stages'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar

import polars as pl

from offerloop.config import Config
from offerloop.decision import (
    Allowed,
    AssignedOffers,
    Forecast,
    Holdback,
    IdleShares,
    LoopPeriod,
    Planned,
    UsualPolicy,
    assign,
    business_as_usual,
    coming_test,
    compare,
    idle_shares,
    plan_period,
)
from offerloop.engine import Engine, Extendable, Frame, collect
from offerloop.evaluation import ComingTest
from offerloop.events import Events, LoopExposures, SourcesRead, extend_events, prepare
from offerloop.flow.learning import (
    STUDY_TABLES,
    estimate_of_audiences,
    judge_campaigns,
    offers_to_learn,
    study_prices,
    study_shown,
    sum_shelf_lines,
)
from offerloop.flow.missing_evidence import MissingEvidence
from offerloop.flow.offer_checks import renamed_offers, unknown_names, validity_notes, without_offers
from offerloop.flow.product_labels import product_texts
from offerloop.flow.profiling import audiences, extend_profile, profile
from offerloop.flow.recommending import (
    AffinityTables,
    FittedRecommender,
    extend_bought,
    purchases_of,
    recommend,
    with_products,
)
from offerloop.message import Message
from offerloop.offers import names_no_offer
from offerloop.response import (
    Effects,
    ShelfLines,
    ShelfStudy,
    ShownEffects,
)
from offerloop.tables import (
    HOLDBACK,
    HOLDOUT,
    NOT_VALID,
    SHOWN_OFFERS,
    STAGE_TABLES,
)

Result = TypeVar("Result")


Inputs = ParamSpec("Inputs")


STAGES = (
    "events", "profiles", "audiences", "interactions", "recommenders", "past campaigns", "shelf prices", "response",
    "shown offers", "effects",
    "allocation",
    "business as usual", "assignments", "suggestions", "coming test",
)  # fmt: skip
"""Names of the stages in their order."""


class Stage(Protocol):
    """Runs one step and gives back what the step gave, now or before."""

    def __call__(
        self, name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs
    ) -> Result:
        """`name` is what a reader of the progress sees; a step depends on its inputs and on nothing else."""


def at_once(name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs) -> Result:
    """Run a step as a `Stage` that keeps and tells nothing."""
    del name
    return work(*inputs, **named)


@dataclass(frozen=True)
class Run:
    """Everything that one run found out."""

    config: Config
    events: Events
    tables: dict[str, pl.DataFrame]
    """Stage tables by name, without affinities."""
    affinities: Frame
    """The table AFFINITIES, which in a large shop is larger than memory."""
    forecasts: list[Forecast]
    campaigns_solved: str
    """How the campaigns were solved; see `Planned.solved`."""
    explore_share: float
    test: ComingTest | None
    """What the read-out of the plan will be able to show; None when nothing is planned."""
    gaps: list[Message]
    """What the data could not show, and why, a sentence each."""
    without_audience: frozenset[str] = frozenset()
    """Ids of campaigns in whose audience nobody is who may get offers."""
    others: Others | None = None
    """Customers beside those of whom the tables of customers tell, in a shop of more than are planned together."""


@dataclass(frozen=True)
class Others:
    """What was decided for customers who were not planned together with those who decided."""

    customers: int
    per_customer: float
    """How many customers of the shop stand behind each of those who decided."""
    frames: dict[str, Frame]
    """Further rows of stage tables, by the name of the table, in no order."""
    totals: pl.DataFrame
    """campaign_id, arm, n_customers, cost_liability_minor, cost_expected_micro, n_further of all that they get."""


@dataclass(frozen=True)
class PlannedTogether:
    """A run, and what carries its decisions out for further customers."""

    run: Run
    profiles: pl.DataFrame
    learned: LearnedResponse
    planned: Planned
    recommended: AffinityTables


def plan_together(
    events: Events,
    config: Config,
    engine: Engine,
    stage: Stage,
    period: LoopPeriod | None = None,
    recommended: AffinityTables | None = None,
) -> PlannedTogether:
    """Carry out everything from clean events to one assignment per customer, and a forecast beside reference policies.

    A period of a loop explores in all campaigns, sent or not, or it would never learn of those that are not sent.
    `recommended` is what an earlier run recommends; see `plan`.
    """
    profiles, _ = stage("profiles", Extendable(profile, extend_profile), events, engine)
    allowed = stage(
        "audiences", audiences, events, profiles, config.only("audiences", "exclude", "campaigns", "profiles")
    )
    recommended = recommend_products(events, config, engine, stage) if recommended is None else recommended
    past, reached = stage("past campaigns", judge_campaigns, events)
    learned = learn(events, allowed, config, engine, stage)
    decided = decide(profiles, allowed, learned, events.as_of_day, config, engine, stage, period)
    effects, planned = learned.effects, decided.planned
    final = decided.assigned
    if isinstance(recommended, FittedRecommender):
        final = stage("suggestions", with_products, decided.assigned, effects, recommended, events, engine)
    control = HOLDOUT if period is None else HOLDBACK
    test = stage("coming test", coming_test, decided.assigned, events, effects, config.evaluate.window_days, control)
    tables = {
        **_tables_of_data(events, profiles, allowed, recommended),
        "campaign_effects": past, "first_reached": reached,
        **_tables_of_effects(learned), **_tables_of_plan(planned, final),
    }  # fmt: skip
    checked = {name: STAGE_TABLES[name].check(table) for name, table in tables.items()}
    run = Run(
        config, events, checked, recommended.affinities, planned.forecasts, planned.solved, final.explore_share, test,
        gaps(events, recommended, learned, config, engine),
        frozenset(name for name, customers in allowed.campaigns.items() if customers.is_empty()),
    )  # fmt: skip
    return PlannedTogether(run, profiles, learned, planned, recommended)


def _tables_of_data(
    events: Events, profiles: pl.DataFrame, allowed: Allowed, recommended: AffinityTables
) -> dict[str, pl.DataFrame]:
    return {
        "quality": events.quality, "quality_by_day": events.quality_by_day, "rejected": events.rejected,
        "profiles": profiles, "customers": collect(events.customers, "customer_id"),
        "audience_members": allowed.audiences,
        "recommenders": recommended.results, "product_texts": product_texts(events),
    }  # fmt: skip


def _tables_of_effects(learned: LearnedResponse) -> dict[str, pl.DataFrame]:
    shown, effects = learned.shown, learned.effects
    return {
        **(STUDY_TABLES if isinstance(learned.study, MissingEvidence) else learned.study.tables),
        "offers": effects.offers, "effects": effects.effects,
        "shown_offers": shown.table if isinstance(shown, ShownEffects) else SHOWN_OFFERS.empty(),
        "margins": effects.margins, "calibration": effects.calibration,
    }  # fmt: skip


def _tables_of_plan(planned: Planned, final: AssignedOffers) -> dict[str, pl.DataFrame]:
    return {
        "comparison": compare(planned.forecasts, final.offers),
        "budget_curve": pl.concat([one.curve for one in planned.forecasts]),
        "break_even_sweep": pl.concat([one.sweep for one in planned.forecasts]),
        "uniform_depths": pl.concat([one.uniform for one in planned.forecasts]),
        "assignments": final.table, "further_offers": final.further, "further_planned": final.further_planned,
        "plan_limits": planned.limits, "offer_prices": planned.prices,
    }  # fmt: skip


def gaps(
    events: Events, recommended: AffinityTables, learned: LearnedResponse, config: Config, engine: Engine
) -> list[Message]:
    """Return what the data could not show, and what of the configuration does not fit them."""
    with_offers = set(learned.effects.offers["campaign_id"])
    return [
        *([] if recommended.gap is None else [recommended.gap.reason]),
        *learned.gaps_of_prices,
        *learned.gaps_of_shown,
        *unknown_names(config, events, engine),
        *without_offers(one.id for one in config.campaigns if one.id not in with_offers),
        *validity_notes(config, events),
        *renamed_offers(config, events, learned.effects.offers["offer_id"].to_list()),
    ]


@dataclass(frozen=True)
class LearnedResponse:
    """The study of shelf prices, the study of shown offers, and the effects of both."""

    study: ShelfStudy | MissingEvidence
    """Without what it was fitted by, which would fill memory."""
    shown: ShownEffects | MissingEvidence | None
    effects: Effects

    @property
    def gaps_of_prices(self) -> list[Message]:
        """Why shelf prices showed nothing, unless the log of shown offers tells of every offer."""
        is_needed = not self.effects.offers["basis"].is_in(["estimated", NOT_VALID]).all()
        return [self.study.reason] if isinstance(self.study, MissingEvidence) and is_needed else []

    @property
    def gaps_of_shown(self) -> list[Message]:
        """What the log of shown offers could not show, or why."""
        if isinstance(self.shown, MissingEvidence):
            return [self.shown.reason]
        return [] if self.shown is None else list(self.shown.notes)

    @property
    def without_growth(self) -> frozenset[str]:
        """Ids of campaigns whose valid offers are not seen to bring growth in a log that would show it."""
        if not isinstance(self.shown, ShownEffects):
            return frozenset()
        valid = self.effects.offers.filter(pl.col("basis") != NOT_VALID)
        offers = valid.group_by("campaign_id").agg("offer_id").rows()
        return frozenset(campaign for campaign, ids in offers if self.shown.lacks_growth(ids))


def learn(events: Events, allowed: Allowed, config: Config, engine: Engine, stage: Stage) -> LearnedResponse:
    """Study shelf prices and shown offers, and return the effects of all offers."""
    lines = stage("shelf prices", sum_shelf_lines, events, config.response, engine)
    study = stage("response", study_prices, lines, config.response, config.seed)
    return learn_effects(events, allowed, lines, study, config, engine, stage)


def learn_effects(
    events: Events,
    allowed: Allowed,
    lines: ShelfLines | MissingEvidence,
    study: ShelfStudy | MissingEvidence,
    config: Config,
    engine: Engine,
    stage: Stage,
) -> LearnedResponse:
    """Learn the effects of offers from past exposures and from what is known of shelf prices."""
    offers = offers_to_learn(events, lines, config)
    never_harms = all(one.send == "likely" for one in config.campaigns)
    basis = config.only("seed", "shop", "profiles", "evaluate")
    shown = stage("shown offers", study_shown, events, offers, basis, engine, never_harms=never_harms)
    settings = config.only("seed", "shop", "response", "campaigns", "experiment", "evaluate")
    effects = stage("effects", estimate_of_audiences, events, allowed, study, shown, settings)
    return LearnedResponse(study if isinstance(study, MissingEvidence) else study.without_customers(), shown, effects)


@dataclass(frozen=True)
class PlannedAssignments:
    """The plan of all campaigns, and the assignments that were drawn by it."""

    planned: Planned
    assigned: AssignedOffers


def decide(
    profiles: pl.DataFrame,
    allowed: Allowed,
    learned: LearnedResponse,
    first_day: int,
    config: Config,
    engine: Engine,
    stage: Stage,
    period: LoopPeriod | None,
) -> PlannedAssignments:
    """Plan, and draw who gets what."""
    shown, effects = learned.shown, learned.effects
    holdback = None
    if period is not None:
        holdback = Holdback(period.holdback, f"{config.experiment.holdout_seed}, holdback {config.seed}")
    settings = config.only("shop", "campaigns", "plan", "experiment", "business_as_usual")
    planned = stage(
        "allocation", plan_period, profiles, effects, allowed, settings, holdback=holdback,
        paused=frozenset[str]() if period is None else period.paused,
        without_growth=learned.without_growth,
    )  # fmt: skip
    settings = config.only("business_as_usual", "privacy")
    usual = stage("business as usual", business_as_usual, profiles, allowed, effects, settings, engine)
    settings = config.only("seed", "shop", "campaigns", "plan", "experiment", "business_as_usual")
    known_ids = [
        offer_id
        for offer_id in effects.offers["offer_id"].unique()
        if isinstance(shown, ShownEffects) and shown.has(offer_id)
    ]
    idle = idle_shares(period, effects.offers, known_ids, planned.unsent())
    drawn_by = (settings, idle, holdback, first_day)
    assigned = stage("assignments", draw, profiles, allowed, planned, effects, usual, *drawn_by)
    return PlannedAssignments(planned, assigned)


def draw(
    profiles: pl.DataFrame,
    allowed: Allowed,
    planned: Planned,
    effects: Effects,
    usual: UsualPolicy | None,
    config: Config,
    idle: IdleShares | None,
    holdback: Holdback | None,
    first_day: int,
) -> AssignedOffers:
    """Draw who gets what of a plan; see `assign`."""
    return assign(profiles, allowed, planned.sent_offers(), effects, usual, config, idle, holdback, first_day)


def clean(
    config: Config,
    engine: Engine,
    stage: Stage,
    loop_exposures: LoopExposures | None = None,
    read: SourcesRead | None = None,
) -> Events:
    """Read and clean the sources. `loop_exposures` is what a loop gave before, `read` the sources where they were read
    before."""
    settings = config.only("shop", "sources", "clean", "profiles", "privacy", "evaluate")
    if any(names_no_offer(one) for one in config.written_offer_ids):  # only then do campaigns matter to exposures
        settings = config.only("shop", "sources", "clean", "profiles", "privacy", "evaluate", "campaigns")
    before: dict[str, Any] = {} if read is None else {"read": read}
    return stage("events", Extendable(prepare, extend_events), settings, engine, loop_exposures, **before)


def recommend_products(events: Events, config: Config, engine: Engine, stage: Stage) -> FittedRecommender:
    """Recommend products to each customer."""
    bought = stage("interactions", Extendable(purchases_of, extend_bought), events, engine)
    settings = config.only("seed", "shop", "recommend", "profiles")
    return stage("recommenders", recommend, events, bought, settings, engine)
