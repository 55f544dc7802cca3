import pytest

from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market


@pytest.fixture(scope="session")
def market_of():
    """A small market of a preset, for reading only."""
    made = {}

    def build(name, customers=400, seed=3, before=4):
        key = (name, customers, seed, before)
        if key not in made:
            made[key] = Market(load_preset(name), customers, 300, seed, before)
        return made[key]

    return build
