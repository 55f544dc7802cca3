"""Mean effects of shown offers and their errors, on a few made-up rows."""

import numpy as np
import pytest

from offerloop.evaluation import Estimate
from offerloop.response import NO_OFFER_TERMS, Evidence
from offerloop.response.shown.growth.carry_over import LAGS, CarriedOver
from offerloop.response.shown.mean_effects import mean_effects
from offerloop.response.terms import OfferTerms

CUSTOMERS = 400
NOTHING_FOLLOWS = CarriedOver(np.zeros((2, LAGS)), np.zeros((2, 2)), 1.0)
UNCHANGED = Estimate(0.0, 0.0, 0.0)


def effects_of(times):
    """The table where each customer's row, in which an offer gains 3, is there so many times."""
    rng = np.random.default_rng(1)
    action, x = rng.integers(0, 2, CUSTOMERS), rng.normal(size=(CUSTOMERS, 1))
    value = 3.0 * action + rng.normal(size=CUSTOMERS)
    offers, chance = (NO_OFFER_TERMS, OfferTerms("ten", "coupon", 0.1)), np.full((CUSTOMERS, 2), 0.5)
    rows = Evidence(x, action, value, chance, offers, customer=np.arange(CUSTOMERS)).of(
        np.tile(np.arange(CUSTOMERS), times)
    )
    return mean_effects([rows, rows], np.array([0.0, 0.5]), 1, NOTHING_FOLLOWS, UNCHANGED).row(0, named=True)


def test_rows_of_one_customer_make_no_effect_surer():
    once, often = effects_of(1), effects_of(9)
    assert once["value_minor"] == pytest.approx(3.0, abs=0.3)
    assert once["value_se_minor"] == pytest.approx(2 / np.sqrt(CUSTOMERS), rel=0.15)
    for error in ("value_se_minor", "discount_se_minor"):
        assert often[error] == pytest.approx(once[error], rel=0.1)


def test_exposures_of_a_plan_leave_effects_as_sure_as_random_ones_made_them():
    """Of most customers in the plan's weeks it was as good as certain what they get, by what they are like."""
    random = effects_of_plan(weeks=0)
    planned = effects_of_plan(weeks=8)
    assert planned["value_minor"] == pytest.approx(3.0, abs=3 * planned["value_se_minor"])
    assert planned["value_se_minor"] < 1.2 * random["value_se_minor"]


def effects_of_plan(weeks):
    """The table of a week of random offers that gain 3, and weeks of a plan."""
    rng, n = np.random.default_rng(1), CUSTOMERS * (1 + weeks)
    x, of_plan = rng.normal(size=n), np.arange(n) >= CUSTOMERS
    chance = np.where(of_plan, np.where(x > 0, 0.995, 0.005), 0.5)
    action = (rng.random(n) < chance).astype(np.int64)
    value = 3.0 * action + np.exp(x) + rng.normal(size=n)
    offers = (NO_OFFER_TERMS, OfferTerms("ten", "coupon", 0.1))
    propensity, whose = np.column_stack([1 - chance, chance]), np.tile(np.arange(CUSTOMERS), 1 + weeks)
    rows = Evidence(x[:, None], action, value, propensity, offers, customer=whose)
    return mean_effects([rows, rows], np.array([0.0, 0.5]), 1, NOTHING_FOLLOWS, UNCHANGED).row(0, named=True)
