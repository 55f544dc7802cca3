"""Section 1: what was read, and what cleaning did to it."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.quality_by_day import daily_figure
from offerloop.events import ACTION_NAMES, RULE_NAMES, SOURCE_NAMES, quality_notes
from offerloop.message import Message
from offerloop.report import Block, Bullets, Details, Localizer, NotKnown, Section, Table, Text, capital

ADDS = {
    "products": Message("categories and brands: without them no offer can be limited to a category"),
    "customers": Message("attributes to audit who gets offers; consent"),
    "campaigns": Message("what past campaigns changed", context="what a source would add"),
    "audiences": Message("who received past campaigns, without which they cannot be judged"),
    "redemptions": Message("profiles that show who uses coupons", context="what a source would add"),
    "coupon_products": Message("which products past coupons were for"),
    "prices": Message("list prices where order lines have none, and with them shelf discounts"),
}
"""What a source would add that was not given."""
SOURCES = ("products", "prices", "customers", "campaigns", "audiences", "redemptions", "coupon_products")
"""Sources that a shop may leave out."""
SMALL = 0.001
SAMPLES = 3
"""Rejected rows shown of each rule."""


def quality_section(findings: Findings, _: Localizer) -> Section:
    """Rows by rule, when cases came, samples of what was rejected, and what was not given."""
    table = findings.tables["quality"]
    read, kept, rejected = (_rows(table, "order_lines", action) for action in ("read", "kept", "rejected"))
    message = _(
        "{kept} order lines over {days} days are clean enough to use; {share} of those read were rejected",
        kept=kept,
        days=findings.as_of_day - findings.first_day,
        share=_.share(rejected / max(read, 1), SMALL),
    )
    hits = table.filter((pl.col("rows") > 0) & ~pl.col("action").is_in(["read", "kept"]))
    blocks: list[Block] = [Text(_period(findings, _))]
    blocks += [Text(_.stopped(capital(_(note)))) for note in quality_notes(table)]
    if hits.height:
        blocks.append(_table(_("Cleaning rules that found something"), hits, table, _))
    daily = daily_figure(findings, _)
    blocks += [daily] if daily else []
    blocks += [*_samples(findings, _), Details(_("Show every rule, also those that found nothing"), _every(table, _))]
    absent = tuple(_adds(name, _) for name in SOURCES if _is_missed(name, findings))
    if absent:
        blocks += [NotKnown(_("Some sources were not given. What they would add:")), Bullets(absent)]
    return Section("quality", _("The data", context="section name"), message, tuple(blocks))


def _period(findings: Findings, _: Localizer) -> str:
    shop = findings.config.shop
    return _(
        "The data run from {first} to {last}; days and weeks begin at midnight in {zone}. The "
        "plan is made as of {day} and uses nothing from that day on. All money is in "
        "{currency}.",
        first=_.day(findings.first_day),
        last=_.day(findings.as_of_day - 1),
        zone=shop.timezone,
        day=_.day(findings.as_of_day),
        currency=shop.currency,
    )


def _is_missed(name: str, findings: Findings) -> bool:
    """Whether a source that was not given would add something; prices do where order lines say no discount."""
    sources = findings.config.sources
    if name == "prices" and {"discount", "list_value"} & sources["order_lines"].columns.keys():
        return False
    return name not in sources


def _adds(name: str, _: Localizer) -> str:
    return _("{source}: {adds}.", context="data quality", source=SOURCE_NAMES[name], adds=ADDS[name])


def _rows(table: pl.DataFrame, name: str, action: str) -> int:
    return int(table.filter((pl.col("table") == name) & (pl.col("action") == action))["rows"].sum())


def _every(table: pl.DataFrame, _: Localizer) -> Table:
    return _table(_("Every cleaning rule", context="table title"), table, table, _)


def _table(caption: str, shown: pl.DataFrame, whole: pl.DataFrame, _: Localizer) -> Table:
    rows = []
    for row in shown.iter_rows(named=True):
        read = _rows(whole, row["table"], "read")
        share = _.share(row["rows"] / read, SMALL) if read else ""
        action = _.named(ACTION_NAMES, row["action"])
        rows.append(
            (
                _rule(row, _),
                _.unpacked(row["why_message"]),
                action,
                _.count(row["rows"]),
                share,
            )
        )
    columns = (
        _("source: rule", context="column title"),
        _("why", context="column title"),
        _("done", context="column title"),
        _("rows", context="column title"),
        _("of rows read", context="column title"),
    )
    return Table(caption, columns, tuple(rows), n_labels=3)


def _rule(row: dict[str, str], _: Localizer) -> str:
    return _(
        "{what}: {text}",
        context="pattern",
        what=_.named(SOURCE_NAMES, row["table"]),
        text=_.named(RULE_NAMES, row["rule"]),
    )


def _samples(findings: Findings, _: Localizer) -> tuple[Block, ...]:
    """A few rejected rows of each rule, as they were read."""
    rejected = findings.table("rejected")
    if rejected is None:
        return ()
    keys = ["table", "rule"]
    ordered = rejected.sort([*keys, "copies", "row"], descending=[False, False, True, False])
    rows = tuple(
        (_rule(row, _), row["row"], _.count(row["copies"]))
        for row in ordered.group_by(keys, maintain_order=True).head(SAMPLES).iter_rows(named=True)
    )
    columns = (
        _("source: rule", context="column title"),
        _("row", context="column title"),
        _("times", context="column title"),
    )
    return (
        Details(
            _("Show sample rows of what was rejected"),
            Table(
                _("Up to three rejected rows of each rule, as they were read (money in minor units)"),
                columns,
                rows,
                n_labels=2,
            ),
        ),
    )
