"""The formula of an offer's effect against the weeks that it stands for, played many times."""

from dataclasses import replace

import numpy as np
import pytest

from offerloop.market.expected import exact, expected_effects
from offerloop.market.policies import offers_at_random
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
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


@pytest.mark.parametrize(
    "name", ["grocery", "harmful", *(pytest.param(one, marks=pytest.mark.soak) for one in ("fashion", "marketplace"))]
)
def test_the_formula_is_the_mean_over_luck(market_of, name):
    market = market_of(name, customers=500)
    terms = replace(market.terms, stock=np.zeros_like(market.terms.stock))
    truth = true_effects(market, 1)
    for k in (exact(market.coming(market.noise, terms))[0], exact(market.coming(market.noise, terms))[-1]):
        worlds = played(market, k, terms)
        said = np.array([truth.value_minor[:, k].mean(), truth.cost_minor[:, k].mean()])
        z = (said - worlds.mean(axis=0)) / (worlds.std(axis=0, ddof=1) / np.sqrt(WORLDS))
        assert np.abs(z).max() < 3.5


@pytest.fixture(scope="module")
def strong():
    """A shop in which every term of the formula matters much: habits, relations, returns, units, tired customers."""
    plain = load_preset("fashion")
    parts = {
        "products": {"returns": 0.4, "related": 3.0, "categories": 8, "price_spread": 0.9},
        "customers": {"sensitivity": 3.0, "units": 1.2, "need": -1.2, "visits": 1.5, "trips": 1.0},
        "habits": {"dependence": 2.0, "lure": 0.3, "stockpiling": 0.8, "annoyed": 0.5, "annoyance": 0.4},
    }
    preset = plain.model_copy(
        update={name: getattr(plain, name).model_copy(update=part) for name, part in parts.items()}
    )
    market, rng = Market(preset, 3000, 60, 5, 3), np.random.default_rng(1)
    for _ in range(2):
        given = offers_at_random(market, rng)
        market.advance(given.offer, given.propensity)
    return market


@pytest.mark.parametrize("linked", [True, False], ids=["related to another category", "alone"])
def test_every_term_of_the_formula_is_there(strong, linked):
    """Always borne in mind, so that the mean is known to a hundredth of the effect."""
    market, terms = strong, replace(strong.terms, stock=np.zeros_like(strong.terms.stock))
    sure = replace(market.people, keeps=np.full_like(market.people.keeps, 50.0))
    week = market.coming(market.noise, terms)
    k = next(one for one in exact(week) if market.shop.related[:, terms.category[one]].any() == linked)
    value, cost, _ = expected_effects(week, sure, market.state)
    n, found = market.customers, []
    for world in range(WORLDS):
        noise = market.noise.world(world)
        plain, offered = (market.play(np.full(n, one), noise, terms, borne=True) for one in (-1, k))
        own = np.full(n, terms.own_share[k])
        found.append(((offered.value_minor(n) - plain.value_minor(n)).mean(), offered.cost_minor(n, own).mean()))
    said, worlds = np.array([value[:, k].mean(), cost[:, k].mean()]), np.array(found)
    se = worlds.std(axis=0, ddof=1) / np.sqrt(WORLDS)
    assert (se < 0.02 * np.abs(said)).all()
    assert np.abs(said / worlds.mean(axis=0) - 1).max() < 0.05
    assert np.abs((said - worlds.mean(axis=0)) / se).max() < 3.5


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
