"""Offer rates by attributes that no model and no rule has seen."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Block, Figure, Missing, Table, Text
from offerloop.report.charts.drawing import PERCENT_LABELS, figure
from offerloop.report.charts.forest import Dot, forest
from offerloop.report.findings import Findings
from offerloop.report.numbers import count, percent

LEAST = 20
"""Customers that a group must have: the rate of a smaller one says little."""


@dataclass(frozen=True)
class Group:
    """Customers who share one value of an attribute."""

    attribute: str
    name: str
    size: int
    rate: Estimate
    depth: float | None
    """Mean depth of the offers they get."""


def audit_blocks(findings: Findings) -> tuple[Block, ...]:
    """The chart with its words, or what is missing for it."""
    customers, attributes = findings.table("customers"), findings.config.profiles.audit_only
    if customers is None or not attributes:
        return (
            Missing(
                "Offer rates by group are not shown: give the source 'customers' with attributes and list them "
                "under profiles.audit_only. That would add who gets offers and who does not, by age or income for "
                "example."
            ),
        )
    planned = findings.tables["assignments"].filter(pl.col("arm") == "plan")
    terms = findings.tables["offers"].select("campaign_id", "offer_id", "depth")
    known = planned.join(customers, on="customer_id").join(terms, on=["campaign_id", "offer_id"], how="left")
    if known.is_empty():
        return (Missing("Offer rates by group are not shown: no customer of the plan has attributes."),)
    every = [group for name in attributes if name in known.columns for group in _groups(known, name)]
    groups = [group for group in every if group.size >= LEAST]
    if not groups:
        return (Missing(f"Offer rates by group are not shown: no group has {LEAST} customers or more."),)
    return (Text(_intro(groups, len(every) - len(groups))), _figure(groups, known, planned))


def _intro(groups: list[Group], n_small: int) -> str:
    left = f"{_groups_of(n_small)} not shown for having fewer than {LEAST} customers. " if n_small else ""
    return (
        "Attributes named in profiles.audit_only never reach a model or a rule; differences come from "
        f"what people buy. {left}With {len(groups)} groups, about {max(1, round(len(groups) / 20))} would lie outside "
        "the interval by chance alone."
    )


def _groups_of(number: int) -> str:
    return "One group is" if number == 1 else f"{number} groups are"


def _rate(table: pl.DataFrame) -> float:
    return table.filter(pl.col("offer_id") != "none").height / table.height


def _groups(known: pl.DataFrame, attribute: str) -> list[Group]:
    given = pl.col("offer_id") != "none"
    found = (
        known.drop_nulls(attribute)
        .group_by(attribute)
        .agg(pl.len().alias("size"), given.sum().alias("hits"), pl.col("depth").mean())
    )
    rows = sorted(found.iter_rows(named=True), key=lambda row: _order(str(row[attribute])))
    return [
        Group(attribute, str(row[attribute]), row["size"], Estimate.of_share(row["hits"], row["size"]), row["depth"])
        for row in rows
    ]


def _order(name: str) -> tuple[float, str]:
    """By the first number in the name; 'Under 15K' stands before '15-24K'; names without a number follow."""
    digits = re.search(r"\d+", name)
    if digits is None:
        return float("inf"), name
    return float(digits.group()) - (0.5 if digits.start() else 0.0), name


def _figure(groups: list[Group], known: pl.DataFrame, planned: pl.DataFrame) -> Figure:
    rate = _rate(known)
    dots = [Dot(_words(group.attribute), f"{group.name} ({count(group.size)})", group.rate) for group in groups]
    table = Table(
        "Share of customers with an offer by plan, by group",
        ("attribute", "group", "customers", "offer rate", "mean depth"),
        tuple(
            (
                _words(group.attribute),
                group.name,
                count(group.size),
                group.rate.times(100).text(" %"),
                "" if group.depth is None else percent(group.depth),
            )
            for group in groups
        ),
        n_labels=2,
    )
    return figure(
        "audit",
        f"Among the {count(known.height)} customers with known attributes {percent(rate)} get an offer "
        f"({percent(_rate(planned))} of all who follow the plan); {_finding(groups, rate)}",
        "Share of customers of a group who get an offer by plan, 95 % intervals; group size in brackets; line: "
        "all with known attributes",
        forest(dots, PERCENT_LABELS, reference=rate),
        table,
    )


def _finding(groups: list[Group], rate: float) -> str:
    away = [group for group in groups if not group.rate.low <= rate <= group.rate.high]
    if not away:
        return "no group differs clearly"
    names = [f"{_words(group.attribute)} {group.name} ({percent(group.rate.value)})" for group in away]
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"]
    listed = ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + shown[-1]
    verb = "differs" if len(away) == 1 else "differ"
    return f"{len(away)} of {len(groups)} groups {verb} from these {percent(rate)}: {listed}"


def _words(attribute: str) -> str:
    return attribute.replace("_", " ")
