"""Columns that name one row of a table, because later stages look rows up by them."""

from __future__ import annotations

import narwhals as nw

from offerloop.config import SourceName
from offerloop.engine import Frame, collect
from offerloop.errors import SourceError
from offerloop.message import Message

KEYS: dict[SourceName, str] = {
    "products": "product_id",
    "customers": "customer_id",
    "campaigns": "campaign_id",
    "offers": "offer_id",
}


def check_key(frame: Frame, key: str, name: SourceName, place: str) -> None:
    """Raise SourceError where several different rows of a source, which lies at `place`, have the same key."""
    counts = frame.group_by(key).agg(nw.len().alias("n"))
    several = collect(counts.filter(nw.col("n") > 1), key)
    if len(several):
        raise SourceError(
            Message(
                "[sources.{name}] '{place}' has several different rows for {key} {example}; keep one",
                name=name,
                place=place,
                key=key,
                example=str(several[key][0]),
            )
        )
