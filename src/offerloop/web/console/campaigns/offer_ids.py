"""Ids of offers that a person writes without any: no two of a campaign may share one, and those of a kind would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any


def with_own_ids(offers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return offers of which every further one of a kind that has no id gets one of its own, and keeps it.

    No id that an offer has by its kind begins with 'offer-', whatever the categories of the shop are.
    """
    taken, kinds, numbered = {str(one["id"]) for one in offers if "id" in one}, set[str](), list[dict[str, Any]]()
    free = (own for number in count(2) if (own := f"offer-{number}") not in taken)
    for offer in offers:
        kind = str(offer.get("kind"))
        is_alone = "id" in offer or kind not in kinds
        numbered.append(dict(offer) if is_alone else {**offer, "id": next(free)})
        kinds |= set() if "id" in offer else {kind}
    return numbered
