"""Products as words, baskets as sentences: products that are bought in similar baskets have similar vectors."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from offerloop.errors import ConfigError
from offerloop.message import Message
from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Histories
from offerloop.recommenders.interactions import Interactions


class Item2Vec(HistoryRecommender):
    """Affinity = cosine of a product's vector and the customer's mean one (Barkan and Koenigstein 2016).

    Word2Vec (skip-gram with negative sampling, of the library gensim) over baskets, which are a customer's purchases
    of one day: each product has an input vector v and an output vector w, and ``sigma(v_i . w_j)`` is the probability
    that j lies in a basket with i. Products with similar v are bought among the same others.
    The customer's mean weighs a purchase day by ``exp(-age / time_constant_days)``. Products of more than ten times
    an equal share of purchases are thinned out. In a basket products stand in random order. One thread: more would
    change the answer from run to run.
    """

    name: ClassVar[str] = "item2vec"

    def __init__(
        self,
        *,
        embedding_size: int = 48,
        epochs: int = 5,
        negatives: int = 10,
        window: int = 10,
        time_constant_days: float = 60.0,
        rng: int = 0,
    ) -> None:
        self.embedding_size = embedding_size
        self.epochs = epochs
        self.negatives = negatives
        self.window = window
        self.time_constant_days = time_constant_days
        self.rng = rng

    def _learn(self, interactions: Interactions) -> None:
        n = interactions.n_products
        model = _word2vec()(
            sentences=_baskets(interactions, np.random.default_rng(self.rng)),
            vector_size=self.embedding_size,
            window=self.window,
            min_count=1,
            sg=1,
            negative=self.negatives,
            sample=10 / n if n > 10 else 0,  # the library takes 1 or more as a number of purchases
            ns_exponent=0.5,
            epochs=self.epochs,
            seed=self.rng,
            workers=1,
        )
        order = [model.wv.key_to_index[str(code)] for code in range(n)]
        self.vectors: Scores = _unit(model.wv.vectors[order])
        """Input vectors of length one, products x embedding_size."""

    def _score(self, histories: Histories) -> Scores:
        scores: Scores = _unit(histories.decayed(self.time_constant_days) @ self.vectors) @ self.vectors.T
        return scores


def _baskets(interactions: Interactions, draw: np.random.Generator) -> list[list[str]]:
    """Products of each customer and day, by codes."""
    order = np.lexsort((draw.random(len(interactions.rows)), -interactions.age_days, interactions.rows))
    row, age = interactions.rows[order], interactions.age_days[order]
    starts = np.flatnonzero((np.diff(row) != 0) | (np.diff(age) != 0)) + 1
    return [basket.astype(str).tolist() for basket in np.split(interactions.columns[order], starts)]


def _unit(vectors: Scores) -> Scores:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _word2vec() -> Any:  # noqa: ANN401 - gensim has no types
    """The library's class; ConfigError when it is not installed."""
    try:
        from gensim.models import Word2Vec
    except ModuleNotFoundError:
        raise ConfigError(
            Message("item2vec needs gensim; install it with: pip install 'offerloop[item2vec]'")
        ) from None
    return Word2Vec
