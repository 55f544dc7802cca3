"""What the offers of a shop's own table can cost, and what follows for its first budget."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import polars as pl

from offerloop.commands.init.configuration import SourceText
from offerloop.errors import InputError
from offerloop.events import CONTRACTS, ONE_PERCENT, VALIDITY, listed_offers
from offerloop.mapping import column_values, reference
from offerloop.offers import liability_minor, read_offers


@dataclass(frozen=True)
class Costs:
    """The most that offers can cost."""

    highest_minor: int
    """The largest cost of one of those that have a limit."""
    unlimited: tuple[str, ...] = ()
    """offer_id of those that have none."""


def listed_costs(source: SourceText, currency: str) -> Costs:
    """Return the costs of the offers that can be read."""
    if source.opened:
        return Costs(0)
    head = source.sample.head
    decimal = source.sample.decimal
    columns = {
        ours: column_values(
            head,
            guess.written,
            decimal,
            as_number=ours in CONTRACTS["offers"].numbers,
            one_percent=ONE_PERCENT.get(ours),
        )
        for ours, guess in source.mapping()
        if ours not in VALIDITY
    }
    for name in source.attributes:
        numeric = source.match.columns[name].numeric and name not in CONTRACTS["offers"].lists
        columns[name] = column_values(head, reference(name), decimal, as_number=numeric)
    table = pl.DataFrame(columns).with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    most, unlimited = [0], list[str]()
    for row in table.drop_nulls("offer_id").iter_slices(1):
        with suppress(InputError):  # what is wrong with it is told by check, with its place
            listed = listed_offers(row, currency=currency)
            terms = [{name: value for name, value in one.items() if name != "campaign_id"} for one in listed]
            names = terms[0].get("on", []) if terms else []
            categories = names if isinstance(names, list) else [str(names)]
            offers = read_offers([], categories, currency, terms)
            most += [liability_minor(offer) or 0 for offer in offers]
            unlimited += [offer.offer_id for offer in offers if liability_minor(offer) is None]
    return Costs(max(most), tuple(unlimited))


def listed_campaigns(source: SourceText) -> list[str]:
    """Return the campaigns that a table of offers names, in its order."""
    guess = source.match.guesses.get("campaign_id")
    if guess is None or source.opened:
        return []
    names = column_values(source.sample.head, guess.written, source.sample.decimal).cast(pl.String).str.strip_chars()
    return names.replace("", None).drop_nulls().unique(maintain_order=True).to_list()
