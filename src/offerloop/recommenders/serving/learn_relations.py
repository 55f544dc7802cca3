"""Learns from all baskets and descriptions which products are related."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.recommenders.histories import as_ids, positions
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.item2vec import Item2Vec
from offerloop.recommenders.models.terms import term_vectors
from offerloop.recommenders.serving.relations import CustomerBaskets, Descriptions, ProductRelations

_SHOWN = ("category", "subcategory", "brand", "text")


def learn_relations(interactions: Interactions, model: Item2Vec | None = None) -> ProductRelations:
    """Fit `model`, by default `Item2Vec()`, and keep what relations need of it, of the baskets and of descriptions."""
    fitted = (model or Item2Vec()).fit(interactions)
    listed = _listed(interactions)
    terms = term_vectors(listed)
    return ProductRelations(
        listed=listed.select("product_id", *(name for name in _SHOWN if name in listed.columns)),
        sold=positions(as_ids(listed["product_id"]), interactions.products),
        vectors=fitted.vectors,
        baskets=_baskets(interactions),
        descriptions=Descriptions(terms.indptr.astype(np.int64), terms.indices.astype(np.int32), terms.data),
    )


def _listed(interactions: Interactions) -> pl.DataFrame:
    """Every product that is listed or sold, sorted by id, with what the list says of it."""
    sold, context = pl.DataFrame({"product_id": interactions.products}), interactions.context.products
    if context is None:
        return sold
    ids = pl.concat([sold, context.select("product_id").cast(sold.schema)]).unique().sort("product_id")
    return ids.join(context.unique("product_id"), on="product_id", how="left", maintain_order="left")


def _baskets(interactions: Interactions) -> CustomerBaskets:
    span = int(interactions.age_days.max()) + 1
    basket, of_line = np.unique(interactions.rows * span + interactions.age_days, return_inverse=True)
    order = np.argsort(of_line, kind="stable")
    return CustomerBaskets(
        products=interactions.columns[order].astype(np.int32),
        baskets=of_line[order].astype(np.int32),
        customers=(basket // span).astype(np.int32),
        n_products=interactions.n_products,
    )
