"""A shop whose campaign works by a planted amount, sent to those who spend much anyway."""

import tracemalloc

import numpy as np
import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.response import past_campaigns

CUSTOMERS, FIRST, DAYS = 400, 1000, 240
START, STOP = FIRST + 150, FIRST + 190
TARGETED = np.arange(CUSTOMERS) % 2 == 0
EFFECT = 350  # minor units a week


def spend(effect=0, noise=0.0, trend=0):
    """Daily spend: targeted customers always spend 700 a week more, `trend` more in each later week."""
    rng = np.random.default_rng(3)
    day = np.arange(DAYS)
    amounts = 500 + rng.integers(0, 50, (CUSTOMERS, 1)) * 7 + noise * rng.normal(size=(CUSTOMERS, DAYS))
    amounts = amounts + TARGETED[:, None] * (100 + trend * (day // 7) / 7)
    during = (day >= START - FIRST) & (day < STOP - FIRST)
    return np.rint(amounts + effect / 7 * TARGETED[:, None] * during).astype(int)


def judged(amounts, start=START, stop=STOP, members=TARGETED):
    return campaigns_of(amounts, start, stop, members)[0]


def campaigns_of(amounts, start, stop, members):
    """The differences of one campaign, and the comparison of customers first reached by its type."""
    engine = DuckDBEngine(threads=1)
    customer, day = (part.ravel() for part in np.indices(amounts.shape))
    lines = pl.DataFrame({"customer_id": customer, "order_day": FIRST + day, "revenue_minor": amounts.ravel()})
    campaign = {"campaign_id": [7], "campaign_type": ["A"], "starts_day": [start], "ends_day": [stop - 1]}
    audience = pl.DataFrame({"campaign_id": 7, "customer_id": np.flatnonzero(members)})
    tables = (engine.table(table) for table in (lines, pl.DataFrame(campaign), audience))
    return past_campaigns(*tables, FIRST, FIRST + amounts.shape[1])


def test_selection_fools_the_naive_difference_only():
    """Without noise all figures are known to the last digit."""
    row = judged(spend(EFFECT)).row(0, named=True)
    levels = spend()[:, 0]
    selection = 7 * (levels[TARGETED].mean() - levels[~TARGETED].mean())
    assert selection > 600
    assert row["naive_minor"] == pytest.approx(EFFECT + selection)
    assert row["adjusted_minor"] == pytest.approx(EFFECT)
    assert row["placebo_minor"] == pytest.approx(0, abs=1e-6)
    assert (row["n_targeted"], row["n_others"], row["before_days"], row["note"]) == (200, 200, 56, "")


@pytest.mark.parametrize("effect", [0, EFFECT])
def test_noise_is_covered_by_the_standard_errors(effect):
    row = judged(spend(effect, noise=200.0)).row(0, named=True)
    assert 20 < row["adjusted_se"] < 60  # sd of a weekly mean, 200 x 7 x sqrt(1/40 + 1/56), over sqrt(100)
    assert abs(row["adjusted_minor"] - effect) < 3 * row["adjusted_se"]
    assert abs(row["placebo_minor"]) < 3 * row["placebo_se"]
    assert row["naive_minor"] - effect > 5 * row["naive_se"]


def test_standard_error_is_that_of_a_difference_of_means():
    amounts = spend(noise=200.0)
    row = judged(amounts).row(0, named=True)
    weekly = 7 * amounts[:, START - FIRST : STOP - FIRST].mean(axis=1)
    by_hand = sum(weekly[side].var(ddof=1) / side.sum() for side in (TARGETED, ~TARGETED)) ** 0.5
    assert row["naive_se"] == pytest.approx(by_hand)


def test_placebo_finds_a_trend_that_was_there_before():
    row = judged(spend(noise=200.0, trend=20)).row(0, named=True)
    assert row["placebo_minor"] > 4 * row["placebo_se"]
    assert row["placebo_minor"] == pytest.approx(20 * 8, abs=3 * row["placebo_se"])  # 8 weeks of 20 more


@pytest.mark.parametrize(
    "days_before, adjusted, note",
    [
        (112, True, ""),
        (80, True, ""),  # 24 days are left for the placebo
        (60, True, "No earlier period is left for a placebo."),
        (38, True, "The comparison needs 56 days before the campaign; the data cover only 38, which were used."),
        (10, False, "The comparison needs 56 days before the campaign; the data cover only 10, too few to adjust by."),
    ],
)
def test_windows_are_cut_where_the_data_begin(days_before, adjusted, note):
    row = judged(spend(noise=200.0), start=FIRST + days_before).row(0, named=True)
    assert row["before_days"] == min(days_before, 56)
    assert (row["adjusted_minor"] is not None) == adjusted
    assert (row["placebo_minor"] is not None) == (days_before >= 70)
    assert row["note"].startswith(note)
    assert bool(row["note"]) == bool(note)


def test_a_campaign_that_still_runs_is_judged_so_far():
    row = judged(spend(EFFECT), stop=FIRST + DAYS + 30).row(0, named=True)
    assert row["ends_day"] == FIRST + DAYS - 1
    assert row["note"] == "The campaign goes on after the last day of the data."
    assert row["adjusted_minor"] == pytest.approx(EFFECT * 40 / 90)  # 40 of the 90 days carry the effect


@pytest.mark.parametrize(
    "start, members",
    [
        (FIRST - 1, TARGETED),  # began before the data
        (FIRST + DAYS, TARGETED),  # begins after them
        (START, np.arange(CUSTOMERS) < 49),  # too few received it
        (START, np.arange(CUSTOMERS) >= 49),  # too few did not
    ],
)
def test_what_cannot_be_judged_has_no_row(start, members):
    assert judged(spend(), start=start, stop=FIRST + DAYS + 9, members=members).is_empty()


def test_customers_who_seldom_order_need_no_memory_for_the_days_between():
    """Ten years of 2,000 customers with text ids and one order each half: every customer-day would be 58 MB."""
    days, half = 3640, np.arange(2000) % 2 == 0
    ids = [f"c{one:04}" for one in range(2000)]
    amounts = np.where(half, 900, 500)
    orders = [(START, amounts), (START - 60, amounts - 70), (FIRST + 3000, amounts)]
    lines = pl.concat(
        pl.DataFrame({"customer_id": ids, "order_day": day, "revenue_minor": amount}) for day, amount in orders
    )
    campaign = {"campaign_id": ["a"], "campaign_type": ["A"], "starts_day": [START - 3], "ends_day": [START + 3]}
    audience = pl.DataFrame({"campaign_id": "a", "customer_id": np.array(ids)[half]})
    engine = DuckDBEngine(threads=1)
    tables = [engine.table(table) for table in (lines, pl.DataFrame(campaign), audience)]
    tracemalloc.start()
    effects, reached = past_campaigns(*tables, FIRST, FIRST + days)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    row = effects.row(0, named=True)
    assert (row["n_targeted"], row["n_others"]) == (1000, 1000)
    assert row["naive_minor"] == row["adjusted_minor"] == pytest.approx(400)
    assert row["placebo_minor"] == pytest.approx(-400 / 8)  # the orders before were in the second period of 56 days
    assert reached.row(0, named=True)["effect_minor"] == pytest.approx(400 / 8)
    assert peak < 35e6
