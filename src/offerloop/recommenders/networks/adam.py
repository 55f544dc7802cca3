"""Minimising a loss over batches with JAX and optax, which come with the extra ``deep``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from offerloop.errors import ConfigError
from offerloop.message import Message

Array = Any
"""A NumPy or JAX array."""
Params = dict[str, Array]
Batch = Mapping[str, Array]
Loss = Callable[[Params, Batch], Array]


def minimise(
    loss: Loss, params: Params, batches: Iterable[Batch], n_batches: int, learning_rate: float, reg: float
) -> Params:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019), one step a batch; NumPy float32 in and out.

    The decay `reg` leaves vectors alone, which are biases and weights of a single feature. The rate falls to zero along
    half a cosine. Raises ConfigError when JAX is not installed. `loss` is compiled once for each shape of batch
    and kept, so it should be a function of a module.
    """
    optimiser, step = _compiled(loss)
    state = optimiser.init(params)
    for number, batch in enumerate(batches):
        rate = learning_rate * (1 + np.cos(np.pi * number / n_batches)) / 2
        params, state = step(params, state, batch, np.float32(rate), np.float32(reg))
    return {name: np.array(value) for name, value in params.items()}


@cache
def _compiled(loss: Loss) -> tuple[Any, Callable[..., Any]]:
    try:
        import jax
        import optax
    except ImportError:
        raise ConfigError(
            Message(
                "the recommenders deep and one_layer need JAX and optax; install them with: pip install "
                "'offerloop[deep]'"
            )
        ) from None
    optimiser = optax.scale_by_adam()

    def step(params: Params, state: Any, batch: Batch, rate: Array, reg: Array) -> tuple[Params, Any]:  # noqa: ANN401
        gradient = jax.grad(loss)(params, batch)
        moves, state = optimiser.update(gradient, state, params)
        shrunk = {name: value if value.ndim == 1 else value * (1 - rate * reg) for name, value in params.items()}
        return {name: value - rate * moves[name] for name, value in shrunk.items()}, state

    return optimiser, jax.jit(step)
