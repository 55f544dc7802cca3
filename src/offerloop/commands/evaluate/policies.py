"""The policies that an evaluation values: nothing, each offer for everybody, the plan of a run, a file's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.commands.evaluate.findings import Kind
from offerloop.commands.evaluate.log import LoggedShop
from offerloop.config import Config, as_path
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import InputError, SourceError, near_miss
from offerloop.events import (
    EPOCH,
    ZERO_OFFER,
    Raw,
    as_integers,
    as_text,
    file_source,
    open_source,
    parse_number,
    under_ids_of,
)
from offerloop.message import Message
from offerloop.offers import NO_OFFER, names_no_offer
from offerloop.workspace import InputTable, offers_in, table_rows

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class CustomerPolicy:
    """A policy that names customers, on the engine: customer_id as in the log, offer_id and probability, summing to 1 a
    customer."""

    kind: Kind
    name: str
    rows: Frame
    text: Message
    """What messages call it."""
    as_of_day: int | None = None
    """The day of the plan of a run."""

    def check(self, n_named: int) -> None:
        """Raise InputError where it names no customer of the log."""
        if not n_named:
            raise InputError(
                Message(
                    "no customer of {what} is in the log of exposures; use the same customer ids in both",
                    what=self.text,
                )
            )


def plan_of(run: Path, shop: LoggedShop) -> CustomerPolicy:
    """What a run's plan alone would give. Raises InputError when it is none."""
    path = run / "assignments.parquet"
    try:
        plan = pl.scan_parquet(path).select("customer_id", "planned_offer_id")
        as_of = date.fromisoformat(json.loads((run / "summary.json").read_text(encoding="utf-8"))["as_of"])
        ids = plan.collect_schema()["customer_id"]
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            Message(
                "'{run}' cannot be read as a run ({reason}); use the folder as the run wrote it",
                run=str(run),
                reason=reason,
            )
        ) from None
    if len(offers_in(run).filter(pl.col("customer_id").is_duplicated()).head(1).collect()):
        raise InputError(
            Message(
                "'{run}' gives customers several offers, and what several bring together is not known from a log of "
                "single ones; evaluate a run with plan.offers_per_customer = 1",
                run=str(run),
            )
        )
    rows = shop.engine.read(path)
    if ids != shop.ids:
        same = plan.with_columns(pl.col("customer_id").cast(shop.ids, strict=False)).drop_nulls("customer_id")
        rows = shop.engine.table(same.collect())
    certain = rows.select("customer_id", offer_id="planned_offer_id", probability=nw.lit(1.0))
    text = Message("the run '{run}'", context="policy", run=str(run))
    return CustomerPolicy("run", run.resolve().name, certain, text, (as_of - EPOCH).days)


def policy_of(policy: InputTable, config: Config, shop: LoggedShop) -> CustomerPolicy:
    """A table with customer_id, offer_id and perhaps probability; nothing is empty, 'none', or named as in the log.

    Ids may be as the shop writes them or as its tables have them, pseudonyms or in one case. Raises SourceError when it
    cannot be read, InputError when the probabilities of a customer do not sum to 1, as of one who is there by two ids.
    """
    path = as_path(policy) if isinstance(policy, str | PathLike) else Path("policy")
    with _opened(policy, path, shop.engine) as raw:
        table = _read(raw, path)
    _check_probabilities(table, path)
    _check_sums(table, path)
    logged_ids = shop.exposures.select(nw.col("customer_id").cast(nw.String)).unique()
    own = collect(under_ids_of(shop.engine.table(table), logged_ids, config.privacy, shop.engine))
    rows = _with_ids(_without_names_of_nothing(own, config, shop).sort("customer_id"), shop.ids)
    _check_sums(rows, path)
    text = Message("the policy file '{path}'", context="policy", path=str(path))
    return CustomerPolicy("file", path.stem, shop.engine.table(rows), text)


def _check_probabilities(table: pl.DataFrame, path: Path) -> None:
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


def _check_sums(rows: pl.DataFrame, path: Path) -> None:
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
    probability = nw.lit(1.0)
    if "probability" in schema:
        text = schema["probability"] == nw.String
        probability = (
            parse_number(nw.col("probability"), raw.decimal)[0] if text else nw.col("probability").cast(nw.Float64)
        )
    ids = [as_text(nw.col(one), schema[one]).str.strip_chars().alias(one) for one in ("customer_id", "offer_id")]
    rows = collect(as_integers(raw.frame.select(*ids, probability.alias("probability")), ["customer_id"]))
    offer = pl.col("offer_id")
    named = pl.when(offer != "").then(offer).fill_null(NO_OFFER).alias("offer_id")
    return rows.drop_nulls("customer_id").with_columns(named)


def _without_names_of_nothing(rows: pl.DataFrame, config: Config, shop: LoggedShop) -> pl.DataFrame:
    """The rows with 'none' for what is no offer of the log and names nothing, as exposures are read: control, 0 %."""
    offers = {*collect(shop.exposures.select("offer_id").unique())["offer_id"], *config.written_offer_ids}
    others = [one for one in rows["offer_id"].unique() if one not in offers]
    nothing = [one for one in others if names_no_offer(one) or re.fullmatch(ZERO_OFFER, one)]
    named = pl.when(pl.col("offer_id").is_in(nothing)).then(pl.lit(NO_OFFER)).otherwise("offer_id")
    return rows.with_columns(named.alias("offer_id"))


def _with_ids(rows: pl.DataFrame, kind: pl.DataType) -> pl.DataFrame:
    """The rows whose ids can be those of the log, in its type."""
    return rows.with_columns(pl.col("customer_id").cast(kind, strict=False)).drop_nulls("customer_id")
