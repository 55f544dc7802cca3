"""Learns from all baskets and descriptions which products are related."""

from __future__ import annotations

import numpy as np

from offerloop.recommenders.histories import positions
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.item2vec import Item2Vec
from offerloop.recommenders.models.terms import term_vectors
from offerloop.recommenders.serving.relations import CustomerBaskets, Descriptions, ProductRelations

_SHOWN = ("category", "subcategory", "brand", "text")


def learn_relations(interactions: Interactions, model: Item2Vec | None = None) -> ProductRelations:
    """Fit `model`, by default `Item2Vec()`, and keep what relations need of it, of the baskets and of descriptions."""
    fitted = (model or Item2Vec()).fit(interactions)
    products = interactions.context.all_products(interactions.products)
    listed = interactions.context.described(products)
    terms = term_vectors(listed)
    return ProductRelations(
        listed=listed.select("product_id", *(name for name in _SHOWN if name in listed.columns)),
        sold=positions(products, interactions.products),
        vectors=fitted.vectors,
        baskets=_baskets(interactions),
        descriptions=Descriptions(terms.indptr.astype(np.int64), terms.indices.astype(np.int32), terms.data),
    )


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
