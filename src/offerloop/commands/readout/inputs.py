"""What a read-out reads: the run's folder, the orders since, and perhaps exposures and redemptions."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import narwhals as nw
import polars as pl
from pydantic import ValidationError

from offerloop.commands.readout.currencies import check_currency
from offerloop.config import Config, SourceName, beside
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import ConfigError, ContractError, InputError, NothingLeftError, SourceError
from offerloop.events import EPOCH, epoch_day, has_coupons, prepare, read_all, split_part
from offerloop.message import Message, packed
from offerloop.offers import NO_OFFER
from offerloop.report import iso_day
from offerloop.response import COSTS, with_costs
from offerloop.tables import (
    ASSIGNMENTS,
    COMPARISON,
    EARLIER_NAMES,
    FURTHER_OFFERS,
    FURTHER_PLANNED,
    MARGINS,
    OFFERS,
    PLAN,
    PROFILES,
    USUAL,
    TableContract,
)
from offerloop.workspace import control_arm, held_back_of, holdout_of, is_of_loop, written_config

MOST_DAYS = 28
"""Length of the period when none is given and the orders reach further."""
CLOSED_DAYS = 2
"""Days without an order at the end of a given period that may be a weekend or a holiday; after more the orders end."""
T = TypeVar("T")
_TABLES = (ASSIGNMENTS, OFFERS, COMPARISON, MARGINS)
RECENT = "recent_minor"
"""The column of profiles with what customers spent in the quarter before the plan."""
ORDER_VALUE = ("n_orders", "basket_minor")
"""The columns of profiles with customers' orders before the plan and what they spent per order."""
_DECIDED = {
    "customer_id", "campaign_id", "offer_id", "arm", "propensity", "cost_expected_micro", "cost_liability_minor",
    "planned_campaign_id", "planned_offer_id", "explore_kinds",
}  # fmt: skip
DECIDED = replace(ASSIGNMENTS, columns=tuple(one for one in ASSIGNMENTS.columns if one.name in _DECIDED))
"""The columns of assignments that a read-out needs."""
OFFER_KEYS = ("customer_id", "campaign_id", "offer_id")
_FILES = ("manifest.json", "summary.json", *(f"{table.name}.parquet" for table in _TABLES))


@dataclass(frozen=True)
class PastRun:
    """A finished run, as far as its read-out needs it; its tables of customers stay in their files."""

    folder: Path
    config: Config
    as_of_day: int
    sent: tuple[str, ...]
    """Campaigns whose plan went out."""
    offers: pl.DataFrame
    comparison: pl.DataFrame
    margins: pl.DataFrame
    id_type: pl.DataType
    """The type of customer ids."""
    has_recent: bool
    """Whether profiles say what customers spent in the quarter before the plan."""
    held_back: float = 0.0
    """Share of the customers with an offer in the plan whose offer was held back."""
    is_of_loop: bool = False
    """Whether it is a period of a loop, after which other offers are given."""
    language: str | None = None
    """The language of its report; runs of the first versions do not say."""
    left_out: tuple[str, ...] = ()
    """Ids, as text, of customers whom the read-out leaves out."""

    @property
    def end_of_loop_period(self) -> int:
        """The last epoch day of a period of a loop, after which it gave other offers."""
        return self.as_of_day + self.config.evaluate.window_days - 1

    @property
    def control_arm(self) -> str:
        """The arm that the plan's customers are compared with; see `workspace.control_arm`."""
        return control_arm(self.held_back)

    @property
    def usual_share(self) -> float:
        """Share of customers with business as usual; 0 where the run has none."""
        return 0.0 if self.config.business_as_usual is None else self.config.business_as_usual.share

    def assignments(self, engine: Engine) -> Frame:
        """What was decided of each customer: the columns of DECIDED."""
        return self._customers(engine, ASSIGNMENTS.name).select(*DECIDED.names)

    def further_offers(self, engine: Engine) -> Frame:
        """What customers get beside their row of `assignments`: the columns of DECIDED; older runs have no file."""
        if not (self.folder / f"{FURTHER_OFFERS.name}.parquet").exists():
            return engine.table(DECIDED.empty().cast({"customer_id": self.id_type}))
        return self._customers(engine, FURTHER_OFFERS.name).select(*DECIDED.names)

    def further_planned(self, engine: Engine) -> Frame:
        """customer_id, campaign_id, offer_id of what the plan has for customers beside the offer in `assignments`.

        Nothing where an older run does not say it of the control group: customers with further offers would stand
        beside a group without them.
        """
        kept = self.further_offers(engine).filter(nw.col("arm") == PLAN).select(OFFER_KEYS)
        if not (self.folder / f"{FURTHER_PLANNED.name}.parquet").exists():
            return kept.head(0)
        return nw.concat([kept, self._customers(engine, FURTHER_PLANNED.name).select(OFFER_KEYS)])

    def offers_given(self, engine: Engine) -> pl.DataFrame:
        """Return the rows of `offers` that customers got, or that were planned and held back from them."""
        decided, keys = self.assignments(engine), OFFER_KEYS[1:]
        planned = decided.select(**{key: f"planned_{key}" for key in keys})
        tables = [decided, planned, self.further_offers(engine), self.further_planned(engine)]
        rows = collect(nw.concat([table.select(keys) for table in tables]).unique())
        return self.offers.join(rows, on=keys, how="semi")

    def profiles(self, engine: Engine) -> Frame:
        """customer_id, tags, and where it is known `recent_minor`; nobody where the file is gone."""
        if not (self.folder / "profiles.parquet").exists():
            return engine.table(PROFILES.empty().cast({"customer_id": self.id_type}))
        return self._customers(engine, PROFILES.name).select(*PROFILES.names, *([RECENT] if self.has_recent else []))

    def order_values(self, engine: Engine) -> Frame | None:
        """customer_id and ORDER_VALUE, or None where no profiles say them."""
        if not (self.folder / "profiles.parquet").exists():
            return None
        rows = self._customers(engine, PROFILES.name)
        has_them = {*ORDER_VALUE} <= {*rows.collect_schema().names()}
        return rows.select("customer_id", *ORDER_VALUE) if has_them else None

    def effects(self, engine: Engine) -> Frame | None:
        """Estimated effects of every offer for every customer, or None when that large file is gone."""
        return self._customers(engine, "effects") if (self.folder / "effects.parquet").exists() else None

    def checked(self, table: TableContract, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of one of the run's tables. Raises SourceError when they are not as this version writes them."""
        return _checked(self.folder / f"{table.name}.parquet", table, rows)

    def _customers(self, engine: Engine, table: str) -> Frame:
        rows = engine.read(self.folder / f"{table}.parquet")
        earlier = EARLIER_NAMES.keys() & rows.collect_schema().names()
        rows = rows.rename({name: EARLIER_NAMES[name] for name in earlier}) if earlier else rows
        return rows.filter(~nw.col("customer_id").cast(nw.String).is_in(self.left_out)) if self.left_out else rows


def read_run(folder: Path) -> PastRun:
    """A run's folder. Raises InputError when it is none, or when its plan offers nothing that could be read out."""
    _check_is_run(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        config = _config(manifest, folder.resolve().parent.parent)
        as_of = epoch_day(date.fromisoformat(summary["as_of"]))
        sent = tuple(one["id"] for one in summary["campaigns"] if one["send"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            Message(
                "'{folder}' cannot be read as a run ({error}); use the folder as the run wrote it",
                folder=str(folder),
                error=str(error),
            )
        ) from None
    run = PastRun(
        folder, config, as_of, sent,
        offers=_table(folder, OFFERS, _as_of_now),
        comparison=_table(folder, COMPARISON),
        margins=_table(folder, MARGINS, _with_cost_share),
        id_type=_columns(folder, replace(DECIDED, open=True))["customer_id"],
        has_recent=RECENT in _columns(folder, PROFILES) if (folder / "profiles.parquet").exists() else False,
        held_back=held_back_of(manifest),
        is_of_loop=is_of_loop(manifest),
        language=summary.get("language"),
    )  # fmt: skip
    _check_something_was_sent(run)
    return run


def _check_is_run(folder: Path) -> None:
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            Message(
                "'{folder}' is not the folder of a run: it lacks {column}; name one such as runs/<id>",
                folder=str(folder),
                column=missing[0],
            )
        )


def _config(manifest: dict[str, Any], folder: Path) -> Config:
    """Return the run's configuration, its paths relative to the folder that held it, its holdout as it was drawn."""
    try:
        written = written_config(manifest)
        holdout = holdout_of(manifest, written)
        written.get("experiment", {}).pop("holdout", None)  # its bounds may have been others
        config = beside(Config.model_validate(written), folder)
        return config.model_copy(update={"experiment": config.experiment.model_copy(update={"holdout": holdout})})
    except (tomllib.TOMLDecodeError, ValidationError):
        raise ConfigError(Message("the configuration in manifest.json is not one that this version can read")) from None


def _as_of_now(offers: pl.DataFrame) -> pl.DataFrame:
    """Return the offers of a run with the columns that earlier runs lack: these keep their English labels."""
    missing = [name for name in ("starts_at", "ends_at") if name not in offers.columns]
    offers = offers.with_columns(pl.lit(None, pl.Int64).alias(name) for name in missing)
    if "label_message" in offers.columns or "label" not in offers.columns:
        return offers
    messages = [packed(Message("{text}", context="pattern", text=label)) for label in offers["label"]]
    return offers.with_columns(pl.Series("label_message", messages, dtype=pl.String))


def _with_cost_share(margins: pl.DataFrame) -> pl.DataFrame:
    """Return margins with the column that earlier runs lack: a category's goods all leave its margin in these, or cost
    what `at_shelf` of everything leaves beside it."""
    if "cost_share" in margins.columns:
        return margins
    if "at_shelf" not in margins.columns:
        return margins.with_columns(cost_share=pl.lit(None, pl.Float64))
    at_shelf = pl.col("at_shelf").filter(pl.col("category").is_null()).first()
    return margins.select(pl.exclude("at_shelf"), (at_shelf - pl.col("margin")).alias("cost_share"))


def _as_it_is(table: pl.DataFrame) -> pl.DataFrame:
    return table


def _table(
    folder: Path, table: TableContract, complete: Callable[[pl.DataFrame], pl.DataFrame] = _as_it_is
) -> pl.DataFrame:
    path = folder / f"{table.name}.parquet"
    return _checked(path, table, complete(_parquet(path, pl.read_parquet)))


def _columns(folder: Path, table: TableContract) -> pl.Schema:
    """Return the columns of a table that stays in its file."""
    path = folder / f"{table.name}.parquet"
    rows = pl.DataFrame(schema=_parquet(path, pl.read_parquet_schema))
    return _checked(path, table, rows.rename(EARLIER_NAMES, strict=False)).schema


def _checked(path: Path, table: TableContract, rows: pl.DataFrame) -> pl.DataFrame:
    try:
        return table.check(rows)
    except ContractError as error:
        raise SourceError(
            Message(
                "'{path}' is not as this version writes it: {error}; read out with the run's own",
                path=str(path),
                error=str(error),
            )
        ) from None


def _parquet(path: Path, read: Callable[[Path], T]) -> T:
    try:
        return read(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            Message("the file '{path}' cannot be read as Parquet: {reason}", path=str(path), reason=reason)
        ) from None


def _check_something_was_sent(run: PastRun) -> None:
    """Business as usual counts: nothing may be better than what the shop does today."""
    rows = pl.scan_parquet(run.folder / "assignments.parquet", glob=False)
    offered = (pl.col("planned_offer_id") != NO_OFFER) | ((pl.col("arm") == USUAL) & (pl.col("offer_id") != NO_OFFER))
    if not rows.select(offered.any()).collect(engine="streaming").item():
        raise InputError(
            Message(
                "the plan of '{folder}' offers nothing to anybody, so there is no effect to read out",
                folder=str(run.folder),
            )
        )


@dataclass(frozen=True)
class BuyerOrders:
    """Clean order lines, with the run's ids, of whoever bought."""

    name: str
    """What messages call them: their file, or the store."""
    engine: Engine
    lines: Frame
    first_day: int
    last_day: int
    maps_coupon: bool
    maps_reimbursed: bool

    def within(self, first: int, last: int) -> Frame:
        """The lines of some days, both inside."""
        return self.lines.filter(nw.col("order_day") >= first, nw.col("order_day") <= last)


def read_orders(run: PastRun, path: Path, engine: Engine) -> BuyerOrders:
    """The file of orders under the run's own mapping and cleaning rules.

    What lies before the plan and what lies after it are cleaned apart: a return in the period must not change what
    was bought before, or the covariate would hold a part of the effect.
    """
    file, part = split_part(path)
    if not file.is_file():
        raise InputError(Message("there is no file of orders '{file}'", file=str(file)))
    of_run = run.config.sources["order_lines"]
    name = of_run.place if of_run.path == path else str(path)
    source = of_run.model_copy(update={"path": file, "part": part, "url": None, "table": None, "query": None})
    beside_it: tuple[SourceName, ...] = ("products", "prices")
    sources = {name: run.config.sources[name] for name in beside_it if name in run.config.sources}
    sources["order_lines"] = source
    plan_day = EPOCH + timedelta(days=run.as_of_day)
    read = read_all(run.config.model_copy(update={"sources": sources}), engine)
    check_currency(source, run.config.shop.currency, engine)
    parts = []
    for as_of, first_day in ((plan_day, None), (None, plan_day)):
        profiles = run.config.profiles.model_copy(update={"as_of": as_of})
        # Few customers may have bought since, and nobody asks which of them are bulk buyers.
        window = {"first_day": first_day, "last_day": None, "min_matched_ids": 0, "bulk_quantile": 1.0}
        clean = run.config.clean.model_copy(update=window)
        settings = run.config.model_copy(update={"sources": sources, "profiles": profiles, "clean": clean})
        try:
            events = prepare(settings, engine, read=read, lists_rejected=False)
        except NothingLeftError:
            continue
        parts.append(with_costs(events.order_lines, events.products).select(*READ))
    if not parts:
        raise SourceError(Message("'{path}' has no usable order line", path=name))
    lines, day = nw.concat(parts), nw.col("order_day")
    first, last = collect(lines.select(day.min().alias("first"), day.max().alias("last"))).row(0)
    maps = source.columns
    return BuyerOrders(name, engine, lines, first, last, has_coupons(maps), "reimbursed" in maps)


READ = (
    "customer_id", "order_id", "order_day", "category", "quantity", "revenue_minor", "list_value_minor",
    "coupon_minor", "reimbursed_minor", *COSTS,
)  # fmt: skip
"""Columns of order lines that a read-out needs."""


@dataclass(frozen=True)
class Period:
    """First and last epoch day, both inside."""

    first: int
    last: int
    note: Message | None = None

    @property
    def days(self) -> int:
        """The length of the period in days."""
        return self.last - self.first + 1

    def start(self, days: int) -> Period:
        """Its first days, at most all of it."""
        return Period(self.first, min(self.last, self.first + days - 1))


def asked_days(run: PastRun, from_day: date | None, until_day: date | None) -> tuple[int, int | None]:
    """First and last epoch day as given; the plan's own day by default. Raises InputError when they cannot be read."""
    first = run.as_of_day if from_day is None else epoch_day(from_day)
    last = None if until_day is None else epoch_day(until_day)
    if first < run.as_of_day:
        raise InputError(
            Message(
                "the period begins on {from_day}, before the plan of {as_of_day}: what was bought earlier "
                "cannot be its effect, so begin on that day or later",
                from_day=str(from_day),
                as_of_day=iso_day(run.as_of_day),
            )
        )
    if last is not None and last < first:
        raise InputError(
            Message(
                "the period ends on {last}, before it begins on {first}; give days in order",
                last=iso_day(last),
                first=iso_day(first),
            )
        )
    return first, last


def _default_end(first: int, run: PastRun) -> tuple[int, Message]:
    """Return the last day of a period whose end nobody gave, and why it ends there where orders reach further.

    After a period of a loop those who got its offers get others, and so do those from whom they were held back.
    """
    if run.is_of_loop and first <= run.end_of_loop_period:
        return run.end_of_loop_period, Message(
            "The orders reach to {day}; without a given end the period is the {days} days of the loop's period, after "
            "which it gave other offers.",
            days=run.config.evaluate.window_days,
        )
    return first + MOST_DAYS - 1, Message(
        "The orders reach to {day}; without a given end the period is {days} days.", days=MOST_DAYS
    )


def choose_period(orders: BuyerOrders, first: int, last: int | None, run: PastRun) -> Period:
    """The days to read. Raises InputError when the orders do not reach into them."""
    note = None
    if last is None:
        last, why = _default_end(first, run)
        note = why.with_values(day=iso_day(orders.last_day))
        if orders.last_day <= last:
            last = orders.last_day
            note = Message("The period ends with the last order of the file, {day}.", day=iso_day(last))
    elif orders.last_day < last:
        last = last if last - orders.last_day <= CLOSED_DAYS else orders.last_day
        note = Message("The last order of the file is of {day}, before the period ends.", day=iso_day(orders.last_day))
    if orders.last_day < first or orders.first_day > last:
        days = (
            Message("on or after {day}", context="range of days", day=iso_day(first))
            if last < first
            else Message("from {first} to {last}", context="range of days", first=iso_day(first), last=iso_day(last))
        )
        raise InputError(
            Message(
                "'{path}' has no order {days}: its orders run from {first_day} to {last_day}",
                path=orders.name,
                days=days,
                first_day=iso_day(orders.first_day),
                last_day=iso_day(orders.last_day),
            )
        )
    return Period(first, last, note)


def as_id(id_type: pl.DataType) -> pl.Expr:
    """The column customer_id in the type of the run; what is not written as such an id becomes empty.

    Shards are formed by the id as text, so 007 is not customer 7.
    """
    ids, own = pl.col("customer_id"), pl.col("customer_id").cast(id_type, strict=False)
    return pl.when(own.cast(pl.String) == ids.cast(pl.String)).then(own).alias("customer_id")
