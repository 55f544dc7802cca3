"""`offerloop recommend`: the products that customers would like, as a tidy table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl
from rich.console import Console

from offerloop.commands.recommend.findings import Recommendations
from offerloop.config import Config, StrPath
from offerloop.engine import collect
from offerloop.errors import InputError, near_miss
from offerloop.events import Events, pseudonyms
from offerloop.flow import FittedRecommender, clean, preference_events, product_names, product_texts, recommend_products
from offerloop.message import Message
from offerloop.recommenders import TASKS, Task
from offerloop.report import ProgressDisplay
from offerloop.workspace import Recorder, check_table_file, open_workspace


@dataclass(frozen=True)
class RecommendRequest:
    """The arguments of a recommendation: tasks, customers and the number of products."""

    tasks: tuple[Task, ...] = TASKS
    customers: tuple[str, ...] = ()
    """Empty is everybody."""
    top_k: int | None = None
    """None is `recommend.top_k`."""

    @classmethod
    def of(
        cls, task: str | None, customers: Sequence[str], top_k: int | None, out: Path | None = None
    ) -> RecommendRequest:
        """Raises InputError for an unknown task, less than one product, and a file that cannot hold a table."""
        if out is not None:
            check_table_file(out)
        if task is not None and task not in TASKS:
            raise InputError(
                Message(
                    "there is no task '{task}'{near} (known: {known})",
                    task=task,
                    near=near_miss(task, TASKS),
                    known=TASKS,
                )
            )
        if top_k is not None and top_k < 1:
            raise InputError(Message("--top must be 1 product or more, not {number}", number=str(top_k)))
        return cls(tuple(one for one in TASKS if task in (None, one)), tuple(customers), top_k)


def recommend(
    config_path: StrPath,
    request: RecommendRequest,
    engine: str = "duckdb",
    console: Console | None = None,
    language: str | None = None,
) -> Recommendations:
    """Recommend from the shop's sources; what an earlier command finished of them is not computed again.

    The sentence of the result is in `language`, by default that of the configuration.
    Raises InputError for a customer who is not in the order lines.
    """
    with open_workspace(config_path, engine) as (config, running, store):
        config = config.in_language(language)
        stage = Recorder(ProgressDisplay(console, config.language()), store)
        events = clean(config, running, stage)
        recommended = recommend_products(events, config, running, stage)
        table = stage.always("recommendations", lambda: _table(request, config, events, recommended))
        table = _with_texts(table, product_texts(events))
    order = pl.Enum(TASKS)
    sorted_table = table.sort("customer_id", pl.col("task").cast(order), "rank")
    return Recommendations(
        sorted_table,
        recommended.lists.hybrid.choice.names,
        recommended.lists.hybrid.choice.gap,
        config.language(product_names(events)),
    )


def _table(request: RecommendRequest, config: Config, events: Events, recommended: FittedRecommender) -> pl.DataFrame:
    if not request.customers and request.top_k in (None, config.recommend.top_k):
        return collect(recommended.affinities).filter(pl.col("task").is_in(request.tasks))
    everybody = events.buyers()["customer_id"]
    wanted = _table_ids(request.customers, everybody, config) if request.customers else everybody
    theirs = preference_events(events, recommended.bought)
    if request.customers:
        theirs = theirs.filter(nw.col("customer_id").is_in(wanted.to_list()))
    k = request.top_k or config.recommend.top_k
    return recommended.lists.top(collect(theirs), k, request.tasks, wanted)


def _with_texts(table: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    if texts.is_empty():
        return table
    about = pl.col("reason").str.extract(r"^(?:goes_with|new_like):(.*)$").alias("_about")
    others = texts.select(pl.col("product_id").cast(pl.String).alias("_about"), pl.col("text").alias("about_text"))
    named = table.join(texts, on="product_id", how="left", maintain_order="left")
    return named.with_columns(about).join(others, on="_about", how="left", maintain_order="left").drop("_about")


def _table_ids(customers: Sequence[str], everybody: pl.Series, config: Config) -> pl.Series:
    """The ids as the tables hold them, from raw ones or pseudonyms."""
    texts = dict(zip(everybody.cast(pl.String), everybody, strict=True))
    hidden = pseudonyms(customers, config.privacy) if config.privacy.pseudonymise else {}
    customer_ids = [texts.get(one.strip(), texts.get(hidden.get(one, ""))) for one in customers]
    for wanted, there in zip(customers, customer_ids, strict=True):
        if there is None:
            raise InputError(
                Message(
                    "customer '{customer}' has no order line, so nothing is known that could be recommended by",
                    customer=wanted,
                )
            )
    return pl.Series("customer_id", list(dict.fromkeys(customer_ids)), dtype=everybody.dtype)
