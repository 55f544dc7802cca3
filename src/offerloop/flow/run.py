"""A run: from raw tables to one assignment per customer, however many customers there are."""

from __future__ import annotations

from offerloop.config import Config
from offerloop.decision import LoopPeriod
from offerloop.engine import Engine
from offerloop.events import SourcesRead
from offerloop.flow import large_shop
from offerloop.flow.offer_checks import refuse_wrong_offers
from offerloop.flow.recommending import AffinityTables
from offerloop.flow.stages import Run, Stage, clean, plan_together


def plan(
    config: Config,
    engine: Engine,
    stage: Stage,
    period: LoopPeriod | None = None,
    read: SourcesRead | None = None,
    recommended: AffinityTables | None = None,
) -> Run:
    """Carry out everything from raw tables to one assignment per customer, and a forecast beside reference policies.

    `read` are the sources where they were read before. `recommended` is what an earlier run recommends;
    then no recommender is fitted, and no products are suggested beside offers. A period of a loop plans for all
    customers together, however many there are.
    """
    events = clean(config, engine, stage, None if period is None else period.exposures, read)
    refuse_wrong_offers(config, events)
    if period is None and events.agreement.customers > large_shop.PLANNED_CUSTOMERS:
        return large_shop.plan_by_shards(events, config, engine, stage, recommended)
    return plan_together(events, config, engine, stage, period, recommended).run
