"""What will be bought next, by a network that reads the history: two towers and a ranking head."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse

from offerloop.errors import SourceError
from offerloop.message import Message
from offerloop.recommenders.base import RECENT_DAYS, HistoryRecommender, Scores
from offerloop.recommenders.histories import Codes, Histories
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.networks.adam import Params, minimise
from offerloop.recommenders.networks.batches import Batches
from offerloop.recommenders.networks.next_period_labels import next_period_labels
from offerloop.recommenders.networks.pairs import PurchasePairs, attributes
from offerloop.recommenders.networks.two_towers import customer_tower, head, history_weights, loss, product_tower, start

_N_WINDOWS = 8


class Deep(HistoryRecommender):
    """Affinity = customer . product + bias + weight * log(1 + recent buyers) + head, where something was bought before.

    The product's vector is an embedding plus those of category, subcategory and brand, where the context has them. The
    customer's is a network with one hidden layer over the decayed mean of embeddings of the products bought. The head
    is a small network over both vectors, their product and how often and how lately the customer bought the product; it
    is evaluated only for these pairs, so that scores of all products cost little more than one matrix product.

    Learned is what followed: each of the last 8 windows of 28 days shall be foretold from what was known before it, by
    sampled softmax (see `loss` in two_towers.py). `candidates` is the number of products drawn for a batch. Fitting
    needs the extra ``deep``, scoring does not. The same seed gives the same answer on the same machine.
    """

    name: ClassVar[str] = "deep"

    def __init__(
        self,
        *,
        embedding_size: int = 64,
        hidden_size: int = 32,
        epochs: int = 5,
        learning_rate: float = 5e-3,
        reg: float = 0.5,
        dropout: float = 0.5,
        batch_size: int = 128,
        candidates: int = 2048,
        max_examples: int = 20_000,
        rng: int = 0,
    ) -> None:
        self.embedding_size = embedding_size
        self.hidden_size = hidden_size
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.reg = reg
        self.dropout = dropout
        self.batch_size = batch_size
        self.candidates = candidates
        self.max_examples = max_examples
        self.rng = rng

    def save(self, folder: Path) -> None:
        """Write deep.npz and deep.json: what was learned of products, nothing of customers."""
        folder.mkdir(parents=True, exist_ok=True)
        learned: dict[str, Any] = {f"param_{name}": value for name, value in self._params.items()}
        kept: dict[str, Any] = {"products": self.interactions.products, "attributes": self._attributes}
        np.savez(folder / "deep.npz", **learned, **kept)
        (folder / "deep.json").write_text(json.dumps(self._options(), indent=2), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, interactions: Interactions) -> Self:
        """A saved model with the histories and the popularity of `interactions`, which may be later ones.

        Raises SourceError when their products are not those of the fit.
        """
        model = cls(**json.loads((folder / "deep.json").read_text(encoding="utf-8")))
        with np.load(folder / "deep.npz", allow_pickle=False) as kept:
            if not np.array_equal(kept["products"], interactions.products):
                raise SourceError(
                    Message(
                        "{file} was fitted on {n_products} products and the interactions have other ones "
                        "({n_others}); fit again",
                        file=str(folder / "deep.npz"),
                        n_products=len(kept["products"]),
                        n_others=len(interactions.products),
                    )
                )
            params = {name.removeprefix("param_"): kept[name] for name in kept.files if name.startswith("param_")}
            model._attributes = kept["attributes"]
        model._know(interactions)
        model._use(params)
        return model

    def _options(self) -> dict[str, float]:
        return {
            name: value
            for name, value in vars(self).items()
            if not name.startswith("_") and isinstance(value, int | float)
        }

    def _learn(self, interactions: Interactions) -> None:
        rng = np.random.default_rng(self.rng)
        self._attributes: Codes = attributes(interactions)
        labels = next_period_labels(
            interactions,
            window_days=RECENT_DAYS,
            n_windows=_N_WINDOWS,
            max_examples=self.max_examples,
            rng=rng,
        )
        batches = Batches(
            labels,
            self._attributes,
            batch_size=self.batch_size,
            candidates=self.candidates,
            dropout=self.dropout,
            rng=rng,
        )
        params = start(self._attributes, self.embedding_size, self.hidden_size, rng)
        n_batches = self.epochs * len(batches)
        self._use(minimise(loss, params, batches.epochs(self.epochs), n_batches, self.learning_rate, self.reg))

    def _use(self, params: Params) -> None:
        """What does not depend on the customer is computed once."""
        self._params = params
        self._vectors: Scores = product_tower(params, params["product"], self._attributes)
        buyers = self.interactions.counts(RECENT_DAYS).getnnz(axis=0).astype(np.float32)
        self._offsets: Scores = params["bias"] + params["popularity"] * np.log1p(buyers)

    def _score(self, histories: Histories) -> Scores:
        pairs = PurchasePairs.of(histories)
        row, column = pairs.rows, pairs.columns
        customers = self.vectors(histories, pairs)
        scores: Scores = customers @ self._vectors.T + self._offsets
        scores[row, column] += head(self._params, customers[row], self._vectors[column], pairs.own)
        return scores

    def vectors(self, histories: Histories, pairs: PurchasePairs) -> Scores:
        """Vectors of customers, shape (customers, embedding_size)."""
        weight = history_weights(self._params, pairs.own)
        total = np.bincount(pairs.rows, weight, len(histories.customers))
        share = (weight / np.maximum(total, 1e-9)[pairs.rows]).astype(np.float32)
        shares = sparse.csr_matrix((share, pairs.columns, pairs.starts), shape=histories.shape)
        vectors: Scores = customer_tower(self._params, shares @ self._params["history"], pairs.facts)
        return vectors
