"""Ids of offers that a person writes without any: the second of a kind gets a number, as no two may share one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from offerloop.errors import InputError
from offerloop.offers import read_offers


def with_own_ids(offers: Iterable[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Return offers of which each that would get the id of one before it has a number behind it."""
    numbered, taken = list[dict[str, Any]](), set[str]()
    for offer in offers:
        ids = _ids_of(offer, currency)
        if "id" in offer or len(ids) != 1 or ids[0] not in taken:
            numbered.append(dict(offer))
            taken.update(ids)
            continue
        own = next(one for one in (f"{ids[0]}-{number}" for number in count(2)) if one not in taken)
        numbered.append({**offer, "id": own})
        taken.add(own)
    return numbered


def without_number(offer: Mapping[str, Any], currency: str) -> Mapping[str, Any]:
    """Return an offer without its id where that is only numbered, so that it can be said in words."""
    plain = {name: value for name, value in offer.items() if name != "id"}
    ids = _ids_of(plain, currency) if "id" in offer else []
    is_numbered = len(ids) == 1 and re.fullmatch(re.escape(ids[0]) + r"-\d+", str(offer["id"])) is not None
    return plain if is_numbered else offer


def _ids_of(offer: Mapping[str, Any], currency: str) -> list[str]:
    with suppress(InputError):  # what is wrong with an offer is said where it is checked
        return [one.offer_id for one in read_offers([offer], None, currency)]
    return []
