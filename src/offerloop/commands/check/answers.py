"""What a run could find out from a shop's files, and why not where it could not."""

from __future__ import annotations

from offerloop.commands.check.figures import Shape
from offerloop.commands.check.missing import list_price_sources
from offerloop.config import Config
from offerloop.engine import collect
from offerloop.errors import EvidenceError
from offerloop.events import Events
from offerloop.flow import shown_log
from offerloop.message import Message
from offerloop.offers import Offer
from offerloop.response import FEWEST_SHELF_WEEKS, shown_enough, with_own_ids

_SOME_HISTORY = 28
"""Days before the two windows of the recommenders that make a comparison worth something."""


def response_answer(shape: Shape, config: Config) -> Message | None:
    """Return why the response to shelf prices cannot be estimated; None when it can."""
    if shape.full_weeks < FEWEST_SHELF_WEEKS:
        return Message(
            "{n} full week, and at least {least} are needed: add older order lines",
            plural="{n} full weeks, and at least {least} are needed: add older order lines",
            n=shape.full_weeks,
            least=FEWEST_SHELF_WEEKS,
        )
    if shape.with_category == 0:
        return Message("no order line has a category: give a list of products with 'category'")
    if shape.with_discount == 0:
        return _no_discount(list_price_sources(config))
    if not shape.discounts_vary:
        return Message("discounts are the same share in every week: nothing tells what another discount would do")
    return None


def _no_discount(sources: list[str]) -> Message:
    """Say that no discount is seen: `sources` are the places that should show one."""
    if sources:
        return Message(
            "by {sources}, no order line has a discount beside coupons and the offers that were shown",
            sources=[f"'{one}'" for one in sources],
        )
    return Message(
        "no order line shows a discount beside coupons and the offers that were shown: map 'discount', 'list_price' or "
        "'list_value'"
    )


def recommender_answer(shape: Shape, config: Config) -> Message | None:
    """Return why recommenders cannot be compared; None when they can."""
    window = config.recommend.window_days
    needed = 2 * window + _SOME_HISTORY
    if shape.days < needed:
        return Message(
            "{days} days, and two windows of {window} days with some history before them need "
            "about {needed}: add older order lines or shorten recommend.window_days",
            days=shape.days,
            window=window,
            needed=needed,
        )
    return None


def has_exposures(events: Events) -> bool:
    """Return whether anything says who was shown what."""
    return bool(collect(events.exposures.select("customer_id").head(1)).height)


def exposures_answer(
    config: Config, events: Events, offers: list[Offer]
) -> tuple[frozenset[str], Message | None, list[Message]]:
    """The ids of offers whose effects the exposures tell, why there are none, and a note on ids of several offers."""
    unclear = list[Message]()
    if not has_exposures(events):
        return frozenset(), None, unclear
    log = shown_log(events, config)
    try:
        offers, unclear = with_own_ids(offers, log.columns)
        return shown_enough(log, offers), None, unclear
    except EvidenceError as missing:
        return frozenset(), missing.message, unclear
