"""Section 2: who the customers are, by features and readable tags."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.profiles import TAGS
from offerloop.report import (
    Axes,
    Bar,
    Block,
    Details,
    Figure,
    Section,
    Table,
    Text,
    Voice,
    bars,
    count,
    figure,
    histogram,
    percent_labels,
)

BINS = 20
HALF = 0.03
"""How far from half a share may be and still be called about half."""
AT_MOST = 0.25
"""Share of the customers that still passes for a fifth; ties can make more."""
FIFTH = "fifth"
"""Word in the rule of a tag that a fifth of the customers carries by definition."""
SHARES = ("_share", "mean_depth", "p_active")


def profiles_section(findings: Findings, tell: Voice) -> Section:
    """Tags as bars, how price-sensitive customers are, and every feature with its rule."""
    profiles = findings.tables["profiles"]
    tags = _tag_counts(findings)
    n_tagged = profiles.filter(pl.col("tags").list.len() > 0).height
    blocks: list[Block] = [Text(tell.say("profiles.intro", tagged=count(n_tagged), all=count(profiles.height)))]
    if "p_active" in profiles.columns and profiles["p_active"].is_null().all():
        resting = [tell.quoted(tell.tag(tag.name)) for tag in TAGS if tag.rests_on == "p_active"]
        blocks.append(Text(tell.say("profiles.activity_unknown", tags=tell.both(resting))))
    if tags:
        blocks += [_tags_figure(findings, tags, tell), *_fifths(findings, tags, tell)]
    if "discount_share" in profiles.columns:
        blocks.append(_discounts(profiles, tell))
    blocks.append(Details(tell.say("profiles.features"), _features(findings, tell)))
    return Section("profiles", tell.say("profiles.label"), _message(tags, profiles.height, tell), tuple(blocks))


def _message(tags: list[tuple[str, int]], n_customers: int, tell: Voice) -> str:
    n = count(n_customers)
    if not tags:
        return tell.say("profiles.message.none", n=n)
    sizes = dict(tags)
    if {"growing", "shrinking"} <= sizes.keys():
        up, down = (sizes[name] / n_customers for name in ("growing", "shrinking"))
        about = _about(up + down, tell)
        return tell.say("profiles.message.change", about=about, up=tell.share(up), down=tell.share(down))
    groups = [
        tell.say("profiles.group", name=tell.tag(name), share=tell.share(k / n_customers)) for name, k in tags[:2]
    ]
    return tell.say("profiles.message.groups", n=n, groups=tell.both(groups))


def _about(share: float, tell: Voice) -> str:
    """``"About half"`` where it is, else the percentage."""
    return tell.say("profiles.half") if abs(share - 0.5) <= HALF else tell.share(share)


def _tag_counts(findings: Findings) -> list[tuple[str, int]]:
    tags = findings.tables["profiles"].select(pl.col("tags").explode().alias("tag")).drop_nulls()
    counts = tags.group_by("tag").len().sort(["len", "tag"], descending=[True, False])
    return [(str(name), int(size)) for name, size in counts.iter_rows()]


def _tags_figure(findings: Findings, tags: list[tuple[str, int]], tell: Voice) -> Figure:
    total = findings.tables["profiles"].height
    rows = [
        Bar(tell.tag(name), size, tell.say("profiles.bar", n=count(size), share=tell.share(size / total)))
        for name, size in tags
    ]
    (largest, most), (smallest, least) = tags[0], tags[-1]
    title = _tags_title(dict(tags), total, tell) or tell.say(
        "profiles.tags_title",
        first=tell.share(most / total),
        largest=tell.tag(largest),
        second=tell.share(least / total),
        smallest=tell.tag(smallest),
    )
    return figure(
        "tags", title, tell.say("profiles.tags_measure"), bars(rows), _tags_table(findings, tags, tell), tell=tell
    )


def _tags_table(findings: Findings, tags: list[tuple[str, int]], tell: Voice) -> Table:
    total = findings.tables["profiles"].height
    notes = {name: (chinese, rule) for name, chinese, rule in findings.tag_notes}
    rows = []
    for name, size in tags:
        chinese, rule = notes.get(name, ("", ""))
        other = chinese if tell.language == "en" else name
        said = tell.words.get(f"rule.{name}", rule)
        rows.append((tell.tag(name), other, said, count(size), tell.share(size / total)))
    columns = tuple(tell.say(f"profiles.column.{name}") for name in ("tag", "other", "rule", "customers", "of_all"))
    return Table(tell.say("profiles.tags_table"), columns, tuple(rows), n_labels=3)


def _tags_title(sizes: dict[str, int], total: int, tell: Voice) -> str:
    """Growing against shrinking customers, where both tags exist."""
    if not {"growing", "shrinking"} <= sizes.keys():
        return ""
    return tell.say(
        "profiles.tags_change",
        first=tell.share(sizes["growing"] / total),
        growing=tell.tag("growing"),
        second=tell.share(sizes["shrinking"] / total),
        shrinking=tell.tag("shrinking"),
    )


def _fifths(findings: Findings, tags: list[tuple[str, int]], tell: Voice) -> list[Block]:
    """Which tags have their size by definition."""
    most = AT_MOST * findings.tables["profiles"].height
    small = {name for name, size in tags if size <= most}
    named = [tell.quoted(tell.tag(name)) for name, _, rule in findings.tag_notes if FIFTH in rule and name in small]
    return [Text(tell.say("profiles.fifths", tags=tell.listed(named)))] if named else []


def _discounts(profiles: pl.DataFrame, tell: Voice) -> Block:
    """Nothing to draw where no customer has bought below list price, or no list price is known."""
    if not profiles["discount_share"].sum():
        return Text(tell.say("profiles.discount_none"))
    return _discount_figure(profiles["discount_share"], tell)


def _discount_figure(share: pl.Series, tell: Voice) -> Figure:
    middle = float(str(share.median()))
    low, high = (float(str(share.quantile(level))) for level in (0.1, 0.9))
    position = (share * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)
    sizes = [int((position == step).sum()) for step in range(BINS)]
    edges = [(step / BINS, (step + 1) / BINS) for step in range(BINS)]
    counted = [(*edge, size) for edge, size in zip(edges, sizes, strict=True)]
    table = Table(
        tell.say("profiles.discount_table"),
        (tell.say("profiles.discount_column"), tell.say("profiles.column.customers")),
        tuple(
            (tell.say("range", first=tell.share(first), last=tell.share(last)), count(size))
            for first, last, size in counted
        ),
    )
    axes = Axes(percent_labels(tell), "", tell.say("profiles.discount_axis"))
    return figure(
        "discount-share",
        tell.say("profiles.discount_title", middle=tell.share(middle)),
        tell.say("profiles.discount_measure"),
        histogram(counted, axes, (middle, tell.say("profiles.median", share=tell.share(middle)))),
        table,
        says=tell.say("profiles.discount_says", low=tell.share(low), high=tell.share(high)),
        tell=tell,
    )


def _features(findings: Findings, tell: Voice) -> Table:
    profiles = findings.tables["profiles"]
    notes = {name: (tell.own(meaning), tell.own(missing)) for name, meaning, missing in findings.feature_notes}
    rows = []
    for name in profiles.columns:
        if name in ("customer_id", "tags") or (notes and name not in notes):
            continue
        values = profiles[name]
        spread = (
            [_value(name, values.quantile(level), tell) for level in (0.1, 0.5, 0.9)]
            if values.dtype.is_numeric()
            else ["", "", ""]
        )
        rows.append((name, *notes.get(name, ("", "")), *spread))
    names = ("feature", "meaning", "empty", "low", "middle", "high")
    columns = tuple(tell.say(f"profiles.column.{name}") for name in names)
    return Table(tell.say("profiles.features_table"), columns, tuple(rows), n_labels=3)


def _value(name: str, value: float | None, tell: Voice) -> str:
    if value is None:
        return ""
    if name.endswith("_minor"):
        return tell.money.text(value)
    if any(part in name for part in SHARES):
        return tell.share(value)
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.2g}".replace("-", "−")
