"""Small tables of effects whose best plan can be found by trying everything."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from offerloop.allocation import Limit, Problem
from offerloop.allocation.candidates import CandidateRows
from offerloop.config import Campaign
from offerloop.decision import CampaignCase, Forecast, PlanLimit, plan_campaigns
from offerloop.decision.valuation import Valuation, with_estimates
from offerloop.message import Message, packed
from offerloop.money import MICRO
from offerloop.response import SharedErrors
from offerloop.tables import CALIBRATION, EFFECTS, OFFERS

OFFER_IDS = ("a", "b", "c")


def campaign(**changes: object) -> Campaign:
    """A campaign whose offers are given elsewhere."""
    fields = {"id": "one", "title": "One", "budget": "0.00", "offers": ({"kind": "coupon"},)}
    return Campaign.model_validate({**fields, **changes})


def effects(seed: int, n_customers: int = 40, level: float = 1.0, spread: float = 1.0) -> pl.DataFrame:
    """Up to three candidates for each customer, own-funded, with held-out values of a linear calibration."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(n_customers), len(OFFER_IDS))
    keep = rng.random(len(customer)) < 0.8
    keep[:3] = True
    customer, offer = customer[keep], np.tile(OFFER_IDS, n_customers)[keep]
    size, depth = len(customer), np.array([{"a": 0.1, "b": 0.2, "c": 0.3}[one] for one in offer])
    sales = rng.uniform(100, 1000, size)
    centred = rng.normal(size=size)
    held_out = level + spread * centred
    theta = np.maximum(level + centred + rng.normal(scale=0.3, size=size), 0)
    d_value, d_discount = 0.9 * sales * depth, sales * depth**2
    discount = depth * sales + theta * d_discount
    cost = np.ceil(discount * MICRO).astype(np.int64)
    table = pl.DataFrame(
        {
            "campaign_id": "one",
            "customer_id": customer,
            "offer_id": offer,
            "value_minor": theta * d_value,
            "value_low_minor": theta * d_value * 0.5,
            "value_high_minor": theta * d_value * 2,
            "profit_minor": theta * d_value - cost / MICRO,
            "profit_low_minor": theta * d_value * 0.5 - cost / MICRO,
            "profit_high_minor": theta * d_value * 2 - cost / MICRO,
            "p_redeem": rng.uniform(0, 1, size),
            "cost_expected_micro": cost,
            "cost_liability_minor": rng.integers(100, 500, size),
            "fold": customer % 2,
            "discount_minor": discount,
            "growth": theta * depth,
            "held_out_value_minor": held_out * d_value,
            "held_out_discount_minor": depth * sales + held_out * d_discount,
            "d_value": d_value,
            "d_discount": d_discount,
            "centred": centred,
            "value_se_minor": 0.0,
            "basis": "transferred",
        }
    )
    return EFFECTS.check(table)


def offers(funded: Sequence[float] = (0.0, 0.0, 0.0), liability: int | None = 500, contact: int = 0) -> pl.DataFrame:
    """The three offers."""
    table = pl.DataFrame(
        {
            "campaign_id": "one",
            "offer_id": OFFER_IDS,
            "kind": "coupon",
            "category": "bread",
            "depth": [0.1, 0.2, 0.3],
            "funded_share": [float(share) for share in funded],
            "margin": 0.3,
            "contact_cost_minor": [contact for _ in funded],
            "cost_weight": 1.0,
            "channel": "any",
            "quiet_hours": pl.Series([None] * 3, dtype=pl.String),
            "cost_liability_minor": pl.Series([liability] * 3, dtype=pl.Int64),
            "label": "off",
            "label_message": packed(Message("off", context="test")),
            "basis": "transferred",
            "starts_at": pl.Series([None] * 3, dtype=pl.Int64),
            "ends_at": pl.Series([None] * 3, dtype=pl.Int64),
        }
    )
    return OFFERS.check(table)


def calibration(level: float = 1.0, spread: float = 1.0, error: float = 0.2) -> pl.DataFrame:
    """Both halves with the same response, and an uncertainty whose parts are correlated."""
    rows = [(0, fold, level, spread, error**2, 0.7 * error**2, (1 + fold) * error**2) for fold in (0, 1)]
    return CALIBRATION.check(pl.DataFrame(rows, schema=CALIBRATION.names, orient="row"))


def within(candidates: CandidateRows, budget: int) -> Problem:
    """One budget of cost."""
    return Problem(candidates.block.pieces(), candidates.offers, (Limit("budget", budget),))


def case(views, listed: pl.DataFrame, settings: Campaign, budget: int) -> CampaignCase:
    """A campaign with a budget in minor units."""
    return CampaignCase.of(views, listed, settings, budget)


def campaign_limit(one: CampaignCase) -> PlanLimit:
    """The limit that its budget is."""
    name, offers = one.campaign.id, frozenset((one.campaign.id, offer) for offer in one.offers)
    return PlanLimit("campaign", name, name, one.budget_minor, "USD", offers)


def forecast_alone(views, listed: pl.DataFrame, settings: Campaign, budget: int) -> Forecast:
    """The only campaign of a shop."""
    one = case(views, listed, settings, budget)
    (found,) = plan_campaigns([one], [campaign_limit(one)], "jointly").forecasts
    return found


def with_funded(table: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Effects with their offers' terms, as the valuation reads them."""
    terms = listed.select(
        "campaign_id", "offer_id", "category", "depth", "funded_share", "margin", "contact_cost_minor", "cost_weight"
    )
    return table.join(terms, on=["campaign_id", "offer_id"]).sort("customer_id", "offer_id")


def valued(table: pl.DataFrame, fit: pl.DataFrame, errors: SharedErrors | None = None) -> Valuation:
    """Effects with their offers' terms, held out."""
    errors = errors or SharedErrors.none()
    customer = pl.Series(errors.places(table["customer_id"]))
    columns = with_estimates(table, errors).with_columns(is_shown=pl.col("basis") == "estimated", customer=customer)
    return Valuation.of({name: columns[name].to_numpy() for name in columns.columns}, fit, errors)
