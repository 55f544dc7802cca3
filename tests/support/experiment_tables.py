"""Tables of made-up experiments."""

import numpy as np
import polars as pl


def trial(rng, gain=0.0, n=4000, arms=("control", "new")):
    """Spend of customers whose spend before is known."""
    arm = rng.choice(arms, n)
    before = rng.gamma(2, 10, n)
    spend = before * rng.lognormal(0, 0.3, n) * np.where(arm == arms[0], 1, 1 + gain)
    orders = rng.poisson(2, n) + 1
    returned = (rng.random(n) < 0.2).astype(int)
    return pl.DataFrame(
        {"arm": arm, "spend": spend, "before": before, "orders": orders, "returned": returned, "day": ["Monday"] * n}
    )


def stores(seed, gain=0.0, number=40, size=25):
    """Stores that were drawn as a whole, and whose customers buy alike."""
    rng = np.random.default_rng(seed)
    store = np.repeat(np.arange(number), rng.integers(1, 2 * size, number))
    arm = (rng.permutation(number) % 2)[store]
    spend = 20 + 4 * rng.normal(size=number)[store] + gain * arm + rng.normal(size=len(store))
    return pl.DataFrame({"store": store, "arm": np.where(arm == 1, "new", "control"), "spend": spend})


def segmented(seed=3, n=3_000, apart=6.0):
    """Spend that grows by the new arm in the north alone."""
    rng = np.random.default_rng(seed)
    arm, north = rng.choice(["control", "new"], n), rng.random(n) < 0.5
    spend = 20 + 8 * rng.normal(size=n) + apart * north * (arm == "new")
    age = rng.integers(18, 80, n)
    place = np.where(north, "north", np.where(np.arange(n) < 40, "isle", "south"))
    return pl.DataFrame({"arm": arm, "spend": spend, "place": place, "age": age, "name": [f"c{k}" for k in range(n)]})
