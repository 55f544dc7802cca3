"""Events and lists as LensKit 0.14 has them."""

from __future__ import annotations

import numpy as np

from peers.given import DEPTH, Foreign, Given, Ints


def ratings(given: Given) -> Foreign:
    """A row for each pair, log(1 + purchase days) as its rating."""
    import pandas as pd

    pairs = given.train.log1p().tocoo()
    return pd.DataFrame({"user": pairs.row, "item": pairs.col, "rating": pairs.data})


def lists(model: Foreign, given: Given, new: bool) -> Ints:
    """By LensKit, customer after customer; `model` was fitted to `ratings`."""
    from lenskit.algorithms.basic import AllItemsCandidateSelector, TopN, UnratedItemCandidateSelector

    selector = UnratedItemCandidateSelector() if new else AllItemsCandidateSelector()
    selector.fit(ratings(given))
    recommender = TopN(model, selector)
    top = np.full((len(given.customers), DEPTH), -1, dtype=np.int64)
    for row, customer in enumerate(given.customers):
        found = recommender.recommend(customer, DEPTH)["item"].to_numpy()
        top[row, : len(found)] = found
    return top
