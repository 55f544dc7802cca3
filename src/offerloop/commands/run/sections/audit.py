"""Offer rates by attributes that no model and no rule has seen."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.evaluation import Estimate
from offerloop.report import (
    Block,
    Dot,
    Figure,
    Localizer,
    NotKnown,
    Table,
    Text,
    figure,
    forest,
    percent_labels,
)
from offerloop.tables import PLAN

LEAST = 20
"""Customers that a group must have: the rate of a smaller one says little."""
MOST_VALUES = 8
"""Groups of a number; one with more values is shown in bands."""


@dataclass(frozen=True)
class AttributeGroup:
    """Customers who share one value of an attribute."""

    attribute: str
    name: str
    size: int
    rate: Estimate
    depth: float | None
    """Mean depth of the offers they get."""


def audit_blocks(findings: Findings, _: Localizer) -> tuple[Block, ...]:
    """The chart with its words, or what is missing for it."""
    customers, attributes = findings.table("customers"), findings.config.profiles.audit_only
    if customers is None or not attributes:
        return (
            NotKnown(
                _(
                    "Offer rates by group are not shown: give the source 'customers' with attributes and "
                    "list them under profiles.audit_only. That would add who gets offers and who does not, "
                    "by age or income for example."
                )
            ),
        )
    planned = findings.tables["assignments"].filter(pl.col("arm") == PLAN)
    terms = findings.tables["offers"].select("campaign_id", "offer_id", "depth")
    recipients = planned.join(customers, on="customer_id").join(terms, on=["campaign_id", "offer_id"], how="left")
    if recipients.is_empty():
        return (NotKnown(_("Offer rates by group are not shown: no customer of the plan has attributes.")),)
    every = [group for name in attributes if name in recipients.columns for group in _groups(recipients, name)]
    groups = [group for group in every if group.size >= LEAST]
    if not groups:
        return (
            NotKnown(_("Offer rates by group are not shown: no group has {least} customers or more.", least=LEAST)),
        )
    return (Text(_intro(groups, len(every) - len(groups), _)), _figure(groups, recipients, planned, _))


def _intro(groups: list[AttributeGroup], n_small: int, _: Localizer) -> str:
    left = (
        _(
            "One group is not shown for having fewer than {least} customers. ",
            plural="{n} groups are not shown for having fewer than {least} customers. ",
            n=n_small,
            least=LEAST,
        )
        if n_small
        else ""
    )
    return _(
        "The attributes below are never used to choose offers (setting profiles.audit_only); differences"
        " come from what people buy. {left}With {n} group, about {chance} would lie outside the interval by chance "
        "alone.",
        plural="The attributes below are never used to choose offers (setting profiles.audit_only); differences"
        " come from what people buy. {left}With {n} groups, about {chance} would lie outside the "
        "interval by chance alone.",
        left=left,
        n=len(groups),
        chance=max(1, round(len(groups) / 20)),
    )


def _rate(table: pl.DataFrame) -> float:
    return table.filter(pl.col("offer_id") != "none").height / table.height


def _banded(rows: pl.DataFrame, attribute: str) -> pl.DataFrame:
    """Numbers of many values in four bands of equally many customers."""
    values = rows[attribute].drop_nulls()
    if not values.dtype.is_numeric() or values.n_unique() <= MOST_VALUES:
        return rows
    edges = sorted({float(str(values.quantile(share, "lower"))) for share in (0.0, 0.25, 0.5, 0.75)})
    top = float(str(values.max()))
    band: pl.Expr = pl.lit(None, pl.String)
    for low, above in zip(edges, [*edges[1:], None], strict=True):
        inside = pl.col(attribute) >= low
        name = f"{low:g}–{top:g}" if above is None else f"{low:g}–{_largest(values, above):g}"
        band = pl.when(inside).then(pl.lit(name)).otherwise(band)
    return rows.with_columns(band.alias(attribute))


def _largest(values: pl.Series, below: float) -> float:
    return float(str(values.filter(values < below).max()))


def _groups(recipients: pl.DataFrame, attribute: str) -> list[AttributeGroup]:
    got_offer = pl.col("offer_id") != "none"
    hit_counts = (
        _banded(recipients, attribute)
        .drop_nulls(attribute)
        .group_by(attribute)
        .agg(pl.len().alias("size"), got_offer.sum().alias("hits"), pl.col("depth").mean())
    )
    rows = sorted(hit_counts.iter_rows(named=True), key=lambda row: _order(str(row[attribute])))
    return [
        AttributeGroup(
            attribute, str(row[attribute]), row["size"], Estimate.of_share(row["hits"], row["size"]), row["depth"]
        )
        for row in rows
    ]


def _order(name: str) -> tuple[float, str]:
    """Return the first number in a name, to sort by; 'Under 15K' comes before '15-24K', names without a number last."""
    digits = re.search(r"\d+", name)
    if digits is None:
        return float("inf"), name
    return float(digits.group()) - (0.5 if digits.start() else 0.0), name


def _figure(groups: list[AttributeGroup], rows: pl.DataFrame, planned: pl.DataFrame, _: Localizer) -> Figure:
    rate = _rate(rows)
    dots = [
        Dot(_words(group.attribute), _("{name} ({n})", context="pattern", name=group.name, n=group.size), group.rate)
        for group in groups
    ]
    title = _(
        "Among the {n} customer with known attributes {rate} get an offer ({all} of all who "
        "follow the plan); {finding}",
        plural="Among the {n} customers with known attributes {rate} get an offer ({all} of all who "
        "follow the plan); {finding}",
        n=rows.height,
        rate=_.share(rate),
        all=_.share(_rate(planned)),
        finding=_finding(groups, rate, _),
    )
    chart = forest(dots, percent_labels(_), reference=rate)
    return figure(
        "audit",
        title,
        _(
            "Share of customers of a group who get an offer by plan, 95 % intervals; group size in "
            "brackets; line: all with known attributes"
        ),
        chart,
        _table(groups, _),
        localizer=_,
    )


def _table(groups: list[AttributeGroup], _: Localizer) -> Table:
    rows = tuple(
        (
            _words(group.attribute),
            group.name,
            _.count(group.size),
            _.shares(group.rate.times(100)),
            "" if group.depth is None else _.share(group.depth),
        )
        for group in groups
    )
    columns = (
        _("attribute", context="column title"),
        _("group", context="column title of an audit"),
        _("customers", context="column title"),
        _("offer rate", context="column title"),
        _("mean depth", context="column title"),
    )
    return Table(_("Share of customers with an offer by plan, by group"), columns, rows, n_labels=2)


def _finding(groups: list[AttributeGroup], rate: float, _: Localizer) -> str:
    away = [group for group in groups if not group.rate.low <= rate <= group.rate.high]
    if not away:
        return _("no group differs clearly")
    names = [
        _(
            "{attribute} {group} ({rate})",
            context="pattern",
            attribute=_words(group.attribute),
            group=group.name,
            rate=_.share(group.rate.value),
        )
        for group in away
    ]
    shown = names if len(names) <= 3 else [*names[:2], _("{n} more", context="audit", n=len(names) - 2)]
    return _(
        "{n} of {all} groups differs from these {rate}: {names}",
        plural="{n} of {all} groups differ from these {rate}: {names}",
        n=len(away),
        all=len(groups),
        rate=_.share(rate),
        names=_.series(shown),
    )


def _words(attribute: str) -> str:
    return attribute.replace("_", " ")
