"""What the offers given at random showed: explorers with an offer against customers who drew nothing or were held back.

The propensity in the assignments is that of an offer over plan, exploration and holdout together. Here the plan's
customers and those with business as usual are left out, so the chances must be those of the lot alone. With share h
held out, share u with business as usual, share e of the others exploring, and K kinds of offer on a customer's menu, of
which one or nothing is drawn with equal chance:

    P(lot gives kind k) = (1 - h - u) e / (K + 1)        P(nothing, drawn or held out) = (1 - h - u) e / (K + 1) + h
"""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.commands.readout.effects import OutcomePanel, comparable
from offerloop.commands.readout.findings import ReadoutEffect
from offerloop.commands.readout.inputs import PastRun
from offerloop.evaluation import LEAST, LEAST_BUYERS, Estimate, weighted_difference
from offerloop.message import Message
from offerloop.offers import NO_OFFER, OFFER_KIND_NAMES
from offerloop.tables import EXPLORE, HOLDOUT

_ROUNDING = 1e-6


def lot_effects(run: PastRun, panel: OutcomePanel) -> tuple[list[ReadoutEffect], list[Message]]:
    """Hájek-weighted effects of any offer given at random and of each kind; and what is too small to be shown."""
    explorers = panel.rows.filter((pl.col("arm") == EXPLORE) & (pl.col("offer_id") != NO_OFFER)).height
    if explorers < LEAST:
        return [], [
            Message(
                "offers given at random: {n} customer drew one",
                plural="offers given at random: {n} customers drew one",
                n=explorers,
            )
        ]
    rows = _with_kinds(run, panel.rows)
    if not _agrees(run, rows):
        return [], [
            Message(
                "offers given at random: the propensities in the assignments are not those of the "
                "exploration that is configured"
            )
        ]
    outcomes = ["bought", "revenue_minor", "margin_minor", *(["profit_minor"] if panel.cost_observed else [])]
    shown, few = [], []
    for kind in ("all", *sorted({one for kinds in rows["kinds"] for one in kinds})):
        part = _one(run, rows, kind, outcomes)
        shown += part
        if not part:
            few.append(
                Message(
                    "{kind}, given at random: fewer than {least} customers, or {buyers} buyers, drew it or "
                    "drew nothing",
                    kind=kind_name(kind),
                    least=LEAST,
                    buyers=LEAST_BUYERS,
                )
            )
    return shown, few


def kind_name(kind: str) -> Message | str:
    """Return what readers call a kind of offer, or any."""
    if kind == "all":
        return Message("any offer", context="read-out")
    return OFFER_KIND_NAMES.get(kind, kind.replace("_", " "))


def _with_kinds(run: PastRun, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the lot and the holdout with `kinds`, what the customer could draw, and `kind`, what was given."""
    could = run.assignments.select("customer_id", pl.col("lot_kinds").str.split(",").alias("kinds"))
    terms = run.offers.select("campaign_id", "offer_id", "kind")
    return (
        rows.join(could.filter(pl.col("kinds").list.first() != ""), on="customer_id")
        .join(terms, on=["campaign_id", "offer_id"], how="left")
        .filter(pl.col("arm").is_in([EXPLORE, HOLDOUT]))
    )


def _chances(run: PastRun, n_kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probability of one kind at random, and of nothing at random or by holdout."""
    held = run.config.experiment.holdout
    share_per_kind = (1 - held - run.usual_share) * run.explore_share / (n_kinds + 1)
    return share_per_kind, share_per_kind + held


def _agrees(run: PastRun, rows: pl.DataFrame) -> bool:
    """Whether the chance of nothing is the one written, less the plan's part of it and that of business as usual, which
    gives a customer nothing or not.
    """
    nothing = rows.filter(pl.col("offer_id") == NO_OFFER)
    by_plan = (1 - run.config.experiment.holdout - run.usual_share) * (1 - run.explore_share)
    gives_none = pl.when(pl.col("planned_offer_id") == NO_OFFER).then(1.0).otherwise(run.held_back)
    written = nothing["propensity"] - by_plan * nothing.select(gives_none).to_series()
    _, chance = _chances(run, nothing["kinds"].list.len().to_numpy())
    apart = written.to_numpy() - chance
    return bool(np.all((np.abs(apart) < _ROUNDING) | (np.abs(apart - run.usual_share) < _ROUNDING)))


def _one(run: PastRun, rows: pl.DataFrame, kind: str, outcomes: list[str]) -> list[ReadoutEffect]:
    """Effects of one kind, among customers who could draw it; of any offer for the kind 'all'."""
    able = rows if kind == "all" else rows.filter(pl.col("kinds").list.contains(kind))
    got_offer = pl.col("arm").eq(EXPLORE) & pl.col("offer_id").ne(NO_OFFER)
    treated = able.filter(got_offer if kind == "all" else got_offer & pl.col("kind").eq(kind))
    control = able.filter((pl.col("offer_id") == NO_OFFER) & pl.col("arm").is_in([EXPLORE, HOLDOUT]))
    if not comparable(treated, control):
        return []
    n_kinds = treated["kinds"].list.len().to_numpy()
    chance, _ = _chances(run, n_kinds)
    _, nothing = _chances(run, control["kinds"].list.len().to_numpy())
    weights = 1 / (chance * (n_kinds if kind == "all" else 1)), 1 / nothing
    effects = []
    for outcome in outcomes:
        y_t, y_c = (side[outcome].cast(pl.Float64).to_numpy() for side in (treated, control))
        difference = weighted_difference((y_t, weights[0]), (y_c, weights[1]))
        estimate = Estimate(difference.value, difference.low, difference.high)
        effects.append(
            ReadoutEffect(
                "lot", outcome, kind, "weighted", estimate, difference.p_value, treated.height, control.height
            )
        )
    return effects
