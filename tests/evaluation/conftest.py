"""What tests of several evaluations share."""

import numpy as np
import pytest
from bandit import Bandit, twenty


@pytest.fixture(scope="session")
def shop():
    """A money world, one log of it with its rows of the population, and one of the twenty policies."""
    bandit = Bandit.world(31, money=True, size=10_000)
    who, log = bandit.draw(4_000, np.random.default_rng(32))
    return bandit, who, log, twenty(bandit)[6][who]
