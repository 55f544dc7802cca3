"""How likely an offer is used in a whole window, learned from parts of windows of customers who differ."""

import numpy as np
import pytest
import statsmodels.api as sm

from offerloop.response import NO_OFFER_TERMS, Evidence
from offerloop.response.shown.redemption import RedemptionModel
from offerloop.response.terms import OfferTerms

ROWS = 4_000
OFFERS, CHANCE = (NO_OFFER_TERMS, OfferTerms("ten", "coupon", 0.1)), np.full((ROWS, 2), 0.5)


def log_of(uses, part, base=0.0):
    """Features, and rows in which an offer is used `uses` times a window by the median customer, `base` without it."""
    rng = np.random.default_rng(3)
    x, action = rng.lognormal(3, 1, (ROWS, 1)), rng.integers(0, 2, ROWS)
    part = np.broadcast_to(part, ROWS)
    hazard = np.where(action == 1, uses, base) * np.exp(0.8 * np.clip(np.log(x[:, 0]) - 3, -2.5, 2.5))
    used = (rng.random(ROWS) < -np.expm1(-part * hazard)).astype(float)
    return x, Evidence(x, action, used, CHANCE, OFFERS, part=part)


@pytest.mark.parametrize("uses", [0.02, 0.5, 5.0])
@pytest.mark.parametrize("part", [1.0, 1 / 7, np.tile([1 / 28, 0.5], ROWS // 2)])
def test_rates_are_those_of_a_complementary_log_log_regression(uses, part):
    x, rows = log_of(uses, part)
    own = rows.of(rows.action == 1)
    logs = np.log1p(x[:, 0])
    z = sm.add_constant(np.clip((logs - logs.mean()) / logs.std(), -2.5, 2.5))
    link = sm.families.links.CLogLog()
    model = sm.GLM(own.outcome, z[rows.action == 1], sm.families.Binomial(link), offset=np.log(own.parts))
    expected = -np.expm1(-np.exp(z @ model.fit().params))
    assert np.abs(RedemptionModel.fit(rows).rates(x)[:, 1] - expected).mean() < 0.01


@pytest.mark.parametrize("used", [0.0, 1.0])
def test_what_nobody_or_everybody_uses_has_rates_in_between(used):
    x, rows = log_of(0.5, 1 / 7)
    same = Evidence(x, rows.action, np.full(ROWS, used), CHANCE, OFFERS, part=rows.parts)
    rates = RedemptionModel.fit(same).rates(x)[:, 1]
    assert ((rates >= 0) & (rates <= 1) & (np.abs(rates - used) < 0.02)).all()


def test_an_offer_that_adds_little_to_what_is_used_anyway_is_hardly_used_itself():
    """Otherwise the spread of a plan's spend, and so its chance of overspending, would look too small."""
    x, rows = log_of(0.42, 1.0, base=0.4)
    model = RedemptionModel.fit(rows)
    assert model.rates(x)[:, 1].mean() > 0.3
    assert model.gains(x)[:, 1].max() < 0.15


def test_what_is_used_without_the_offer_is_no_gain():
    x, rows = log_of(1.0, 0.5, base=0.3)
    truth = [-np.expm1(-uses * np.exp(0.8 * np.clip(np.log(x[:, 0]) - 3, -2.5, 2.5))).mean() for uses in (1.0, 0.3)]
    assert RedemptionModel.fit(rows).gains(x).mean(axis=0) == pytest.approx([0.0, truth[0] - truth[1]], abs=0.08)
