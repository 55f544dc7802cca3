"""Products that hardly anybody has bought yet: they borrow the affinity of products that are described alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from scipy import sparse

from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import Codes, Csr, Ids, as_ids
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.terms import term_vectors

_CELLS = 2**24
"""Cosines that are held at a time."""


@dataclass(frozen=True)
class NewProducts:
    """Products of the list without enough buyers, and the sold ones that each is most like by its description."""

    products: Ids
    """The ids of the new products, sorted."""
    nearest: Codes
    """The sold product that each is most like, a column of the interactions."""
    cosines: Csr
    """New x sold products: of each new one's neighbours."""
    neighbours: int
    """The number of neighbours of each new product, also those that share no term with it."""

    @classmethod
    def of(cls, interactions: Interactions, wanted: pl.Series, neighbours: int = 10) -> Self:
        """Take those of the product_ids `wanted` that are listed, are not sold and share a term with a sold product.

        Likeness is the cosine of `term_vectors` over all listed products; the `neighbours` most alike count.
        """
        listed = interactions.context.products
        table = pl.DataFrame({"product_id": wanted.clear()}) if listed is None else listed
        table = table.unique("product_id").sort("product_id")
        ids, column = as_ids(table["product_id"]), interactions.product_codes(as_ids(table["product_id"]))
        fresh = np.flatnonzero((column < 0) & table["product_id"].is_in(wanted.implode()).to_numpy())
        if not len(fresh):
            nobody = np.empty(0, dtype=np.int64)
            return cls(interactions.products[:0], nobody, sparse.csr_matrix((0, interactions.n_products)), 1)
        vectors, sold = term_vectors(table), np.flatnonzero(column >= 0)
        height = max(_CELLS // max(len(sold), 1), 1)
        blocks = [fresh[at : at + height] for at in range(0, len(fresh), height)]
        likeness = sparse.vstack([_nearest(vectors[at], vectors[sold], neighbours) for at in blocks]).tocsr()
        alike = np.flatnonzero(likeness.getnnz(axis=1))
        ones = np.ones(len(sold), dtype=np.float32)
        spread = sparse.csr_matrix((ones, (np.arange(len(sold)), column[sold])), (len(sold), interactions.n_products))
        cosines = (likeness[alike] @ spread).tocsr()
        nearest = np.asarray(cosines.argmax(axis=1)).ravel()
        return cls(ids[fresh[alike]], nearest, cosines, min(neighbours, len(sold)))

    def scores(self, sold: Scores) -> Scores:
        """Affinities, customers x new products, from those of all sold ones.

        ``lowest + sum over neighbours of cosine / neighbours * (affinity - lowest)``: never above the affinity of the
        neighbours, and the less alike they are the lower.
        """
        lowest = sold.min(axis=1, keepdims=True)
        borrowed: Scores = (self.cosines @ (sold - lowest).T).T / self.neighbours + lowest
        return borrowed.astype(np.float32)


def _nearest(new: Csr, sold: Csr, neighbours: int) -> Csr:
    """Cosines of the most alike, new x sold."""
    cosines = (new @ sold.T).toarray()
    near = min(neighbours, cosines.shape[1])
    at = np.argpartition(-cosines, near - 1, axis=1)[:, :near]
    row = np.repeat(np.arange(len(cosines)), near)
    value = np.take_along_axis(cosines, at, axis=1).ravel()
    return sparse.csr_matrix((value[value > 0], (row[value > 0], at.ravel()[value > 0])), cosines.shape)
