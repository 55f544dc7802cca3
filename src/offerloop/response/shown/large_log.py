"""A log of more exposures than are studied together: a random sample of whole customers is.

A model fitted to the sample predicts all other customers, shard by shard, where the engine has the shards, from their
own past. Memory is bounded by the sample and the shard, but for the effects themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Engine, Frame, InMemoryEngine, ShardedTables, ShardRows, collect
from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.offers import Offer
from offerloop.response.margins import UNIT_COST, Margins
from offerloop.response.shown.log_evidence import ShownLog
from offerloop.response.shown.logged_decisions import EXPOSURE_COLUMNS, count_exposures, rarely_drawn
from offerloop.response.shown.purchases.covered_lines import needed_columns
from offerloop.response.shown.purchases.exposure_windows import LINE_COLUMNS
from offerloop.response.shown.study import ShownEffects, learn_shown, shown_effects

SHARD_EXPOSURES = 150_000
"""Exposures of a shard."""
FIT_SHARDS = 4
"""Shards that effects are learned from: with 20 offers they take some 3 GB."""
LINES, EXPOSURES, ATTRIBUTES = "order_lines", "exposures", "attributes"
CustomerEffects = tuple[pl.Series, dict[str, Floats], dict[str, Floats]]
"""Customers, effects and errors; see `ShownEffects`."""


def learn_log(
    log: ShownLog, offers: Sequence[Offer], seed: int, engine: Engine, *, never_harms: bool = False
) -> ShownEffects:
    """Estimate the effects of the configured offers that a log of any size has exposures of.

    Raises EvidenceError; see `learn_shown`. Either says how many exposures have no propensity.
    """
    counts = count_exposures(log.exposures)
    n, n_drawn = counts.select(pl.col("n", "drawn").sum()).row(0)
    missing = n - n_drawn
    whole = replace(log, rarely_drawn=rarely_drawn(counts))
    try:
        learned = _learned(whole, offers, seed, engine, -(-n // SHARD_EXPOSURES), never_harms=never_harms)
    except EvidenceError as error:
        if not missing:
            raise
        both = Message(
            "{reason}; {missing} of {all} exposures have no propensity above 0 and at most 1, so log it with each one",
            reason=error.message,
            missing=missing,
            all=n,
        )
        raise EvidenceError(both) from error
    without = [_without_propensity(missing, n)] if missing else []
    return replace(learned, notes=(*without, *learned.notes))


def _without_propensity(missing: int, n: int) -> Message:
    return Message(
        "{missing} of {all} exposures have no propensity above 0 and at most 1, so effects are learned from the others "
        "alone and hold for customers like theirs; log the propensity with each exposure",
        missing=missing,
        all=n,
    )


def _learned(
    log: ShownLog, offers: Sequence[Offer], seed: int, engine: Engine, shards: int, *, never_harms: bool
) -> ShownEffects:
    """Estimate them from all exposures, or from a sample of more `shards` than are studied together."""
    if shards <= FIT_SHARDS:
        return learn_shown(log, offers, seed, engine, never_harms=never_harms)
    needed = frozenset[str]().union(*(needed_columns(one.covers) for one in offers))
    lines = log.order_lines.select(*LINE_COLUMNS, *_further(log.order_lines, LINE_COLUMNS, needed))
    tables = {LINES: lines, EXPOSURES: log.exposures.select(EXPOSURE_COLUMNS)}
    if log.attributes is not None:
        tables[ATTRIBUTES] = log.attributes
    sample, others = ShardedTables(engine, shards).with_tables(tables).parted(FIT_SHARDS)
    of_sample = replace(log, order_lines=sample[LINES], exposures=sample[EXPOSURES], attributes=sample.get(ATTRIBUTES))
    learned = learn_shown(of_sample, offers, seed, engine, never_harms=never_harms)
    of_product = ("product_id", "category")
    further = _further(log.products, of_product, needed | {UNIT_COST})
    products = collect(log.products.select(*of_product, *further))
    of_shard = EffectsOfShard(
        products, log.first_day, log.as_of_day, log.window_days, log.margins, log.coupons_apart,
        learned.without_customers(),
    )  # fmt: skip
    return _joined(learned, list(others.each(of_shard)))


def _further(table: Frame, columns: Collection[str], needed: Collection[str]) -> list[str]:
    """Return the columns of a table that are needed beside others."""
    return [name for name in table.collect_schema().names() if name in needed and name not in columns]


@dataclass(frozen=True, eq=False)
class EffectsOfShard:
    """Predicts effects on the customers of a shard, by the model fitted to a sample."""

    products: pl.DataFrame
    first_day: int
    as_of_day: int
    window_days: int
    margins: Margins
    coupons_apart: bool
    learned: ShownEffects

    def __call__(self, rows: ShardRows) -> CustomerEffects:
        """Return the effects on the customers of these order lines."""
        engine = InMemoryEngine()
        exposures, lines, products = (engine.table(one) for one in (rows[EXPOSURES], rows[LINES], self.products))
        days = (self.first_day, self.as_of_day, self.window_days)
        attributes = engine.table(rows[ATTRIBUTES]) if ATTRIBUTES in rows else None
        log = ShownLog(
            exposures, lines, products, *days, self.margins, attributes=attributes, coupons_apart=self.coupons_apart
        )
        shown = shown_effects(log, self.learned, engine)
        return shown.customers, shown.by_outcome, shown.se


def _joined(learned: ShownEffects, others: Sequence[CustomerEffects]) -> ShownEffects:
    """Return the effects on the sample and on all others, sorted by customer."""
    customers = pl.concat([learned.customers, *(ids for ids, _, _ in others)])
    order = customers.arg_sort().to_numpy()

    def joined(first: dict[str, Floats], more: Iterable[dict[str, Floats]]) -> dict[str, Floats]:
        tables = [first, *more]
        return {name: np.concatenate([one[name] for one in tables])[order] for name in first}

    return replace(
        learned,
        customers=customers.gather(order.tolist()),
        by_outcome=joined(learned.by_outcome, (values for _, values, _ in others)),
        se=joined(learned.se, (errors for _, _, errors in others)),
    )
