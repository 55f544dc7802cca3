"""What a log of orders cannot know, and what a replay takes for granted in its place."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from offerloop.commands.replay.findings import Note
from offerloop.commands.replay.orders import PastOrders
from offerloop.offers import Offer, OffFrom, OffShipping
from offerloop.workspace import OffersFile


def notes_of(offers: OffersFile, past: PastOrders, codes: str, share: Fraction | None) -> tuple[Note, ...]:
    """Return the notes, the weightiest first."""
    return (*_of_offers(offers.offers, past, codes), *_of_file(past, share))


def _of_offers(offers: tuple[Offer, ...], past: PastOrders, codes: str) -> Iterator[Note]:
    if any(one.conditions.code_needed for one in offers):
        yield Note(f"codes_{codes}")
    wanting = {
        "segment": [one for one in offers if one.conditions.segments],
        "channel": [one for one in offers if one.conditions.bought_in],
        "category": [one for one in offers if one.scope.categories],
        "brand": [one for one in offers if one.scope.brands],
        "store_id": [one for one in offers if one.scope.shops],
    }
    for column, some in wanting.items():
        if some and column not in past.found:
            yield Note(f"without_{column}", {"offers": ", ".join(one.offer_id for one in some)})
    effects = [effect for one in offers for effect, _ in one.effects()]
    if any(isinstance(one, OffShipping) or (isinstance(one, OffFrom) and one.frees_shipping) for one in effects):
        yield Note("shipping")
    if any(one.conditions.order_number is not None for one in offers):
        yield Note("order_number")
    if past.days_only and any(one.conditions.window.hours for one in offers):
        yield Note("days_only")


def _of_file(past: PastOrders, share: Fraction | None) -> Iterator[Note]:
    if past.n_reused:
        yield Note("reused", {"n": f"{past.n_reused:,}"})
    if not past.zone_is_given:
        yield Note("zone", {"zone": past.zone})
    known = past.n_lines - past.n_without_cost
    if share is None and past.n_without_cost:
        yield Note("no_margin" if not known else "some_margin", {"known": f"{known:,}", "lines": f"{past.n_lines:,}"})
    elif share is not None and past.n_without_cost:
        yield Note("margin", {"share": f"{float(100 * share):g}", "lines": f"{past.n_without_cost:,}"})
