"""What a run would do as it is told, and hardly anybody wants: each in one sentence, with the remedy."""

from __future__ import annotations

import re
from collections.abc import Collection

import polars as pl

from offerloop.commands.check.figures import AMOUNTS_OFF, Shape
from offerloop.commands.check.offers import OfferCheck
from offerloop.config import Campaign, Config, quoted
from offerloop.decision import unlimited_exploration, unpaid_exploration
from offerloop.evaluation import LEAST_CUSTOMERS
from offerloop.events import COPY, LINE, SCANNED
from offerloop.mapping import reference
from offerloop.message import Message, Share, unpacked


def notes(config: Config, shape: Shape, offers: list[OfferCheck]) -> list[Message]:
    """Exploration that no offer fits, benefits that no budget limits, and a test that could show nothing."""
    messages = list[Message]()
    for campaign in config.campaigns:
        of_campaign = [one for one in offers if one.campaign_id == campaign.id]
        unpaid = unpaid_exploration(config, campaign, (one.liability_minor for one in of_campaign))
        unlimited = {
            offer.offer_id: offer.missing_limit
            for offer in of_campaign
            if offer.missing_limit is not None and offer.basis != "unknown"  # of unknown ones their lines say it
        }
        messages += [
            *([] if unpaid is None else [unpaid]),
            *unlimited_exploration(config, campaign, unlimited),
            *_unlimited(config, campaign, of_campaign),
        ]
    return [*messages, *_holdout(config, shape, offers)]


def _unlimited(config: Config, campaign: Campaign, offers: list[OfferCheck]) -> list[Message]:
    if campaign.budget_unit is None:
        return []
    free = [one.offer_id for one in offers if one.kind == "benefit" and one.liability_minor == 0]
    budget = f"{campaign.budget} {config.unit(campaign)}"
    return [
        Message(
            "benefit '{offer}' of campaign '{campaign}' takes nothing from its budget of {budget}, "
            "which therefore does not limit it: write in 'takes' how much each one takes",
            offer=offer_id,
            campaign=campaign.id,
            budget=budget,
        )
        for offer_id in free
    ]


def _holdout(config: Config, shape: Shape, offers: list[OfferCheck]) -> list[Message]:
    """A read-out compares those planned for an offer: no more than there are customers, and than budgets pay for."""
    share = config.experiment.holdout
    paid_for = sum(_most_planned(config, one, offers, shape.n_customers) for one in config.campaigns)
    planned = min(paid_for, shape.n_customers)
    expected = share * planned
    if expected >= LEAST_CUSTOMERS:
        return []
    of = (
        Message("{n} customer within the budgets", plural="{n} customers within the budgets", n=planned)
        if planned < shape.n_customers
        else Message("{n} customer", context="check of the data", plural="{n} customers", n=planned)
    )
    remedy = (
        Message("a larger budget", context="check of the data")
        if share * shape.n_customers >= LEAST_CUSTOMERS
        else Message("more customers", context="check of the data")
    )
    return [
        Message(
            "the coming test could not detect any effect: experiment.holdout = {share} holds back "
            "about {expected} of {of}, and a read-out needs at least {least} held-back customers "
            "among those planned for an offer; it takes a larger experiment.holdout, or {remedy}",
            share=share,
            expected=round(expected),
            of=of,
            least=LEAST_CUSTOMERS,
            remedy=remedy,
        )
    ]


def _most_planned(config: Config, campaign: Campaign, offers: list[OfferCheck], n_customers: int) -> int:
    """Return how many customers a budget pays for at the liability of its cheapest offer, where it counts liability."""
    costs = [one.liability_minor for one in offers if one.campaign_id == campaign.id and not one.problem]
    if campaign.budget_basis == "expected" or not costs or not all(costs):
        return n_customers
    return config.minor(campaign.budget, campaign) // min(cost for cost in costs if cost)


def sign_notes(config: Config, shape: Shape) -> list[Message]:
    """Return a note for each mapped amount off the price that is below zero on some lines."""
    notes = list[Message]()
    for ours in AMOUNTS_OFF:
        written, n_added = config.sources["order_lines"].columns.get(ours), shape.amounts_added[ours]
        if written is None or not n_added:
            continue
        n_off = shape.amounts_off[ours]
        remedy = (
            Message(
                "map {column} = {expression}",
                context="check of the data",
                column=ours,
                expression=quoted(_negated(written)),
            )
            if 2 * n_added > n_off
            else Message("correct those that are errors")
        )
        notes.append(
            Message(
                "on {n} of the {all} order lines with a {column}, the amount of '{written}' is below "
                "zero, so that it adds to the price instead of reducing it; {remedy}",
                n=n_added,
                all=n_off,
                column=ours,
                written=written,
                remedy=remedy,
            )
        )
    return notes


def _negated(written: str) -> str:
    """Return the expression of the same amounts with the other sign."""
    if re.fullmatch(r"-(\w+|`[^`]*`)", written):
        return written[1:]
    return f"-({written})" if re.search(r"[-+*/()`'\"]", written) else f"-{reference(written)}"


def returned_order_notes(quality: pl.DataFrame, offers: list[OfferCheck]) -> list[Message]:
    """Return a note where offers of free shipping are given and many lines came back; `quality` says what cleaning did.

    Orders of which nothing is left count as none, and their shipping was paid.
    """
    of_lines = quality.filter(pl.col("table") == "order_lines")
    read = int(of_lines.filter(rule="all rows", action="read")["rows"].sum())
    returned = int(of_lines.filter(pl.col("rule").is_in(_RETURNED))["rows"].sum())
    names = [f"'{one.offer_id}'" for one in offers if one.kind == "free_shipping"]
    if not names or returned < _MANY_RETURNED * read:
        return []
    return [
        Message(
            "{share} of the order lines were returned; what it cost to ship orders that came back in full is not in "
            "the expected cost of {offers}, so leave room for it in the budget",
            share=Share(returned / read),
            offers=names,
        )
    ]


_RETURNED = ("returned in full", "marked as returned")
_MANY_RETURNED = 0.01
"""Share of the order lines from which on returns are worth a note."""


def repeated_line_notes(quality: pl.DataFrame, columns: Collection[str]) -> list[Message]:
    """Return notes on lines that are written several times in their order, where no column numbers the lines; `quality`
    says what cleaning did."""
    if LINE in columns:
        return []
    is_line = (pl.col("table") == "order_lines") & (pl.col("rows") > 0)
    rows = dict(quality.filter(is_line).select("rule", "rows").iter_rows())
    whys = dict(quality.filter(is_line).select("rule", "why_message").iter_rows())
    notes = []
    if COPY in rows:
        notes.append(
            Message(
                "{n} order line is left out because its whole order is written again; if each unit has a line of its "
                "own, map 'line', the number of a line in its order, or set clean.repeated_orders = \"units\"",
                plural="{n} order lines are left out because their whole order is written again; if each unit has a "
                "line of its own, map 'line', the number of a line in its order, or set clean.repeated_orders = "
                '"units"',
                n=rows[COPY],
            )
        )
    if SCANNED in rows:
        notes.append(
            Message(
                "{n} order line stands in its order again and counts as {why}; if the export wrote it "
                "twice, remove the copies or map 'line', the number of a line in its order",
                plural="{n} order lines stand in their order again and count as {why}; if the export wrote "
                "them twice, remove the copies or map 'line', the number of a line in its order",
                n=rows[SCANNED],
                why=unpacked(whys[SCANNED])[0],
            )
        )
    return notes
