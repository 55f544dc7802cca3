"""A shop of more customers than are planned together: a random sample of them decides, and all others follow.

The sample goes through all stages as a small shop does, with its share of every budget. Everybody else is told of by
what it taught: profiles on its scale, effects by its models, and the campaigns that it sends, shard by shard, where the
engine has the shards. Shares of budgets are rounded down, so no budget is exceeded; what is gathered does not grow with
the customers.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from uuid import uuid4

import narwhals as nw
import polars as pl

from offerloop.config import Config, for_part
from offerloop.decision import CampaignDecisions, assign, business_as_usual, check_usual_budget, usual_liability
from offerloop.engine import SHARD_CUSTOMERS, Engine, InMemoryEngine
from offerloop.errors import ConfigError
from offerloop.events import CustomerShards, Events, without_tables
from offerloop.flow.learning import LearnedOfSome
from offerloop.flow.liking import Liked, Preferences, add_products, buy, liked_events
from offerloop.flow.profiling import audiences, past_of
from offerloop.flow.stages import Others, PlannedTogether, Run, Stage, like, plan_together
from offerloop.message import Message
from offerloop.profiles import ProfileScale, build_profiles
from offerloop.recommenders import Lists

PLANNED_CUSTOMERS = 1_000_000
"""Customers who are planned together in memory at most: with 20 offers each they take some 8 GB."""
TABLES = ("profiles", "audience_members", "effects", "assignments")
"""Stage tables with rows of every customer."""


def plan_by_shards(events: Events, config: Config, engine: Engine, stage: Stage, liked: Liked | None) -> Run:
    """Plan for a sample, and carry that out for all others."""
    _check_usual(config)
    sample, shards = stage("sample", take_sample, events, engine)
    deciding = deciding_shards(shards)
    share = Fraction(sum(shards.customers[:deciding]), sum(shards.customers))
    liked = like(events, config, engine, stage) if liked is None else liked
    together = plan_together(sample, for_part(config, share), engine, stage, liked=liked)
    work = partial(carry_out, events=events, sample=sample, together=together, deciding=deciding, config=config)
    others = stage("other customers", work, shards, together.planned, together.learned.effects, engine)
    return replace(together.run, others=others)


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


def take_sample(events: Events, engine: Engine) -> tuple[Events, CustomerShards]:
    """Return the events of the customers who decide, and all customers in shards, of which they are the first."""
    number = engine.shards or -(-events.agreement.customers // SHARD_CUSTOMERS)
    shards = CustomerShards.of(events, engine, number)
    return shards.some(events, engine, range(deciding_shards(shards))), shards


def deciding_shards(shards: CustomerShards) -> int:
    """Return how many of the first shards hold `PLANNED_CUSTOMERS`."""
    customers, number = 0, 0
    while customers < PLANNED_CUSTOMERS and number < len(shards.customers):
        customers += shards.customers[number]
        number += 1
    return number


def carry_out(
    shards: CustomerShards,
    planned: object,
    effects: object,
    engine: Engine,
    *,
    events: Events,
    sample: Events,
    together: PlannedTogether,
    deciding: int,
    config: Config,
) -> Others:
    """Give the customers of all shards but the first `deciding` ones what the sample decided.

    `planned` and `effects` are those of the sample. Raises InputError where business as usual goes beyond its budget.
    """
    del planned, effects
    if not shards.place.is_dir():  # they were made by an earlier process
        shards = CustomerShards.of(events, engine, len(shards.customers))
    place = engine.new_folder()
    learned = together.learned
    follower = Follower(
        shards,
        without_tables(events),
        config,
        ProfileScale.of(together.profiles),
        LearnedOfSome.of(sample, learned.study, learned.shown, learned.effects, config),
        CampaignDecisions.of(together.planned),
        together.liked.lists if isinstance(together.liked, Preferences) else None,
        place,
    )
    (place / "follower.pickle").write_bytes(pickle.dumps(follower))
    following = list(range(deciding, len(shards.customers)))
    totals = list(engine.map(FollowTask(place / "follower.pickle"), following))
    usual = [usual_liability(together.run.tables["assignments"]), *(one for _, one in totals)]
    check_usual_budget((sum(n for n, _ in usual), sum(liability for _, liability in usual)), config)
    return Others(
        sum(shards.customers[one] for one in following),
        {name: nw.concat([engine.read(_file(place, name, one)) for one in following]) for name in TABLES},
        pl.concat([one for one, _ in totals]).group_by("campaign_id", "arm").sum().sort("campaign_id", "arm"),
    )


@dataclass(frozen=True)
class Follower:
    """Everything that tells what customers get who did not decide."""

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

    def tables(self, shard: int) -> dict[str, pl.DataFrame]:
        """Return the stage tables of a shard's customers."""
        events, engine = self.shards.read(shard, self.facts), InMemoryEngine()
        share = Fraction(self.shards.customers[shard], sum(self.shards.customers))
        config = for_part(self.config, share)
        bulk_buyers = events.bulk_buyers["customer_id"]
        profiles = build_profiles(past_of(events), events.campaigns, events.as_of_day, bulk_buyers, scale=self.scale)
        allowed = audiences(events, profiles, config)
        effects = self.learned.effects(events, config, engine)
        offers = self.decisions.carried_out(profiles["customer_id"], effects, allowed, config)
        usual = business_as_usual(profiles, allowed, effects, config, engine)
        assigned, _ = assign(profiles, allowed, offers, effects, usual, config, None, shard)
        if self.lists is not None:
            liked = liked_events(events, buy(events, engine))
            assigned = add_products(assigned, effects, self.lists, liked, engine)
        tables = (profiles, allowed.audiences, effects.effects, assigned)
        return dict(zip(TABLES, tables, strict=True))

    def write(self, shard: int) -> tuple[pl.DataFrame, tuple[int, int]]:
        """Write the tables of a shard; return the totals of its assignments, and what business as usual takes."""
        tables = self.tables(shard)
        for name, table in tables.items():
            path = _file(self.place, name, shard)
            partial_path = path.with_name(f".{path.name}.{uuid4().hex}")  # a task that is run again leaves a whole file
            table.write_parquet(partial_path)
            partial_path.rename(path)
        assigned = tables["assignments"]
        sums = pl.col("cost_liability_minor", "cost_expected_micro").sum()
        totals = assigned.group_by("campaign_id", "arm").agg(pl.len().cast(pl.Int64).alias("n_customers"), sums)
        return totals, usual_liability(assigned)


@dataclass(frozen=True)
class FollowTask:
    """A shard's number in, its totals out; what tells of the customers is read from a file by who works."""

    path: Path

    def __call__(self, shard: int) -> tuple[pl.DataFrame, tuple[int, int]]:
        """See `Follower.write`."""
        return _follower(self.path).write(shard)


@lru_cache(1)
def _follower(path: Path) -> Follower:
    """Read the file once in each process."""
    read = pickle.loads(path.read_bytes())
    assert isinstance(read, Follower)
    return read


def _file(place: Path, table: str, shard: int) -> Path:
    return place / f"{table}-{shard}.parquet"
