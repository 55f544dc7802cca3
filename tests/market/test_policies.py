"""Every policy stays within its budget, and says its chances right."""

import numpy as np
import pytest

from offerloop.market.periods import Setting, play
from offerloop.market.policies import POLICIES, liabilities
from offerloop.market.preset import load_preset


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("budget", [0, 1234, 10**9])
def test_a_budget_is_never_exceeded(market_of, monkeypatch, name, budget):
    monkeypatch.setattr("offerloop.market.policies.WORLDS", 1)
    market = market_of("grocery", customers=100, before=2)
    given = POLICIES[name](market, budget, np.random.default_rng(0)).offer
    assert liabilities(market)[given[given >= 0]].sum() <= budget


def test_chances_of_the_random_policy_are_those_of_its_draws(market_of):
    market = market_of("grocery", customers=100, before=2)
    budget = 30 * int(liabilities(market).max())
    counts = np.zeros(market.terms.size + 1)
    for seed in range(400):
        given = POLICIES["random"](market, budget, np.random.default_rng(seed))
        counts += (
            np.bincount(given.offer, minlength=market.terms.size + 1)
            if (given.offer >= 0).all()
            else [*np.bincount(given.offer[given.offer >= 0], minlength=market.terms.size), (given.offer < 0).sum()]
        )
        chance = np.where(given.offer >= 0, 0.3 / market.terms.size, 0.7)
        assert given.propensity == pytest.approx(chance)
    assert counts / counts.sum() == pytest.approx([*[0.3 / market.terms.size] * market.terms.size, 0.7], abs=0.01)


def test_a_shop_beside_itself_without_offers_differs_by_nothing():
    _, table = play(Setting(load_preset("grocery"), 50, 100, 2, 3), POLICIES["nothing"], 1, lambda: None)
    for name in ("buyers", "sales_minor", "profit_minor"):
        assert table[name].to_list() == table[f"plain_{name}"].to_list()
    assert table["period"].to_list() == [0, 1, 2]
