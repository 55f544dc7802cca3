"""What a log of orders cannot know, and what a replay takes for granted in its place."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from offerloop.commands.replay.findings import ReplayNote
from offerloop.commands.replay.orders import PastOrders
from offerloop.message import Message
from offerloop.offers import Offer, OffFrom, OffShipping
from offerloop.workspace import OffersFile

NOTES = {
    "codes_all": Message(
        "Offers that need a code count as if every customer had presented it: the most that they could have cost."
    ),
    "codes_none": Message("Offers that need a code touch nothing: nobody is taken to have presented one."),
    "without_segment": Message(
        "Segments are not known, so these offers touch nothing: {offers}. A file of customers "
        "with the column 'segment' (--customers) would tell."
    ),
    "without_channel": Message("The orders have no column 'channel', so these offers touch nothing: {offers}."),
    "without_category": Message(
        "Categories are not known, so these offers touch nothing: {offers}. A product list "
        "with the column 'category' (--products) would tell."
    ),
    "without_brand": Message(
        "Brands are not known, so these offers touch nothing: {offers}. A product list with "
        "the column 'brand' (--products) would tell."
    ),
    "without_store_id": Message(
        "The orders have no column 'store_id', so these offers on shops touch nothing: {offers}."
    ),
    "shipping": Message("What shipping cost is not in order lines: free shipping takes nothing off here."),
    "order_number": Message(
        "A customer's orders are counted within the file only: whoever bought before its first day counts as new."
    ),
    "days_only": Message(
        "The orders have days without a time of day: each is priced at the beginning of its "
        "day, which hours of offers rarely hold."
    ),
    "reused": Message(
        "{n} order number stands for orders of several customers or days: each customer's day "
        "counts as an order of its own.",
        plural="{n} order numbers stand for orders of several customers or days: each customer's day "
        "counts as an order of its own.",
    ),
    "zone": Message("Days are those of {zone}, which is assumed; --timezone names another."),
    "no_margin": Message(
        "What products cost the shop is not known, so no margin is given: --margin 0.3 or a "
        "column 'unit_cost' would tell."
    ),
    "some_margin": Message(
        "What products cost is known for {known} of {lines} lines only, so no margin is given: "
        "--margin 0.3 would stand in for the others."
    ),
    "margin": Message(
        "The margin of {n} line without a unit cost is taken to be {share} %.",
        plural="The margin of {n} lines without a unit cost is taken to be {share} %.",
    ),
}
"""The note of each key."""


def notes_of(offers: OffersFile, past: PastOrders, codes: str, share: Fraction | None) -> tuple[ReplayNote, ...]:
    """Return the notes, the weightiest first."""
    return (*_of_offers(offers.offers, past, codes), *_of_file(past, share))


def _of_offers(offers: tuple[Offer, ...], past: PastOrders, codes: str) -> Iterator[ReplayNote]:
    if any(one.conditions.code_needed for one in offers):
        yield ReplayNote(f"codes_{codes}")
    wanting = {
        "segment": [one for one in offers if one.conditions.segments],
        "channel": [one for one in offers if one.conditions.bought_in],
        "category": [one for one in offers if one.scope.categories],
        "brand": [one for one in offers if one.scope.brands],
        "store_id": [one for one in offers if one.scope.shops],
    }
    for column, some in wanting.items():
        if some and column not in past.columns:
            yield ReplayNote(f"without_{column}", {"offers": [one.offer_id for one in some]})
    effects = [effect for one in offers for effect, _ in one.effects()]
    if any(isinstance(one, OffShipping) or (isinstance(one, OffFrom) and one.frees_shipping) for one in effects):
        yield ReplayNote("shipping")
    if any(one.conditions.order_number is not None for one in offers):
        yield ReplayNote("order_number")
    if past.days_only and any(one.conditions.window.hours for one in offers):
        yield ReplayNote("days_only")


def _of_file(past: PastOrders, share: Fraction | None) -> Iterator[ReplayNote]:
    if past.n_reused:
        yield ReplayNote("reused", {"n": past.n_reused})
    if not past.zone_is_given:
        yield ReplayNote("zone", {"zone": past.zone})
    n_with_cost = past.n_lines - past.n_without_cost
    if share is None and past.n_without_cost:
        yield ReplayNote(
            "no_margin" if not n_with_cost else "some_margin", {"known": n_with_cost, "lines": past.n_lines}
        )
    elif share is not None and past.n_without_cost:
        yield ReplayNote("margin", {"share": float(100 * share), "n": past.n_without_cost})
