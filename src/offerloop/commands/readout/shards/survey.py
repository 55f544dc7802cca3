"""What has to be known of all customers before anything is compared: how they were drawn, and whom the files name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import NamedTuple

import narwhals as nw
import polars as pl

from offerloop.commands.readout.inputs import DECIDED, PastRun, as_id
from offerloop.commands.readout.shards.draw import ExplorationDraw
from offerloop.commands.readout.shards.redemptions import redeemed_by
from offerloop.commands.readout.side_files import AMOUNT
from offerloop.decision import Shares
from offerloop.engine import Engine, ShardedTables, ShardRows, collect
from offerloop.errors import InputError
from offerloop.evaluation import buckets, usual_from
from offerloop.money import to_minor
from offerloop.offers import NO_OFFER
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL


class DrawCell(NamedTuple):
    """What customers have in common, as far as the draw goes."""

    arm: str
    has_offer: bool
    is_planned: bool
    """Whether the plan has an offer for them."""
    can_draw: bool
    """Whether they can be given an offer at random."""
    is_exposed: bool
    """Whether the file of exposures names them."""


@dataclass(frozen=True)
class RedeemedOffers:
    """What a file of redemptions names, of customers of the run."""

    offers: frozenset[str]
    wrong_amount: float | None
    """The least amount that is below zero or that the currency cannot have; None where all can be used."""
    by_holdout: int
    """Holdout customers who redeemed anything: offers reached them."""
    rows: int
    without_offer: int
    """Rows that do not say which offer was redeemed."""
    without_amount: int
    """Rows of the others that do not say what it took off."""

    @classmethod
    def of(cls, redeemed: pl.DataFrame, currency: str) -> RedeemedOffers:
        """Read rows of `redeemed_by`."""
        named = redeemed.drop_nulls("offer_id")
        wrong = [one for one in named[AMOUNT].drop_nulls().unique() if not _can_be_used(one, currency)]
        held = named.filter(pl.col("arm") == HOLDOUT)["customer_id"].n_unique()
        without = redeemed.height - named.height, named[AMOUNT].null_count()
        return cls(frozenset(named["offer_id"]), min(wrong, default=None), held, redeemed.height, *without)

    def __add__(self, other: RedeemedOffers) -> RedeemedOffers:
        wrong = [one.wrong_amount for one in (self, other) if one.wrong_amount is not None]
        return RedeemedOffers(
            self.offers | other.offers,
            min(wrong, default=None),
            self.by_holdout + other.by_holdout,
            self.rows + other.rows,
            self.without_offer + other.without_offer,
            self.without_amount + other.without_amount,
        )


def _can_be_used(amount: float, currency: str) -> bool:
    try:
        return to_minor(repr(amount), currency) >= 0
    except InputError:
        return False


@dataclass(frozen=True)
class Survey:
    """Counts of customers; `a + b` is both shards together."""

    cells: Counter[DrawCell]
    misplaced: int
    """Customers whose arm is not that of the hash of their id."""
    buyers: int
    """Customers of the period's orders."""
    strangers: int
    """Those of them who are not in the run."""
    shown_to_holdout: int
    """Customers of the holdout who were shown an offer, by the file of exposures."""
    redeemed: RedeemedOffers | None
    """None without a file of redemptions."""

    def __add__(self, other: Survey) -> Survey:
        return Survey(
            self.cells + other.cells,
            self.misplaced + other.misplaced,
            self.buyers + other.buyers,
            self.strangers + other.strangers,
            self.shown_to_holdout + other.shown_to_holdout,
            self.redeemed and other.redeemed and self.redeemed + other.redeemed,
        )

    def where(self, **values: bool) -> Survey:
        """Return the same with the customers who have these values alone."""
        kept = {cell: n for cell, n in self.cells.items() if values.items() <= cell._asdict().items()}
        return replace(self, cells=Counter(kept))

    def customers(self, *arms: str) -> int:
        """Return how many customers are in some arms; without any in all of them."""
        return sum(n for cell, n in self.cells.items() if not arms or cell.arm in arms)

    @property
    def everybody_explores(self) -> bool:
        """Whether customers explore who can draw no offer, as in runs of early versions."""
        return self.where(can_draw=False).customers(EXPLORE) > 0

    @property
    def explorable(self) -> Survey:
        """Return the same with those who could be drawn to explore, were they in neither holdout nor business as
        usual."""
        return self if self.everybody_explores else self.where(can_draw=True)

    @property
    def explore_share(self) -> float:
        """Observed share of explorers among those of them whom the hash leaves free."""
        free = self.explorable.customers(PLAN, HOLDBACK, EXPLORE)
        return self.explorable.customers(EXPLORE) / free if free else 0.0

    def draw(self, run: PastRun) -> ExplorationDraw:
        """Return how chance decided who got an offer at random."""
        holdout, everybody = run.config.experiment.holdout, self.everybody_explores
        return ExplorationDraw(Shares(self.explore_share, holdout, run.usual_share, run.held_back), everybody)


@dataclass(frozen=True)
class Surveyor:
    """Counts the customers of a shard; it travels to where the shards are."""

    run: PastRun

    def __call__(self, tables: ShardRows) -> Survey:
        """Count the tables `assignments`, and as far as they are there `bought`, `exposures` and `redemptions`."""
        decided = self.run.checked(DECIDED, tables["assignments"])
        own_id = as_id(self.run.id_type)
        named = {name: rows.with_columns(own_id) for name, rows in tables.items() if name != "assignments"}
        ids = decided.select("customer_id")
        exposures = named.get("exposures", ids.clear())
        buyers = named.get("bought", ids)
        held = decided.filter(pl.col("arm") == HOLDOUT)
        shown = exposures.filter("shown") if "exposures" in named else exposures
        redemptions = named.get("redemptions")
        return Survey(
            self._cells(decided, exposures),
            self._misplaced(decided),
            buyers.height,
            buyers.height - buyers.join(ids, on="customer_id", how="semi").height,
            shown.join(held, on="customer_id", how="semi")["customer_id"].n_unique(),
            None if redemptions is None else self._redeemed(decided, redemptions),
        )

    def _redeemed(self, decided: pl.DataFrame, redemptions: pl.DataFrame) -> RedeemedOffers:
        return RedeemedOffers.of(redeemed_by(decided, decided.clear(), redemptions), self.run.config.shop.currency)

    def _cells(self, decided: pl.DataFrame, exposures: pl.DataFrame) -> Counter[DrawCell]:
        counts = decided.group_by(
            pl.col("arm"),
            (pl.col("offer_id") != NO_OFFER).alias("has_offer"),
            (pl.col("planned_offer_id") != NO_OFFER).alias("is_planned"),
            (pl.col("explore_kinds") != "").alias("can_draw"),
            pl.col("customer_id").is_in(exposures["customer_id"].implode()).alias("is_exposed"),
        ).len()
        return Counter({DrawCell(*cell): n for *cell, n in counts.iter_rows()})

    def _misplaced(self, decided: pl.DataFrame) -> int:
        settings = self.run.config.experiment
        place = buckets(decided["customer_id"], settings.holdout_seed)
        arm = decided["arm"].to_numpy()
        is_held, is_usual = place < settings.holdout, place >= usual_from(self.run.usual_share)
        return int((((arm == HOLDOUT) != is_held) | ((arm == USUAL) != is_usual)).sum())


def decided_tables(run: PastRun, engine: Engine) -> ShardedTables:
    """Return in shards what the run decided."""
    decided = run.assignments(engine)
    customers = int(collect(decided.select(nw.len())).item())
    tables = {
        "assignments": decided, "further_offers": run.further_offers(engine),
        "further_planned": run.further_planned(engine),
    }  # fmt: skip
    return ShardedTables.of(engine, customers).with_tables(tables)


def survey(run: PastRun, tables: ShardedTables) -> Survey:
    """Count all customers."""
    return reduce(add, tables.each(Surveyor(run)))
