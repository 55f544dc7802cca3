"""Who gets what, by what a system says of effects or by what our model selection decides."""

from __future__ import annotations

from typing import Any

import numpy as np

from offerloop.response.trial.crossfit import Calibration
from peers.response.given import Floats


def plan(facts: dict[str, Any], effects: Floats, costs: Floats | None = None) -> Floats:
    """(n, K): probability of each offer, from effects on value and on cost (n, K - 1).

    Without a decision among the facts it is the offer of most predicted profit; with one, what it says: that offer of
    effects drawn towards what was realised, or the same for everybody.
    """
    if not facts:
        return _best(_with_nothing(effects) - (0.0 if costs is None else _with_nothing(costs)))
    if facts["verdict"] != "targeted":
        given = facts["offer"] if facts["verdict"] == "everyone" else 0
        return np.tile(np.eye(effects.shape[1] + 1)[given], (len(effects), 1))
    drawn = _drawn(facts["line"], effects)
    return _best(drawn if costs is None else drawn - _drawn(facts["cost_line"], costs))


def _drawn(line: dict[str, list[float]], effects: Floats) -> Floats:
    """Use the calibration of the model selection."""
    parts = {name: np.array(values) for name, values in line.items()}
    unknown = np.zeros(effects.shape[1] + 1)
    return Calibration(**parts, level_se=unknown, slope_se=unknown).applied(_with_nothing(effects))


def _with_nothing(effects: Floats) -> Floats:
    return np.column_stack([np.zeros(len(effects)), effects.astype(np.float64)])


def _best(profit: Floats) -> Floats:
    return np.eye(profit.shape[1])[profit.argmax(axis=1)]
