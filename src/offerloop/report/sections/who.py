"""Section 8: who gets what, how the draw by lot goes, and how much is given away for nothing."""

from __future__ import annotations

import polars as pl

from offerloop.report.blocks import Block, Figure, Section, Table, Text
from offerloop.report.charts.bars import Bar, bars
from offerloop.report.charts.drawing import figure
from offerloop.report.facts import Facts
from offerloop.report.findings import Findings
from offerloop.report.numbers import count, percent
from offerloop.report.sections.audit import audit_blocks
from offerloop.tables import REASONS

SHOWN = 12
ARMS = {
    "plan": "follow the plan",
    "explore": "are drawn by lot",
    "holdout": "never get an offer (permanent holdout)",
}


def who_section(findings: Findings, facts: Facts) -> Section:
    """Offers by category and depth, arms, and the audit by group."""
    given = _given(findings)
    blocks: list[Block] = []
    if given.height:
        blocks += [_offers_figure(given), Text(_anyway(findings, facts))]
    blocks += [Text(_learning(findings)), _arms(findings), *audit_blocks(findings)]
    return Section("who", "Who gets what", _message(given, findings), tuple(blocks))


def _given(findings: Findings) -> pl.DataFrame:
    """Offers given by the plan, with their terms."""
    planned = findings.tables["assignments"].filter((pl.col("arm") == "plan") & (pl.col("offer_id") != "none"))
    terms = findings.tables["offers"].select("campaign_id", "offer_id", "category", "depth", "label", "funded_share")
    joined = planned.join(terms, on=["campaign_id", "offer_id"])
    return joined.with_columns(pl.coalesce("category", "label").alias("what"))


def _message(given: pl.DataFrame, findings: Findings) -> str:
    total = findings.tables["assignments"].height
    if not given.height:
        return f"None of the {count(total)} customers gets an offer by plan"
    top = given.group_by("what").len().sort(["len", "what"], descending=[True, False]).head(2)
    names = " and ".join(f"“{name}”" for name in top["what"])
    return (
        f"{count(given.height)} of {count(total)} customers get an offer by plan; "
        f"{percent(int(top['len'].sum()) / given.height)} of the offers are for {names}"
    )


def _depth(value: float | None) -> str:
    return "other" if value is None else f"{value * 100:.0f} % off"


def _offers_figure(given: pl.DataFrame) -> Figure:
    sizes = given.group_by("what", "depth").len().sort(["what", "depth"])
    totals = given.group_by("what").len().sort(["len", "what"], descending=[True, False])
    parts = [_depth(value) for value in sorted(given["depth"].drop_nulls().unique())]
    parts += ["other"] if given["depth"].null_count() else []
    rows = []
    for name, total in totals.head(SHOWN).iter_rows():
        mine = {_depth(depth): size for _, depth, size in sizes.filter(pl.col("what") == name).iter_rows()}
        rows += [Bar(name, mine.get(part, 0), f"{count(total)}" if part == parts[-1] else "", part) for part in parts]
    table = Table(
        "Offers given by plan",
        ("offer for", "depth", "customers", "of offers given"),
        tuple(
            (name, _depth(depth), count(size), percent(size / given.height, 0.001))
            for name, depth, size in sizes.sort(["len", "what", "depth"], descending=[True, False, False]).iter_rows()
        ),
        n_labels=2,
    )
    usual = sizes.group_by("depth").agg(pl.col("len").sum()).sort(["len", "depth"], descending=[True, False]).row(0)
    left = totals.height - min(SHOWN, totals.height)
    rest = f"; {left} more categories are in the table" if left else ""
    title = f"{percent(usual[1] / given.height)} of the offers are {_depth(usual[0])}; “{totals['what'][0]}” gets most"
    return figure(
        "offers", title, f"Customers with an offer by plan, by category and depth{rest}", bars(rows, parts), table
    )


def _anyway(findings: Findings, facts: Facts) -> str:
    """What part of the discount goes to purchases that would have been made without it."""
    keys = ["customer_id", "campaign_id", "offer_id"]
    columns = ["held_out_value_minor", "held_out_discount_minor"]
    known = _given(findings).select(*keys, "depth").join(findings.tables["effects"].select(*keys, *columns), on=keys)
    given = float(known["held_out_discount_minor"].sum())
    gained = float((known["depth"] * known["held_out_value_minor"]).sum()) / facts.margin if facts.margin else 0.0
    if given <= 0:
        return ""
    return (
        f"About {percent(max(0.0, 1 - gained / given))} of the discount that these offers give is on purchases "
        "that would have been made anyway (held-out, transferred). That is the price of not knowing who would buy "
        "without it."
    )


def _learning(findings: Findings) -> str:
    table = findings.tables["assignments"]
    kept = table.filter(pl.col("arm") == "holdout").height
    drawn = table.filter(pl.col("arm") == "explore")
    offered = drawn.filter(pl.col("offer_id") != "none").height
    return (
        f"{count(kept)} customers ({percent(findings.config.experiment.holdout)} was the aim) never get an offer, "
        f"the same ones in every run; {count(drawn.height)} more are drawn by lot with known probability: "
        f"{count(offered)} get an offer, {count(drawn.height - offered)} get none. Only they will show what the "
        "offers really changed, so both go with the plan. The list is assignments.csv beside this file."
    )


def _arms(findings: Findings) -> Table:
    table = findings.tables["assignments"]
    rows: list[tuple[str, ...]] = []
    for arm, words in ARMS.items():
        mine = table.filter(pl.col("arm") == arm)
        rows.append((words, "", count(mine.height), percent(mine.height / table.height, 0.001)))
        rows += [(f"of these, {what}", count(size), "", "") for what, size in _parts(mine, arm)]
    rows.append(("all customers", "", count(table.height), percent(1.0)))
    columns = ("customers who ...", "of these", "customers", "of all customers")
    return Table("How customers are divided, and why some who follow the plan get nothing", columns, tuple(rows))


def _parts(mine: pl.DataFrame, arm: str) -> list[tuple[str, int]]:
    """What the customers of one arm get; nobody in the holdout gets anything."""
    if arm == "holdout":
        return []
    offered = mine.filter(pl.col("offer_id") != "none").height
    if arm == "explore":
        return [("get an offer", offered), ("get none", mine.height - offered)]
    reasons = mine.filter(pl.col("offer_id") == "none").group_by("reasons").len()
    ordered = reasons.sort(["len", "reasons"], descending=[True, False]).iter_rows()
    return [("get the plan's offer", offered), *((f"no offer: {REASONS[reason]}", size) for reason, size in ordered)]
