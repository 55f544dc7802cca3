"""`offerloop check`: read and clean everything, fit nothing, and say what a run could and could not find out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from offerloop.commands.check.business_as_usual import usual_answers
from offerloop.commands.check.figures import Shape, shape_of
from offerloop.commands.check.losses import (
    incomplete_rows,
    loss_lines,
    losses_of,
    non_merchandise,
    non_merchandise_lines,
    non_merchandise_problems,
)
from offerloop.commands.check.mapping import configured_notes
from offerloop.commands.check.missing import missing_columns, missing_sources
from offerloop.commands.check.notes import notes, scan_notes, sign_notes
from offerloop.commands.check.offers import OfferCheck, ReadOffers
from offerloop.config import Config, StrPath, config_file, load_config
from offerloop.engine import ENGINES, collect
from offerloop.errors import EvidenceError
from offerloop.events import Events, prepare
from offerloop.events.calendar import EPOCH
from offerloop.events.prepare import NON_MERCHANDISE, RETENTION
from offerloop.flow import shown_log
from offerloop.money import to_text
from offerloop.offers import Offer
from offerloop.response import shown_enough
from offerloop.response.shelf.windows import FEWEST_WEEKS
from offerloop.workspace.config_names import name_problems, pattern_notes

_SHOWN_OFFERS = 6
_AFTERWARDS = (RETENTION, NON_MERCHANDISE)
"""Rules that leave out rows which cleaning kept; others leave rows out before it counts them."""
_SOME_HISTORY = 28
"""Days before the two windows of the recommenders that make a comparison worth something."""


@dataclass(frozen=True)
class Checked:
    """What a run would start from."""

    lines: list[str]
    """For people."""
    facts: dict[str, Any]
    """The same for programs."""
    ok: bool
    """Whether `offerloop run` has customers to choose between and offers that it may choose."""


def check(config_path: StrPath, engine: str = "duckdb") -> Checked:
    """Raises what reading the configuration and the sources raises."""
    config_path = config_file(config_path)
    config = load_config(config_path)
    running = ENGINES.load(engine)()
    events = prepare(config, running)
    shape = shape_of(events, config.response)
    sources = source_rows(config, events.quality)
    answers: dict[str, str | None] = {
        "response": response_answer(shape), "recommenders": recommender_answer(shape, config),
    }  # fmt: skip
    read = ReadOffers.of(config, shape, events.offers)
    shown, answers["exposures"] = exposures_answer(config, events, read.offers)
    offers = read.checked(shown, studied=not answers["response"])
    problems = [one.problem for one in offers if one.problem]
    problems += name_problems(config)
    usual_notes, usual_problems = usual_answers(config, events, offers, running)
    problems += usual_problems
    if shape.n_customers < 2:
        problems.append(f"only {shape.n_customers} customer is left; a plan chooses between customers")
    losses = losses_of(events, config, {name: one["read"] for name, one in sources.items()})
    others = non_merchandise(events)
    problems += non_merchandise_problems(others, config)
    incomplete, too_incomplete = incomplete_rows(losses, config)
    problems += too_incomplete
    missing = missing_sources(config) + missing_columns(config)
    remarks = [
        *events.notes,
        *incomplete,
        *sign_notes(config, shape),
        *scan_notes(sources["order_lines"]["rules"]),
        *configured_notes(config, events),
        *notes(config, shape, offers),
        *usual_notes,
        *pattern_notes(config, events),
    ]
    facts = {
        "sources": sources, "orders": shape.facts(), "consent": asdict(events.agreement),
        "gaps": answers, "missing": missing,
        "losses": [one.facts() for one in losses], "non_merchandise": others,
        "offers": [one.facts() for one in offers], "notes": remarks, "problems": problems,
        "ok": not problems,
    }  # fmt: skip
    lines = [
        *(source_line(name, one) for name, one in sources.items()), "",
        *loss_lines(losses), *shape_lines(shape, config), _consent(events, shape), "",
        *non_merchandise_lines(others, config),
        *answer_lines(answers), "", *offer_lines(config, offers), "", "What is missing, and what it costs:",
        *(f"  {one}" for one in missing or ["nothing"]), "",
        *(f"Note: {one}" for one in remarks),
        *(f"Problem: {one}" for one in problems),
        "Cannot run yet." if problems else f"Ready. Next: offerloop run {config_path}",
    ]  # fmt: skip
    return Checked(lines, facts, not problems)


def _consent(events: Events, shape: Shape) -> str:
    """Return who agreed, of all customers before cleaning, and how many of them cleaning leaves out."""
    n_out = events.agreement.customers - shape.n_customers
    out = (
        f"; cleaning leaves out all order lines of {n_out:,} of the {events.agreement.customers:,}" if n_out > 0 else ""
    )
    return events.agreement.sentence() + out


def source_rows(config: Config, quality: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """For each configured source where it lies, rows read, kept and rejected, and what each rule did.

    Rows read are all that the source has, rows kept those that a run uses.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, source in config.sources.items():
        rows = quality.filter(pl.col("table") == name)
        counts = {row["action"]: row["rows"] for row in rows.filter(rule="all rows").iter_rows(named=True)}
        rules = rows.filter((pl.col("rule") != "all rows") & (pl.col("rows") > 0)).sort("rows", descending=True)
        rejected = int(rules.filter(action="rejected")["rows"].sum())
        told = rules.select("rule", "action", "rows", "why").to_dicts()
        read, kept = counts.get("read"), counts.get("kept")
        if read is not None and kept is not None:
            left_out = {one["rule"]: one["rows"] for one in told if one["action"] == "left out"}
            old = sum(left_out.pop(rule, 0) for rule in _AFTERWARDS)
            read, kept = read + sum(left_out.values()), kept - old
        place = os.path.normpath(source.place)
        found[name] = {"place": place, "read": read, "kept": kept, "rejected": rejected, "rules": told}
    return found


def source_line(name: str, found: dict[str, Any]) -> str:
    """One source in one line."""
    if found["read"] is None:
        return f"{name} ({found['place']}): can be read"
    rules = [f"{one['rows']:,} {one['rule']} ({one['action']})" for one in found["rules"]]
    said = f"; {', '.join(rules)}" if rules else ""
    counts = f"{found['read']:,} rows read, {found['kept']:,} kept, {found['rejected']:,} rejected"
    return f"{name} ({found['place']}): {counts}{said}"


def shape_lines(shape: Shape, config: Config) -> list[str]:
    """Period, sizes and shares."""
    first, last = (EPOCH + timedelta(days=day) for day in (shape.first_day, shape.last_day))
    sales = f"{to_text(shape.sales_minor, config.shop.currency)} {config.shop.currency}"
    return [
        f"{first} to {last}: {shape.days:,} days, {shape.full_weeks} full weeks from Monday to Sunday",
        f"{shape.n_customers:,} customers, {shape.n_products:,} products, {shape.n_orders:,} orders, "
        f"{shape.n_lines:,} order lines; paid {sales}",
        f"Half of the customers have {shape.median_orders:g} orders or fewer; half of the orders cost "
        f"{to_text(round(shape.median_basket_minor), config.shop.currency)} or less",
        f"Of the lines {_percent(shape.with_category)} have a category "
        f"({_percent(shape.sales_with_category)} of sales), {_percent(shape.with_discount)} a discount, "
        f"{_percent(shape.with_coupon)} a coupon",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %" if 0 < share < 0.01 or share > 0.995 else f"{100 * share:.0f} %"


def response_answer(shape: Shape) -> str:
    """Why the response to shelf prices cannot be estimated; empty when nothing stands against it."""
    if shape.full_weeks < FEWEST_WEEKS:
        return f"{shape.full_weeks} full weeks, and at least {FEWEST_WEEKS} are needed: add older order lines"
    if shape.with_category == 0:
        return "no order line has a category: give a list of products with 'category'"
    if shape.with_discount == 0:
        return "no order line shows a discount: map 'discount', 'list_price' or 'list_value'"
    if not shape.discounts_vary:
        return "discounts are the same share in every week: nothing tells what another discount would do"
    return ""


def recommender_answer(shape: Shape, config: Config) -> str:
    """Why recommenders cannot be compared; empty when nothing stands against it."""
    window = config.recommend.window_days
    needed = 2 * window + _SOME_HISTORY
    if shape.days < needed:
        return (
            f"{shape.days} days, and two windows of {window} days with some history before them need about {needed}: "
            "add older order lines or shorten recommend.window_days"
        )
    return ""


def exposures_answer(config: Config, events: Events, offers: list[Offer]) -> tuple[frozenset[str], str | None]:
    """The ids of offers whose effects the exposures tell, and why there are none; None without any exposure."""
    if not collect(events.exposures.select("customer_id").head(1)).height:
        return frozenset(), None
    try:
        return shown_enough(shown_log(events, config), offers), ""
    except EvidenceError as missing:
        return frozenset(), str(missing)


def answer_lines(answers: Mapping[str, str | None]) -> list[str]:
    """What can be found out."""
    response, recommenders = answers["response"], answers["recommenders"]
    study = (
        f"Response to discounts: cannot be estimated ({response}); offers rest on what the configuration assumes."
        if response
        else "Response to discounts: a run estimates it from shelf prices, and says if they vary too little."
    )
    compared = (
        f"Recommenders: cannot be compared ({recommenders}); simple ones serve."
        if recommenders
        else "Recommenders: a run compares them on held-out weeks."
    )
    log = answers.get("exposures")
    if log is None:
        return [study, compared]
    told = f"cannot be learned from ({log})" if log else "a run learns the effects of offers from them"
    return [study, f"Exposures: {told}.", compared]


def offer_lines(config: Config, offers: list[OfferCheck]) -> list[str]:
    """Each campaign with its budget and offers."""
    lines = []
    for campaign in config.campaigns:
        basis = "at the most that offers can cost" if campaign.budget_basis == "liability" else "at expected cost"
        unit = config.unit(campaign)
        money = f"budget {campaign.budget} {unit} {basis}, {campaign.explore_budget} to explore"
        lines.append(f"Campaign '{campaign.id}': {money}")
        mine = [f"  {one.line(unit)}" for one in offers if one.campaign_id == campaign.id]
        lines += (
            mine if len(mine) <= _SHOWN_OFFERS else [*mine[:_SHOWN_OFFERS], f"  and {len(mine) - _SHOWN_OFFERS} more"]
        )
    return lines
