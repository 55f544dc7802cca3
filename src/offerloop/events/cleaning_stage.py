"""The sources of a run, cleaned one by one: order lines first, as all else rests on their days and products."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

import narwhals as nw
import polars as pl

from offerloop.config import Config, SourceName, quoted
from offerloop.engine import Engine, Frame, TableHolder, collect, count_rows, distinct, with_part
from offerloop.errors import NothingLeftError, SourceError
from offerloop.events.clean_events import Events
from offerloop.events.cleaning.bulk_buyers import bulk_buyers
from offerloop.events.cleaning.clean import Cleaned, apply_rules, drop_copies, loss_row, merge_scans
from offerloop.events.cleaning.dates import DATED, Dates
from offerloop.events.cleaning.event_kinds import known_kind, unknown_kinds
from offerloop.events.cleaning.large_quantities import QuantitySums
from offerloop.events.cleaning.matching import check_matching
from offerloop.events.cleaning.non_merchandise import recognised
from offerloop.events.cleaning.nothing_left import why_nothing_left
from offerloop.events.cleaning.product_texts import commonest, merge_texts, text_counts, with_texts
from offerloop.events.cleaning.quality_notes import NEVER_ORDERED, never_ordered
from offerloop.events.cleaning.record import CleaningRecord
from offerloop.events.cleaning.row_keys import KEYS, check_key
from offerloop.events.cleaning.rules import (
    impossible_time,
    is_return,
    rules_after_returns,
    rules_for,
    window_rules,
    with_marked_ids,
    without_key,
    without_time,
)
from offerloop.events.cleaning.sold_sums import SoldSums
from offerloop.events.columns.calendar import EPOCH, epoch_day, week_number, with_day
from offerloop.events.columns.contracts import VALIDITY
from offerloop.events.columns.ids import alike
from offerloop.events.columns.read import SourcesRead
from offerloop.events.columns.standard_columns import (
    PRODUCT_COLUMNS,
    money_columns,
    with_all_money,
    with_product_columns,
)
from offerloop.events.growth import LinesRead
from offerloop.events.loop_exposures import LoopExposures
from offerloop.events.offers_table import with_instants, without_offers_of_nothing
from offerloop.events.prices.list_prices import needed, with_list_prices
from offerloop.events.prices.offer_discounts import with_offer_coupons
from offerloop.events.prices.order_discounts import has_coupons, with_discount_rates, with_order_discounts
from offerloop.events.prices.returns import net_returns
from offerloop.events.privacy.protection import in_small_letters, protected_sources
from offerloop.message import Message


class CleaningStage:
    """Cleans sources one by one and gathers what the rules did; `order_lines` is called first, then `products`."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        read: SourcesRead,
        earlier: Events | None = None,
        *,
        lists_rejected: bool = True,
    ) -> None:
        self.config, self.engine = config, engine
        self.left_out = {name: (one.left_out, one.left_out_minor) for name, one in read.items()}
        sources = _with_comparable_ids(read, config, engine)
        self.earlier = earlier
        so_far = None if earlier is None else earlier.read_so_far
        self.lines = LinesRead(sources["order_lines"], read["order_lines"], config, engine, so_far)
        everybody = {**sources, "order_lines": self.lines.ids}
        check_matching(everybody, config)
        self.protected = protected_sources(everybody, config.privacy, config.clean.min_matched_ids, engine)
        self.sources = self.protected.sources
        if self.lines.extendable:
            self.sources["order_lines"] = sources["order_lines"]
        self.ids = {
            column for frame in self.sources.values()
            for column, kind in frame.collect_schema().items() if kind == nw.String
        }  # fmt: skip
        self.record = CleaningRecord(engine.keep if lists_rejected else None)
        self.notes: list[Message] = []
        self.texts: pl.DataFrame | None = None
        """product_id and the commonest text of each product in the order lines, where these have texts."""
        self.returned = self.non_merchandise = pl.DataFrame()
        self.first_day = self.as_of_day = self._later = 0
        self.splits_discounts = False
        self.dates = Dates(config, engine)
        self.oldest_day: int | None = None
        """Nothing before it is used, when there is a retention."""

    def order_lines(self) -> Frame:
        """Clean order lines with day, week and every money column. Raises NothingLeftError where no line is usable."""
        lines = self._without_texts(self._clean("order_lines", "at", "order_day"))
        if needed(lines.collect_schema().names()):
            lines = self._with_list_prices(lines)
        day = nw.col("order_day")
        span = collect(lines.select(day.min().alias("first"), day.max().alias("last"), nw.len().alias("n")))
        first, last, n_lines = span.row(0)
        if first is None:
            raise NothingLeftError(self._why_no_line())
        as_of = self.config.profiles.as_of
        self.first_day, self.as_of_day = first, last + 1 if as_of is None else epoch_day(as_of)
        if self.earlier is not None:
            self.lines.check_first(first, self.earlier.as_of_day)
            self.first_day = self.earlier.first_day
        self.notes += self.dates.check_as_of(self.as_of_day, last, self._later, n_lines)
        lines = self._allowed(with_all_money(lines))
        week = week_number(nw.col("order_day"), self.first_day).alias("order_week")
        lines = _computed(lines.with_columns(week), n_lines, self.engine)
        self.sold = self.lines.with_sold(SoldSums.of(lines, by_customer=self.config.clean.bulk_quantile < 1))
        self.line_parts = with_part(() if self.earlier is None else self.earlier.line_parts, lines)
        if self.earlier is not None:
            self.returned, lines = self.earlier.returned, nw.concat(self.line_parts)
        self._find_bulk()
        return lines

    def _why_no_line(self) -> Message:
        source = self.config.sources["order_lines"]
        if self._later:
            planned = str(self.config.profiles.as_of)
            return Message("profiles.as_of = {as_of} leaves no order line: all are later", as_of=planned)
        why = why_nothing_left(self.record.quality_rows, source.where, self.left_out["order_lines"][0])
        return Message("'{place}' has no usable order line{why}", place=source.place, why=why)

    def _with_list_prices(self, lines: Frame) -> Frame:
        """Build it from recorded prices; without any from the product list, whose prices are those of one day."""
        if "prices" in self.config.sources:
            return with_list_prices(lines, self.dated("prices", "at", "price_day"), self.engine)
        if self._listed is None or "list_price_minor" not in self._listed.collect_schema():
            return lines
        return lines.join(self._listed.select("product_id", "list_price_minor"), on="product_id", how="left")

    @cached_property
    def _listed(self) -> Frame | None:
        """The clean product list, or None."""
        return self.engine.keep(self._clean("products")) if "products" in self.config.sources else None

    def _allowed(self, lines: Frame) -> Frame:
        """Order lines that may be used: not older than the retention. Raises NothingLeftError where all are older."""
        privacy = self.config.privacy
        if privacy.retention_days is not None:
            self.oldest_day = self.as_of_day - privacy.retention_days
            old = nw.col("order_day") < self.oldest_day
            n_old, why = count_rows(lines.filter(old)), _too_old(privacy.retention_days)
            self.record.leave_out("order_lines", RETENTION, n_old, why)
            sales = collect(lines.filter(old).select(nw.col("paid_minor").sum()))["paid_minor"][0]
            self.record.add_loss("order_lines", "at", RETENTION, n_old, sales)
            lines = self.engine.keep(lines.filter(~old))
            if not count_rows(lines):
                raise NothingLeftError(self._why_all_too_old(privacy.retention_days))
            self.first_day = max(self.first_day, self.oldest_day)
            self.returned = self.returned.filter(pl.col("order_day") >= self.oldest_day)
        return lines

    def _why_all_too_old(self, days: int) -> Message:
        return Message(
            "privacy.retention_days = {days} leaves no order line of '{place}': all are from before {day}, that many "
            "days before the plan; give newer orders, or correct privacy.retention_days or profiles.as_of",
            days=str(days),
            place=self.config.sources["order_lines"].place,
            day=EPOCH + timedelta(days=self.as_of_day - days),
        )

    def _without_texts(self, lines: Frame) -> Frame:
        """The lines without texts of products, of which the commonest is kept for each product."""
        if "text" not in lines.collect_schema().names():
            return lines
        self.texts = commonest(self.lines.with_texts(collect(text_counts(lines))))
        return lines.drop("text")

    def set_apart(self, lines: Frame, products: Frame) -> tuple[Frame, Frame]:
        """Recognise what is no goods: it is in no category, and its lines are left out where that is configured.

        Raises NothingLeftError where that leaves none.
        """
        self.non_merchandise = _with_sales(recognised(lines, products, self.config.clean, self.sold), lines)
        others = self.non_merchandise["product_id"].to_list()
        if not others:
            return lines, products
        theirs = nw.col("product_id").is_in(others)
        unknown = nw.when(theirs).then(nw.lit("unknown")).otherwise(nw.col("category")).alias("category")
        products = self.engine.keep(products.with_columns(unknown))
        n_lines, sales = self.non_merchandise.select(pl.col("n_lines", "sales_minor").sum()).row(0)
        drop = self.config.clean.drop_non_merchandise
        why = Message(
            "postage, fees, samples: never recommended, and in no offer; clean.drop_non_merchandise leaves them out"
        )
        if not drop:
            self.record.add_quality("order_lines", NON_MERCHANDISE, "flagged", n_lines, why)
        else:
            self.record.leave_out("order_lines", NON_MERCHANDISE, n_lines, why)
            self.record.add_loss("order_lines", "product_id", NON_MERCHANDISE, n_lines, sales)
            lines = self.engine.keep(lines.filter(~theirs))
            if not count_rows(lines):
                raise NothingLeftError(self._why_no_goods())
        return lines, products

    def _why_no_goods(self) -> Message:
        first = self.non_merchandise.filter(pl.col("n_lines") > 0)["product_id"][0]
        return Message(
            "clean.drop_non_merchandise leaves no order line of '{place}', as all products look like no goods; if they "
            "are goods, write their ids in clean.merchandise, such as merchandise = [{first}]",
            place=self.config.sources["order_lines"].place,
            first=quoted(str(first)),
        )

    def products(self) -> Frame:
        """The product list, completed by products that were sold but are not on it."""
        sold = self.engine.table(self.sold.products.select("product_id"))
        if self._listed is None:
            return self.engine.keep(with_texts(with_product_columns(sold), self.texts, self.engine))
        listed = with_product_columns(self._listed)
        schema = listed.collect_schema()
        unlisted = sold.join(listed.select("product_id"), on="product_id", how="anti")
        added = with_product_columns(unlisted).select(
            nw.col(name) if name in PRODUCT_COLUMNS else nw.lit(None, dtype).alias(name)
            for name, dtype in schema.items()
        )
        count = count_rows(added)
        why = Message(
            "sold but missing from the product list: added with the category 'unknown', so that no sale is lost"
        )
        self.record.add_quality("products", "not on the product list", "repaired", count, why)
        return self.engine.keep(with_texts(nw.concat([listed, added]), self.texts, self.engine))

    def exposures(self, offers: pl.DataFrame, loop_exposures: LoopExposures | None) -> Frame:
        """What was shown; offers of 0 %, and names of a control group, are nothing."""
        logged = self.before("exposures", "at", "shown_day")
        if loop_exposures is None and "exposures" not in self.config.sources:
            return logged
        shown = logged if loop_exposures is None else loop_exposures.beside(logged, self.engine)
        return self.engine.keep(without_offers_of_nothing(shown, offers, self.config.written_offer_ids))

    def with_offer_coupons(self, lines: Frame, exposures: Frame, products: Frame) -> Frame:
        """Order lines whose coupons are apart, also where the source has one discount for everything."""
        if has_coupons(self.config.sources["order_lines"].columns) or not count_rows(exposures):
            return lines
        days = self.config.evaluate.window_days
        split, count = with_offer_coupons(lines, exposures, products, days, self.engine)
        if count == 0:
            return lines
        self.splits_discounts = True
        why = Message(
            "no column has coupons: what is off beyond usual shelf discounts is the coupon of the offer shown"
        )
        self.record.add_quality("order_lines", "offers' discounts", "repaired", count, why)
        return self.engine.keep(split)

    def offers(self) -> pl.DataFrame:
        """The shop's own table of offers, or an empty one."""
        source = self.config.sources.get("offers")
        mapped = () if source is None else source.columns
        return with_instants(collect(self.plain("offers")), [one for one in VALIDITY if one in mapped])

    def plain(self, name: SourceName) -> Frame:
        """A source without times, or an empty table."""
        return self.engine.keep(self._clean(name)) if name in self.config.sources else self._empty(name)

    def customers(self, lines: Frame) -> Frame:
        """The customer list, or an empty one; counts who of it is in none of the clean order lines."""
        customers = self.plain("customers")
        if "customers" in self.config.sources:
            buyers = distinct(lines, "customer_id")
            n = count_rows(customers.select("customer_id").join(buyers, on="customer_id", how="anti"))
            self.record.add_quality("customers", NEVER_ORDERED, "flagged", n, never_ordered(n))
        return customers

    def before(self, name: SourceName, at: str, day: str) -> Frame:
        """A source with its times as local days, what lies before the plan; or an empty table."""
        if name not in self.config.sources:
            return self._empty(name)
        frame, later = self.dated(name, at, day), Message("on the day of the plan or later: not known then")
        self.record.leave_out(name, AFTER_PLAN, count_rows(frame.filter(nw.col(day) >= self.as_of_day)), later)
        return self.engine.keep(frame.filter(nw.col(day) < self.as_of_day))

    def browsing(self) -> Frame:
        """What customers looked at, put into the cart, wished or rated."""
        if "events" not in self.config.sources:
            return self._empty("events")
        events = self.before("events", "at", "event_day").with_columns(known_kind(nw.col("kind")).alias("kind"))
        self.notes += unknown_kinds(events)
        return events

    def dated(self, name: SourceName, at: str, day: str) -> Frame:
        """A source with its times as local days, or an empty table."""
        if name not in self.config.sources:
            return self._empty(name)
        frame = self._clean(name, at, day)
        if name in DATED:
            self.dates.check(name, frame, day)
            frame = self._within_window(name, frame, day)
        if self.oldest_day is not None and name != "campaigns":
            n_old = count_rows(frame.filter(nw.col(day) < self.oldest_day))
            self.record.leave_out(name, RETENTION, n_old, _too_old(self.config.privacy.retention_days))
            frame = frame.filter(nw.col(day) >= self.oldest_day)
        if name == "campaigns":
            frame = with_day(frame, "ends_at", "ends_day", self.config.shop.timezone)
            self._check_periods(frame)
        return frame

    def _within_window(self, name: SourceName, frame: Frame, day: str) -> Frame:
        """Leave out what customers did before `clean.first_day` or after `clean.last_day`, and record how much."""
        for rule in window_rules(self.config.clean, day):
            self.record.leave_out(name, rule.name, count_rows(frame.filter(rule.when)), rule.why)
            frame = frame.filter(~rule.when)
        return frame

    def _clean(self, name: SourceName, at: str = "", day: str = "") -> Frame:
        """Return the rows of a source that the rules keep, with a column `day` of the local day of a time `at`, and
        record what each rule did.
        """
        frame, are_lines = self.sources[name], name == "order_lines"
        frame = with_day(frame, at, day, self.config.shop.timezone) if at else frame
        if are_lines:
            self.dates.check(name, frame, day, self.lines.with_days)
        cleaned = Cleaned(name, frame, self.engine.keep)
        rows = count_rows(frame)
        self._note_left_out(cleaned, name)
        cleaned.note("all rows", "read", rows, Message("rows in the source"))
        self._drop_repeats(cleaned, name)
        columns = cleaned.frame.collect_schema().names()
        apply_rules(cleaned, rules_for(name, self.config.clean, columns, self.config.shop.currency))
        if name in KEYS and count_rows(cleaned.frame.filter(nw.col(KEYS[name]).is_null())):
            apply_rules(cleaned, [without_key(KEYS[name])])
        if at and not are_lines and count_rows(cleaned.frame.filter(nw.col(day).is_null())):
            apply_rules(cleaned, [without_time(at), impossible_time(at)])
        if are_lines:
            self._net_order_lines(cleaned, columns)
            columns = cleaned.frame.collect_schema().names()
        gone = sum(row["rows"] for row in cleaned.quality if row["action"] in ("rejected", "merged"))
        cleaned.note("all rows", "kept", rows - gone, Message("rows that later stages see"))
        if are_lines:
            self.lines.settle(cleaned)
        self.record.add(cleaned)
        kept = cleaned.frame.select(column for column in columns if not column.startswith("_"))
        if name in KEYS:
            check_key(kept, KEYS[name], name, self.config.sources[name].place)
        return kept

    def _drop_repeats(self, cleaned: Cleaned, name: SourceName) -> None:
        """Merge the scans of one product in one order; of other sources drop rows that stand twice."""
        if name != "order_lines":
            if name == "products":
                merge_texts(cleaned, self.engine)
            drop_copies(cleaned, are_expected=self._is_of_lines(name))
            return
        columns, are_units = cleaned.frame.collect_schema().names(), self.config.clean.repeated_orders == "units"
        amounts = ("quantity", *money_columns(columns))
        merge_scans(cleaned, amounts, self.config.shop.currency, keep_copies=are_units)
        if "order_discount_minor" in columns:
            cleaned.frame = self.engine.keep(with_discount_rates(cleaned.frame))

    def _net_order_lines(self, cleaned: Cleaned, columns: list[str]) -> None:
        """Take returns off their sales, and discounts of whole orders off their lines."""
        cleaned.frame = self._known_then(cleaned)
        self.returned = net_returns(cleaned, is_return(columns), money_columns(columns), self.engine)
        quantities = QuantitySums.of(cleaned.frame, self.config.clean.max_quantity)
        apply_rules(cleaned, rules_after_returns(self.config.clean, cleaned.frame.collect_schema().names()))
        cleaned.quality.append(self.lines.with_quantities(quantities).row(self.config.clean.max_quantity))
        cleaned.frame = with_order_discounts(cleaned.frame)

    def _is_of_lines(self, name: SourceName) -> bool:
        """Return whether a source reads the rows of the order lines, so that what is there once stands in many rows."""
        lines, source = self.config.sources["order_lines"], self.config.sources[name]
        places = ("path", "part", "url", "table", "query")
        return all(getattr(source, one) == getattr(lines, one) for one in places)

    def _note_left_out(self, cleaned: Cleaned, name: SourceName) -> None:
        """Say which rows never came this far."""
        if name in self.left_out and self.config.sources[name].where:
            rows_out, sales = self.left_out[name]
            cleaned.note(
                "filter 'where'",
                "left out",
                rows_out,
                Message("{text}", context="pattern", text=str(self.config.sources[name].where)),
            )
            cleaned.losses.append(loss_row(name, "where", "filter 'where'", rows_out, sales))
        if name in self.protected.suppressed:
            rule, lost = "suppressed", self.protected.suppressed[name]
            cleaned.note(rule, "left out", lost, Message("on the list privacy.suppress; kept nowhere"))
        if name in self.protected.refused:
            why = Message("of customers without consent (privacy.fit_without_consent); kept nowhere")
            cleaned.note("no consent", "left out", self.protected.refused[name], why)

    def _known_then(self, cleaned: Cleaned) -> Frame:
        """Order lines before a configured moment of the plan: a later return must not change an earlier sale."""
        as_of = self.config.profiles.as_of
        if as_of is None:
            return cleaned.frame
        later = nw.col("order_day") >= epoch_day(as_of)
        self._later = count_rows(cleaned.frame.filter(later))
        cleaned.note(
            AFTER_PLAN,
            "rejected",
            self._later,
            Message("on profiles.as_of = {day} or later: not known then", day=as_of.isoformat()),
        )
        return cleaned.frame.filter(~later)

    def _find_bulk(self) -> None:
        self.bulk_buyers = bulk_buyers(self.sold.units, self.config.clean.bulk_quantile)
        why = Message(
            "customers who buy far more units than others, such as resellers; they carry the tag 'bulk buyer'"
        )
        self.record.add_quality("order_lines", "bulk buyers", "flagged", self.bulk_buyers.height, why)

    def _check_periods(self, frame: Frame) -> None:
        wrong = collect(frame.filter(nw.col("ends_day") < nw.col("starts_day")), "campaign_id")
        if wrong.height:
            place = self.config.sources["campaigns"].place
            raise SourceError(
                Message(
                    "'{place}': campaign {campaign_id} ends before it starts; correct 'starts_at' or 'ends_at'",
                    place=place,
                    campaign_id=str(wrong["campaign_id"][0]),
                )
            )

    def _empty(self, name: SourceName) -> Frame:
        text = {*self.ids, "kind"}
        schema = {column: pl.String if column in text else pl.Int64 for column in _EMPTY[name]}
        return self.engine.table(pl.DataFrame(schema=schema))


def _too_old(days: int | None) -> Message:
    return Message("older than privacy.retention_days = {days}; kept nowhere", days=str(days))


def _with_sales(products: pl.DataFrame, lines: Frame) -> pl.DataFrame:
    """Return products with the number of their order lines and what was paid for them."""
    theirs = lines.filter(nw.col("product_id").is_in(products["product_id"].to_list()))
    sums = [nw.len().cast(nw.Int64).alias("n_lines"), nw.col("paid_minor").sum().cast(nw.Int64).alias("sales_minor")]
    sold = collect(theirs.group_by("product_id").agg(*sums))
    joined = products.join(sold, on="product_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("n_lines", "sales_minor").fill_null(0))


def _with_comparable_ids(read: SourcesRead, config: Config, engine: Engine) -> dict[SourceName, Frame]:
    """The sources with ids of one type and, where that is configured, in small letters."""
    sources = alike({name: one.frame for name, one in read.items()})
    sources["order_lines"] = with_marked_ids(sources["order_lines"], config.clean)
    sources = in_small_letters(sources) if config.privacy.ignore_case else sources
    return {name: one if one is read[name].frame else engine.keep(one) for name, one in sources.items()}


def _computed(lines: Frame, n_lines: int, engine: Engine) -> Frame:
    """Clean order lines, which an engine that holds tables itself should not hold beside those read if there are many.

    Where the disk can, their file becomes the stage's result by a second name.
    """
    if n_lines > MANY_LINES and isinstance(engine, TableHolder):
        return engine.keep_large(lines)
    return engine.keep(lines)


MANY_LINES = 5_000_000
"""Half a gigabyte or more in memory."""


RETENTION, NON_MERCHANDISE, AFTER_PLAN = "retention", "non-merchandise", "after the plan"
"""Rules that leave out rows after cleaning: old ones, those of products that are no goods, and those of later days."""


_EMPTY: dict[SourceName, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "campaigns": ("campaign_id", "starts_day", "ends_day"),
    "audiences": ("campaign_id", "customer_id"),
    "redemptions": ("customer_id", "coupon_id", "redeemed_day"),
    "coupon_products": ("campaign_id", "coupon_id", "product_id"),
    "events": ("customer_id", "product_id", "kind", "value", "event_day"),
    "exposures": ("customer_id", "offer_id", "shown_day"),
    "offers": ("offer_id", "kind"),
}
