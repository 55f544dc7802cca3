"""What a run's tables say of one campaign: who gets it, what more budget would bring, and what came of it.

Nothing is estimated here: every figure stands in the tables of the run or of its read-out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.report import in_language
from offerloop.tables import PLAN
from offerloop.workspace.finished_run import RunRead

MOST_POINTS = 200
"""Points of a budget curve."""
_MICRO = 1_000_000
_SUMMED = ("cost_expected_micro", "cost_liability_minor", "profit_minor")
_ASSIGNED = ("campaign_id", "offer_id", "arm", *_SUMMED)
_COSTS = (
    pl.len().alias("n_customers"),
    (pl.col("cost_expected_micro").sum() / _MICRO).alias("spend_minor"),
    pl.when(pl.col("cost_liability_minor").null_count() == 0)
    .then(pl.col("cost_liability_minor").sum())
    .alias("liability_minor"),
    pl.col("profit_minor").sum().alias("profit_minor"),
)
_CURVE = (
    "budget_minor", "n_customers", "spend_minor", "profit_minor", "profit_low_minor", "profit_high_minor",
    "shadow_price",
)  # fmt: skip


def sent_or_best(campaign: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the amounts that a summary has of what is sent, or of the best plan where nothing is.

    What the latter can cost at most is known only where each offer counts at that against the budget;
    older runs wrote expected costs there, too.
    """
    if campaign["send"]:
        return dict(campaign["as_sent"])
    is_known = campaign["budget_basis"] == "liability" or not campaign["customers_planned"]
    return {**campaign, "liability": campaign["liability"] if is_known else None}


@dataclass(frozen=True)
class CampaignReach:
    """Who would get a campaign among all customers of a run."""

    n_customers: int
    """All of the run's."""
    n_audience: int
    """Those whom its audience lets in."""
    is_planned: bool
    """Whether the run planned it; the following is empty where it did not."""
    arms: list[dict[str, Any]]
    """The customers for whom the plan chose one of its offers, by arm."""
    plan: dict[str, Any]
    """What the plan gives and what it costs, without those who get an offer at random."""
    offers: list[dict[str, Any]]
    """The same by offer."""
    tags: list[dict[str, Any]]
    """The same by tag of the customer; one customer has several."""


def campaign_reach(run: RunRead, campaign_id: str, audience: str | None, excluded: Collection[str]) -> CampaignReach:
    """Return who gets a campaign in the plan of a run; of one that it did not plan, whom its audience lets in.

    `excluded` are audiences that may not get it. Raises InputError for an audience that the run does not know.
    """
    rows = _with_tags(run)
    chosen = run.planned().filter(pl.col("campaign_id") == campaign_id)
    by_plan = rows.filter((pl.col("campaign_id") == campaign_id) & (pl.col("arm") == PLAN))
    return CampaignReach(
        n_customers=rows["customer_id"].n_unique(),
        n_audience=_audience(run, audience, excluded),
        is_planned=any(one.id == campaign_id for one in run.campaigns),
        arms=chosen.group_by("arm").agg(pl.len().alias("n_customers")).sort("arm").collect().to_dicts(),
        plan=by_plan.select(_COSTS).to_dicts()[0],
        offers=by_plan.group_by("offer_id").agg(_COSTS).sort("offer_id").to_dicts(),
        tags=_by_tag(by_plan),
    )


def _with_tags(run: RunRead) -> pl.DataFrame:
    """Return a row for each offer, and for each customer without one, with the tags of the customer.

    Both tables are sorted by customer: where they have the same ones, they are laid side by side, which takes a tenth
    of the time of a join.
    """
    rows = known_most(run.all_offers(), run).select("customer_id", *_ASSIGNED).collect()
    tags = run.table("profiles").select("customer_id", "tags").collect()
    if rows.height == tags.height and (rows["customer_id"] == tags["customer_id"]).all():
        return rows.with_columns(tags["tags"])
    return rows.join(tags, on="customer_id", how="left")


def known_most(offers: pl.LazyFrame, run: RunRead) -> pl.LazyFrame:
    """Return offers of customers, in their order, whose `cost_liability_minor` is empty where it is no most.

    That is where it is more than one use can cost, as customers are expected to use an offer several times.
    """
    is_offer, counted = ["campaign_id", "offer_id"], pl.col("cost_liability_minor")
    one_use = run.offers.lazy().select(*is_offer, one_use=counted)
    joined = offers.join(one_use, on=is_offer, how="left", maintain_order="left")
    most = pl.when(counted > pl.col("one_use")).then(None).otherwise(counted)
    return joined.with_columns(cost_liability_minor=most)


def _by_tag(by_plan: pl.DataFrame) -> list[dict[str, Any]]:
    tagged = by_plan.select("tags", *_SUMMED).explode("tags").rename({"tags": "tag"})
    counted = tagged.filter(pl.col("tag").is_not_null()).group_by("tag").agg(_COSTS)
    return counted.sort("n_customers", "tag", descending=[True, False]).to_dicts()


def _audience(run: RunRead, audience: str | None, excluded: Collection[str]) -> int:
    defined = set(run.written.get("audiences", {}))
    for name in (*excluded, *([audience] if audience is not None else [])):
        if name not in defined:
            raise InputError(Message("the newest run does not know the audience '{name}'; run again", name=name))
    members, inside = run.table("audience_members"), run.table("profiles").select("customer_id")
    if audience is not None:
        inside = members.filter(pl.col("audience") == audience).select("customer_id")
    if excluded:
        outside = members.filter(pl.col("audience").is_in(list(excluded))).select("customer_id")
        inside = inside.join(outside, on="customer_id", how="anti")
    return int(inside.select(pl.len()).collect().item())


def campaign_curve(run: RunRead, campaign_id: str) -> list[dict[str, Any]]:
    """Return at most `MOST_POINTS` points of the budget curve by rising budget, the first and the last among them."""
    of_campaign = run.table("budget_curve").filter(pl.col("campaign_id") == campaign_id)
    curve = of_campaign.select(_CURVE).sort("budget_minor").collect()
    if curve.height > MOST_POINTS:
        curve = curve[np.linspace(0, curve.height - 1, MOST_POINTS).round().astype(int).tolist()]
    return curve.to_dicts()


def campaign_results(shop: Path, campaign_id: str, language: str) -> dict[str, Any] | None:
    """Return what the newest read-out that names a campaign found of it; None where none does."""
    path = readout_of_campaign(shop, campaign_id)
    if path is None:
        return None
    readout = read_readout(path, language)
    return {**_about(readout), "effects": _effects_on(readout, campaign_id)}


def readout_of_campaign(shop: Path, campaign_id: str) -> Path | None:
    """Return the file of the newest read-out that found something of a campaign; None where none did."""
    return next(
        (one for one in readouts_of(shop) if _effects_on(json.loads(one.read_text(encoding="utf-8")), campaign_id)),
        None,
    )


def _effects_on(readout: Mapping[str, Any], campaign_id: str) -> list[dict[str, Any]]:
    return [one for one in readout["effects"] if (one["comparison"], one["group"]) == ("plan", campaign_id)]


def _about(readout: Mapping[str, Any]) -> dict[str, Any]:
    return {name: readout[name] for name in ("run", "currency", "period", "sentence", "stopped", "warnings")}


def read_readout(path: Path, language: str) -> dict[str, Any]:
    """Return the figures of a read-out with what it says in a language; an older one says it in that of its run."""
    readout: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return in_language(readout, language)


def readouts_of(shop: Path) -> list[Path]:
    """Return the files of all read-outs of a shop, those of the newest run and of the latest period first."""
    return sorted(shop.glob("runs/[0-9]*/readout-*/readout.json"), reverse=True)
