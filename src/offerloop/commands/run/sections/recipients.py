"""Section 8: who gets what, how the draw by lot goes, and how much is given away for nothing."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.facts import ASSUMED, TRANSFERRED, Facts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.audit import audit_blocks
from offerloop.offers import NO_OFFER
from offerloop.report import Bar, Block, Figure, Section, Table, Text, Voice, bars, count, figure
from offerloop.tables import ARMS, EXPLORE, HOLDOUT, PLAN, REASONS, USUAL

SHOWN = 12
OFFER = ["campaign_id", "offer_id"]


def who_section(findings: Findings, facts: Facts) -> Section:
    """Offers by category and depth, arms, and the audit by group."""
    tell = facts.voice
    given = _given(findings, tell)
    blocks: list[Block] = []
    if given.height:
        blocks.append(_offers_figure(given, tell))
        anyway = _anyway(given, findings, facts)
        blocks += [Text(text) for text in (anyway, _why_these(given, findings, tell)) if text]
    blocks += [Text(one) for one in (_learning(findings, tell), _usual(findings, tell)) if one]
    blocks += [_arms(findings, tell), *_audiences(findings, tell)]
    blocks += audit_blocks(findings, tell)
    return Section("who", tell.say("who.label"), _message(given, findings, tell), tuple(blocks))


def _given(findings: Findings, tell: Voice) -> pl.DataFrame:
    """Offers given by the plan, with their terms."""
    planned = findings.tables["assignments"].filter((pl.col("arm") == PLAN) & (pl.col("offer_id") != "none"))
    terms = findings.tables["offers"].select(
        "campaign_id",
        "offer_id",
        "category",
        "depth",
        "label",
        "funded_share",
        "margin",
        pl.col("basis").alias("rests_on"),
    )
    joined = planned.join(terms, on=["campaign_id", "offer_id"])
    labels = joined["label"].map_elements(tell.own, return_dtype=pl.String)
    return joined.with_columns(pl.coalesce("category", labels).alias("what"))


def _message(given: pl.DataFrame, findings: Findings, tell: Voice) -> str:
    total = findings.tables["assignments"].height
    if not given.height:
        return tell.say("who.message.none", n=count(total))
    top = given.group_by("what").len().sort(["len", "what"], descending=[True, False]).head(2)
    return tell.say(
        "who.message",
        given=count(given.height),
        n=count(total),
        share=tell.share(int(top["len"].sum()) / given.height),
        names=tell.both([tell.quoted(name) for name in top["what"]]),
    )


def _depth(value: float | None, tell: Voice) -> str:
    if value is None:
        return tell.say("who.other")
    return tell.say("who.depth", share=tell.spaced(f"{value * 100:.0f} %"))


def _offers_figure(given: pl.DataFrame, tell: Voice) -> Figure:
    totals = given.group_by("what").len().sort(["len", "what"], descending=[True, False])
    sizes = given.group_by("what", "depth").len().sort(["what", "depth"])
    parts = [_depth(value, tell) for value in sorted(given["depth"].drop_nulls().unique())]
    parts += [tell.say("who.other")] if given["depth"].null_count() else []
    rows = []
    for name, total in totals.head(SHOWN).iter_rows():
        mine = {_depth(depth, tell): size for _, depth, size in sizes.filter(pl.col("what") == name).iter_rows()}
        rows += [Bar(name, mine.get(part, 0), f"{count(total)}" if part == parts[-1] else "", part) for part in parts]
    left = totals.height - min(SHOWN, totals.height)
    rest = tell.say("who.rest", n=left) if left else ""
    title, measure = _title(sizes, totals["what"][0], tell), tell.say("who.measure", rest=rest)
    return figure("offers", title, measure, bars(rows, parts), _offers_table(sizes, given.height, tell), tell=tell)


def _title(sizes: pl.DataFrame, top: str, tell: Voice) -> str:
    """The depth that is given most often."""
    usual = sizes.group_by("depth").agg(pl.col("len").sum()).sort(["len", "depth"], descending=[True, False]).row(0)
    key = "who.title_other" if usual[0] is None else "who.title"
    return tell.say(key, share=tell.share(usual[1] / sizes["len"].sum()), depth=_depth(usual[0], tell), top=top)


def _offers_table(sizes: pl.DataFrame, total: int, tell: Voice) -> Table:
    rows = tuple(
        (name, _depth(depth, tell), count(size), tell.share(size / total, 0.001))
        for name, depth, size in sizes.sort(["len", "what", "depth"], descending=[True, False, False]).iter_rows()
    )
    columns = tuple(tell.say(f"who.column.{name}") for name in ("what", "depth", "customers", "share"))
    return Table(tell.say("who.table"), columns, rows, n_labels=2)


def _anyway(given: pl.DataFrame, findings: Findings, facts: Facts) -> str:
    """What part of the discount goes to purchases that would have been made without it; an assumption cannot tell."""
    keys = ["customer_id", "campaign_id", "offer_id"]
    columns = ["held_out_value_minor", "held_out_discount_minor"]
    learned = given.filter(pl.col("rests_on") == TRANSFERRED).select(*keys, "depth", "margin")
    known = learned.join(findings.tables["effects"].select(*keys, *columns), on=keys)
    discount = float(known["held_out_discount_minor"].sum())
    if discount <= 0:
        return ""
    paying = known.filter(pl.col("margin") != 0)
    gained = float((paying["depth"] * paying["held_out_value_minor"] / paying["margin"]).sum())
    key = "who.anyway" if known.height == given.height else "who.anyway_some"
    return facts.voice.say(key, share=facts.voice.share(max(0.0, 1 - gained / discount)))


def _why_these(given: pl.DataFrame, findings: Findings, tell: Voice) -> str:
    """Why assumed offers go to these customers: an assumption tells nobody apart but by what they usually buy."""
    assumed = given.filter(pl.col("rests_on") == ASSUMED)
    if assumed.is_empty():
        return ""
    values = findings.tables["effects"].join(assumed.select("campaign_id", "offer_id").unique(), on=OFFER)
    differ = values.group_by(OFFER).agg(pl.col("held_out_value_minor").n_unique() > 1)["held_out_value_minor"].any()
    if not differ:
        return tell.say("who.assumed_alike")
    profiles = findings.tables["profiles"]
    if "basket_minor" not in profiles.columns:
        return tell.say("who.assumed")
    mine = pl.col("customer_id").is_in(assumed["customer_id"].implode())
    halves = (profiles.filter(one)["basket_minor"].median() for one in (mine, ~mine))
    theirs, others = (tell.money.text(float(str(one or 0))) for one in halves)
    if theirs == others:
        return tell.say("who.assumed")
    return tell.listed([tell.say("who.assumed"), tell.say("who.baskets", theirs=theirs, others=others)], "sentence")


def _learning(findings: Findings, tell: Voice) -> str:
    table = findings.tables["assignments"]
    drawn = table.filter(pl.col("arm") == EXPLORE)
    offered = drawn.filter(pl.col("offer_id") != "none").height
    return tell.say(
        "who.learning",
        kept=count(table.filter(pl.col("arm") == HOLDOUT).height),
        holdout=tell.share(findings.config.experiment.holdout),
        drawn=count(drawn.height),
        offered=count(offered),
        none=count(drawn.height - offered),
    )


def _usual(findings: Findings, tell: Voice) -> str:
    """Who gets what the shop does today, and what that can cost; empty where the configuration does not name it."""
    settings = findings.config.business_as_usual
    if settings is None:
        return ""
    mine = findings.tables["assignments"].filter(pl.col("arm") == USUAL)
    offered = mine.filter(pl.col("offer_id") != NO_OFFER).height
    return tell.say(
        "who.usual",
        n=count(mine.height),
        share=tell.share(settings.share),
        offered=count(offered),
        none=count(mine.height - offered),
        most=tell.money.text(int(mine["cost_liability_minor"].sum())),
        budget=tell.money.exact(findings.config.minor(settings.budget)),
    )


def _arms(findings: Findings, tell: Voice) -> Table:
    table = findings.tables["assignments"]
    rows: list[tuple[str, ...]] = []
    for arm in (one for one in ARMS if one in set(table["arm"]) | {PLAN, EXPLORE, HOLDOUT}):
        mine = table.filter(pl.col("arm") == arm)
        rows.append((tell.say(f"who.arm.{arm}"), "", count(mine.height), tell.share(mine.height / table.height, 0.001)))
        rows += [(tell.say("who.part", what=what), count(size), "", "") for what, size in _parts(mine, arm, tell)]
    rows.append((tell.say("who.all"), "", count(table.height), tell.share(1.0)))
    columns = tuple(tell.say(f"who.column.{name}") for name in ("arm", "part", "customers", "of_all"))
    return Table(tell.say("who.arms_table"), columns, tuple(rows))


def _audiences(findings: Findings, tell: Voice) -> list[Table]:
    """How many of each named group of customers get an offer by plan."""
    members = findings.table("audience_members")
    if members is None:
        return []
    given = findings.tables["assignments"].select(
        "customer_id", given=(pl.col("arm") == PLAN) & (pl.col("offer_id") != "none")
    )
    sizes = members.join(given, on="customer_id").group_by("audience").agg(pl.len(), pl.col("given").sum())
    rows = tuple(
        (name, count(size), count(offers), tell.share(offers / size, 0.001))
        for name, size, offers in sizes.sort("audience").iter_rows()
    )
    columns = tuple(tell.say(f"who.audience.{name}") for name in ("name", "customers", "offers", "share"))
    return [Table(tell.say("who.audience.table"), columns, rows)]


def _reason(code: str, tell: Voice) -> str:
    key = f"why_none.{code}"
    return tell.say(key) if key in tell.words else REASONS.get(code, code)


def _parts(mine: pl.DataFrame, arm: str, tell: Voice) -> list[tuple[str, int]]:
    """What the customers of one arm get; nobody in the holdout gets anything."""
    if arm == HOLDOUT:
        return []
    offered = mine.filter(pl.col("offer_id") != "none").height
    if arm in (EXPLORE, USUAL):
        return [(tell.say("who.gets"), offered), (tell.say("who.gets_none"), mine.height - offered)]
    reasons = mine.filter(pl.col("offer_id") == "none").group_by("reasons").len()
    ordered = reasons.sort(["len", "reasons"], descending=[True, False]).iter_rows()
    why = [(tell.say("who.no_offer", reason=_reason(reason, tell)), size) for reason, size in ordered]
    return [(tell.say("who.gets_plan"), offered), *why]
