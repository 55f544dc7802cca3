"""What one `[[publish]]` carries: rows of a run under their names, as text where money is meant."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from offerloop.config import Publish
from offerloop.decision import as_text
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import DIGITS
from offerloop.offers import NO_OFFER
from offerloop.report import Localizer
from offerloop.workspace import RunRead, erased_names

OF_OFFERS = ("label", "kind", "category", "channel", "quiet_hours", "contact_cost_minor")
KEYS = ("campaign_id", "offer_id")
_PART = 100_000
"""Rows that are written as CSV at a time for their hash."""


@dataclass(frozen=True)
class PlannedRows:
    """The rows of a run for one section, without those of customers who were erased since."""

    rows: pl.DataFrame
    """One per offer, and per customer without one, sorted by customer_id, with their columns."""
    places: pl.Series
    """(rows,): the place of each among all rows that the run had."""
    n_planned: int
    """Rows that the run had."""

    @property
    def n_erased(self) -> int:
        """Rows of customers who were erased."""
        return self.n_planned - self.rows.height


@dataclass(frozen=True)
class Parcel:
    """The rows for one place."""

    number: int
    """Which `[[publish]]` of the configuration, from 1."""
    run: str
    shop: Path
    """Folder that relative paths start from."""
    settings: Publish
    planned: PlannedRows
    on_progress: Callable[[int], None]
    """Is told how many more rows are done."""
    most_offers: int = 1
    """Of a customer."""
    place: str = ""
    """The place that the rows go to, without secrets."""
    nth: int = 1
    """Which section of the same place it is, in the order of the configuration."""

    @property
    def rows(self) -> pl.DataFrame:
        """Return the rows to carry."""
        return self.planned.rows

    @property
    def whose(self) -> Message:
        """What messages call a setting of this section: "the url of [[publish]] 2"."""
        return Message("the url of [[publish]] {number}", number=self.number)

    @property
    def url(self) -> str:
        """Return the URL as written. Raises InputError when the run keeps it without its password."""
        url = self.settings.url or ""
        if "***" in url:
            raise InputError(
                Message(
                    "{whose} was written with what may be a password, which no run keeps ('{url}'); write ${{NAME}} "
                    "in the place of ***, set that environment variable, and run again: finished stages are kept",
                    whose=self.whose,
                    url=url,
                )
            )
        return url

    @cached_property
    def csv(self) -> bytes:
        """The rows as UTF-8 with a header; the same rows are the same bytes."""
        return self.rows.write_csv().encode()

    @cached_property
    def sha256(self) -> str:
        """Hash the rows as CSV, a part of them at a time, whatever they are sent as."""
        digest = hashlib.sha256(self.rows.clear().write_csv().encode())
        for part in self.rows.iter_slices(_PART):
            digest.update(part.write_csv(include_header=False).encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Carried:
    """The result of carrying a parcel."""

    place: str
    """The place, without secrets."""
    new: int
    """Rows that were not there before."""
    already: bool
    """Whether all of it was there, so that nothing was done."""


def rows_of(run: RunRead, settings: Publish) -> PlannedRows:
    """Customers with an offer, and with `holdout` all others too, under their column names."""
    erased = erased_names(run.folder)
    assigned = _wanted(_in_place(run) if erased else run.all_offers(), settings).collect()
    published = assigned if settings.holdout else assigned.filter(pl.col("offer_id") != NO_OFFER)
    joined = published.join(_terms(run), on=KEYS, how="left", maintain_order="left")
    texts = as_text(joined, DIGITS[run.currency]).with_columns(run=pl.lit(run.folder.name))
    missing = sorted(set(settings.mapping.values()) - set(texts.columns))
    if missing:
        raise InputError(
            Message(
                "'{folder}' is of another version of Offerloop and lacks {missing}; run it again",
                folder=str(run.folder),
                missing=missing,
            )
        )
    is_erased = texts["customer_id"].cast(pl.String).is_in(list(erased))
    return PlannedRows(_named(texts, settings).filter(~is_erased), (~is_erased).arg_true(), texts.height)


def _wanted(assigned: pl.LazyFrame, settings: Publish) -> pl.LazyFrame:
    """Return the columns that are published, and those that rows are found by."""
    wanted = {"customer_id", *KEYS, *settings.mapping.values()}
    names = assigned.collect_schema().names()
    return assigned.select(name for name in names if name.removesuffix("_minor").removesuffix("_micro") in wanted)


def _in_place(run: RunRead) -> pl.LazyFrame:
    """Return all offers in the order of customers that the run had before erasures put other names among them."""
    places = run.table("assignments").select("customer_id").with_row_index("place")
    return run.all_offers().join(places, on="customer_id").sort("place", maintain_order=True).drop("place")


def _terms(run: RunRead) -> pl.DataFrame:
    """What may leave of offers, their labels in the language of the run's reports."""
    terms = run.offers.select(*KEYS, *(name for name in OF_OFFERS if name in run.offers.columns))
    if "label_message" not in run.offers.columns:
        return terms
    localize = Localizer(str(run.summary.get("language", "en")), run.currency)
    labels = [localize.unpacked(one) for one in run.offers["label_message"]]
    return terms.with_columns(pl.Series("label", labels, pl.String))


def why_out_of_date(run: RunRead, now: int) -> Message | None:
    """Return which offer that the run gives has ended; None where none has, or the run does not say when they end."""
    if "ends_at" not in run.offers.columns:
        return None
    planned = run.all_offers().select(KEYS).unique().collect()
    ended = run.offers.filter(pl.col("ends_at") <= now).join(planned, on=KEYS, how="semi").sort("ends_at", *KEYS)
    if ended.is_empty():
        return None
    campaign, offer, end = ended.select(*KEYS, "ends_at").row(0)
    return Message(
        "offer '{offer}' of campaign '{campaign}' ended on {day}, so that the plan of '{folder}' is out of date; run "
        "again with newer orders, or without the offer",
        offer=offer,
        campaign=campaign,
        day=datetime.fromtimestamp(end - 1, ZoneInfo(run.zone)).date(),
        folder=str(run.folder),
    )


def _named(texts: pl.DataFrame, settings: Publish) -> pl.DataFrame:
    return texts.select(pl.col(ours).alias(theirs) for theirs, ours in settings.mapping.items())
