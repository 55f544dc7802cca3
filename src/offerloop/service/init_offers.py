"""What the offers of a shop's own table can cost."""

from __future__ import annotations

from contextlib import suppress

import polars as pl

from offerloop.errors import InputError
from offerloop.events.listed_offers import listed_offers
from offerloop.offers import read_offers
from offerloop.offers.base import liability_minor
from offerloop.service.guess_times import evaluate
from offerloop.service.init_toml import SourceText


def dearest_listed(source: SourceText, currency: str) -> int:
    """The most that one of them can cost, in minor units, as far as they can be read and have a limit."""
    head = source.peeked.head
    columns = {ours: evaluate(head, one.written, source.peeked.decimal) for ours, one in source.mapping()}
    for name in source.attributes:
        numeric = source.found.columns[name].numeric
        columns[name] = evaluate(head, name, source.peeked.decimal, as_number=numeric)
    table = pl.DataFrame(columns).with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    most = [0]
    for one in listed_offers(table.drop_nulls("offer_id")):
        terms = {name: value for name, value in one.items() if name != "campaign_id"}
        with suppress(InputError):  # what is wrong with it is told by check, with its place
            offers = read_offers([terms], [str(terms.get("on", ""))], currency)
            most += [liability_minor(offer) or 0 for offer in offers]
    return max(most)
