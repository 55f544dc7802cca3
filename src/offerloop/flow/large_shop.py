"""A shop of more customers than are planned together: a random sample of them decides, and all others follow.

The sample goes through all stages as a small shop does, with its share of every budget. The fitted models are then
applied to everybody else, shard by shard, where the engine has the shards: profiles on its scale, effects by its
models, and the campaigns that it sends. Shares of budgets are rounded down, so no budget is exceeded; what is gathered
does not grow with the customers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import cast
from uuid import uuid4

import narwhals as nw
import polars as pl

from offerloop.config import Config, for_part
from offerloop.decision import (
    CampaignDecisions,
    assign,
    business_as_usual,
    check_usual_budget,
    plan_limits,
    usual_liability,
)
from offerloop.engine import SHARD_CUSTOMERS, Engine, InMemoryEngine, Resumable
from offerloop.errors import ConfigError
from offerloop.events import CustomerShards, Events, without_tables
from offerloop.flow.learning import LearnedOfSome
from offerloop.flow.profiling import audiences, past_of
from offerloop.flow.recommending import AffinityTables, FittedRecommender, add_products, preference_events, purchases_of
from offerloop.flow.stages import Others, PlannedTogether, Run, Stage, plan_together, recommend_products
from offerloop.message import Message
from offerloop.profiles import ProfileScale, build_profiles
from offerloop.recommenders import Lists
from offerloop.tables import USUAL

PLANNED_CUSTOMERS = 1_000_000
"""Customers who are planned together in memory at most: with 20 offers each they take some 8 GB."""
TABLES = ("profiles", "audience_members", "effects", "assignments", "further_offers", "further_planned")
"""Stage tables with rows of every customer."""
OF_TOTALS = ("comparison", "budget_curve", "break_even_sweep", "uniform_depths", "plan_limits")
"""Stage tables with sums over customers."""
TOTALS = "totals"


def plan_by_shards(
    events: Events, config: Config, engine: Engine, stage: Stage, recommended: AffinityTables | None
) -> Run:
    """Plan for a sample, and carry that out for all others; totals of the run's tables are those of all customers."""
    _check_usual(config)
    sample, shards = stage("sample", take_sample, events, engine, engine.shards)
    deciding, number = deciding_shards(shards), sum(shards.customers)
    if deciding == len(shards.customers):
        return plan_together(events, config, engine, stage, recommended=recommended).run
    share = Fraction(sum(shards.customers[:deciding]), number)
    recommended = recommend_products(events, config, engine, stage) if recommended is None else recommended
    together = plan_together(sample, for_part(config, share), engine, stage, recommended=recommended)
    work = partial(carry_out, events=events, sample=sample, together=together, deciding=deciding, config=config)
    suggested = recommended if isinstance(recommended, FittedRecommender) else None
    others = stage(
        "other customers", Resumable(work), shards, together.planned, together.learned.effects, suggested, engine
    )
    return of_all(together.run, config, others)


def _check_usual(config: Config) -> None:
    usual = config.business_as_usual
    if usual is not None and usual.path is not None:
        raise ConfigError(
            Message(
                "business_as_usual.path: a shop of more than {n} customers is planned in shards, none of which has the "
                "whole file; write business_as_usual.rules over tags and features instead",
                n=PLANNED_CUSTOMERS,
            )
        )


def take_sample(events: Events, engine: Engine, number: int | None) -> tuple[Events, CustomerShards]:
    """Return the events of the customers who decide, and all customers in so many shards, of which they are the first.

    Without a number each shard is small.
    """
    shards = CustomerShards.of(events, engine, number or -(-events.agreement.customers // SHARD_CUSTOMERS))
    return shards.some(events, engine, range(deciding_shards(shards))), shards


def deciding_shards(shards: CustomerShards) -> int:
    """Return how many of the first shards hold `PLANNED_CUSTOMERS`."""
    customers, number = 0, 0
    while customers < PLANNED_CUSTOMERS and number < len(shards.customers):
        customers += shards.customers[number]
        number += 1
    return number


def carry_out(
    folder: Path | None,
    shards: CustomerShards,
    *result_of: object,
    events: Events,
    sample: Events,
    together: PlannedTogether,
    deciding: int,
    config: Config,
) -> Others:
    """Give the customers of all shards but the first `deciding` ones what the sample decided.

    Shards whose tables are in `folder` are done. `result_of` are what else the result depends on, the engine last.
    Raises InputError where business as usual goes beyond its budget.
    """
    engine = cast("Engine", result_of[-1])
    place = folder or engine.new_folder()
    if not shards.last_as_long_as(engine):
        shards = CustomerShards.of(events, engine, len(shards.customers))
    follower = Follower.of(shards, events, sample, together, config, place)
    following = range(deciding, len(shards.customers))
    for _ in engine.map(follower.write, [one for one in following if not _file(place, TOTALS, one).is_file()]):
        pass
    totals = pl.concat([pl.read_parquet(_file(place, TOTALS, one)) for one in following])
    totals = totals.group_by("campaign_id", "arm").sum().sort("campaign_id", "arm")
    _check_usual_of_all(together.run.tables["assignments"], totals, config)
    customers = sum(shards.customers[one] for one in following)
    frames = {name: nw.concat([engine.read(_file(place, name, one)) for one in following]) for name in TABLES}
    return Others(customers, sum(shards.customers) / (sum(shards.customers) - customers), frames, totals)


def _check_usual_of_all(assigned: pl.DataFrame, totals: pl.DataFrame, config: Config) -> None:
    n, liability = usual_liability(assigned)
    usual = totals.filter((pl.col("arm") == USUAL) & pl.col("campaign_id").is_not_null())
    more = (int(usual[name].sum()) for name in ("n_customers", "cost_liability_minor"))
    check_usual_budget((n + next(more), liability + next(more)), config)


def of_all(run: Run, config: Config, others: Others) -> Run:
    """Return the run of a sample with the totals of all customers, and their budgets."""
    times, tables = others.per_customer, dict(run.tables)
    for name in OF_TOTALS:
        table = tables[name]
        sums = [one for one in table.columns if one.endswith("_minor") or one in ("n_customers", "used")]
        tables[name] = table.with_columns((pl.col(sums) * times).cast(pl.Float64))
    most = [(one.kind, one.name, one.campaign_id, float(one.at_most)) for one in plan_limits(config, tables["offers"])]
    keys = ["kind", "name", "campaign_id"]
    whole = pl.DataFrame(most, {**dict.fromkeys(keys, pl.String), "at_most": pl.Float64}, orient="row")
    limits, of_sample = tables["plan_limits"], run.tables["plan_limits"]
    joined = limits.drop("at_most").join(whole, on=keys, how="left", nulls_equal=True, maintain_order="left")
    of_each = [
        pl.when(of_sample["kind"] == "customer").then(of_sample[name]).otherwise(pl.col(name)).alias(name)
        for name in ("at_most", "used")
    ]
    tables["plan_limits"] = joined.with_columns(of_each).select(limits.columns)
    test = None if run.test is None else run.test.times(times)
    return replace(run, config=config, tables=tables, test=test, others=others)


@dataclass(frozen=True)
class Follower:
    """Everything by which the customers get their offers who did not decide."""

    shards: CustomerShards
    facts: Events
    """See `CustomerShards.read`."""
    config: Config
    """With the budgets of all customers."""
    scale: ProfileScale
    learned: LearnedOfSome
    decisions: CampaignDecisions
    lists: Lists | None
    """What suggests products beside offers; None where nothing does."""
    place: Path

    @classmethod
    def of(
        cls,
        shards: CustomerShards,
        events: Events,
        sample: Events,
        together: PlannedTogether,
        config: Config,
        place: Path,
    ) -> Follower:
        """Take it from what the sample decided."""
        learned, recommended = together.learned, together.recommended
        return cls(
            shards,
            without_tables(events),
            config,
            ProfileScale.of(together.profiles),
            LearnedOfSome.of(sample, learned.study, learned.shown, learned.effects, config),
            CampaignDecisions.of(together.planned),
            recommended.lists if isinstance(recommended, FittedRecommender) else None,
            place,
        )

    def tables(self, shard: int) -> dict[str, pl.DataFrame]:
        """Return the stage tables of a shard's customers."""
        events, engine = self.shards.read(shard, self.facts), InMemoryEngine()
        share = Fraction(self.shards.customers[shard], sum(self.shards.customers))
        config = for_part(self.config, share)
        bulk_buyers = events.bulk_buyers["customer_id"]
        profiles = build_profiles(past_of(events), events.campaigns, events.as_of_day, bulk_buyers, scale=self.scale)
        allowed = audiences(events, profiles, config, is_whole=False)
        effects = allowed.effects_of(self.learned.effects(events, config, engine))
        offers = self.decisions.carried_out(profiles["customer_id"], effects, allowed, config)
        usual = business_as_usual(profiles, allowed, effects, config, engine)
        assigned = assign(profiles, allowed, offers, effects, usual, config, None, None, events.as_of_day, shard)
        if self.lists is not None:
            preferences = preference_events(events, purchases_of(events, engine))
            assigned = add_products(assigned, effects, self.lists, preferences, engine)
        of_plan = (assigned.table, assigned.further, assigned.further_planned)
        tables = (profiles, allowed.audiences, effects.effects, *of_plan)
        return dict(zip(TABLES, tables, strict=True))

    def write(self, shard: int) -> None:
        """Write the tables of a shard, and last the totals of its assignments."""
        tables = self.tables(shard)
        sums = pl.col("cost_liability_minor", "cost_expected_micro", "n_further").sum()
        first, further = tables["assignments"], tables["further_offers"]
        rows = pl.concat([one.with_columns(n_further=pl.lit(n, pl.Int64)) for n, one in enumerate((first, further))])
        by_arm = rows.group_by("campaign_id", "arm")
        tables[TOTALS] = by_arm.agg(pl.len().cast(pl.Int64).alias("n_customers"), sums)
        for name, table in tables.items():
            path = _file(self.place, name, shard)
            partial_path = path.with_name(f".{path.name}.{uuid4().hex}")  # a task that is run again leaves a whole file
            table.write_parquet(partial_path)
            partial_path.rename(path)


def _file(place: Path, table: str, shard: int) -> Path:
    return place / f"{table}-{shard}.parquet"
