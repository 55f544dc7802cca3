"""The policies that an evaluation values: nothing, each offer for everybody, the plan of a run, a file's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.evaluate.findings import Kind
from offerloop.commands.evaluate.log import Decisions
from offerloop.config import Config, as_path
from offerloop.engine import Engine, collect
from offerloop.errors import InputError, SourceError, near_miss
from offerloop.evaluation import Log
from offerloop.events import (
    EPOCH,
    Raw,
    as_integers,
    as_text,
    file_source,
    open_source,
    parse_number,
    pseudonym,
    read_key,
)
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.workspace import InputTable, table_rows

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class CustomerPolicy:
    """A policy that names customers: customer_id as in the log, offer_id and probability, summing to 1 a customer."""

    kind: Kind
    name: str
    rows: pl.DataFrame
    as_of_day: int | None = None
    """The day of the plan of a run."""

    def over(self, log: Log, decisions: Decisions) -> Floats:
        """Probabilities (n, K) for the rows of the log; a customer who is not named gets nothing."""
        chosen = np.zeros(log.shape)
        place = {name: position for position, name in enumerate(log.names)}
        rows = decisions.rows.select("customer_id").with_row_index("_row")
        joined = rows.join(self.rows, on="customer_id", how="inner")
        column = joined["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
        np.add.at(chosen, (joined["_row"].to_numpy(), column), joined["probability"].to_numpy())
        chosen[:, place[NO_OFFER]] += np.where(chosen.any(axis=1), 0.0, 1.0)
        return chosen

    def unnamed(self, decisions: Decisions) -> int:
        """Customers of the log whom it does not name."""
        return decisions.rows.select("customer_id").unique().join(self.rows, on="customer_id", how="anti").height


def plan_of(run: Path, decisions: Decisions) -> CustomerPolicy:
    """What a run's plan alone would give, of customers in the log. Raises InputError when it is none, or of others."""
    path = run / "assignments.parquet"
    try:
        table = pl.read_parquet(path, columns=["customer_id", "planned_offer_id"])
        as_of = date.fromisoformat(json.loads((run / "summary.json").read_text(encoding="utf-8"))["as_of"])
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            Message(
                "'{run}' cannot be read as a run ({reason}); use the folder as the run wrote it",
                run=str(run),
                reason=reason,
            )
        ) from None
    kind = decisions.rows.schema["customer_id"]
    rows = table.select(
        pl.col("customer_id").cast(kind, strict=False),
        pl.col("planned_offer_id").alias("offer_id"),
        pl.lit(1.0).alias("probability"),
    )
    return CustomerPolicy(
        "run",
        run.resolve().name,
        _of_log(rows, decisions, Message("the run '{run}'", context="policy", run=str(run))),
        (as_of - EPOCH).days,
    )


def policy_of(policy: InputTable, config: Config, decisions: Decisions, engine: Engine) -> CustomerPolicy:
    """A table with customer_id, offer_id (empty or 'none' for nothing) and perhaps probability.

    Under pseudonyms ids may be raw or as the tables have them. Raises SourceError when it cannot be read, InputError
    when the probabilities of a customer do not sum to 1 or no customer is in the log.
    """
    path = as_path(policy) if isinstance(policy, str | PathLike) else Path("policy")
    with _opened(policy, path, engine) as raw:
        table = _read(raw, path)
    off = table.filter(~pl.col("probability").is_between(0, 1) | pl.col("probability").is_null())
    if off.height:
        row = off.row(0, named=True)
        shown = (
            Message("a probability that is no number")
            if row["probability"] is None
            else Message("the probability {number}", context="policy", number=str(row["probability"]))
        )
        raise InputError(
            Message(
                "'{path}' gives customer {customer_id} the offer '{offer_id}' with {shown}; write one from 0 to 1",
                path=str(path),
                customer_id=str(row["customer_id"]),
                offer_id=str(row["offer_id"]),
                shown=shown,
            )
        )
    ids = _as_in_log(table["customer_id"], config, decisions)
    rows = table.with_columns(ids.alias("customer_id")).drop_nulls("customer_id")
    sums = rows.group_by("customer_id", maintain_order=True).agg(pl.col("probability").sum())
    wrong = sums.filter((pl.col("probability") - 1).abs() > _TOLERANCE)
    if wrong.height:
        name, total = wrong.row(0)
        raise InputError(
            Message(
                "the probabilities of customer {customer} in '{path}' sum to {total}; the rows of one customer "
                "must sum to 1 ('none' takes the rest)",
                customer=str(name),
                path=str(path),
                total=f"{total:g}",
            )
        )
    return CustomerPolicy(
        "file",
        path.stem,
        _of_log(rows, decisions, Message("the policy file '{path}'", context="policy", path=str(path))),
    )


@contextmanager
def _opened(policy: InputTable, path: Path, engine: Engine) -> Iterator[Raw]:
    if isinstance(policy, str | PathLike):
        with open_source(file_source(path), engine) as raw:
            yield raw
    else:
        rows, _ = table_rows(policy, ("customer_id", "offer_id"))
        yield Raw(engine.table(rows), "policy")


def _read(raw: Raw, path: Path) -> pl.DataFrame:
    """customer_id and offer_id as text, probability as a number, 1 where the table has no such column."""
    schema = raw.frame.collect_schema()
    for name in ("customer_id", "offer_id"):
        if name not in schema:
            raise SourceError(
                Message(
                    "the policy file '{path}' has no column '{name}'{near} (needed: customer_id, offer_id; and "
                    "probability, where chance is to decide)",
                    path=str(path),
                    name=name,
                    near=near_miss(name, schema),
                )
            )
    chance = nw.lit(1.0)
    if "probability" in schema:
        text = schema["probability"] == nw.String
        chance = parse_number(nw.col("probability"), raw.decimal)[0] if text else nw.col("probability").cast(nw.Float64)
    ids = [as_text(nw.col(one), schema[one]).str.strip_chars().alias(one) for one in ("customer_id", "offer_id")]
    rows = collect(as_integers(raw.frame.select(*ids, chance.alias("probability")), ["customer_id"]))
    offer = pl.col("offer_id")
    named = pl.when(offer != "").then(offer).fill_null(NO_OFFER).alias("offer_id")
    return rows.drop_nulls("customer_id").with_columns(named)


def _as_in_log(ids: pl.Series, config: Config, decisions: Decisions) -> pl.Series:
    """Ids of a file in the type of the log, raw ones as pseudonyms where the log has those."""
    kind = decisions.rows.schema["customer_id"]
    if not config.privacy.pseudonymise:
        return ids.cast(kind, strict=False)
    logged_ids, key = set(decisions.rows["customer_id"].cast(pl.String)), read_key(config.privacy)
    hidden = [one if one in logged_ids else pseudonym(one, key) for one in ids]
    return pl.Series(hidden, dtype=pl.String).cast(kind, strict=False)


def _of_log(rows: pl.DataFrame, decisions: Decisions, what: Message) -> pl.DataFrame:
    in_log = rows.join(decisions.rows.select("customer_id").unique(), on="customer_id", how="semi")
    if in_log.is_empty():
        raise InputError(
            Message("no customer of {what} is in the log of exposures; use the same customer ids in both", what=what)
        )
    return in_log
