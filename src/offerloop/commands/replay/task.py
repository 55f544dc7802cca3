"""What offers would have cost over past orders, and which orders they would have touched (`offerloop replay`).

Arithmetic, no forecast: the same orders at the same times, each priced with the offers. No change of behaviour is
assumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from offerloop.commands.replay.files import check_folder, write
from offerloop.commands.replay.findings import TOUCHED, OfferSums, ReplayFindings, ReplayResult, Sums
from offerloop.commands.replay.notes import notes_of
from offerloop.commands.replay.orders import COLUMNS, PastOrders, read_orders
from offerloop.config import SourceName, known_zone, report_language
from offerloop.engine import DEFAULT_ENGINE, ENGINES, Engine, batches, temporary_folder
from offerloop.errors import ContractError, InputError, check_known
from offerloop.message import Message
from offerloop.money import exact_share, half_up, read_margin
from offerloop.offers import Basket, BasketLine, Customer, Offer, OfferSet, OfferUsage, Priced, price, units_left
from offerloop.report import ProgressDisplay
from offerloop.workspace import Document, OffersFile, read_offers_file

CODES = ("all", "none")
"""Whether every customer has presented every coupon that needs a code: then the replay is the most it could cost."""
_ORDER = tuple(COLUMNS.index(name) for name in ("at", "order_id", "customer_id"))
"""Places of what the lines of one order share."""
_PRICING = Message("pricing {n} order line", plural="pricing {n} order lines", context="progress")
_KEPT = 50_000
"""Rows of touched orders that wait as Python objects at most."""


@dataclass(frozen=True)
class ReplayRequest:
    """The arguments of a replay."""

    orders: str
    offers: Document
    products: str | None = None
    customers: str | None = None
    currency: str | None = None
    """The currency of the orders, where it is not that of the offers beyond doubt."""
    zone: str | None = None
    margin: str | None = None
    """Share of the price that is left where no unit cost is known."""
    codes: str = "all"

    @property
    def share(self) -> Fraction | None:
        """The margin. InputError when it is none."""
        if self.margin is None:
            return None
        return exact_share(read_margin(self.margin))

    def check(self) -> None:
        """Raises InputError for what cannot be."""
        check_known(Message("value of --codes", context="kind of name"), self.codes, CODES)
        if self.zone is not None:
            try:
                known_zone(self.zone)
            except ValueError as error:
                raise InputError(Message("--timezone: {error}", context="error", error=error.args[0])) from None
        _ = self.share


@dataclass(frozen=True)
class PastOrder:
    """One order, ready to be priced."""

    order_id: str
    at: int
    day: int
    basket: Basket
    margin_minor: int | None


def replay(
    request: ReplayRequest, out: Path | None = None, language: str | None = None, console: Console | None = None
) -> ReplayResult:
    """Price every past order with the offers, and write the new folder `out`, with a page in `language`.

    By default that is the language of the shop.

    Raises InputError for files that cannot be used, and for a folder that cannot be written.
    """
    if out is not None:
        check_folder(out)
    request.check()
    done = _priced(request, language, console)
    if out is not None:
        write(done, out)
    return done


def _priced(request: ReplayRequest, language: str | None, console: Console | None) -> ReplayResult:
    offers, where = read_offers_file(request.offers), ENGINES.load(DEFAULT_ENGINE)()
    places = {"order_lines": request.orders, "products": request.products, "customers": request.customers}
    files: dict[SourceName, Any] = {name: place for name, place in places.items() if place}  # type: ignore[misc]
    with temporary_folder() as folder:
        report_language(language, offers.currency)
        past = read_orders(files, offers.currency, request.currency, request.zone, where, folder)
        run = _Replay(offers, request, past)
        language = report_language(language, offers.currency, past.names)
        with ProgressDisplay(console, language).working(_PRICING.with_values(n=past.n_lines)):
            run.over(_rows(past, where))
    return replace(run.done(), language=language)


def _rows(past: PastOrders, engine: Engine) -> Iterator[tuple[Any, ...]]:
    for frame in engine.map(lambda batch: pl.DataFrame(batch.read(COLUMNS)), batches(past.path)):
        yield from frame.iter_rows()


@dataclass
class _Counts:
    """Counts that earlier orders of the file leave behind."""

    orders: Counter[str] = field(default_factory=Counter)
    sold: Counter[str] = field(default_factory=Counter)
    """Units that went at the price of an offer with a limit, by offer."""
    by_customer: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    """The same by offer and customer; a guest is a new customer every time."""


class _Replay:
    """Goes through the orders once, in order of time."""

    def __init__(self, offers: OffersFile, request: ReplayRequest, past: PastOrders) -> None:
        self.offers, self.request, self.past = offers, request, past
        self.set = OfferSet.of(offers.offers)
        self.limited = {one.offer.offer_id: one for one in self.set.ready if one.limited}
        self.share = request.share
        needing = {one.offer_id for one in offers.offers if one.conditions.code_needed}
        self.codes = frozenset(needing if request.codes == "all" else ())
        self.funded = {one.offer_id: one.funded_share for one in offers.offers}
        self.counts = _Counts()
        self.days: dict[int, Sums] = {}
        self.by_offer = {one.offer_id: OfferSums(one.offer_id, one.label_with_minimum()) for one in offers.offers}
        self.kept: list[pl.DataFrame] = []
        self.waiting: list[tuple[Any, ...]] = []

    def over(self, rows: Iterator[tuple[Any, ...]]) -> None:
        """Every order of the file."""
        latest: tuple[int, str] | None = None
        for _, lines in groupby(rows, key=itemgetter(*_ORDER)):
            order = self._order(list(lines))
            if latest is not None and (order.at, order.order_id) < latest:
                raise ContractError(f"order '{order.order_id}' comes before an earlier one")
            latest = order.at, order.order_id
            priced = price(order.basket, self.set, order.at, self.offers.policy)
            self._use(order, priced)
            self._count(order, priced)

    def done(self) -> ReplayResult:
        """Return all sums."""
        self._keep()
        total = Sums()
        for sums in self.days.values():
            total.add(sums)
        ranked = sorted(self.by_offer.values(), key=lambda one: (-one.discount_minor - one.gifts_minor, one.offer_id))
        past = self.past
        findings = ReplayFindings(
            self.request.orders, self.offers.currency, past.zone, total, dict(sorted(self.days.items())),
            tuple(ranked), past.left_out, notes_of(self.offers, past, self.request.codes, self.share),
        )  # fmt: skip
        return ReplayResult(findings, pl.concat([pl.DataFrame(schema=TOUCHED), *self.kept]))

    def _order(self, rows: Sequence[tuple[Any, ...]]) -> PastOrder:
        named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        first = named[0]
        customer = first["customer_id"]
        before = None if customer is None else self.counts.orders[customer]
        basket = Basket(
            currency=self.offers.currency,
            lines=tuple(line_of(row) for row in named),
            customer=Customer(customer, segments_of(first["segment"]), before),
            bought_in=first["channel"],
            codes=self.codes,
            usage=self._usage(customer),
        )
        margins = [self._margin(row) for row in named]
        margin = None if None in margins else sum(one for one in margins if one is not None)
        return PastOrder(first["order_id"], first["at"], first["day"], basket, margin)

    def _margin(self, row: Mapping[str, Any]) -> int | None:
        """Return the margin of one line before the offers; by its cost, else by the share."""
        if row["cost_minor"] is not None:
            return int(row["value_minor"] - row["cost_minor"])
        return None if self.share is None else half_up(row["value_minor"] * self.share)

    def _usage(self, customer: str | None) -> dict[str, OfferUsage]:
        sold, by_customer = self.counts.sold, self.counts.by_customer
        return {one: OfferUsage(sold[one], by_customer[one, customer]) for one in self.limited}

    def _use(self, order: PastOrder, priced: Priced) -> None:
        """Count the order, and the units that went at the price of an offer with a limit."""
        customer = order.basket.customer.customer_id
        if customer is not None:
            self.counts.orders[customer] += 1
        for offer_id, ready in self.limited.items():
            units, left = units_at(priced, ready.offer), units_left(ready, order.basket)
            if units and isinstance(left, int):
                self.counts.sold[offer_id] += min(units, left)
                if customer is not None:
                    self.counts.by_customer[offer_id, customer] += min(units, left)

    def _count(self, order: PastOrder, priced: Priced) -> None:
        sums = Sums(1, 0, priced.goods_before_minor, priced.discount_minor, margin_before_minor=order.margin_minor)
        active = [applied for applied in priced.applied if applied.off_minor or applied.gives]
        for applied in active:
            gifts = sum(gift.worth_minor for gift in applied.gives)
            funded = applied.funded_minor + int(gifts * self.funded[applied.offer_id])
            sums.funded_minor += funded
            sums.gifts_minor += gifts
            self.by_offer[applied.offer_id].add(order.order_id, applied.off_minor, funded, gifts)
        sums.touched = int(bool(active))
        self.days.setdefault(order.day, Sums()).add(sums)
        if active:
            ids = "|".join(applied.offer_id for applied in active)
            row = (order.order_id, order.day, ids, sums.before_minor, sums.discount_minor, sums.margin_after_minor)
            self.waiting.append(row)
            if len(self.waiting) >= _KEPT:
                self._keep()

    def _keep(self) -> None:
        if self.waiting:
            self.kept.append(pl.DataFrame(self.waiting, schema=TOUCHED, orient="row"))
            self.waiting.clear()


def line_of(row: Mapping[str, Any]) -> BasketLine:
    """Return the line as it is priced, with the exact amount."""
    each, more = divmod(row["value_minor"], row["units"])
    categories = tuple(one for one in (row["category"], row["subcategory"]) if one is not None)
    return BasketLine(
        row["product_id"], row["units"], each, categories, row["brand"], row["store_id"], extra_minor=more
    )


@lru_cache(maxsize=100_000)
def segments_of(written: str | None) -> frozenset[str]:
    """Split one name, or several with commas, semicolons or bars between them."""
    if written is None:
        return frozenset()
    names = written.replace(";", ",").replace("|", ",").split(",")
    return frozenset(one.strip() for one in names if one.strip())


def units_at(priced: Priced, offer: Offer) -> int:
    """Units of lines from which an offer took something: as many as it has reached, unless its limit stopped it."""
    per_line = getattr(offer, "units_per_line", None)
    touched = [
        line.line.quantity
        for line in priced.lines
        if any(change.offer_id == offer.offer_id for change in line.adjustments)
    ]
    return sum(touched if per_line is None else [min(quantity, per_line) for quantity in touched])
