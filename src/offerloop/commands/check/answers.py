"""What a run could find out from a shop's files, and why not where it could not."""

from __future__ import annotations

from offerloop.commands.check.figures import Shape
from offerloop.config import Config
from offerloop.engine import collect
from offerloop.errors import EvidenceError
from offerloop.events import Events
from offerloop.flow import shown_log
from offerloop.offers import Offer
from offerloop.response import FEWEST_SHELF_WEEKS, shown_enough

_SOME_HISTORY = 28
"""Days before the two windows of the recommenders that make a comparison worth something."""


def response_answer(shape: Shape) -> str:
    """Return why the response to shelf prices cannot be estimated; empty when it can."""
    if shape.full_weeks < FEWEST_SHELF_WEEKS:
        return f"{shape.full_weeks} full weeks, and at least {FEWEST_SHELF_WEEKS} are needed: add older order lines"
    if shape.with_category == 0:
        return "no order line has a category: give a list of products with 'category'"
    if shape.with_discount == 0:
        return "no order line shows a discount: map 'discount', 'list_price' or 'list_value'"
    if not shape.discounts_vary:
        return "discounts are the same share in every week: nothing tells what another discount would do"
    return ""


def recommender_answer(shape: Shape, config: Config) -> str:
    """Return why recommenders cannot be compared; empty when they can."""
    window = config.recommend.window_days
    needed = 2 * window + _SOME_HISTORY
    if shape.days < needed:
        return (
            f"{shape.days} days, and two windows of {window} days with some history before them need about {needed}: "
            "add older order lines or shorten recommend.window_days"
        )
    return ""


def exposures_answer(config: Config, events: Events, offers: list[Offer]) -> tuple[frozenset[str], str | None]:
    """The ids of offers whose effects the exposures tell, and why there are none; None without any exposure."""
    if not collect(events.exposures.select("customer_id").head(1)).height:
        return frozenset(), None
    try:
        return shown_enough(shown_log(events, config), offers), ""
    except EvidenceError as missing:
        return frozenset(), str(missing)
