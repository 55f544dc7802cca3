import numpy as np
import pytest

from offerloop.errors import EvidenceError
from offerloop.response.staggered import NEVER, staggered


def panel(seed, n=1_200, grows=1.0, drift=0.0):
    """Eight periods; customers are first reached in 2, 4, 6 or never. The effect is `grows` times one more each period.

    `drift` pulls those who are reached apart from the others from the beginning.
    """
    rng = np.random.default_rng(seed)
    reached = rng.choice([2, 4, 6, NEVER], n)
    since = np.arange(8) - np.where(reached == NEVER, 99, reached)[:, None]
    season = np.sin(np.arange(8))
    own = rng.normal(0, 2, (n, 1)) + 1.5 * (reached < 5)[:, None]
    effect = np.where(since >= 0, grows * (since + 1), 0.0)
    pulled = drift * np.arange(8) * (reached != NEVER)[:, None]
    return own + season + effect + pulled + rng.normal(size=(n, 8)), reached


def test_effects_are_found_by_the_time_since_customers_were_reached():
    outcome, reached = panel(1)
    found = staggered(outcome, reached)
    for one in found.by_time:
        true = max(one.periods + 1, 0)
        assert one.effect.low - 0.1 <= true <= one.effect.high + 0.1
    assert found.overall.low > 1.5
    assert found.placebo.low < 0 < found.placebo.high


def test_a_regression_with_two_effects_would_be_wrong_where_effects_grow():
    outcome, reached = panel(2)
    treated = (np.arange(8) >= reached[:, None]).astype(float)

    def within(table):
        return table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()

    d, y = within(treated), within(outcome)
    regression = (d * y).sum() / (d * d).sum()
    since = np.arange(8) - np.where(reached == NEVER, 99, reached)[:, None]
    true = (since[since >= 0] + 1).mean()
    assert abs(staggered(outcome, reached).overall.value - true) < 0.15 < abs(regression - true)


def test_intervals_cover_and_placebos_are_nothing_where_nothing_drifts():
    hits = [[], []]
    for seed in range(200):
        outcome, reached = panel(seed, n=400, grows=0.0)
        found = staggered(outcome, reached)
        for place, one in enumerate((found.overall, found.placebo)):
            hits[place].append(one.low <= 0 <= one.high)
    assert 0.90 <= np.mean(hits[0]) <= 0.99
    assert 0.90 <= np.mean(hits[1]) <= 0.99


def test_a_drift_that_was_there_before_shows_in_the_placebo():
    outcome, reached = panel(3, grows=0.0, drift=0.3)
    found = staggered(outcome, reached)
    assert found.placebo.high < 0 or found.placebo.low > 0
    assert found.overall.low > 0  # and so the effect is not to be believed


def test_where_everybody_is_reached_at_once_nobody_can_be_compared():
    outcome, _ = panel(4)
    with pytest.raises(EvidenceError, match="keep some customers back"):
        staggered(outcome, np.full(len(outcome), 3))
