"""What a run would do as it is told, and hardly anybody wants: each in one sentence, with the remedy."""

from __future__ import annotations

import re
from typing import Any

from offerloop.commands.check.figures import AMOUNTS_OFF, Shape
from offerloop.commands.check.offers import OfferCheck
from offerloop.config import Campaign, Config, quoted
from offerloop.evaluation import LEAST
from offerloop.events import SCANNED
from offerloop.mapping import reference
from offerloop.money import to_text


def notes(config: Config, shape: Shape, offers: list[OfferCheck]) -> list[str]:
    """Exploration that no offer fits, benefits that no budget limits, and a test that could show nothing."""
    found = []
    for campaign in config.campaigns:
        mine = [one for one in offers if one.campaign_id == campaign.id]
        found += [*_exploration(config, campaign, mine), *_unlimited(config, campaign, mine)]
    return [*found, *_holdout(config, shape, offers)]


def _exploration(config: Config, campaign: Campaign, offers: list[OfferCheck]) -> list[str]:
    """Exploration is paid as if everyone drew the dearest offer."""
    budget, unit = config.minor(campaign.explore_budget, campaign), config.unit(campaign)
    dearest = max((one.liability_minor or 0 for one in offers), default=0)
    if not 0 < budget < dearest:
        return []
    most = to_text(dearest, unit)
    return [
        f"campaign '{campaign.id}' explores with {campaign.explore_budget} {unit}, and its dearest offer can cost "
        f"{most}: nobody gets an offer by lot; raise explore_budget to {most} or more, or lower what the offer can cost"
    ]


def _unlimited(config: Config, campaign: Campaign, offers: list[OfferCheck]) -> list[str]:
    if campaign.budget_unit is None:
        return []
    free = [one.offer_id for one in offers if one.kind == "benefit" and one.liability_minor == 0]
    budget = f"{campaign.budget} {config.unit(campaign)}"
    return [
        f"benefit '{offer_id}' of campaign '{campaign.id}' takes nothing from its budget of {budget}, which therefore "
        "does not limit it: write in 'takes' how much each one takes"
        for offer_id in free
    ]


def _holdout(config: Config, shape: Shape, offers: list[OfferCheck]) -> list[str]:
    """A read-out compares those planned for an offer: no more than there are customers, and than budgets pay for."""
    share = config.experiment.holdout
    paid_for = sum(_most_planned(config, one, offers, shape.n_customers) for one in config.campaigns)
    planned = min(paid_for, shape.n_customers)
    expected = share * planned
    if expected >= LEAST:
        return []
    of = f"{planned:,} customers whom the budgets pay for" if planned < shape.n_customers else f"{planned:,} customers"
    remedy = "a larger budget" if share * shape.n_customers >= LEAST else "more customers"
    return [
        f"the coming test could not show anything: experiment.holdout = {share:g} holds back about {expected:.0f} of "
        f"{of}, and a read-out needs at least {LEAST} held-back customers among those planned for an offer; it takes a "
        f"larger experiment.holdout, or {remedy}"
    ]


def _most_planned(config: Config, campaign: Campaign, offers: list[OfferCheck], n_customers: int) -> int:
    """Return how many customers a budget pays for at the liability of its cheapest offer, where it counts liability."""
    costs = [one.liability_minor for one in offers if one.campaign_id == campaign.id and not one.problem]
    if campaign.budget_basis == "expected" or not costs or not all(costs):
        return n_customers
    return config.minor(campaign.budget, campaign) // min(cost for cost in costs if cost)


def sign_notes(config: Config, shape: Shape) -> list[str]:
    """Return a note for each mapped amount off the price that is below zero on some lines."""
    notes = []
    for ours in AMOUNTS_OFF:
        written, n_added = config.sources["order_lines"].columns.get(ours), shape.amounts_added[ours]
        if written is None or not n_added:
            continue
        n_off = shape.amounts_off[ours]
        remedy = f"map {ours} = {quoted(_negated(written))}" if 2 * n_added > n_off else "correct those that are errors"
        notes.append(
            f"on {n_added:,} of the {n_off:,} order lines with a {ours}, the amount of '{written}' is below zero, so "
            f"that it adds to the price instead of reducing it; {remedy}"
        )
    return notes


def _negated(written: str) -> str:
    """Return the expression of the same amounts with the other sign."""
    if re.fullmatch(r"-(\w+|`[^`]*`)", written):
        return written[1:]
    return f"-({written})" if re.search(r"[-+*/()`'\"]", written) else f"-{reference(written)}"


def scan_notes(rules: list[dict[str, Any]]) -> list[str]:
    """Return notes on what adding lines together did to sales; `rules` are what cleaning did to the order lines."""
    return [
        f"{one['rows']:,} order lines stand in their order again and count as {one['why']}; if the export wrote them "
        "twice, remove the copies or map a column that tells the lines apart"
        for one in rules
        if one["rule"] == SCANNED and one["rows"]
    ]
