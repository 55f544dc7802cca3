"""Offers of which something is wrong: about what the shop's tables do not have, not valid throughout the period of the
plan, shown under other ids, or with an id that two campaigns have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl

from offerloop.config import Config
from offerloop.engine import Engine, Frame, collect, distinct
from offerloop.errors import ConfigError, InputError
from offerloop.events import Events
from offerloop.flow.learning import categories_on_offer, planned_period
from offerloop.message import Message
from offerloop.offers import EACH_CATEGORY, PlanPeriod, Window, WrittenTerms, window_of

COLUMNS = {"products": "product_id", "on": "category", "brands": "brand", "shops": "store_id"}
"""Columns that have the names which fields of an offer may hold."""
TABLES = ("parts", "except", "contains", "contains_not", "measured_on", "got_from", "any_of", "none_of")
"""Fields of an offer that hold such fields themselves."""


def unknown_names(config: Config, events: Events, engine: Engine) -> list[Message]:
    """Say which products, categories, brands and stores offers name that the tables do not have; where they have none,
    nothing."""
    written = [*(offer for one in config.campaigns for offer in one.offers), *events.offers]
    named = [(offer, path, field, names) for offer in written for path, field, names in _names(offer)]
    messages = []
    for field, column in COLUMNS.items():
        table = events.order_lines if field == "shops" else events.products
        of_field = [(offer, path, names) for offer, path, each, names in named if each == field]
        missing = _missing({name for _, _, names in of_field for name in names}, table, column, engine)
        messages += [
            _message(path, column, offer, sorted(names & missing)) for offer, path, names in of_field if names & missing
        ]
    return messages


def validity_notes(config: Config, events: Events) -> list[Message]:
    """Say which offers of campaigns are left out of the plan, as they are over before its period or begin after it, and
    which end within it."""
    period, clock, messages = planned_period(events, config), ZoneInfo(config.shop.timezone), list[Message]()
    for campaign in config.campaigns:
        offers = [*campaign.offers, *campaign.offers_among(events.offers)]
        windows = [_window(WrittenTerms(one, config.shop.currency, zone=config.shop.timezone)) for one in offers]
        for offer, window in zip(offers, windows, strict=True):
            text = _validity_note(window, period, clock)
            messages += [] if text is None else [text.with_values(offer=_id(offer), campaign=campaign.id)]
        if windows and not any(one.is_in(period) for one in windows):
            messages.append(
                Message(
                    "campaign '{campaign}' has nothing to send, as none of its offers is valid in the period of the "
                    "plan; give it an offer that is, or remove it",
                    campaign=campaign.id,
                )
            )
    return messages


def without_offers(campaign_ids: Iterable[str]) -> list[Message]:
    """Say of campaigns without a single offer why they have none."""
    return [
        Message(
            "campaign '{campaign}' has nothing to send, as its offers are on each category and no category is known; "
            "give a list of products with 'category', or offers that are on something else",
            campaign=campaign_id,
        )
        for campaign_id in campaign_ids
    ]


def _validity_note(window: Window, period: PlanPeriod, clock: ZoneInfo) -> Message | None:
    """Return what is said of an offer that is not valid in a period, or not to its end; None of others."""
    if window.is_over_before(period):
        return Message(
            "offer '{offer}' of campaign '{campaign}' ended on {day}, before the period of the plan begins, and is "
            "left out of the plan; remove it, or correct 'ends_at'"
        ).with_values(day=_day((window.ends_at or 0) - 1, clock))
    if window.begins_after(period):
        return Message(
            "offer '{offer}' of campaign '{campaign}' begins on {day}, after the period of the plan, and is left out "
            "of the plan; plan again once it has begun, or correct 'starts_at'"
        ).with_values(day=_day(window.starts_at or 0, clock))
    if window.ends_at is not None and window.ends_at < period.end:
        return Message(
            "offer '{offer}' of campaign '{campaign}' ends on {day}, within the period of the plan ({first_day} to "
            "{last_day}), and its forecast does not take that into account; correct 'ends_at', or plan for fewer days "
            "with 'evaluate.window_days'"
        ).with_values(
            day=_day(window.ends_at - 1, clock),
            first_day=_day(period.first, clock),
            last_day=_day(period.end - 1, clock),
        )
    return None


def _day(instant: int, clock: ZoneInfo) -> date:
    return datetime.fromtimestamp(instant, clock).date()


def renamed_offers(config: Config, events: Events, offer_ids: Collection[str]) -> list[Message]:
    """Say which offers were shown under an id of the configuration that stands for others: `offer_ids`.

    Of one that cannot be read, or that stands for no offer, another sentence says so.
    """
    written = sorted(set(config.written_offer_ids) - set(offer_ids))
    if not written:
        return []
    shown = events.exposures.select(nw.col("offer_id").cast(nw.String)).filter(nw.col("offer_id").is_in(written))
    names = collect(distinct(shown, "offer_id"), "offer_id")["offer_id"]
    ids = {name: [one for one in sorted(offer_ids) if one.startswith((f"{name}-", f"{name} "))] for name in names}
    return [
        Message(
            "the exposures name offer '{offer}', and nothing is learned of it, as its ids in the plan are {ids}: list "
            "it under [sources.offers], where ids stay as they are, or write these ids into the exposures",
            offer=name,
            ids=[f"'{one}'" for one in others],
        )
        for name, others in ids.items()
        if others
    ]


def refuse_wrong_offers(config: Config, events: Events) -> None:
    """Raise ConfigError for an offer that cannot be read, and where a customer could get offers of the same id of two
    campaigns."""
    if (shared := config.plan.shared_offer(list(_offer_ids(config, events)))) is not None:
        raise ConfigError(shared)


def _offer_ids(config: Config, events: Events) -> Iterator[tuple[str, str]]:
    """Yield campaign and id of each offer."""
    categories = categories_on_offer(events, config.response)
    for campaign in config.campaigns:
        for offer in config.offers_of(campaign, categories, events.offers):
            yield campaign.id, offer.offer_id


def _window(terms: WrittenTerms) -> Window:
    """Return when an offer holds; always where that is refused as the offer is read."""
    try:
        return window_of(terms)
    except InputError:
        return Window()


def _names(terms: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str, set[str]]]:
    """Yield the path, the field and the names of each field with one name or several.

    What is neither is refused where offers are read.
    """
    for field, value in terms.items():
        values = value if isinstance(value, list) else [value]
        if field in COLUMNS:
            yield above + field, field, {one for one in values if isinstance(one, str)} - {EACH_CATEGORY}
        elif field in TABLES:
            for inner in values:
                yield from _names(inner, f"{above}{field}.") if isinstance(inner, Mapping) else ()


def _missing(names: set[str], table: Frame, column: str, engine: Engine) -> set[str]:
    """Return the names that a column does not have; none where it has no names."""
    if not names or column not in table.collect_schema().names():
        return set()
    rows = table.select(nw.col(column).cast(nw.String)).filter(nw.col(column) != "unknown")
    wanted = engine.table(pl.DataFrame({column: sorted(names)}))
    missing = names - set(collect(distinct(rows.join(wanted, on=column, how="semi"), column))[column])
    return missing if missing and not collect(rows.head(1)).is_empty() else set()


def _id(offer: Mapping[str, Any]) -> str:
    return str(offer.get("id", offer.get("kind")))


def _message(path: str, column: str, offer: Mapping[str, Any], names: list[str]) -> Message:
    return Message(
        "'{field}' of offer '{offer}' has names that are no {column} in the shop's tables and fit nothing: {names}; "
        "correct them",
        field=path,
        offer=_id(offer),
        column=column,
        names=[f"'{name}'" for name in names],
    )
