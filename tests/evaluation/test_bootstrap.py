import numpy as np
import pytest

from offerloop.errors import InputError
from offerloop.evaluation.bootstrap import bootstrap


def test_interval_of_a_mean_is_about_196_standard_errors():
    values = np.random.default_rng(3).exponential(2, 400)
    found = bootstrap(lambda counts: float(np.average(values, weights=counts)), np.zeros(400, int), replicates=2_000)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_each_stratum_keeps_its_size():
    stratum = np.repeat([0, 1, 2], [5, 1, 30])
    seen = []
    bootstrap(lambda counts: float(seen.append(counts.copy()) or 0), stratum, replicates=39)
    assert all((np.bincount(stratum, counts) == [5, 1, 30]).all() for counts in seen)
    assert len({counts.tobytes() for counts in seen}) == 40


def test_the_seed_decides():
    values, one = np.arange(50.0), np.zeros(50, int)
    first, again, other = (bootstrap(lambda counts: float(counts @ values), one, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_limits_are_replicates_by_their_place():
    replicates = iter([0.0, *range(1, 40)])
    found = bootstrap(lambda _: float(next(replicates)), np.zeros(2, int), replicates=39)
    assert (found.value, found.low, found.high) == (0.0, 1.0, 39.0)  # of 39 the (40 * 0.025)-th and (40 * 0.975)-th


def test_replicates_without_an_answer_are_left_out():
    replicates = iter([7.0, *[np.nan] * 10, *range(1, 40)])
    found = bootstrap(lambda _: float(next(replicates)), np.zeros(2, int), replicates=49)
    assert (found.value, found.low, found.high) == (7.0, 1.0, 39.0)


@pytest.mark.parametrize("replicates", [0, 1, 38])
def test_too_few_replicates_are_refused(replicates):
    with pytest.raises(InputError, match=f"{replicates} replicates cannot give a 95 % interval; draw 39 or more"):
        bootstrap(lambda counts: float(counts.sum()), np.zeros(5, dtype=int), replicates=replicates)
