"""What customers were shown before, against a slow loop."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.response import NO_OFFER_TERMS, Evidence
from offerloop.response.shown.logged_decisions import day_propensities, decided, earlier_offers, earlier_rows

NAMES = ["none", "a", "b"]
shown = st.lists(
    st.tuples(st.sampled_from("xyz"), st.integers(0, 60), st.sampled_from([*NAMES, "other"])), min_size=1, max_size=30
)


@given(shown, st.lists(st.tuples(st.sampled_from("xyzw"), st.integers(0, 70)), min_size=1, max_size=10))
def test_earlier_offers_equal_a_slow_loop(log, asked):
    names = ["customer_id", "shown_day", "offer_id"]
    exposures = pl.DataFrame(log, names, orient="row").sort("customer_id", "shown_day", "offer_id")
    rows = pl.DataFrame(asked, names[:2], orient="row")
    first = {}
    for customer, day, offer in exposures.iter_rows():
        first.setdefault((customer, day), NAMES.index(offer) if offer in NAMES else 0)
    days = set(first) | set(asked)  # a row that was not shown anything is an occasion of its own
    found = earlier_offers(exposures, rows, NAMES, 7, 3)
    for (customer, day), got in zip(asked, found.tolist(), strict=True):
        before = sorted((one for who, one in days if who == customer and one < day), reverse=True)[:3]
        true = [first.get((customer, one), 0) if day - one <= 21 else -1 for one in before]
        assert got == true + [-1] * (3 - len(true))


@given(shown, st.data())
def test_earlier_rows_are_those_of_earlier_offers_and_stay_so_among_some_of_them(log, data):
    exposures = pl.DataFrame(log, ["customer_id", "shown_day", "offer_id"], orient="row").unique(
        ["customer_id", "shown_day"], keep="first", maintain_order=True
    )
    exposures = exposures.sort("customer_id", "shown_day")
    n = exposures.height
    offer = exposures["offer_id"].replace_strict({"a": 1, "b": 2}, default=0, return_dtype=pl.Int64).to_numpy()
    earlier, rows = earlier_offers(exposures, exposures, NAMES, 7, 3), earlier_rows(exposures, exposures, 7, 3)
    np.testing.assert_array_equal(np.where(rows >= 0, offer[rows], -1), earlier)
    whole = Evidence(
        np.arange(n)[:, None], offer, np.zeros(n), np.full((n, 3), 1 / 3), (NO_OFFER_TERMS,) * 3, earlier_rows=rows
    )
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    some = whole.of(kept)
    before = np.where(some.earlier_rows >= 0, np.append(some.features[:, 0], -1)[some.earlier_rows], -1)
    np.testing.assert_array_equal(before, np.where(np.append(kept, False)[rows], rows, -1)[kept])


def log_of(days):
    """Exposures of many customers on each day: {day: {offer: (share, propensity)}}."""
    rows = [
        (f"c{day}-{offer}-{n}", offer, day, chance)
        for day, offers in days.items()
        for offer, (share, chance) in offers.items()
        for n in range(share)
    ]
    return pl.DataFrame(rows, ["customer_id", "offer_id", "shown_day", "propensity"], orient="row")


LOTTERY = {"none": (500, 0.5), "a": (300, 0.3), "b": (200, 0.2)}


def test_a_day_whose_propensities_are_personal_leaves_those_of_other_days_as_they_are():
    log = log_of({1: LOTTERY, 8: {"none": (900, 0.9), "a": (60, 0.06), "b": (40, 0.8)}})
    drawn = decided(day_propensities(log), log, NAMES)
    kept, chance = drawn.rows, drawn.propensity
    assert chance.sum(axis=1) == pytest.approx(np.ones(len(chance)))
    first = (kept["shown_day"] == 1).to_numpy()
    assert chance[first] == pytest.approx(np.tile([0.5, 0.3, 0.2], (int(first.sum()), 1)))


@pytest.mark.parametrize(
    "written, other, is_one",
    [
        ((0.333, 0.333, 0.333), 0.334, True), ((0.8, 0.1, 0.1), 0.0999, True),
        ((0.333, 0.333, 0.333), 0.34, False), ((0.989, 0.01, 0.001), 0.002, False),
    ],
)  # fmt: skip
def test_propensities_that_differ_by_rounding_are_one(written, other, is_one):
    """Some rows of the last offer have the other number."""
    log = log_of({1: {name: (10, chance) for name, chance in zip(NAMES, written, strict=True)}})
    rounded = log.head(10).with_columns(pl.col("customer_id") + "x", offer_id=pl.lit("b"), propensity=pl.lit(other))
    days = day_propensities(pl.concat([log, rounded]))
    assert days.height == (3 if is_one else 0)
    if is_one:
        assert days["propensity"].sum() == pytest.approx(1, abs=1e-12)
        by_offer = dict(days.select("offer_id", "propensity").iter_rows())
        assert by_offer == pytest.approx(dict(zip(NAMES, written, strict=True)), rel=0.003)


def test_a_day_on_which_nobody_got_a_rare_offer_is_not_taken_for_rounded():
    offers = {"none": (20, 0.905), **{f"o{n}": (1, 0.005) for n in range(19)}}
    without_one, thirds = dict(list(offers.items())[:-1]), dict.fromkeys(("none", "o1", "o2"), (9, 0.333))
    days = day_propensities(log_of({1: offers, 8: without_one, 15: thirds}))
    assert days["shown_day"].unique(maintain_order=True).to_list() == [1, 15]


def test_other_offers_share_the_rest_as_they_occurred_on_that_day():
    """A day with little exploration does not take the shares of a lottery."""
    log = log_of({1: {**LOTTERY, "none": (500, 0.45)}, 8: {"none": (980, 0.98), "a": (15, 0.01), "b": (5, 0.01)}})
    drawn = decided(day_propensities(log), log, NAMES)
    kept, action, chance = drawn.rows, drawn.action, drawn.propensity
    later = (kept["shown_day"] == 8).to_numpy()
    assert chance[later & (action == 1), 0] == pytest.approx(0.985, abs=0.01)
    assert chance[~later & (action == 1), 0] == pytest.approx(0.7 * 500 / 700, abs=0.02)


def test_days_of_one_customer_each_take_the_shares_of_all():
    rows = [(n, ["none", "a", "b"][n % 3], n, 0.3 + 0.1 * (n % 3)) for n in range(90)]
    log = pl.DataFrame(rows, ["customer_id", "offer_id", "shown_day", "propensity"], orient="row")
    chance = decided(day_propensities(log), log, NAMES).propensity
    assert chance.sum(axis=1) == pytest.approx(np.ones(90))
    assert (chance > 0.2).all()


def test_offers_that_no_campaign_has_any_more_keep_their_part_of_personal_propensities():
    """Otherwise it would fall to the offers that are left, and what they bring would seem to be less."""
    log = log_of({1: {"none": (100, 0.1), "a": (300, 0.3), "old": (600, 0.6), "other": (1, 0.5)}})
    drawn = decided(day_propensities(log), log, ["none", "a"])
    for shown in (0, 1):
        assert drawn.propensity[drawn.action == shown, 1] == pytest.approx(0.75, abs=0.01)


def test_rows_of_personal_propensities_count_as_if_all_had_the_same_draw():
    """A log in which heavy buyers mostly got `a` and others mostly nothing."""
    drawn_of = {"heavy": (0.1, 0.8, 0.1), "light": (0.8, 0.1, 0.1)}
    rows = [
        (f"{who}{offer}{n}", offer, 1, chance)
        for who, chances in drawn_of.items()
        for offer, chance in zip(NAMES, chances, strict=True)
        for n in range(round(1_000 * chance))
    ]
    log = pl.DataFrame(rows, ["customer_id", "offer_id", "shown_day", "propensity"], orient="row")
    drawn = decided(day_propensities(log), log, NAMES)
    heavy = drawn.rows["customer_id"].str.starts_with("heavy").to_numpy()
    shares = [np.bincount(drawn.action[one], drawn.weight[one]) / drawn.weight[one].sum() for one in (heavy, ~heavy)]
    assert shares[0] == pytest.approx(shares[1])
    assert shares[0] == pytest.approx(drawn.usual_propensity[0])
    assert drawn.weight.sum() < 0.8 * len(rows)
    lottery = log_of({8: LOTTERY})
    assert (decided(day_propensities(lottery), lottery, NAMES).weight == 1).all()


def personal_log():
    """Ten days on which heavy buyers mostly got `a` and others mostly nothing."""
    drawn_of = {"heavy": (0.2, 0.7, 0.1), "light": (0.7, 0.2, 0.1)}
    rows = [
        (f"{who}{offer}{n}", offer, day, chance)
        for day in range(10)
        for who, chances in drawn_of.items()
        for offer, chance in zip(NAMES, chances, strict=True)
        for n in range(round(100 * chance))
    ]
    return pl.DataFrame(rows, ["customer_id", "offer_id", "shown_day", "propensity"], orient="row")


@pytest.mark.parametrize("least", [1e-3, 1e-6])
def test_one_extreme_propensity_changes_its_own_day_alone(least):
    log = personal_log()
    extreme = pl.DataFrame({"customer_id": ["odd"], "offer_id": ["a"], "shown_day": [3], "propensity": [least]})
    usual, odd = (decided(day_propensities(one), one, NAMES) for one in (log, pl.concat([log, extreme])))
    assert (usual.weight != 1).any()
    other_days = (usual.rows["shown_day"] != 3).to_numpy()
    assert odd.weight[:-1][other_days] == pytest.approx(usual.weight[other_days], rel=0.05)
    assert (odd.weight[(odd.rows["shown_day"] == 3).to_numpy()] == 1).all()


def test_rows_of_some_customers_are_read_as_among_all():
    log = personal_log()
    days, whole = day_propensities(log), decided(day_propensities(log), log, NAMES)
    is_some = log["customer_id"].str.ends_with("1")
    some = decided(days, log.filter(is_some), NAMES, whole.personal)
    for name in ("propensity", "usual_propensity", "weight"):
        assert getattr(some, name) == pytest.approx(getattr(whole, name)[is_some.to_numpy()])
    unseen_day = log.head(5).with_columns(shown_day=pl.lit(99))
    assert np.isfinite(decided(days, unseen_day, NAMES, whole.personal).weight).all()
