"""Section 2: who the customers are, by features and readable tags."""

from __future__ import annotations

import polars as pl

from offerloop.report.blocks import Block, Details, Figure, Section, Table, Text
from offerloop.report.charts.bars import Bar, bars, histogram
from offerloop.report.charts.drawing import PERCENT_LABELS, figure
from offerloop.report.findings import Findings
from offerloop.report.numbers import Money, count, percent

BINS = 20
HALF = 0.03
"""How far from half a share may be and still be called about half."""
FIFTH = "fifth"
"""Word in the rule of a tag that a fifth of the customers carries by definition."""
SHARES = ("_share", "mean_depth", "p_active")


def profiles_section(findings: Findings) -> Section:
    """Tags as bars, how price-sensitive customers are, and every feature with its rule."""
    profiles = findings.tables["profiles"]
    tags = _tag_counts(findings)
    n_tagged = profiles.filter(pl.col("tags").list.len() > 0).height
    blocks: list[Block] = [
        Text(
            f"A profile describes what a customer did before the day of the plan. {count(n_tagged)} of "
            f"{count(profiles.height)} customers carry at least one tag; a customer may carry several. Tags are "
            "for people to read; models use the features."
        )
    ]
    if tags:
        blocks += [_tags_figure(findings, tags), *_fifths(findings, tags)]
    if "discount_share" in profiles.columns:
        blocks.append(_discount_figure(profiles))
    blocks.append(Details("Show every feature with its rule for empty cells", _features(findings)))
    return Section("profiles", "The customers", _message(tags, profiles.height), tuple(blocks))


def _message(tags: list[tuple[str, int]], n_customers: int) -> str:
    if not tags:
        return f"{count(n_customers)} customers have a profile; no tag applies to any of them"
    sizes = dict(tags)
    if {"growing", "shrinking"} <= sizes.keys():
        up, down = sizes["growing"], sizes["shrinking"]
        return (
            f"{_about((up + down) / n_customers)} of the customers are changing: {percent(up / n_customers)} buy more "
            f"than before, {percent(down / n_customers)} less"
        )
    groups = [f"“{name}” ({percent(size / n_customers)})" for name, size in tags[:2]]
    return f"The largest groups of the {count(n_customers)} customers are {' and '.join(groups)}"


def _about(share: float) -> str:
    """``"About half"`` where it is, else the percentage."""
    return "About half" if abs(share - 0.5) <= HALF else percent(share)


def _tag_counts(findings: Findings) -> list[tuple[str, int]]:
    tags = findings.tables["profiles"].select(pl.col("tags").explode().alias("tag")).drop_nulls()
    counts = tags.group_by("tag").len().sort(["len", "tag"], descending=[True, False])
    return [(str(name), int(size)) for name, size in counts.iter_rows()]


def _tags_figure(findings: Findings, tags: list[tuple[str, int]]) -> Figure:
    total = findings.tables["profiles"].height
    notes = {name: (chinese, rule) for name, chinese, rule in findings.tag_notes}
    rows = [Bar(name, size, f"{count(size)} ({percent(size / total)})") for name, size in tags]
    table = Table(
        "Tags, their rules, and how many customers carry them",
        ("tag", "中文", "rule", "customers", "of all"),
        tuple((name, *notes.get(name, ("", "")), count(size), percent(size / total)) for name, size in tags),
        n_labels=3,
    )
    largest, smallest = tags[0], tags[-1]
    shares = [percent(size / total) for _, size in (largest, smallest)]
    title = _tags_title(dict(tags), total) or (
        f"{shares[0]} of customers are tagged “{largest[0]}”, {shares[1]} “{smallest[0]}”"
    )
    return figure("tags", title, "Customers by tag, and their share of all customers", bars(rows), table)


def _tags_title(sizes: dict[str, int], total: int) -> str:
    """Growing against shrinking customers, where both tags exist."""
    if not {"growing", "shrinking"} <= sizes.keys():
        return ""
    return (
        f"{percent(sizes['growing'] / total)} of customers are tagged “growing”, "
        f"{percent(sizes['shrinking'] / total)} “shrinking”"
    )


def _fifths(findings: Findings, tags: list[tuple[str, int]]) -> list[Block]:
    """Which tags have their size by definition."""
    carried = dict(tags)
    named = [f"“{name}”" for name, _, rule in findings.tag_notes if FIFTH in rule and name in carried]
    if not named:
        return []
    return [Text(f"{', '.join(named)}: about a fifth of the customers or fewer by definition, so size says little.")]


def _discount_figure(profiles: pl.DataFrame) -> Figure:
    share = profiles["discount_share"]
    middle = float(str(share.median()))
    low, high = (float(str(share.quantile(level))) for level in (0.1, 0.9))
    position = (share * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)
    sizes = [int((position == step).sum()) for step in range(BINS)]
    edges = [(step / BINS, (step + 1) / BINS) for step in range(BINS)]
    counted = [(*edge, size) for edge, size in zip(edges, sizes, strict=True)]
    title = f"Half of the customers buy {percent(middle)} of their order lines or more below list price"
    table = Table(
        "Customers by the share of their order lines bought below list price",
        ("share of order lines", "customers"),
        tuple((f"{percent(first)} to {percent(last)}", count(size)) for first, last, size in counted),
    )
    return figure(
        "discount-share",
        title,
        "Number of customers by share of order lines bought below list price",
        histogram(counted, PERCENT_LABELS, "share bought below list price", (middle, f"median {percent(middle)}")),
        table,
        says=f"Eight of ten customers lie between {percent(low)} and {percent(high)}.",
    )


def _features(findings: Findings) -> Table:
    profiles, money = findings.tables["profiles"], Money(findings.config.shop.currency)
    notes = {name: (meaning, missing) for name, meaning, missing in findings.feature_notes}
    rows = []
    for name in profiles.columns:
        if name in ("customer_id", "tags") or (notes and name not in notes):
            continue
        values = profiles[name]
        spread = (
            [_value(name, values.quantile(level), money) for level in (0.1, 0.5, 0.9)]
            if values.dtype.is_numeric()
            else ["", "", ""]
        )
        rows.append((name, *notes.get(name, ("", "")), *spread))
    columns = ("feature", "meaning", "when empty", "10 % are below", "half are below", "90 % are below")
    return Table("Features of the profiles and how they are spread over customers", columns, tuple(rows), n_labels=3)


def _value(name: str, value: float | None, money: Money) -> str:
    if value is None:
        return ""
    if name.endswith("_minor"):
        return money.text(value)
    if any(part in name for part in SHARES):
        return percent(value)
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.2g}".replace("-", "−")
