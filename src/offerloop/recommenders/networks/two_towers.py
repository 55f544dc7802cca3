"""The network of `deep`: towers and head, written so that NumPy and JAX arrays go through the same lines."""

from __future__ import annotations

import numpy as np

from offerloop.recommenders.histories import Codes
from offerloop.recommenders.networks.adam import Array, Batch, Params
from offerloop.recommenders.networks.pairs import TIME_CONSTANTS

_TINY = 1e-9


def start(attributes: Codes, embedding_size: int, hidden_size: int, rng: np.random.Generator) -> Params:
    """Random parameters, float32; the products' vectors are small, so that popularity is the first guess."""
    n, d, h, f = len(attributes), embedding_size, hidden_size, len(TIME_CONSTANTS)
    drawn = {
        "history": (n, d, d),
        "product": (n, d, 100 * d),
        "attribute": (int(attributes.max(initial=0)) + 1, d, 100 * d),
        "tower_history": (d, 2 * d, d),
        "tower_facts": (f, 2 * d, f),
        "tower_out": (2 * d, d, 20 * d),
        "head_customer": (d, h, d),
        "head_product": (d, h, d),
        "head_both": (d, h, d),
        "head_own": (f, h, f),
        "head_out": (h, 1, h),
    }
    fixed = {
        "bias": np.zeros(n),
        "popularity": np.ones(1),
        "decay": np.ones(f),
        "tower_direct": np.eye(d),
        "tower_bias": np.zeros(2 * d),
        "head_bias": np.zeros(h),
        "head_direct": np.ones(f),
    }
    params = {name: rng.normal(0, inverse**-0.5, shape) for name, (*shape, inverse) in drawn.items()} | fixed
    return {name: value.astype(np.float32) for name, value in params.items()}


def customer_tower(params: Params, mean: Array, facts: Array) -> Array:
    """Vectors of customers from the mean of their products' ``history`` embeddings and from how much they buy."""
    hidden = _relu(mean @ params["tower_history"] + facts @ params["tower_facts"] + params["tower_bias"])
    return mean @ params["tower_direct"] + hidden @ params["tower_out"]


def product_tower(params: Params, embeddings: Array, attributes: Array) -> Array:
    """Vectors of products: own embeddings plus those of their attributes."""
    for k in range(attributes.shape[1]):
        embeddings = embeddings + params["attribute"][attributes[:, k]]
    return embeddings


def head(params: Params, customer: Array, product: Array, own: Array) -> Array:
    """What a purchase in the past adds to the dot product of the towers; a row is one customer with one product.

    A layer over [customer; product; customer * product; own] and a direct path from `own`, see `PurchasePairs`.
    """
    both = customer @ params["head_customer"] + product @ params["head_product"]
    hidden = _relu(both + (customer * product) @ params["head_both"] + own @ params["head_own"] + params["head_bias"])
    return (hidden @ params["head_out"])[:, 0] + own @ params["head_direct"]


def history_weights(params: Params, own: Array) -> Array:
    """Weight of each product in the mean over a history, not yet divided by their sum."""
    return own @ params["decay"] ** 2


def loss(params: Params, batch: Batch) -> Array:
    """Softmax loss of the batch; with JAX.

    ``-sum_j t_j / c_j log(e^(s_j) / sum_k e^(s_k) / c_k)`` over the sampled products, t_j an equal share for each
    target, c_j the chance that product j is sampled: both sums estimate those over all products, and the second is the
    usual correction for popularity (logQ).
    """
    import jax
    import jax.numpy as jnp

    row, slot, n_customers = batch["row"], batch["slot"], len(batch["facts"])
    weight = history_weights(params, batch["own"]) * batch["shown"]
    total = jnp.zeros(n_customers).at[row].add(weight, mode="drop")
    embedded = weight[:, None] * params["history"][batch["column"]]
    mean = jnp.zeros((n_customers, embedded.shape[1])).at[row].add(embedded, mode="drop")
    customers = customer_tower(params, mean / jnp.maximum(total, _TINY)[:, None], batch["facts"])
    products = product_tower(params, params["product"][batch["products"]], batch["attributes"])
    scores = customers @ products.T + params["bias"][batch["products"]] + params["popularity"] * batch["popularity"]
    more = head(params, customers.at[row].get(mode="clip"), products.at[slot].get(mode="clip"), batch["own"])
    scores = scores.at[row, slot].add(more, mode="drop")
    log_total = jax.nn.logsumexp(scores - jnp.log(batch["chance"]), axis=1, keepdims=True)
    return (batch["targets"] / batch["chance"] * (log_total - scores)).sum() / n_customers


def _relu(values: Array) -> Array:
    return values * (values > 0)
