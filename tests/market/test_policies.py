"""Every policy stays within its budget, and says its chances right; what is learned is what was there."""

import hashlib
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from few_worlds import few_worlds

from offerloop.market.ceiling import fair_ceiling
from offerloop.market.observation import Observation, observation_of
from offerloop.market.periods import RULES, Setting, play
from offerloop.market.personalised import _Effects, personalised
from offerloop.market.policies import Logged, offers_at_random, oracle
from offerloop.market.preset import PRESETS, load_preset
from offerloop.market.truth import true_effects

FROZEN = "75a53e10de9c26c2"


def setting(preset, customers, periods=2):
    return Setting(load_preset(preset), customers, 100, 6, periods, log=3, fresh=100)


@pytest.mark.parametrize("name", sorted(set(RULES) - {"blanket"}))
@pytest.mark.parametrize("budget", [0, 1234, 10**9])
def test_a_budget_is_never_exceeded(market_of, monkeypatch, name, budget):
    monkeypatch.setattr("offerloop.market.policies.WORLDS", 1)
    market = market_of("grocery", customers=100, before=2)
    given = RULES[name](market, budget, np.random.default_rng(0)).offer
    assert market.terms.liability_minor[given[given >= 0]].sum() <= budget
    assert set(given) <= {-1, *market.terms.menu}


@pytest.mark.parametrize("preset", PRESETS)
def test_the_budget_of_every_preset_binds(market_of, preset):
    market = market_of(preset)
    budget = round(100 * market.preset.campaign.budget * market.customers)
    assert budget < market.terms.liability_minor[market.terms.menu].min() * market.customers


def test_the_oracle_uses_its_budget(market_of, monkeypatch):
    monkeypatch.setattr("offerloop.market.policies.WORLDS", 1)
    market = market_of("grocery")
    given = oracle(market, 6000, np.random.default_rng(0)).offer
    assert market.terms.liability_minor[given[given >= 0]].sum() > 5900


def test_who_spends_most_is_told_from_what_was_observed(market_of):
    """What comes back in the coming week counts as bought: nobody knows of it yet."""
    market = market_of("fashion")
    lines = market.observe()["order_lines"]
    spent = np.bincount(lines["customer_id"] - market.first, lines["paid"], market.customers)
    chosen = RULES["buyers"](market, 100_000, np.random.default_rng(0)).offer >= 0
    assert spent[chosen].min() > spent[~chosen].max() - 1e-6


def test_chances_of_the_random_policy_are_those_of_its_draws(market_of):
    market = market_of("grocery", customers=100, before=2)
    menu = len(market.terms.menu)
    budget = 30 * int(market.terms.liability_minor[market.terms.menu].max())
    counts = np.zeros(menu + 1)
    for seed in range(400):
        given = RULES["random"](market, budget, np.random.default_rng(seed))
        counts += np.bincount(given.offer + 1, minlength=menu + 1)
        chance = np.where(given.offer >= 0, 0.3 / menu, 0.7)
        assert given.propensity == pytest.approx(chance)
    assert counts / counts.sum() == pytest.approx([0.7, *[0.3 / menu] * menu], abs=0.01)


def test_everybody_gets_the_blanket_offer(market_of):
    market = market_of("grocery", customers=100, before=2)
    given = RULES["blanket"](market, 0, np.random.default_rng(0)).offer
    assert {market.terms.ids[k] for k in given} == {"everything-10"}
    assert market.terms.own_share[given[0]] == 1.0


def test_a_shop_beside_itself_without_offers_differs_by_nothing():
    _, played = play(setting("grocery", 50, periods=3), ["nothing"], 1, lambda: None)
    for name in ("buyers", "sales_minor", "profit_minor"):
        assert played.periods[name].to_list() == played.periods[f"plain_{name}"].to_list()
    assert played.periods["period"].to_list() == [0, 1, 2]


def test_policies_share_their_past_and_do_not_touch_each_other():
    names = ["blanket", "personalised", "nothing"]
    _, together = play(setting("fashion", 80), names, 1, lambda: None)
    for name in ("blanket", "nothing"):
        _, alone = play(setting("fashion", 80), [name, "personalised"], 1, lambda: None)
        mine = together.periods.filter(policy=name)
        assert mine.equals(alone.periods.filter(policy=name))


def test_what_is_told_of_progress_is_what_is_done():
    told = []
    with few_worlds():
        play(setting("null", 40), ["random", "ceiling"], 1, lambda: told.append(1))
    assert len(told) == 2 * (1 + 2) + 10


def log_of(market, weeks, effect):
    """Weeks of a lottery in which profit is noise, and `effect` of age and offer for who got one."""
    rng, view, log = np.random.default_rng(5), observation_of(market), []
    n = market.customers
    for _ in range(weeks):
        profile = rng.normal(size=view.profile.shape).astype(np.float32)
        now = Observation(profile, np.abs(rng.normal(size=view.by_category.shape)).astype(np.float32), view.category)
        offer = offers_at_random(market, rng).offer
        profit = 50 * rng.normal(size=n) + np.where(offer >= 0, effect(now.column("age"), offer), 0.0)
        log.append(Logged(now, offer, profit + 10, np.full(n, 10.0)))
    return log


def test_spend_that_is_no_straight_line_is_not_taken_for_an_effect(market_of):
    """Offers do nothing; large customers bring far more than in proportion, whatever they get."""
    market = market_of("grocery", customers=1500)
    log = [
        replace(one, value_minor=one.value_minor + 40 * (one.observation.by_category[:, :, 0].sum(axis=1) - 48) ** 2)
        for one in log_of(market, 9, lambda age, offer: 0.0 * age * offer)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("offerloop.market.personalised.observation_of", lambda _: log[0].observation)
        effects = _Effects.fit(log, market.terms).predict(market)[:, market.terms.menu] + 10
    spread = np.std([one.value_minor for one in log])
    assert abs(effects.mean()) < 4 * spread * 2 / np.sqrt(1500 * 9)


def test_a_planted_effect_is_learned_and_followed(market_of):
    """Only those above mean age gain, and only by the deep coupons."""
    market = market_of("grocery", customers=1500)
    deep = market.terms.percent == 20
    log = log_of(market, 9, lambda age, offer: 30 * age * deep[offer])
    policy = personalised(log, market.terms)
    view = log[0].observation
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("offerloop.market.personalised.observation_of", lambda _: view)
        given = policy.rule(market, 20_000, np.random.default_rng(0)).offer
    told = given >= 0
    assert view.column("age")[told].mean() > 0.8
    assert deep[given[told]].mean() > 0.95


def test_the_fair_ceiling_earns_more_than_chance_and_less_than_the_truth(market_of):
    market = market_of("fashion")
    policy = fair_ceiling(market, 4000, lambda: None)
    truth = true_effects(market, 20).profit_minor
    rules = {"ceiling": policy.rule, "random": RULES["random"], "oracle": RULES["oracle"]}
    earned = {}
    for name, rule in rules.items():
        given = rule(market, 100_000, np.random.default_rng(0)).offer
        told = np.flatnonzero(given >= 0)
        earned[name] = truth[told, given[told]].sum()
    assert earned["random"] < earned["ceiling"] < earned["oracle"]
    assert 0 < policy.facts["r2"] < 0.6
    assert policy.facts["fresh_customers"] == 4000


def test_the_fair_ceiling_sees_profiles_only(market_of):
    """Customers who look alike are treated alike, whatever their hidden traits."""
    market = market_of("null", customers=120)
    view = observation_of(market)
    twins = Observation(
        np.repeat(view.profile[:1], 120, axis=0), np.repeat(view.by_category[:1], 120, axis=0), view.category
    )
    with few_worlds():
        policy = fair_ceiling(market, 200, lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("offerloop.market.ceiling.observation_of", lambda _: twins)
        given = policy.rule(market, 10**9, np.random.default_rng(0)).offer
    assert len(set(given)) == 1


@pytest.mark.parametrize(("customers", "products"), [(1, 1), (2, 1), (1, 40)])
def test_the_smallest_shops_can_be_played(customers, products):
    small = Setting(load_preset("grocery"), customers, products, 4, 2, log=2, fresh=10)
    with few_worlds():
        _, played = play(small, [*RULES, "personalised"], 1, lambda: None)
    assert played.periods.height == 2 * (len(RULES) + 1)


def test_presets_are_frozen():
    """Whoever changes one changes what later work is judged by: say why in docs/decisions/, then change this too."""
    folder = resources.files("offerloop.market") / "presets"
    text = "".join((folder / f"{name}.toml").read_text(encoding="utf-8") for name in PRESETS)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == FROZEN
