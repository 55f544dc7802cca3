"""The formula of an offer's effect against the weeks that it stands for, played many times."""

from dataclasses import replace

import numpy as np
import pytest

from offerloop.market.expected import exact, expected_effects
from offerloop.market.truth import true_effects

WORLDS = 60


def played(market, k, terms):
    """(worlds, 2): mean value gained and own cost of offer k, a customer."""
    n, found = market.customers, []
    for world in range(WORLDS):
        noise = market.noise.world(world)
        plain, offered = (market.play(np.full(n, one), noise, terms) for one in (-1, k))
        cost = offered.cost_minor(n, np.full(n, terms.own_share[k]))
        found.append(((offered.value_minor(n) - plain.value_minor(n)).mean(), cost.mean()))
    return np.array(found)


@pytest.mark.parametrize("name", ["grocery", "fashion", "marketplace", "harmful"])
def test_the_formula_is_the_mean_over_luck(market_of, name):
    market = market_of(name, customers=500)
    terms = replace(market.terms, stock=np.zeros_like(market.terms.stock))
    truth = true_effects(market, 1)
    for k in (exact(market.coming(market.noise, terms))[0], exact(market.coming(market.noise, terms))[-1]):
        worlds = played(market, k, terms)
        said = np.array([truth.value_minor[:, k].mean(), truth.cost_minor[:, k].mean()])
        z = (said - worlds.mean(axis=0)) / (worlds.std(axis=0, ddof=1) / np.sqrt(WORLDS))
        assert np.abs(z).max() < 3.5


def test_offers_on_everything_have_no_formula(market_of):
    market = market_of("grocery")
    value, cost, _ = expected_effects(market.coming(market.noise, market.terms), market.people, market.state)
    known = np.isin(np.arange(market.terms.size), exact(market.coming(market.noise, market.terms)))
    assert np.isnan(value[:, ~known]).all()
    assert np.isnan(cost[:, ~known]).all()
    assert np.isfinite(value[:, known]).all()
    assert (cost[:, known] > 0).all()


def test_blocks_of_customers_change_nothing(market_of, monkeypatch):
    market = market_of("fashion")
    whole = true_effects(market, 1)
    monkeypatch.setattr("offerloop.market.truth.BLOCK", 33)
    parts = true_effects(market, 1)
    np.testing.assert_allclose(parts.value_minor, whole.value_minor, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(parts.cost_minor, whole.cost_minor, rtol=1e-9, atol=1e-9)
