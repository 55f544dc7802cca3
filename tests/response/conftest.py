"""Studies of made-up shops, fitted once for all tests of the room."""

import numpy as np
import pytest
from shop import HALF, SETTINGS, simulate, summed

from offerloop.response import study_shelf_prices
from offerloop.response.shelf.study import Learner, study_panel


@pytest.fixture(scope="session")
def responsive():
    """Three categories of six respond with slope .8."""
    return study_shelf_prices(summed(*simulate(0, HALF)), SETTINGS, seed=1)


@pytest.fixture(scope="session")
def learner(responsive):
    """What the study of the same shop learns slopes with."""
    panel = study_panel(responsive.lines, responsive.windows, SETTINGS, seed=1)
    return Learner.of(panel, responsive.windows, seed=1)


@pytest.fixture(scope="session")
def bought(learner):
    """The slopes of its chance to buy, with the pairs that they were fitted on."""
    return learner.fit(learner.panel.bought, np.ones(learner.panel.size))


@pytest.fixture(scope="session")
def alike():
    """All six categories respond with slope .4."""
    return study_shelf_prices(summed(*simulate(0, [0.4] * 6)), SETTINGS, seed=1)


@pytest.fixture(scope="session")
def null():
    """Nobody responds, in each of four shops."""
    return [study_shelf_prices(summed(*simulate(seed, [0.0] * 6)), SETTINGS, seed=1) for seed in range(4)]
