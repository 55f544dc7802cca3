"""The whole stage: sources in, clean tables and what cleaning did out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from offerloop.config import Config
from offerloop.engine import Engine, collect
from offerloop.errors import InputError, RereadError
from offerloop.events.clean_events import Events
from offerloop.events.cleaning_stage import CleaningStage
from offerloop.events.columns.read import SourcesRead, read_all
from offerloop.events.growth import of_files
from offerloop.events.loop_exposures import LoopExposures
from offerloop.events.offers_table import listed_offers, names_with_separators
from offerloop.events.prices.order_discounts import has_coupons
from offerloop.message import Message


def prepare(
    config: Config,
    engine: Engine,
    loop_exposures: LoopExposures | None = None,
    read: SourcesRead | None = None,
    *,
    lists_rejected: bool = True,
) -> Events:
    """Read and clean every configured source; `loop_exposures` is what a loop gave, which counts as exposures.

    `read` are the sources where they were read before, under the same columns, currency and time zone. Without
    `lists_rejected` the events do not hold the rows that are left out, which may be most.
    """
    stage = CleaningStage(
        config, engine, read_all(config, engine) if read is None else read, lists_rejected=lists_rejected
    )
    return _prepared(stage, loop_exposures)


def extend_events(
    earlier: Events,
    files: Sequence[Path],
    config: Config,
    engine: Engine,
    loop_exposures: LoopExposures | None = None,
) -> Events:
    """What `prepare` gives now that the folder of order lines has new `files`, which alone are read of it.

    Raises RereadError where that cannot be known from `earlier`, or the files are wrong in any way.
    """
    if earlier.read_so_far is None or loop_exposures is not None:
        raise RereadError(Message("nothing was kept that new files could be added to"))
    part = of_files(config, files, earlier.read_so_far.time_forms, engine)
    try:
        events = _prepared(CleaningStage(part, engine, read_all(part, engine), earlier), None)
    except InputError as error:
        raise RereadError(error.message) from error
    others, before = (one.non_merchandise["product_id"] for one in (events, earlier))
    known_products = collect(earlier.products.select("product_id"))["product_id"]
    if set(others) & set(known_products) != set(before):
        raise RereadError(Message("by the new files other products than before are no goods"))
    return events


def _prepared(stage: CleaningStage, loop_exposures: LoopExposures | None) -> Events:
    every_line = stage.order_lines()
    sold, products = stage.set_apart(every_line, stage.products())
    listed = stage.offers()
    if loop_exposures is not None:
        loop_exposures.check_ids(every_line, stage.engine)
    exposures = stage.exposures(listed, loop_exposures)
    lines, browsing = stage.with_offer_coupons(sold, exposures, products), stage.browsing()
    return Events(
        line_parts=stage.line_parts if lines is every_line else (lines,),
        returned=stage.returned,
        products=products,
        customers=stage.customers(lines),
        agreement=stage.protected.agreement,
        no_consent=stage.protected.no_consent,
        notes=(*stage.protected.notes, *stage.notes),
        campaigns=stage.before("campaigns", "starts_at", "starts_day"),
        audiences=stage.plain("audiences"),
        redemptions=stage.before("redemptions", "at", "redeemed_day"),
        coupon_products=stage.plain("coupon_products"),
        browsing=browsing,
        exposures=exposures,
        splits_discounts=stage.splits_discounts,
        coupons_apart=has_coupons(stage.config.sources["order_lines"].columns),
        offers=listed_offers(listed, names_with_separators(listed, products), stage.config.shop.currency),
        quality=stage.record.quality(),
        quality_by_day=stage.record.quality_by_day(),
        rejected=stage.record.rejected(stage.oldest_day),
        bulk_buyers=stage.bulk_buyers,
        non_merchandise=stage.non_merchandise,
        losses=stage.record.losses(),
        first_day=stage.first_day,
        as_of_day=stage.as_of_day,
        read_so_far=stage.lines.read_so_far,
    )
