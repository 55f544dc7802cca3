"""The whole stage: sources in, clean tables and a data-quality table out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from offerloop.config import Config, SourceName
from offerloop.engine import Engine, collect
from offerloop.engine.base import Frame
from offerloop.errors import SourceError
from offerloop.events.calendar import epoch_day, week_number, with_day
from offerloop.events.clean import apply_rules, quality_row
from offerloop.events.read import read_source
from offerloop.events.rules import rules_for
from offerloop.tables import QUALITY


@dataclass(frozen=True)
class Events:
    """Clean tables on the engine; what the shop does not have is an empty table."""

    order_lines: Frame
    """All lines before `as_of_day`, with `order_day`, `order_week` and money in minor units."""
    products: Frame
    """Every product sold or listed, with category, subcategory and brand ("unknown" where not known)."""
    customers: Frame
    """customer_id and attributes."""
    campaigns: Frame
    """campaign_id, starts_day, ends_day (the last day), campaign_type."""
    audiences: Frame
    """campaign_id, customer_id."""
    redemptions: Frame
    """customer_id, coupon_id, redeemed_day."""
    coupon_products: Frame
    """campaign_id, coupon_id, product_id: what the coupons of past campaigns were good for."""
    quality: pl.DataFrame
    first_day: int
    """Epoch day of the first order line; week 1 holds it."""
    as_of_day: int
    """Epoch day of the plan; nothing on it or later is in any table."""


def prepare(config: Config, engine: Engine) -> Events:
    """Read and clean every configured source."""
    stage = _Cleaning(config, engine)
    lines = stage.order_lines()
    products = stage.products(lines)
    before = nw.col("starts_day") < stage.as_of_day
    campaigns = stage.dated("campaigns", "starts_at", "starts_day").filter(before)
    return Events(
        order_lines=lines,
        products=products,
        customers=stage.plain("customers"),
        campaigns=engine.keep(campaigns),
        audiences=stage.plain("audiences"),
        redemptions=engine.keep(
            stage.dated("redemptions", "at", "redeemed_day").filter(nw.col("redeemed_day") < stage.as_of_day)
        ),
        coupon_products=stage.plain("coupon_products"),
        quality=QUALITY.check(pl.DataFrame(stage.quality)),
        first_day=stage.first_day,
        as_of_day=stage.as_of_day,
    )


class _Cleaning:
    """Reads sources one by one and gathers what the rules did."""

    def __init__(self, config: Config, engine: Engine) -> None:
        self.config, self.engine = config, engine
        self.sources = {name: read_source(name, config, engine) for name in config.sources}
        self.ids = _id_types(self.sources)
        self.quality: list[dict[str, Any]] = []
        self.first_day = self.as_of_day = 0

    def order_lines(self) -> Frame:
        lines = with_day(self._clean("order_lines"), "at", "order_day", self.config.shop.timezone)
        lines = self.engine.keep(_with_all_money(lines))
        span = collect(lines.select(nw.col("order_day").min().alias("first"), nw.col("order_day").max().alias("last")))
        first, last = span.row(0)
        if first is None:
            raise SourceError(f"'{self.config.sources['order_lines'].path}' has no usable order line")
        as_of = self.config.profiles.as_of
        self.first_day, self.as_of_day = first, last + 1 if as_of is None else epoch_day(as_of)
        if self.as_of_day <= first:
            raise SourceError(f"profiles.as_of = {as_of} leaves no order line; the first one is later")
        week = week_number(nw.col("order_day"), first).alias("order_week")
        return self.engine.keep(lines.filter(nw.col("order_day") < self.as_of_day).with_columns(week))

    def products(self, lines: Frame) -> Frame:
        """The product list, completed by products that were sold but are not on it."""
        sold = lines.select("product_id").unique()
        if "products" not in self.config.sources:
            return self.engine.keep(_with_product_columns(sold))
        listed = _with_product_columns(self._clean("products"))
        schema = listed.collect_schema()
        unlisted = sold.join(listed.select("product_id"), on="product_id", how="anti")
        added = _with_product_columns(unlisted).select(
            nw.col(name) if name in _PRODUCT_COLUMNS else nw.lit(None, dtype).alias(name)
            for name, dtype in schema.items()
        )
        count = int(collect(added.select(n=nw.len()))["n"][0])
        why = "sold (rejected lines apart) but not on the list: added as 'unknown', so that no sale is lost"
        self.quality.append(quality_row("products", "not on the product list", "repaired", count, why))
        return self.engine.keep(nw.concat([listed, added]))

    def plain(self, name: SourceName) -> Frame:
        """A source without times, or an empty table."""
        return self.engine.keep(self._clean(name)) if name in self.config.sources else self._empty(name)

    def dated(self, name: SourceName, at: str, day: str) -> Frame:
        """A source with its times as local days, or an empty table."""
        if name not in self.config.sources:
            return self._empty(name)
        frame = with_day(self._clean(name), at, day, self.config.shop.timezone)
        if name == "campaigns":
            frame = with_day(frame, "ends_at", "ends_day", self.config.shop.timezone)
        return frame

    def _clean(self, name: SourceName) -> Frame:
        frame = self.sources[name]
        rules = rules_for(name, self.config.clean, frame.collect_schema().names())
        cleaned, rows = apply_rules(name, frame, rules)
        self.quality.extend(rows)
        if name in _KEYS:
            self._check_key(name, cleaned, _KEYS[name])
        return cleaned

    def _check_key(self, name: SourceName, frame: Frame, key: str) -> None:
        counts = frame.filter(~nw.col(key).is_null()).group_by(key).agg(nw.len().alias("n"))
        several = collect(counts.filter(nw.col("n") > 1), key)
        if len(several):
            path, example = self.config.sources[name].path, several[key][0]
            raise SourceError(f"[sources.{name}] '{path}' has several different rows for {key} {example}; keep one")

    def _empty(self, name: SourceName) -> Frame:
        schema = {column: pl.String if self.ids.get(column) else pl.Int64 for column in _EMPTY[name]}
        return self.engine.table(pl.DataFrame(schema=schema))


_KEYS: dict[SourceName, str] = {"products": "product_id", "customers": "customer_id", "campaigns": "campaign_id"}
"""Columns that name one row, because later stages look rows up by them."""
_EMPTY: dict[SourceName, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "campaigns": ("campaign_id", "starts_day", "ends_day"),
    "audiences": ("campaign_id", "customer_id"),
    "redemptions": ("customer_id", "coupon_id", "redeemed_day"),
    "coupon_products": ("campaign_id", "coupon_id", "product_id"),
}


def _id_types(sources: dict[SourceName, Frame]) -> dict[str, bool]:
    """For each id whether it is text. Raises SourceError when two sources do not agree."""
    first: dict[str, tuple[str, bool]] = {}
    for name, frame in sources.items():
        schema = frame.collect_schema()
        for column in ("customer_id", "product_id", "campaign_id", "coupon_id"):
            if column in schema:
                other, text = first.setdefault(column, (name, schema[column] == nw.String))
                if text != (schema[column] == nw.String):
                    raise SourceError(
                        f"'{column}' is text in one of [sources.{other}] and [sources.{name}], not in both"
                    )
    return {column: text for column, (_, text) in first.items()}


def _with_all_money(lines: Frame) -> Frame:
    """Order lines with every money column, without empty cells; revenue is what the shop gets, whoever pays it."""
    found = lines.collect_schema().names()
    paid = nw.col("paid_minor")
    defaults = {
        "list_value_minor": paid,
        "discount_minor": paid * 0,
        "coupon_minor": paid * 0,
        "reimbursed_minor": paid * 0,
    }
    money = [
        (nw.coalesce(nw.col(name), default) if name in found else default).alias(name)
        for name, default in defaults.items()
    ]
    return lines.with_columns(*money).with_columns(revenue_minor=nw.col("paid_minor") + nw.col("reimbursed_minor"))


_PRODUCT_COLUMNS = ("product_id", "category", "subcategory", "brand")


def _with_product_columns(products: Frame) -> Frame:
    """Products with category, subcategory and brand; "unknown" where not known."""
    found = products.collect_schema().names()
    filled = [
        (nw.col(name) if name in found else nw.lit(None, nw.String)).fill_null("unknown").alias(name)
        for name in _PRODUCT_COLUMNS[1:]
    ]
    return products.with_columns(*filled)
