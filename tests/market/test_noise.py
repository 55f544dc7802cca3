"""Draws depend on what they are for, and on nothing else."""

import numpy as np
import pytest
from scipy import stats

from offerloop.market.noise import Noise

PLACES = np.arange(20_000)


def test_draws_are_uniform_and_those_of_neighbours_are_unrelated():
    drawn = Noise(1).uniform("buys", 3, PLACES)
    assert stats.kstest(drawn, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.03
    assert ((drawn > 0) & (drawn < 1)).all()


OTHERS = {
    "seed": Noise(2).uniform("buys", 3, PLACES),
    "purpose": Noise(1).uniform("trips", 3, PLACES),
    "week": Noise(1).uniform("buys", 4, PLACES),
    "world": Noise(1).world(0).uniform("buys", 3, PLACES),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_seed_purpose_week_or_world_is_another_draw(other):
    assert abs(np.corrcoef(Noise(1).uniform("buys", 3, PLACES), other)[0, 1]) < 0.03


def test_a_draw_does_not_depend_on_who_else_draws():
    whole, some = Noise(1).gumbel("product", 3, PLACES), Noise(1).gumbel("product", 3, PLACES[7:9])
    assert whole[7:9].tolist() == some.tolist()
    assert Noise(1).normal("a", 0, PLACES[:3, None], PLACES[None, :4]).shape == (3, 4)


def test_normal_and_gumbel_have_their_moments():
    normal, gumbel = Noise(5).normal("n", 0, PLACES), Noise(5).gumbel("g", 0, PLACES)
    assert (normal.mean(), normal.std()) == (pytest.approx(0, abs=0.03), pytest.approx(1, abs=0.03))
    assert (gumbel.mean(), gumbel.std()) == (pytest.approx(np.euler_gamma, abs=0.04), pytest.approx(1.2825, abs=0.04))
