"""Section 8: who gets what, how the draw at random goes, and how much is given away for nothing."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.facts import ASSUMED, TRANSFERRED, RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.audit import audit_blocks
from offerloop.commands.run.sentences import usual_sentence
from offerloop.message import Message, Share
from offerloop.report import Bar, Block, Figure, Localizer, Section, Table, Text, bars, figure
from offerloop.tables import ARMS, EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL

SHOWN = 12
OFFER = ["campaign_id", "offer_id"]
ARM_WORDS = {
    PLAN: Message("follow the plan", context="customers who ..."),
    EXPLORE: Message("are drawn at random"),
    HOLDBACK: Message("have their offer held back, at random"),
    USUAL: Message("get what the shop does today (business as usual)"),
    HOLDOUT: Message("never get an offer (permanent holdout)"),
}
"""What becomes of the customers of a random group."""
WHY_NONE = {
    "holdout": Message("permanent holdout", context="reason"),
    "held_back": Message("held back in this period, drawn at random"),
    "usual": Message("business as usual gives none"),
    "explore": Message("drawn at random", context="reason"),
    "best_profit": Message("best profit within budget"),
    "no_campaign_pays": Message("no campaign pays", context="reason"),
    "no_effect_known": Message("nothing shows the effect of any offer"),
    "no_consent": Message("the customer has not agreed to personalised offers"),
    "outside": Message("in no campaign's audience"),
    "no_sent_campaign": Message("in the audience of no campaign that is sent"),
    "no_basis": Message("no recent purchase, so no response can be estimated"),
    "no_offer_pays": Message("no offer pays for this customer"),
    "budget_spent": Message("budget spent on customers with a better return"),
}
"""Why a customer gets no offer, by the codes of `tables.REASONS`."""
LARGEST_FIRST = Message(
    "Why these customers: the effect is assumed to be the same share of everybody's "
    "basket, so the largest baskets come first. Nothing shows that these customers respond "
    "more than others; only a measurement can."
)
"""Why an assumed offer goes to the customers with the largest baskets."""


def who_section(findings: Findings, facts: RunFacts) -> Section:
    """Offers by category and depth, arms, and the audit by group."""
    _ = facts.localizer
    recipients = _planned_offers(findings, _)
    blocks: list[Block] = []
    if recipients.height:
        blocks.append(_offers_figure(recipients, _))
        anyway = _anyway(recipients, findings, facts)
        blocks += [Text(text) for text in (anyway, _why_these(recipients, findings, _)) if text]
    texts = (_several(findings, _), _learning(findings, _), _usual(findings, _))
    blocks += [Text(one) for one in texts if one]
    blocks += [_arms(findings, _), *_audiences(findings, _)]
    blocks += audit_blocks(findings, _)
    return Section("who", _("Who gets what", context="section name"), _message(recipients, findings, _), tuple(blocks))


def _planned_offers(findings: Findings, _: Localizer) -> pl.DataFrame:
    """Offers given by the plan, with their terms."""
    planned = findings.assigned_offers().filter((pl.col("arm") == PLAN) & (pl.col("offer_id") != "none"))
    terms = findings.tables["offers"].select(
        "campaign_id",
        "offer_id",
        "category",
        "depth",
        "label_message",
        "funded_share",
        "margin",
        pl.col("basis").alias("rests_on"),
    )
    joined = planned.join(terms, on=["campaign_id", "offer_id"])
    labels = joined["label_message"].map_elements(_.unpacked, return_dtype=pl.String)
    return joined.with_columns(pl.coalesce("category", labels).alias("what"))


def _message(recipients: pl.DataFrame, findings: Findings, _: Localizer) -> str:
    total = findings.tables["assignments"].height
    if not recipients.height:
        return _(
            "None of the {n} customer gets an offer by plan",
            plural="None of the {n} customers gets an offer by plan",
            n=round(total),
        )
    top = recipients.group_by("what").len().sort(["len", "what"], descending=[True, False]).head(2)
    return _(
        "{given} of {n} customer gets an offer by plan; {share} of the offers are for {names}",
        plural="{given} of {n} customers get an offer by plan; {share} of the offers are for {names}",
        given=recipients["customer_id"].n_unique(),
        n=round(total),
        share=_.share(int(top["len"].sum()) / recipients.height),
        names=_.both([_.quoted(name) for name in top["what"]]),
    )


def _depth(value: float | None, _: Localizer) -> str:
    if value is None:
        return _("other", context="recipients")
    return _("{percent} % off", context="label of an offer", percent=100 * value)


def _offers_figure(recipients: pl.DataFrame, _: Localizer) -> Figure:
    totals = recipients.group_by("what").len().sort(["len", "what"], descending=[True, False])
    sizes = recipients.group_by("what", "depth").len().sort(["what", "depth"])
    depths = recipients["depth"].unique().sort(nulls_last=True).to_list()
    rows = []
    for name, total in totals.head(SHOWN).iter_rows():
        size_by_depth = dict(sizes.filter(pl.col("what") == name).select("depth", "len").iter_rows())
        rows += [
            Bar(name, size_by_depth.get(depth, 0), _.count(total) if depth == depths[-1] else "", _depth(depth, _))
            for depth in depths
        ]
    left = totals.height - min(SHOWN, totals.height)
    rest = (
        _("; {n} more category is in the table", plural="; {n} more categories are in the table", n=left)
        if left
        else ""
    )
    title, measure = (
        _title(sizes, totals["what"][0], _),
        _("Offers given by plan, by category and depth{rest}", rest=rest),
    )
    drawn = bars(rows, [_depth(one, _) for one in depths])
    return figure("offers", title, measure, drawn, _offers_table(sizes, recipients.height, _), localizer=_)


def _title(sizes: pl.DataFrame, top: str, _: Localizer) -> str:
    """The depth that is given most often."""
    usual = sizes.group_by("depth").agg(pl.col("len").sum()).sort(["len", "depth"], descending=[True, False]).row(0)
    text = (
        Message("{share} of the offers have no depth in per cent; “{top}” gets most")
        if usual[0] is None
        else Message("{share} of the offers are {depth}; “{top}” gets most")
    )
    return _(text, share=_.share(usual[1] / sizes["len"].sum()), depth=_depth(usual[0], _), top=top)


def _offers_table(sizes: pl.DataFrame, total: int, _: Localizer) -> Table:
    rows = tuple(
        (name, _depth(depth, _), _.count(size), _.share(size / total, 0.001))
        for name, depth, size in sizes.sort(["len", "what", "depth"], descending=[True, False, False]).iter_rows()
    )
    columns = (
        _("offer for", context="column title"),
        _("depth", context="column title"),
        _("offers", context="column title"),
        _("of offers given", context="column title"),
    )
    return Table(_("Offers given by plan"), columns, rows, n_labels=2)


def _anyway(recipients: pl.DataFrame, findings: Findings, facts: RunFacts) -> str:
    """What part of the discount goes to purchases that would have been made without it; an assumption cannot tell."""
    keys = ["customer_id", "campaign_id", "offer_id"]
    columns = ["held_out_value_minor", "held_out_discount_minor"]
    learned = recipients.filter(pl.col("rests_on") == TRANSFERRED).select(*keys, "depth", "margin")
    with_effects = learned.join(findings.tables["effects"].select(*keys, *columns), on=keys)
    discount = float(with_effects["held_out_discount_minor"].sum())
    if discount <= 0:
        return ""
    paying = with_effects.filter(pl.col("margin") != 0)
    gained = float((paying["depth"] * paying["held_out_value_minor"] / paying["margin"]).sum())
    text = (
        Message(
            "About {share} of the discount that these offers give is on purchases that would have "
            "been made anyway (held-out, transferred). That is the price of not knowing who would "
            "buy without it."
        )
        if with_effects.height == recipients.height
        else Message(
            "Of the discount of those offers whose effect is carried over from shelf prices, about "
            "{share} is on purchases that would have been made anyway (held-out, transferred)."
        )
    )
    return facts.localizer(text, share=Share(max(0.0, 1 - gained / discount)))


def _why_these(recipients: pl.DataFrame, findings: Findings, _: Localizer) -> str:
    """Why assumed offers go to these customers: an assumption tells nobody apart but by what they usually buy."""
    assumed = recipients.filter(pl.col("rests_on") == ASSUMED)
    if assumed.is_empty():
        return ""
    values = findings.tables["effects"].join(assumed.select("campaign_id", "offer_id").unique(), on=OFFER)
    differ = values.group_by(OFFER).agg(pl.col("held_out_value_minor").n_unique() > 1)["held_out_value_minor"].any()
    if not differ:
        return _(
            "Why these customers: the effect is assumed to be the same for everybody, so that who "
            "gets an offer says nothing about who responds; only a measurement can."
        )
    usual = _usual_orders(assumed, findings.tables["profiles"], _)
    return _(LARGEST_FIRST) if usual is None else _.sentences([_(LARGEST_FIRST), usual])


def _usual_orders(assumed: pl.DataFrame, profiles: pl.DataFrame, _: Localizer) -> str | None:
    """Return what customers with an assumed offer usually spend an order, and the others; None where it is equal."""
    if "basket_minor" not in profiles.columns:
        return None
    is_assumed = pl.col("customer_id").is_in(assumed["customer_id"].implode())
    halves = (profiles.filter(one)["basket_minor"].median() for one in (is_assumed, ~is_assumed))
    theirs, others = (_.money.text(float(str(one or 0))) for one in halves)
    if theirs == others:
        return None
    return _(
        "Half of those with an assumed offer usually spend {theirs} or more an order, half of the others {others}.",
        theirs=theirs,
        others=others,
    )


def _several(findings: Findings, _: Localizer) -> str:
    """How many customers get several offers, and what is taken for granted of them; empty where nobody does."""
    further = findings.table("further_offers")
    if further is None:
        return ""
    return _(
        "{n} customer gets offers of several campaigns, up to {most} each. What several offers bring is taken to add "
        "up; logs of single offers cannot show whether it does, and the comparison with the holdout will.",
        plural="{n} customers get offers of several campaigns, up to {most} each. What several offers bring is taken "
        "to add up; logs of single offers cannot show whether it does, and the comparison with the holdout will.",
        n=further["customer_id"].n_unique(),
        most=findings.config.plan.offers_per_customer,
    )


def _learning(findings: Findings, _: Localizer) -> str:
    arms = findings.arms()
    drawn, offered = arms.get(EXPLORE, (0, 0))
    return _(
        "{n} customer ({holdout} was the aim) never gets an offer, the same one in every run; "
        "{drawn} more are drawn at random with known probability: {offered} get an offer, {none} get "
        "none. Only these two groups (no offer, random test) can show what the offers really changed. "
        "Keep both when you send the plan. The list is assignments.csv beside this file.",
        plural="{n} customers ({holdout} was the aim) never get an offer, the same ones in every run; "
        "{drawn} more are drawn at random with known probability: {offered} get an offer, {none} get "
        "none. Only these two groups (no offer, random test) can show what the offers really changed. "
        "Keep both when you send the plan. The list is assignments.csv beside this file.",
        n=arms.get(HOLDOUT, (0, 0))[0],
        holdout=_.level(findings.config.experiment.holdout),
        drawn=drawn,
        offered=offered,
        none=drawn - offered,
    )


def _usual(findings: Findings, _: Localizer) -> str:
    """Who gets what the shop does today, and what that can cost; empty where the configuration does not name it."""
    settings = findings.config.business_as_usual
    if settings is None:
        return ""
    n, offered = findings.arms().get(USUAL, (0, 0))
    said = _(
        "{n} customer ({share} was the aim) gets what the shop does today, the same ones in "
        "every run: {offered} get an offer and {none} get none. Their offers can cost up to "
        "{most}, on top of the campaigns' budgets, of the {budget} set aside for them. The "
        "read-out will say whether the plan is better than that.",
        plural="{n} customers ({share} was the aim) get what the shop does today, the same ones in "
        "every run: {offered} get an offer and {none} get none. Their offers can cost up to "
        "{most}, on top of the campaigns' budgets, of the {budget} set aside for them. The "
        "read-out will say whether the plan is better than that.",
        n=n,
        share=_.level(settings.share),
        offered=offered,
        none=n - offered,
        most=_.money.text(findings.usual_liability_minor()),
        budget=_.money.exact(findings.config.minor(settings.budget)),
    )
    return _.sentences(filter(None, (said, usual_sentence(findings, _))))


def _arms(findings: Findings, _: Localizer) -> Table:
    arms, rows = findings.arms(), list[tuple[str, ...]]()
    everybody = sum(n for n, _offered in arms.values())
    for arm in (one for one in ARMS if one in {*arms, PLAN, EXPLORE, HOLDOUT}):
        n, _offered = arms.get(arm, (0, 0))
        rows.append((_(ARM_WORDS[arm]), "", _.count(n), _.share(n / everybody, 0.001)))
        rows += [
            (_("of these, {what}", context="recipients", what=what), _.count(size), "", "")
            for what, size in _parts(findings, arm, _)
        ]
    rows.append((_("all customers", context="recipients"), "", _.count(everybody), _.share(1.0)))
    columns = (
        _("customers who ...", context="column title"),
        _("of these", context="column title"),
        _("customers", context="column title"),
        _("of all customers", context="column title"),
    )
    return Table(_("How customers are divided, and why some who follow the plan get nothing"), columns, tuple(rows))


def _audiences(findings: Findings, _: Localizer) -> list[Table]:
    """How many of each named group of customers get an offer by plan."""
    members = findings.table("audience_members")
    if members is None:
        return []
    assigned = findings.tables["assignments"].select(
        "customer_id", given=(pl.col("arm") == PLAN) & (pl.col("offer_id") != "none")
    )
    sizes = members.join(assigned, on="customer_id").group_by("audience").agg(pl.len(), pl.col("given").sum())
    rows = tuple(
        (name, _.count(size), _.count(offers), _.share(offers / size, 0.001))
        for name, size, offers in sizes.sort("audience").iter_rows()
    )
    columns = (
        _("group", context="column title of named groups"),
        _("customers", context="column title"),
        _("get an offer by plan"),
        _("of the group", context="column title"),
    )
    return [Table(_("Named groups of customers and their offers"), columns, rows)]


def _parts(findings: Findings, arm: str, _: Localizer) -> list[tuple[str, int]]:
    """What the customers of one arm get; nobody in the holdout gets anything. Reasons are known of a sample alone where
    that decided."""
    if arm == HOLDOUT:
        return []
    n, offered = findings.arms().get(arm, (0, 0))
    get_none = (_("get none", context="recipients"), n - offered)
    if arm in (EXPLORE, USUAL):
        return [(_("get an offer", context="recipients"), offered), get_none]
    if findings.others is not None:
        return [(_("get the plan's offer"), offered), get_none]
    in_arm = findings.tables["assignments"].filter(pl.col("arm") == arm)
    reasons = in_arm.filter(pl.col("offer_id") == "none").group_by("reasons").len()
    ordered = reasons.sort(["len", "reasons"], descending=[True, False]).iter_rows()
    why = [
        (_("no offer: {reason}", context="recipients", reason=_.named(WHY_NONE, reason)), size)
        for reason, size in ordered
    ]
    return [(_("get the plan's offer"), offered), *why]
