"""What customers rate highly: matrix factorisation of explicit ratings by gradient descent, as in the article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Codes, Csr, Histories
from offerloop.recommenders.interactions import Interactions

Floats = NDArray[np.floating]
_PAIRS = 200_000
"""Ratings whose factors are gathered at a time."""


class MFSGD(HistoryRecommender):
    """Affinity = predicted rating = dot product of the customer's and the product's factors.

    With ratings ``r_ui``, factors ``q_u`` of customers and ``p_i`` of products, and ``delta_ui = r_ui - q_u . p_i``::

        J        = sum_ui delta_ui^2 / 2 + reg/2 (sum_u |q_u|^2 + sum_i |p_i|^2)
        dJ/dq_u  = -sum_i delta_ui p_i + reg q_u
        q_u     <- q_u - alpha_u dJ/dq_u = q_u + alpha_u (sum_i delta_ui p_i - reg q_u)

    and the same for ``p_i`` with the roles exchanged. The article prints dJ/dq_u without the minus; with its update
    that would climb. The step is ``alpha_u = learning_rate * a``, where ``a`` is the one that minimises J along the
    gradient of this row (J is a parabola there, so it has a formula): for any rate below 2 no step raises J, whatever
    the scale of the ratings. An epoch moves all customers, then all products.

    With `biases` the prediction is ``mu + b_u + b_i + q_u . p_i``, mu the mean rating (Koren, Bell and Volinsky 2009),
    and `reg` shrinks the biases too. Without ratings in the interactions that of a pair is ``log(1 + purchase days)``.
    A customer's factors are found by the same descent from zero on the own ratings alone, the products' kept; who
    has rated nothing gets what most people buy.
    """

    name: ClassVar[str] = "mf_sgd"

    def __init__(
        self,
        *,
        embedding_size: int = 32,
        epochs: int = 30,
        learning_rate: float = 1.0,
        reg: float = 10.0,
        biases: bool = False,
        rng: int = 0,
    ) -> None:
        self.embedding_size = embedding_size
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.reg = reg
        self.biases = biases
        self.rng = rng

    def _learn(self, interactions: Interactions) -> None:
        self._has_ratings = len(interactions.rated[2]) > 0
        ratings = self._ratings(interactions)
        self.mean = float(ratings.data.mean()) if self.biases else 0.0
        rng = np.random.default_rng(self.rng)
        shapes = [(count, self.embedding_size) for count in ratings.shape]
        drawn = [rng.normal(0, self.embedding_size**-0.5, shape) for shape in shapes]
        customers, self.products = (self._with_biases(factors, side) for side, factors in enumerate(drawn))
        self.products[ratings.getnnz(axis=0) == 0, : self.embedding_size] = 0  # nothing would ever move them
        errors = Errors.of(ratings, self.mean, customers, self.products)
        self.losses: list[float] = []
        """J after each epoch of the last fit."""
        for _ in range(self.epochs):
            self._descend(errors, customers, self.products, side=0)
            self._descend(errors.turned(), self.products, customers, side=1)
            self.losses.append(loss(errors, customers, self.products, self.reg))

    def _score(self, histories: Histories) -> Scores:
        ratings = self._ratings(histories)
        scores: Scores = self.mean + self._fold_in(ratings) @ self.products.T
        scores[ratings.getnnz(axis=1) == 0] = self.popular
        return scores

    def _ratings(self, histories: Histories) -> Csr:
        """Customers x products; as soon as there are ratings, what is bought but not rated is absent."""
        return histories.ratings() if self._has_ratings else histories.counts().log1p()

    def _with_biases(self, factors: Floats, side: int) -> Scores:
        """Factors of customers (side 0) or products (side 1), and with biases two more columns.

        These are b_u and 1 for customers, 1 and b_i for products; biases start at zero.
        """
        own = np.zeros((len(factors), 2 * self.biases))
        own[:, 1 - side : 2 - side] = 1
        return np.hstack([factors, own]).astype(np.float32)

    def _fold_in(self, ratings: Csr) -> Scores:
        """Factors of customers from their own ratings, starting from zero."""
        customers = self._with_biases(np.zeros((ratings.shape[0], self.embedding_size)), 0)
        errors = Errors.of(ratings, self.mean, customers, self.products)
        for _ in range(self.epochs):
            self._descend(errors, customers, self.products, side=0)
        return customers

    def _descend(self, errors: Errors, own: Scores, other: Scores, side: int) -> None:
        """One step of each row of `own`, in place, and the errors that are left; the 1 of a bias stays."""
        slope = gradient(errors, own, other, self.reg)
        if self.biases:
            slope[:, self.embedding_size + 1 - side] = 0
        change = errors.products(slope, other)
        bend = np.bincount(errors.rows, change**2, len(own)) + self.reg * (slope**2).sum(axis=1)
        length = self.learning_rate * (slope**2).sum(axis=1) / np.maximum(bend, np.finfo(np.float32).tiny)
        step = length.astype(own.dtype)
        own -= step[:, None] * slope
        errors.delta[:] += step[errors.rows] * change


@dataclass(frozen=True)
class Errors:
    """What the factors leave unexplained of each rating."""

    delta: Floats
    """r - r_hat."""
    rows: Codes
    columns: Codes
    matrix: Csr
    """The same `delta` as a matrix: memory is shared, so that a change of one is a change of the other."""

    @classmethod
    def of(cls, ratings: Csr, mean: float, customers: Floats, products: Floats) -> Self:
        """Return the errors of customers x products."""
        rows = np.repeat(np.arange(ratings.shape[0]), np.diff(ratings.indptr))
        errors = cls((ratings.data - mean).astype(customers.dtype), rows, ratings.indices, ratings)
        errors.delta[:] -= errors.products(customers, products)
        shared = sparse.csr_matrix((errors.delta, ratings.indices, ratings.indptr), shape=ratings.shape)
        return cls(shared.data, rows, ratings.indices, shared)

    def turned(self) -> Self:
        """Return the same matrix with products as rows and customers as columns."""
        return type(self)(self.delta, self.columns, self.rows, self.matrix.T)

    def products(self, own: Floats, other: Floats) -> Floats:
        """The dot product of both rows for each rating."""
        parts = range(0, len(self.rows), _PAIRS)
        places = ((self.rows[at : at + _PAIRS], self.columns[at : at + _PAIRS]) for at in parts)
        return np.concatenate(
            [np.einsum("nk,nk->n", own[row], other[column]) for row, column in places] or [self.delta]
        )


def loss(errors: Errors, customers: Floats, products: Floats, reg: float) -> float:
    """J; with biases it counts the columns of ones too, which are constant."""
    squares = ((customers**2).sum(), (products**2).sum())
    return float((errors.delta**2).sum() / 2 + reg / 2 * sum(squares))


def gradient(errors: Errors, own: Floats, other: Floats, reg: float) -> Floats:
    """dJ/d own, shape of `own`: minus the errors times the other side's factors."""
    slope: Floats = reg * own - errors.matrix @ other
    return slope
