"""Depths of one discount as growth: answers that are known because the log was made with them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from offerloop.response import NO_OFFER_TERMS, Evidence, OfferTerms
from offerloop.response.shown.growth.calibration import JudgedGrowth
from offerloop.response.shown.growth.model import LAGS, OWN, Growth
from offerloop.response.terms import CoveredGoods

DEPTHS = (0.1, 0.2, 0.3, 0.4)
OFFERS = (NO_OFFER_TERMS, *(OfferTerms(f"off-{depth:g}", "coupon", depth) for depth in DEPTHS))
CUSTOMERS, PERIODS = 1_500, 12
FORMS = {
    "line": np.array([0.0, 0.1, 0.2, 0.3, 0.4]),
    "step": np.array([0.0, 0.0, 0.0, 0.5, 0.5]),
    "saturating": np.array([0.0, 0.3, 0.35, 0.38, 0.4]),
}


def grow(log, discount, part, now, whose):
    """What is told of customers by a log."""
    model = JudgedGrowth.fit(log, discount, part)
    return model.effects(now, model.signals(log, whose))


class Shop:
    """Customers who spend about `usual` a week, and a log of random offers; they grow by `response` times a form."""

    def __init__(self, form, response=None, carry=(), seed=1, spread=0.5, offers=OFFERS):
        self.offers = offers
        self.chance = np.full(len(offers), 1 / len(offers))
        rng = np.random.default_rng(seed)
        self.usual = rng.gamma(2.0, 50.0, CUSTOMERS)
        self.kind = rng.integers(0, 2, CUSTOMERS).astype(float)
        self.response = np.ones(CUSTOMERS) if response is None else response(self.kind, rng)
        self.action = rng.integers(0, len(offers), (CUSTOMERS, PERIODS))
        growth = self.response[:, None] * form[self.action]
        for lag, part in enumerate(carry, start=1):
            growth[:, lag:] += part * (self.response[:, None] * form[self.action])[:, :-lag]
        noise = rng.gamma(1 / spread**2, spread**2, (CUSTOMERS, PERIODS))
        self.value = self.usual[:, None] * (1 + growth) * noise
        self.off = np.array([one.depth for one in offers])[self.action] * self.value * 0.8

    def log(self):
        padded = np.hstack([np.full((CUSTOMERS, LAGS), -1), self.action])
        lagged = [padded[:, LAGS - lag : LAGS - lag + PERIODS].ravel() for lag in range(1, LAGS + 1)]
        n = CUSTOMERS * PERIODS
        before, of_period = np.arange(n)[:, None] - np.arange(1, LAGS + 1), np.tile(np.arange(PERIODS), CUSTOMERS)
        return Evidence(
            np.repeat(np.column_stack([self.usual, self.kind]), PERIODS, axis=0), self.action.ravel(),
            self.value.ravel(), np.tile(self.chance, (n, 1)), self.offers,
            customer=np.repeat(np.arange(CUSTOMERS), PERIODS), earlier=np.stack(lagged, axis=1),
            earlier_rows=np.where(np.arange(1, LAGS + 1) <= of_period[:, None], before, -1),
        )  # fmt: skip

    def now(self):
        nothing = np.zeros(CUSTOMERS)
        return Evidence(
            np.column_stack([self.usual, self.kind]), nothing.astype(np.int64), nothing,
            np.tile(self.chance, (CUSTOMERS, 1)), self.offers, earlier=self.action[:, : -LAGS - 1 : -1],
        )  # fmt: skip

    def predict(self):
        log = self.log()
        part = np.repeat(np.arange(CUSTOMERS) % 5, PERIODS)
        return grow(log, self.off.ravel(), part, self.now(), np.arange(CUSTOMERS))


@pytest.mark.parametrize("form", FORMS)
def test_any_form_of_depth_is_found(form):
    found = Growth.fit(Shop(FORMS[form]).log())
    relative = found.f * found.usual.mean * found.usual.over_mean(Shop(FORMS[form]).now()).mean() / 100
    np.testing.assert_allclose(relative, FORMS[form], atol=0.08)
    assert (np.abs(relative - FORMS[form]) < 5 * found.f_se + 0.05).all()


def test_noisy_offers_of_several_kinds_are_believed_to_grow_with_their_depth():
    """Half the depth brings half as much; a kind alone says little, and being shown any offer brings nothing."""
    kinds = ("coupon", "flash_sale", "direct", "spend_and_save")
    offers = (NO_OFFER_TERMS, *(OfferTerms(f"{kind}-{depth}", kind, depth) for kind in kinds for depth in (0.1, 0.2)))
    form = np.array([0.0, *(0.1, 0.2) * 4])
    found = [Growth.fit(Shop(form, offers=offers, seed=seed, spread=2.0).log()).f[1:] for seed in range(6)]
    shallow, deep = np.reshape(found, (-1, 2)).mean(axis=0)
    assert 0.4 < shallow / deep < 0.7


def of_category(name):
    return CoveredGoods(categories=(name,) if name else ())


@pytest.mark.parametrize(("power", "least", "most"), [(1.0, 0.5, 2.2), (0.0, 0.8, 1.2)], ids=["adds", "reminds"])
def test_noisy_offers_on_a_part_are_believed_to_bring_no_multiple_of_what_they_do(power, least, most):
    """They add to the tenth of purchases that they cover, or remind of the shop as much as offers on everything."""
    scopes = [scope for scope in ("", "tea", "rice") for _ in range(2)]
    offers = (
        NO_OFFER_TERMS,
        *(OfferTerms(f"{s}{n}", "coupon", 0.1 + 0.1 * (n % 2), 0.0, of_category(s)) for n, s in enumerate(scopes)),
    )
    form = np.array([0.0, *(0.1, 0.2) * 3])
    believed = true = 0.0
    for seed in range(2):
        shop = Shop(0 * form, offers=offers, seed=seed, spread=2.0)
        of_goods = np.random.default_rng(seed).beta(1, 9, (CUSTOMERS, 2))
        share = np.column_stack([np.ones((CUSTOMERS, 3)), of_goods[:, [0, 0, 1, 1]]])
        log, now = (
            replace(one, covered=share[whose])
            for one, whose in (
                (shop.log(), np.repeat(np.arange(CUSTOMERS), PERIODS)),
                (shop.now(), np.arange(CUSTOMERS)),
            )
        )
        grown = 1 + form[log.action] * log.covers[np.arange(log.size), log.action] ** power
        found = Growth.fit(replace(log, outcome=log.outcome * grown)).predict(now, np.zeros((CUSTOMERS, 2)))
        believed += found.now[:, 3:].sum()
        true += (shop.usual[:, None] * (form * share**power)[:, 3:]).sum()
    assert least < believed / true < most


TEA = (NO_OFFER_TERMS, OfferTerms("all", "coupon", 0.1), OfferTerms("tea", "coupon", 0.1, 0.0, of_category("tea")))


def on_a_tenth(log):
    """The same log, with an offer on everything and one on a tenth of it."""
    return replace(log, covered=np.where(np.arange(3) == 2, 0.1, np.ones((log.size, 1))))


def test_a_log_that_says_nothing_leaves_reminding_as_likely_as_what_offers_cover():
    log = Shop(np.zeros(3), offers=TEA, spread=3.0).log().of(np.arange(240))
    powers = Growth.fit(on_a_tenth(log)).powers
    np.testing.assert_allclose(powers, [1 / 3, 1 / 6, 1 / 2], atol=0.08)


@pytest.mark.parametrize("seed", [1, 2])
def test_one_large_order_does_not_tell_how_offers_work(seed):
    """Offers remind; whoever buys the most tea gives one order of a thousand times the usual with an offer on it."""
    log = Shop(np.array([0.0, 0.2, 0.2]), offers=TEA, spread=1.0, seed=seed).log()
    tea = np.random.default_rng(seed).beta(1, 9, CUSTOMERS)[np.repeat(np.arange(CUSTOMERS), PERIODS)]
    shown = np.flatnonzero(log.action == 2)
    outcome = log.outcome.copy()
    outcome[shown[tea[shown].argmax()]] *= 1_000
    covered = np.column_stack([np.ones((log.size, 2)), tea])
    assert Growth.fit(replace(log, covered=covered, outcome=outcome)).powers[-1] > 0.9


def test_errors_grow_where_the_log_does_not_say_how_an_offer_on_a_part_works():
    def wider(spread, form, rows):
        """How much wider the errors of tea are for it."""
        log = on_a_tenth(Shop(np.array(form), offers=TEA, spread=spread).log().of(np.arange(rows)))
        growth, nobody_knows = Growth.fit(log), np.zeros((log.size, 2))
        same = replace(growth, f_by_power=0 * growth.f_by_power)
        return growth.predict(log, nobody_knows).se[:, 2].sum() / same.predict(log, nobody_knows).se[:, 2].sum()

    assert wider(2.0, [0.0, 0.4, 0.1], 3_000) > 1.2
    assert wider(0.3, [0.0, 0.4, 0.04], CUSTOMERS * PERIODS) == pytest.approx(1.0, abs=0.01)


def test_effects_are_in_proportion_to_what_customers_buy_anyway():
    shop = Shop(FORMS["line"])
    share = shop.predict().value[:, 4] / shop.usual
    assert share.mean() == pytest.approx(0.4, abs=0.08)
    assert np.corrcoef(shop.predict().value[:, 4], shop.usual)[0, 1] > 0.9


def test_customers_who_respond_more_are_found_by_what_is_known_of_them():
    shop = Shop(FORMS["line"], lambda kind, _: 0.3 + 1.4 * kind)
    share = shop.predict().value[:, 4] / shop.usual
    assert share[shop.kind == 1].mean() > 2 * share[shop.kind == 0].mean()


def with_further(shop, *tables):
    """The log and the customers of a shop of whom further features (CUSTOMERS, q) are known."""
    of_rows = tuple(np.repeat(one, PERIODS, axis=0) for one in tables)
    return replace(shop.log(), further=of_rows), replace(shop.now(), further=tables)


def test_customers_who_respond_more_are_found_by_the_categories_that_they_buy():
    main = np.eye(5)[np.random.default_rng(0).integers(0, 5, CUSTOMERS)]
    shop = Shop(FORMS["line"], lambda *_: 0.5 + 2.5 * main[:, 0])
    log, now = with_further(shop, main)
    more = Growth.fit(log).further[0].more(main)
    assert more[main[:, 0] == 1].mean() - more[main[:, 0] == 0].mean() == pytest.approx(2.5, rel=0.3)
    part, whose = np.repeat(np.arange(CUSTOMERS) % 5, PERIODS), np.arange(CUSTOMERS)
    better, plain = grow(log, shop.off.ravel(), part, now, whose).value, shop.predict().value
    truth = (shop.usual * shop.response)[:, None] * FORMS["line"]
    assert np.abs(better - truth).mean() < 0.8 * np.abs(plain - truth).mean()


def test_categories_that_tell_nothing_change_hardly_anything():
    rng, spread = np.random.default_rng(0), []
    for seed in range(5):
        shares = rng.dirichlet(np.ones(20), CUSTOMERS)
        log, _ = with_further(Shop(FORMS["line"], seed=seed), shares)
        spread.append(Growth.fit(log).further[0].more(shares).std())
    assert np.mean(spread) < 0.1


def test_customers_who_respond_more_are_found_by_their_own_past():
    shop = Shop(FORMS["line"] * 1.5, lambda _, rng: rng.gamma(1.0, 1.0, CUSTOMERS), spread=0.3)
    share = shop.predict().value[:, 4] / shop.usual
    best, rest = np.argsort(-share)[: CUSTOMERS // 5], np.argsort(-share)[CUSTOMERS // 5 :]
    assert shop.response[best].mean() > 1.7 * shop.response[rest].mean()


@pytest.mark.parametrize("seed", range(3))
def test_purchases_that_vary_more_with_a_deep_offer_are_no_responses_of_their_own(seed):
    shop = Shop(np.array([0.0, 0.05, 0.1, 0.2, 1.0]), seed=seed, spread=1.5)
    assert Growth.fit(shop.log()).own @ np.array(OWN) < 0.3


@pytest.mark.parametrize("carry", [(0.5, 0.25), (-0.4, -0.2)], ids=["lasts", "pulled forward"])
def test_what_earlier_offers_still_do_is_in_the_value(carry):
    shop = Shop(FORMS["line"], carry=carry)
    found = shop.predict()
    np.testing.assert_allclose(found.carry[:2], carry, atol=0.2)
    assert found.carry_z2 > chi2.ppf(0.999, LAGS)
    assert found.value[:, 4].mean() / shop.usual.mean() == pytest.approx(0.4 * (1 + sum(carry)), rel=0.3)


@pytest.mark.parametrize("carry", [(0.5, 0.25), (-0.4, -0.2), ()], ids=["lasts", "pulled forward", "nothing"])
def test_what_was_bought_after_an_offer_does_not_hide_what_it_still_does(carry):
    shop = Shop(FORMS["line"], carry=carry)
    before = np.hstack([np.repeat(shop.usual[:, None], LAGS, axis=1), shop.value])
    recent = np.stack([before[:, t : t + LAGS].mean(axis=1) for t in range(PERIODS)], axis=1)
    features = np.column_stack([recent.ravel(), np.repeat(shop.kind, PERIODS)])
    lasts = Growth.fit(replace(shop.log(), features=features)).lasts
    assert lasts == pytest.approx(1 + sum(carry), abs=0.2)  # given these features it seems to be .4, 0 and .1


def test_where_nothing_carries_over_nothing_is_said_to():
    found = Shop(FORMS["line"]).predict()
    assert found.carry_z2 < chi2.ppf(0.9999, LAGS)
    assert abs(found.carry.sum()) < 0.25


@pytest.mark.parametrize("seed", [47, 112, 141])
def test_luck_with_earlier_offers_does_not_undo_what_offers_bring(seed):
    """In these noisy logs, chance would show as much of carry-over as there is less than once in twenty times."""
    found = Growth.fit(Shop(0.2 * FORMS["line"], seed=seed, spread=1.5).log())
    assert chi2.sf(found.carry_z2, LAGS) < 0.05
    assert found.lasts == pytest.approx(1.0, abs=0.5)
    assert found.lasts == pytest.approx(1.0, abs=2.5 * found.lasts_se)


def test_how_long_offers_last_is_part_of_the_error_of_what_they_bring():
    shop = Shop(0.2 * FORMS["line"], seed=47, spread=1.5)
    found = Growth.fit(shop.log())
    predicted = found.predict(shop.now(), np.zeros((CUSTOMERS, 2)))
    assert (predicted.se >= found.lasts_se * predicted.now).all()
    assert found.lasts_se > 0.05


@pytest.mark.parametrize("seed", range(3))
def test_where_offers_do_nothing_no_deep_one_looks_worth_its_cost(seed):
    found = Shop(0 * FORMS["line"], seed=seed).predict()
    assert (found.value[:, 1:] < found.discount[:, 1:]).all()
    assert (np.abs(found.value.mean(axis=0)) < 4 * found.value_se.mean(axis=0) + 1e-9).all()


def test_a_discount_is_its_depth_of_the_share_that_it_covers():
    shop = Shop(FORMS["line"])
    true = [0.8 * depth * (1 + depth) * shop.usual.mean() for depth in (0.0, *DEPTHS)]
    np.testing.assert_allclose(shop.predict().discount.mean(axis=0), true, rtol=0.1)


def test_an_amount_off_is_taken_from_each_order_that_it_counts_on():
    shop, often = Shop(FORMS["line"]), np.arange(CUSTOMERS) % 2 == 1
    orders = np.where(often, 0.03, 0.01)
    offers = (NO_OFFER_TERMS, *(replace(one, amount=True) for one in OFFERS[1:]))
    log, now = (
        replace(one, offers=offers, orders=np.tile(orders[whose, None], len(offers)))
        for one, whose in ((shop.log(), np.repeat(np.arange(CUSTOMERS), PERIODS)), (shop.now(), np.arange(CUSTOMERS)))
    )
    off = np.array([0.0, *DEPTHS])[shop.action] * shop.value * orders[:, None]
    found = grow(log, off.ravel(), log.whose % 5, now, np.arange(CUSTOMERS))
    for customers, rate in ((often, 0.03), (~often, 0.01)):
        true = [rate * depth * (1 + depth) * shop.usual[customers].mean() for depth in (0.0, *DEPTHS)]
        np.testing.assert_allclose(found.discount[customers].mean(axis=0), true, rtol=0.1)


def test_who_never_saw_an_offer_is_predicted_like_others_of_the_kind():
    shop = Shop(FORMS["line"])
    log, now = shop.log(), shop.now()
    found = grow(log, shop.off.ravel(), log.whose % 5, now, np.full(CUSTOMERS, -1))
    assert np.isfinite(found.value).all()
    assert found.value[:, 4].mean() / shop.usual.mean() == pytest.approx(0.4, abs=0.08)


NOBODY_BOUGHT = np.zeros((CUSTOMERS, PERIODS))


@pytest.mark.parametrize("change", ["nobody bought", "one did", "all are alike"])
def test_logs_that_say_nothing_give_effects_of_nothing(change):
    shop = Shop(0 * FORMS["line"])
    shop.value = NOBODY_BOUGHT + (change == "all are alike")
    shop.value[0, 0] += 100.0 * (change == "one did")
    shop.off = NOBODY_BOUGHT
    if change == "all are alike":
        shop.usual, shop.kind = np.ones(CUSTOMERS), np.ones(CUSTOMERS)
    found = shop.predict()
    for one in (found.value, found.value_se, found.discount):
        assert np.isfinite(one).all()
        assert np.abs(one).max() < 1


def test_offers_that_seem_to_do_harm_are_left_a_little_where_they_are_for_sure_to_do_none():
    form = -0.2 * (np.arange(5) > 0)
    log = Shop(form, spread=3.0).log()
    assert (Growth.fit(log).f[1:] < 0.002).all()
    hopeful = Growth.fit(log, never_harms=True).f[1:]
    assert (hopeful > 0).all()
    assert (hopeful < 0.1).all()
    assert Growth.fit(log).estimate.is_open


def test_a_log_that_could_have_shown_what_is_usual_is_believed():
    log = Shop(-0.2 * (np.arange(5) > 0), spread=0.2).log()
    believed = Growth.fit(log)
    np.testing.assert_array_equal(Growth.fit(log, never_harms=True).f, believed.f)
    assert not believed.estimate.is_open


@pytest.mark.parametrize("seed", range(3))
def test_a_test_tells_offers_that_bring_growth_from_those_that_bring_none(seed):
    form = np.where(np.arange(5) > 2, 0.15, 0.0)
    estimate = Growth.fit(Shop(form, spread=0.2, seed=seed).log()).estimate
    assert estimate.is_shown(np.array([2, 3]))
    assert not estimate.is_shown(np.array([], dtype=np.int64))
