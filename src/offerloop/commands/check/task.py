"""`offerloop check`: read and clean everything, fit nothing, and say what a run could and could not find out.

A check of the configuration or of the data is a function that returns sentences: one more line among the `notes` of
`check`, or among its `problems` where a run cannot start.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.commands.check.answers import exposures_answer, has_exposures, recommender_answer, response_answer
from offerloop.commands.check.business_as_usual import usual_answers, usual_budget_problems
from offerloop.commands.check.data_checks import notes, repeated_line_notes, returned_order_notes, sign_notes
from offerloop.commands.check.figures import Shape, shape_of
from offerloop.commands.check.findings import CheckResult
from offerloop.commands.check.losses import incomplete_rows, losses_of, non_merchandise, non_merchandise_problems
from offerloop.commands.check.mapping import configured_notes
from offerloop.commands.check.missing import missing_columns, missing_sources
from offerloop.commands.check.offers import OfferCheck, ReadOffers
from offerloop.config import Config, StrPath, config_file, load_config
from offerloop.decision import Allowed
from offerloop.engine import DEFAULT_ENGINE, Engine, EngineChoice, engine_of
from offerloop.errors import InputError
from offerloop.events import (
    AFTER_PLAN,
    AFTER_WINDOW,
    BEFORE_WINDOW,
    NON_MERCHANDISE,
    RETENTION,
    Events,
    prepare,
    quality_notes,
)
from offerloop.flow import (
    allowed_customers,
    empty_audiences,
    product_names,
    renamed_offers,
    unknown_names,
    validity_notes,
    without_offers,
)
from offerloop.message import Message
from offerloop.workspace import campaigns_of_store, name_problems, pattern_notes, stored, with_campaigns

_AFTERWARDS = (RETENTION, NON_MERCHANDISE, BEFORE_WINDOW, AFTER_WINDOW, AFTER_PLAN)
"""Rules that leave out rows which were read; others leave rows out before these are counted."""


def check(config_path: StrPath, engine: EngineChoice = DEFAULT_ENGINE, language: str | None = None) -> CheckResult:
    """Look at everything that a run would read, and tell it in `language`, by default that of the configuration.

    Raises what reading the configuration and the sources raises.
    """
    path = config_file(config_path)
    with stored(load_config(path).in_language(language)) as (config, _):
        planned = with_campaigns(config, campaigns_of_store(config))
        return _checked(path, planned, engine_of(engine))


def _checked(path: Path, config: Config, running: Engine) -> CheckResult:
    events = prepare(config, running)
    shape, sources = shape_of(events, config.response), source_rows(config, events.quality)
    answers = {
        "response": response_answer(shape, config), "recommenders": recommender_answer(shape, config),
    }  # fmt: skip
    read = ReadOffers.of(config, shape, events.offers)
    shown, gap, unclear_ids = exposures_answer(config, events, read.offers)
    answers |= {"exposures": gap} if has_exposures(events) and not read.unreadable else {}
    offers = read.checked(shown, studied=answers["response"] is None)
    losses = losses_of(events, config, {name: one["read"] for name, one in sources.items()})
    others = non_merchandise(events, config)
    config = config.in_language(config.language(product_names(events)))
    names = name_problems(config)
    allowed, audience_problems = (None, []) if names or shape.n_customers < 2 else _allowed(events, config, running)
    usual_notes, usual_problems = usual_answers(config, events, offers, read, allowed, running)
    incomplete, too_incomplete = incomplete_rows(losses, config)
    problems: list[Message | str] = [
        *(one.problem for one in offers if one.problem),
        *read.problems(config),
        *read.limit_problems(config),
        *names,
        *audience_problems,
        *usual_problems,
        *_too_few_customers(shape),
        *non_merchandise_problems(others, config),
        *too_incomplete,
    ]
    if not problems and allowed is not None:
        problems += usual_budget_problems(config, events, read, allowed, running)
    return CheckResult(
        path=path, config=config, sources=sources, shape=shape, agreement=events.agreement, losses=losses,
        non_merchandise=others, answers=answers, offers=offers,
        missing=missing_sources(config) + missing_columns(config),
        notes=[
            *events.notes,
            *incomplete,
            *_data_notes(config, events, shape, offers),
            *_offer_notes(config, events, read, running),
            *unclear_ids,
            *notes(config, shape, offers),
            *([] if allowed is None else empty_audiences(config, allowed)),
            *usual_notes,
            *pattern_notes(config, events),
        ],
        problems=problems,
    )  # fmt: skip


def _allowed(events: Events, config: Config, running: Engine) -> tuple[Allowed | None, list[Message]]:
    """Return who may get which campaign's offers, and why that cannot be said."""
    try:
        return allowed_customers(events, config, running), []
    except InputError as error:
        return None, [error.message]


def _data_notes(config: Config, events: Events, shape: Shape, offers: list[OfferCheck]) -> list[Message]:
    """Return what is odd about the rows, or about how the configuration reads them."""
    return [
        *sign_notes(config, shape),
        *repeated_line_notes(events.quality, config.sources["order_lines"].columns),
        *returned_order_notes(events.quality, offers),
        *quality_notes(events.quality),
        *configured_notes(config, events),
    ]


def _offer_notes(config: Config, events: Events, read: ReadOffers, running: Engine) -> list[Message]:
    """Return what of the configured offers does not fit the data."""
    return [
        *unknown_names(read.readable(config), events, running),
        *without_offers(campaign.id for campaign, offers in read.by_campaign if not offers),
        *validity_notes(config, events),
        *renamed_offers(config, events, [one.offer_id for one in read.offers]),
    ]


def _too_few_customers(shape: Shape) -> list[Message]:
    if shape.n_customers >= 2:
        return []
    return [
        Message(
            "only {n} customer is left; a plan chooses between customers",
            plural="only {n} customers are left; a plan chooses between customers",
            n=shape.n_customers,
        )
    ]


def source_rows(config: Config, quality: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return for each configured source its place, rows read, kept and rejected, and what each rule did.

    Rows read are all that the source has, rows kept those that a run uses.
    """
    rows_by_source: dict[str, dict[str, Any]] = {}
    for name, source in config.sources.items():
        rows = quality.filter(pl.col("table") == name)
        counts = {row["action"]: row["rows"] for row in rows.filter(rule="all rows").iter_rows(named=True)}
        rules = rows.filter((pl.col("rule") != "all rows") & (pl.col("rows") > 0)).sort("rows", descending=True)
        rejected = int(rules.filter(action="rejected")["rows"].sum())
        rule_rows = rules.select("rule", "action", "rows", "why").to_dicts()
        read, kept = counts.get("read"), counts.get("kept")
        if read is not None:
            before = rules.filter((pl.col("action") == "left out") & ~pl.col("rule").is_in(_AFTERWARDS))
            read += int(before["rows"].sum())
        place = os.path.normpath(source.place)
        rows_by_source[name] = {"place": place, "read": read, "kept": kept, "rejected": rejected, "rules": rule_rows}
    return rows_by_source
