"""Offer rates by attributes that no model and no rule has seen."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.evaluation import LEAST_IN_GROUP, OfferRate, rates_by_group
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
    offered = planned.join(terms, on=["campaign_id", "offer_id"], how="left")
    recipients = offered.join(customers.select("customer_id"), on="customer_id")
    if recipients.is_empty():
        return (NotKnown(_("Offer rates by group are not shown: no customer of the plan has attributes.")),)
    every = [
        group
        for name in attributes
        if name in customers.columns
        for group in rates_by_group(offered.join(customers.select("customer_id", value=name), on="customer_id"), name)
    ]
    groups = [group for group in every if group.size >= LEAST_IN_GROUP]
    if not groups:
        return (
            NotKnown(
                _("Offer rates by group are not shown: no group has {least} customers or more.", least=LEAST_IN_GROUP)
            ),
        )
    return (Text(_intro(groups, len(every) - len(groups), _)), _figure(groups, recipients, planned, _))


def _intro(groups: list[OfferRate], n_small: int, _: Localizer) -> str:
    left = (
        _(
            "One group is not shown for having fewer than {least} customers. ",
            plural="{n} groups are not shown for having fewer than {least} customers. ",
            n=n_small,
            least=LEAST_IN_GROUP,
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
        chance=len(groups) / 20,
    )


def _rate(table: pl.DataFrame) -> float:
    return table.filter(pl.col("offer_id") != "none").height / table.height


def _figure(groups: list[OfferRate], rows: pl.DataFrame, planned: pl.DataFrame, _: Localizer) -> Figure:
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


def _table(groups: list[OfferRate], _: Localizer) -> Table:
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


def _finding(groups: list[OfferRate], rate: float, _: Localizer) -> str:
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
