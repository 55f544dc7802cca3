"""`offerloop similar`: which products are like one, stand in for it, or go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import polars as pl
from rich.console import Console

from offerloop.config import Config, StrPath
from offerloop.engine import collect
from offerloop.errors import EvidenceError, InputError, near_miss
from offerloop.events.prepare import Events
from offerloop.flow import clean
from offerloop.recommenders.cold import likest
from offerloop.recommenders.context import Context
from offerloop.recommenders.interactions import Interactions, as_ids
from offerloop.recommenders.item2vec import Item2Vec, Relation
from offerloop.recommenders.selection import select
from offerloop.service.stages import Recorder
from offerloop.service.workplace import at_work

RELATIONS: tuple[Relation, ...] = get_args(Relation)


@dataclass(frozen=True)
class Similar:
    """product_id, rank, affinity, source, and category, subcategory and brand where known."""

    table: pl.DataFrame

    @property
    def facts(self) -> dict[str, Any]:
        """For machines."""
        return {"products": self.table.to_dicts()}


def similar(
    config_path: StrPath,
    product: str,
    relation: str = "similar",
    top_k: int = 10,
    engine: str = "duckdb",
    console: Console | None = None,
) -> Similar:
    """By baskets (item2vec); a product without enough buyers is likened by its description, only for ``similar``.

    Raises InputError for an unknown product or relation, EvidenceError for a relation that nothing is known of.
    """
    wanted = next((one for one in RELATIONS if one == relation), None)
    if wanted is None:
        raise InputError(
            f"there is no relation '{relation}'{near_miss(relation, RELATIONS)} (known: {', '.join(RELATIONS)})"
        )
    if top_k < 1:
        raise InputError(f"--top must be 1 product or more, not {top_k}")
    with at_work(config_path, engine) as (config, running, store):
        stage = Recorder(console, store)
        model = stage("similar products", learn, clean(config, running, stage), config.only("recommend", "profiles"))
    return Similar(_table(model, product, wanted, top_k))


def learn(events: Events, config: Config) -> Item2Vec:
    """Vectors of all products from all baskets."""
    lines = events.merchandise_lines
    purchases = collect(lines.select("customer_id", "product_id", "order_day").unique())
    context = Context.read(events.merchandise, lines, events.customers, events.browsing, config.profiles.audit_only)
    few = config.recommend.min_buyers
    return Item2Vec().fit(Interactions.build(purchases, events.as_of_day, min_buyers=few, context=context))


def _table(model: Item2Vec, product: str, relation: Relation, top_k: int) -> pl.DataFrame:
    interactions = model.interactions
    listed = interactions.context.products
    assert listed is not None
    known = listed.filter(pl.col("product_id").cast(pl.String) == product)
    if known.is_empty():
        raise InputError(f"there is no product '{product}'{near_miss(product, listed['product_id'].cast(pl.String))}")
    code = int(interactions.product_codes(as_ids(known["product_id"]))[0])
    if code >= 0:
        scores, source = model.relations(code, relation), model.name
    elif relation == "similar":
        scores, source = likest(interactions, known["product_id"]), "content"
    else:
        raise EvidenceError(
            f"product '{product}' has fewer than {interactions.min_buyers} buyers, so what it is bought with is not "
            "known; ask for --relation similar, which goes by its description"
        )
    found = select(scores[None, :].astype(np.float32), top_k)
    column = found.codes[0][found.codes[0] >= 0]
    rows = {"product_id": interactions.products[column], "rank": np.arange(1, len(column) + 1)}
    table = pl.DataFrame(rows | {"affinity": found.scores[0][: len(column)].astype(np.float64)})
    names = [name for name in ("category", "subcategory", "brand", "text") if name in listed.columns]
    described = listed.select("product_id", *names).unique("product_id")
    return table.with_columns(source=pl.lit(source)).join(described, on="product_id", how="left", maintain_order="left")
