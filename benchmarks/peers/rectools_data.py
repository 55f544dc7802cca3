"""Events and lists as RecTools has them."""

from __future__ import annotations

import numpy as np

from peers.given import DEPTH, Foreign, Given, Ints

FEATURES = ("category", "subcategory", "brand")


def dataset(given: Given, features: bool) -> Foreign:
    """With a weight of log(1 + purchase days) for each pair; the products' attributes if wanted."""
    import pandas as pd
    from rectools.dataset import Dataset

    pairs = given.train.log1p().tocoo()
    columns = {"user_id": pairs.row, "item_id": pairs.col, "weight": pairs.data, "datetime": pd.Timestamp("2017-12-31")}
    if not features:
        return Dataset.construct(pd.DataFrame(columns))
    told = pd.read_parquet(given.folder / "products.parquet").rename(columns={"product": "id"})
    told = told[told["id"].isin(pairs.col)].melt("id", list(FEATURES), var_name="feature")
    return Dataset.construct(pd.DataFrame(columns), item_features_df=told, cat_item_features=FEATURES)


def lists(model: Foreign, data: Foreign, given: Given, new: bool) -> Ints:
    """By RecTools, then as an array; customers without events get none."""
    known = np.flatnonzero(np.diff(given.train.indptr))
    wanted = given.customers[np.isin(given.customers, known)]
    table = model.recommend(wanted, data, k=DEPTH, filter_viewed=new)
    place = np.full(given.train.shape[0], -1, dtype=np.int64)
    place[given.customers] = np.arange(len(given.customers))
    top = np.full((len(given.customers), DEPTH), -1, dtype=np.int64)
    top[place[table["user_id"].to_numpy()], table["rank"].to_numpy() - 1] = table["item_id"].to_numpy()
    return top
