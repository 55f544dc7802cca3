"""Section 2: who the customers are, by features and readable tags."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.profiles import TAG_LABELS, TAGS
from offerloop.report import (
    Axes,
    Bar,
    Block,
    Details,
    Figure,
    Localizer,
    Section,
    Table,
    Text,
    bars,
    figure,
    histogram,
    language_name,
    other_languages,
    percent_labels,
)

BINS = 20
HALF = 0.03
"""How far from half a share may be and still be called about half."""
AT_MOST = 0.25
"""Share of the customers that still passes for a fifth; ties can make more."""
SHARES = ("_share", "mean_depth", "p_active")


def profiles_section(findings: Findings, _: Localizer) -> Section:
    """Tags as bars, how price-sensitive customers are, and every feature with its rule."""
    profiles = findings.tables["profiles"]
    tags = _tag_counts(findings)
    n_tagged = profiles.filter(pl.col("tags").list.len() > 0).height
    blocks: list[Block] = [
        Text(
            _(
                "A profile describes what a customer did before the day of the plan. {tagged} of {all} "
                "customers carry at least one tag; a customer may carry several. Tags are for people "
                "to read; models use the features.",
                tagged=n_tagged,
                all=profiles.height,
            )
        )
    ]
    if "p_active" in profiles.columns and profiles["p_active"].is_null().all():
        blocks.append(Text(_activity_unknown(_)))
    if tags:
        blocks += [_tags_figure(findings, tags, _), *_fifths(findings, tags, _)]
    if "discount_share" in profiles.columns:
        blocks.append(_discounts(profiles, _))
    blocks.append(Details(_("Show every feature with its rule for empty cells"), _features(findings, _)))
    return Section(
        "profiles", _("The customers", context="section name"), _message(tags, profiles.height, _), tuple(blocks)
    )


def _activity_unknown(_: Localizer) -> str:
    return _(
        "Whether customers are still active is not known: purchases in this shop do not show "
        "that customers stop buying (BG/NBD model). So the tags {tags} and expected orders are "
        "not given.",
        tags=_.both([_.quoted(_(tag.label)) for tag in TAGS if tag.rests_on == "p_active"]),
    )


def _message(tags: list[tuple[str, int]], n_customers: int, _: Localizer) -> str:
    n = _.count(n_customers)
    if not tags:
        return _("{n} customers have a profile; no tag applies to any of them", n=n)
    sizes = dict(tags)
    if {"growing", "shrinking"} <= sizes.keys():
        up, down = (sizes[name] / n_customers for name in ("growing", "shrinking"))
        about = _about(up + down, _)
        return _(
            "{about} of the customers changed their spending: in the last quarter {up} spent at least 50 % more "
            "than before, {down} at least 33 % less",
            about=about,
            up=_.share(up),
            down=_.share(down),
        )
    groups = [
        _("“{name}” ({share})", context="pattern", name=_.named(TAG_LABELS, name), share=_.share(k / n_customers))
        for name, k in tags[:2]
    ]
    return _("The largest groups of the {n} customers are {groups}", n=n, groups=_.both(groups))


def _about(share: float, _: Localizer) -> str:
    """``"About half"`` where it is, else the percentage."""
    return _("About half", context="customer profiles") if abs(share - 0.5) <= HALF else _.share(share)


def _tag_counts(findings: Findings) -> list[tuple[str, int]]:
    tags = findings.tables["profiles"].select(pl.col("tags").explode().alias("tag")).drop_nulls()
    counts = tags.group_by("tag").len().sort(["len", "tag"], descending=[True, False])
    return [(str(name), int(size)) for name, size in counts.iter_rows()]


def _tags_figure(findings: Findings, tags: list[tuple[str, int]], _: Localizer) -> Figure:
    total = findings.tables["profiles"].height
    rows = [
        Bar(
            _.named(TAG_LABELS, name),
            size,
            _("{n} ({share})", context="pattern", n=round(size), share=_.share(size / total)),
        )
        for name, size in tags
    ]
    (largest, most), (smallest, least) = tags[0], tags[-1]
    title = _tags_title(dict(tags), total, _) or _(
        "{first} of customers are tagged “{largest}”, {second} “{smallest}”",
        first=_.share(most / total),
        largest=_.named(TAG_LABELS, largest),
        second=_.share(least / total),
        smallest=_.named(TAG_LABELS, smallest),
    )
    return figure(
        "tags",
        title,
        _("Customers by tag, and their share of all customers"),
        bars(rows),
        _tags_table(findings, tags, _),
        localizer=_,
    )


def _tags_table(findings: Findings, tags: list[tuple[str, int]], _: Localizer) -> Table:
    total = findings.tables["profiles"].height
    rules, others = {tag.name: tag.rule for tag in TAGS}, other_languages(_)
    rows = [
        (
            _.named(TAG_LABELS, name),
            *(other.named(TAG_LABELS, name) for other in others),
            _(rules[name]) if name in rules else "",
            _.count(size),
            _.share(size / total),
        )
        for name, size in tags
    ]
    columns = (
        _("tag", context="column title"),
        *(language_name(other.language) for other in others),
        _("rule", context="column title"),
        _("customers", context="column title"),
        _("of all", context="column title"),
    )
    return Table(
        _("Tags, their rules, and how many customers carry them"), columns, tuple(rows), n_labels=2 + len(others)
    )


def _tags_title(sizes: dict[str, int], total: int, _: Localizer) -> str:
    """Growing against shrinking customers, where both tags exist."""
    if not {"growing", "shrinking"} <= sizes.keys():
        return ""
    return _(
        "{first} of customers are tagged “{growing}”, {second} “{shrinking}”",
        first=_.share(sizes["growing"] / total),
        growing=TAG_LABELS["growing"],
        second=_.share(sizes["shrinking"] / total),
        shrinking=TAG_LABELS["shrinking"],
    )


def _fifths(findings: Findings, tags: list[tuple[str, int]], _: Localizer) -> list[Block]:
    """Which tags have their size by definition."""
    most = AT_MOST * findings.tables["profiles"].height
    small = {name for name, size in tags if size <= most}
    named = [_.quoted(_(tag.label)) for tag in TAGS if tag.is_a_fifth and tag.name in small]
    return (
        [
            Text(
                _(
                    "These tags go to a fifth of the customers or fewer by definition, so their sizes say little:"
                    " {tags}.",
                    tags=_.listed(named),
                )
            )
        ]
        if named
        else []
    )


def _discounts(profiles: pl.DataFrame, _: Localizer) -> Block:
    """Nothing to draw where no customer has bought below list price, or no list price is known."""
    if not profiles["discount_share"].sum():
        return Text(
            _(
                "The data show no order line below list price; where they hold no list prices or "
                "discounts, it is not known whether any was."
            )
        )
    return _discount_figure(profiles["discount_share"], _)


def _discount_figure(share: pl.Series, _: Localizer) -> Figure:
    middle = float(str(share.median()))
    low, high = (float(str(share.quantile(level))) for level in (0.1, 0.9))
    position = (share * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)
    sizes = [int((position == step).sum()) for step in range(BINS)]
    edges = [(step / BINS, (step + 1) / BINS) for step in range(BINS)]
    counted = [(*edge, size) for edge, size in zip(edges, sizes, strict=True)]
    table = Table(
        _("Customers by the share of their order lines bought below list price"),
        (_("share of order lines"), _("customers", context="column title")),
        tuple(
            (_("{first} to {last}", context="range of days", first=_.share(first), last=_.share(last)), _.count(size))
            for first, last, size in counted
        ),
    )
    axes = Axes(percent_labels(_), "", _("share bought below list price"))
    return figure(
        "discount-share",
        _("Half of the customers buy {middle} of their order lines or more below list price", middle=_.share(middle)),
        _("Number of customers by share of order lines bought below list price"),
        histogram(counted, axes, (middle, _("median {share}", context="label of a line", share=_.share(middle)))),
        table,
        says=_("Eight of ten customers lie between {low} and {high}.", low=_.share(low), high=_.share(high)),
        localizer=_,
    )


def _features(findings: Findings, _: Localizer) -> Table:
    profiles = findings.tables["profiles"]
    notes = {name: (_(meaning), _(missing)) for name, meaning, missing in findings.feature_notes}
    rows = []
    for name in profiles.columns:
        if name in ("customer_id", "tags") or (notes and name not in notes):
            continue
        values = profiles[name]
        spread = (
            [_value(name, values.quantile(level), _) for level in (0.1, 0.5, 0.9)]
            if values.dtype.is_numeric()
            else ["", "", ""]
        )
        rows.append((name, *notes.get(name, ("", "")), *spread))
    columns = (
        _("feature", context="column title"),
        _("meaning", context="column title"),
        _("when empty", context="column title"),
        _("10 % are below", context="column title"),
        _("half are below", context="column title"),
        _("90 % are below", context="column title"),
    )
    return Table(_("Features of the profiles and how they are spread over customers"), columns, tuple(rows), n_labels=3)


def _value(name: str, value: float | None, _: Localizer) -> str:
    if value is None:
        return ""
    if name.endswith("_minor"):
        return _.money.text(value)
    if any(part in name for part in SHARES):
        return _.share(value)
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.2g}".replace("-", "−")
