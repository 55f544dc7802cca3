"""Tables that would mislead a study: leaks, households, ids that occur twice, chances of another event."""

import numpy as np
import polars as pl
import pytest

from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.suspects import explained_share, suspect_columns, told_apart
from offerloop.commands.uplift.task import uplift
from offerloop.commands.uplift.trial import prepare
from offerloop.errors import EvidenceError, InputError
from offerloop.response import Spending, mean_estimate, sample_ratio_p, study_trial
from offerloop.response.estimators.ridge_t import RidgeTLearner


def table(n=2_000, seed=1, effect=0.0, share=0.5):
    rng = np.random.default_rng(seed)
    coupon = rng.random(n) < share
    before = rng.gamma(2.0, 10.0, n)
    visits = rng.poisson(0.3 + effect * coupon)
    spend = np.where((visits > 0) & (rng.random(n) < 0.5), rng.gamma(2.0, 20.0, n), 0.0)
    return pl.DataFrame({"arm": coupon.astype(int), "before": before, "spend": spend, "visits": visits})


def readied(frame, **asked):
    numbered = frame.with_row_index("_row", offset=2).with_columns(pl.col("_row").cast(pl.Int64))
    return prepare(numbered, UpliftRequest("arm", "spend", **asked), "trial.csv")


def test_a_count_of_visits_after_the_offer_leaves_no_verdict():
    found = uplift(table(effect=0.03), UpliftRequest("arm", "spend"))
    assert [(one.column, one.kind, one.value) for one in found.findings.suspects] == [("visits", "never_without", "0")]
    assert (found.findings.conclusion, found.findings.verdict) == ("doubtful", "nothing")
    assert "“visits” is “0”" in found.sentence
    assert set(found.scores()["offer"]) == {"0"}


def test_a_sum_over_the_outcome_period_is_named_unless_it_was_known_before():
    leaking = table().drop("visits").with_columns(november=pl.col("spend") + pl.col("before") / 4)
    assert [one.column for one in readied(leaking).suspects] == ["november"]
    assert readied(leaking, known_before=("november",)).suspects == ()
    assert readied(leaking, ignore=("november",)).suspects == ()


def moved(seed, n=6_000, leak=1.5, effect=0.08):
    """Customers of three arms, and how often they were on the site: `leak` visits more for who bought."""
    rng = np.random.default_rng(seed)
    arm, recency = rng.integers(0, 3, n), rng.integers(1, 13, n)
    bought = rng.random(n) < 0.1 + 0.01 * recency + effect * (arm > 0)
    visits = rng.poisson(0.5 + leak * bought + 0.03 * recency)
    towns = rng.choice(list("abcdefgh"), n)
    return pl.DataFrame({"arm": arm, "recency": recency, "town": towns, "visits": visits, "spend": bought.astype(int)})


def test_a_column_that_the_offer_moved_with_the_outcome_is_named_though_it_tells_a_quarter():
    found = [readied(moved(seed)).suspects for seed in range(10)]
    assert sum([one.column for one in suspects] == ["visits"] for suspects in found) >= 8
    assert {one.kind for suspects in found for one in suspects} == {"moved"}
    assert all(0.2 < one.share < 0.4 for suspects in found for one in suspects)
    assert readied(moved(1), known_before=("visits",)).suspects == ()


def test_columns_known_before_are_hardly_ever_said_to_have_moved():
    """Level 1 % for all columns together, also where the outcome follows them closely and the offers work."""
    found = [readied(moved(seed, n=1_000, leak=0.0, effect=0.3 * (seed % 2))).suspects for seed in range(150)]
    assert sum(bool(suspects) for suspects in found) <= 5


def test_what_was_known_before_is_no_suspect():
    frame = table(4_000).drop("visits")
    rng = np.random.default_rng(2)
    sure = frame.with_columns(
        spend=pl.col("before") * pl.lit(rng.gamma(2.0, 0.5, 4_000)), town=pl.lit(rng.integers(0, 9, 4_000))
    )
    assert readied(sure).suspects == ()


def test_how_well_a_column_tells():
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 15, 3_000)
    assert explained_share(codes, rng.normal(size=3_000)) < 0.01
    assert explained_share(codes, 2.0 * codes) == pytest.approx(1)
    some = rng.random(3_000) < 0.3
    assert told_apart(-1.0 * some, some) == 1
    assert told_apart(rng.normal(size=3_000), some) == pytest.approx(0.5, abs=0.03)


def test_a_group_of_numbers_in_which_nobody_bought_is_named_by_its_range():
    rng = np.random.default_rng(5)
    minutes = np.arange(4_000) // 4
    bought = (rng.random(4_000) < 0.3) & (minutes > 200)
    found = suspect_columns(pl.DataFrame({"minutes": minutes}), ["minutes"], bought.astype(float))
    assert [(one.kind, one.value) for one in found] == [("never_without", "0–49")]


def test_plain_and_adjusted_differences_that_contradict_each_other_leave_no_verdict():
    """A column that the offer moved, and that the outcome follows: beside it the offer does nothing."""
    rng = np.random.default_rng(4)
    coupon = rng.random(3_000) < 0.5
    mood = rng.normal(size=3_000)
    mood += 0.16 * coupon - np.where(coupon, mood[coupon].mean(), mood[~coupon].mean())
    spend = 50 + 20 * mood + rng.normal(0, 25, 3_000)
    found = uplift(
        pl.DataFrame({"arm": coupon.astype(int), "mood": mood, "spend": spend}), UpliftRequest("arm", "spend")
    )
    raw, adjusted = found.findings.arms[1].raw, found.findings.arms[1].effect
    assert raw.value > 2 * abs(adjusted.value)
    assert found.findings.disagreeing == ("1",)
    assert found.findings.verdict == "nothing"


def households(seed, g=300, size=4, effect=0.0):
    """Households that were drawn as a whole, and buy alike."""
    rng = np.random.default_rng(seed)
    arm = rng.permutation(g) % 2
    house = np.repeat(np.arange(g), size)
    age = rng.normal(size=g * size)
    spend = 10 + 5 * rng.normal(size=g)[house] + effect * arm[house] + rng.normal(size=g * size)
    return pl.DataFrame({"house": house, "arm": arm[house], "age": age, "spend": spend})


def test_intervals_of_a_table_drawn_by_household_hold_by_household():
    """Rows alone take four alike customers for four, and half of the intervals miss."""
    hits = {None: [], "house": []}
    for seed in range(40):
        for cluster in hits:
            arm = _arm(households(seed), cluster)
            hits[cluster].append(arm.low <= 0 <= arm.high)
    assert np.mean(hits[None]) < 0.85
    assert np.mean(hits["house"]) >= 0.875


def _arm(frame, cluster):
    found = readied(frame if cluster else frame.drop("house"), cluster=cluster)
    study = study_trial(found.value, None, Spending(), 1, {"ridge_t": RidgeTLearner()})
    return mean_estimate(study.effect[:, 1], study.whose)


def test_a_study_by_household_says_so_and_keeps_households_together():
    found = uplift(households(1, g=250, effect=5.0), UpliftRequest("arm", "spend", cluster="house"))
    assert (found.findings.cluster, found.findings.clusters) == ("house", 250)
    assert "house" not in found.findings.features
    house = found.trial.table["house"].to_numpy()
    assert all(len(set(found.study.value.fold[0][house == one])) == 1 for one in range(250))
    assert found.findings.verdict == "everyone"
    offer, profit = found.findings.arms[1].effect, found.findings.policies[0].profit
    assert (profit.value, profit.low, profit.high) == pytest.approx((offer.value, offer.low, offer.high), rel=1e-4)


def test_two_stores_in_each_arm_that_differ_were_drawn_by_chance():
    """By the normal distribution every second of such trials was refused."""
    for seed in range(4):
        level = np.random.default_rng(seed).normal(size=(4, 15))
        frame = households(seed, g=4, size=100)
        sizes = {f"size{k}": level[frame["house"], k] + frame["age"] for k in range(15)}
        assert readied(frame.with_columns(**sizes), cluster="house").design == "randomised"


def test_households_that_lost_all_rows_to_trimming_are_not_counted():
    """In a fifth of the households, all of the young, hardly anybody could have been treated."""
    rng = np.random.default_rng(6)
    house = np.repeat(np.arange(500), 4)
    young = house % 5 == 0
    arm = rng.random(2_000) < np.where(young, 0.005, 0.5)
    age, spend = np.where(young, -2.0, 0.0) + 0.1 * rng.normal(size=2_000), rng.normal(size=2_000)
    frame = pl.DataFrame({"house": house, "arm": arm.astype(int), "age": age, "spend": spend})
    found = uplift(frame, UpliftRequest("arm", "spend", cluster="house", observational=True))
    assert "trimmed" in {one.kind for one in found.findings.notes}
    assert found.findings.clusters == found.trial.table["house"].n_unique() == 400


def test_a_small_arm_of_households_is_held_against_the_plan_by_households():
    """Of 300 households 20 with four rows each got a letter, as planned; by rows 80 of 280 would be too many."""
    frame = households(3).with_columns(arm=pl.when(pl.col("house") < 20).then(7).otherwise("arm"))
    trial = readied(frame, cluster="house", shares=(("0", 14 / 30), ("1", 14 / 30), ("7", 2 / 30)))
    assert trial.arms.small == ("7",)
    assert trial.ratio_p > 0.2


def test_one_store_in_an_arm_is_no_comparison():
    frame = households(1).with_columns(store=pl.when(pl.col("arm") == 1).then(7).otherwise(pl.col("house") % 5))
    with pytest.raises(EvidenceError, match="arm '1' has 1 different 'store'"):
        readied(frame.drop("house"), cluster="store")


def test_few_clusters_are_said():
    frame = households(2, g=12, size=100)
    assert ("few_clusters", 12) in {(one.kind, one.n) for one in readied(frame, cluster="house").notes}


def test_an_id_that_occurs_twice_is_no_feature():
    rng = np.random.default_rng(5)
    frame = table().drop("visits").with_columns(
        household_id=pl.lit(rng.integers(0, 900, 2_000)), storeId=pl.lit(rng.choice(["a", "b", "c"], 2_000)),
        paid=pl.lit(rng.integers(0, 9, 2_000)), customer_no=pl.lit(np.minimum(np.arange(2_000), 1_998)),
        income=pl.lit(rng.lognormal(11, 0.6, 2_000).astype(int)),
    )  # fmt: skip
    found = readied(frame)
    assert found.encoding.names == ("before", "paid", "income")
    notes = {one.kind: one.names for one in found.notes}
    assert notes["ignored_id"] == ("household_id", "storeId", "customer_no")
    assert notes["repeated_id"] == ("customer_no", "household_id")
    assert notes["kept_distinct"] == ("income",)
    assert "repeated_id" not in {one.kind for one in readied(frame, cluster="household_id").notes}


def test_the_probability_of_being_treated_is_recognised():
    frame = table(share=0.3).drop("visits").with_columns(chance=pl.lit(0.3))
    with pytest.raises(InputError, match="looks like the probability of being treated, in rows of '0' too"):
        readied(frame, propensity="chance")
    own = frame.with_columns(chance=pl.when(pl.col("arm") == 1).then(0.3).otherwise(0.7))
    assert readied(own, propensity="chance").design == "known"


def test_propensities_of_three_arms_that_differ_by_segment_fit_the_sizes_that_they_gave():
    rng, few = np.random.default_rng(2), np.arange(8_000) % 2 == 0
    own = np.where(few[:, None], [0.5, 0.4, 0.1], [0.5, 0.1, 0.4])
    arm = (rng.random(8_000)[:, None] > own.cumsum(axis=1)).sum(axis=1)
    frame = table(8_000).drop("visits").with_columns(arm=arm, chance=own[np.arange(8_000), arm])
    assert readied(frame, propensity="chance").ratio_p > 0.01
    with pytest.raises(EvidenceError, match="the arms have not the sizes that were planned"):
        readied(frame.filter((pl.col("arm") != 1) | (pl.col("before") > 6)), propensity="chance")


def test_propensities_of_whole_stores_are_compared_with_the_number_of_stores():
    store = np.repeat(np.arange(60), np.repeat([50, 60], 30))
    arm = (store >= 30).astype(int)
    frame = table(len(store)).drop("visits").with_columns(arm=arm, store=store, chance=pl.lit(0.5))
    assert sample_ratio_p(arm, np.full(2, 0.5)) < 1e-4
    assert readied(frame, propensity="chance", cluster="store").ratio_p == pytest.approx(1.0)


def test_a_cost_by_arm_needs_no_column():
    rng = np.random.default_rng(6)
    frame = table().drop("visits").with_columns(arm=pl.lit(rng.choice(["none", "coupon", "letter"], 2_000)))
    found = readied(frame, cost="coupon=2,letter=0.5")
    costs = {name: set(found.cost.outcome[found.arms.action == k]) for k, name in enumerate(found.arms.names)}
    assert costs == {"none": {0.0}, "coupon": {2.0}, "letter": {0.5}}
    with pytest.raises(InputError, match="must give a number to every arm but 'none'"):
        readied(frame, cost="coupon=2")
    with pytest.raises(InputError, match="every arm but 'none', which costs nothing"):
        readied(frame, cost="none=5,coupon=2,letter=0.5")
    with pytest.raises(InputError, match=r"--cost must be like coupon=2,letter=0\.5"):
        readied(frame, cost="coupon=two")
