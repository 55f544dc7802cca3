"""Ours: the solver that the plan of a campaign comes from, with no setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from peers.allocation.given import Answer, Given

if TYPE_CHECKING:
    from offerloop.allocation import Problem

NAMES = {"solve": "offerloop"}
ENVIRONMENT = ""
COLUMN = "seg"


def build(given: Given, _: str) -> Problem:
    """Blocks that are views of the arrays."""
    from offerloop.allocation import COST, Block, Limit, Problem

    limits = tuple(
        Limit(one.name, one.at_most, one.measure, one.offers)
        if one.segments is None
        else Limit(one.name, one.at_most, one.measure, one.offers, COLUMN, one.segments)
        for one in given.limits
    )
    ids = np.arange(len(given.profit))
    block = Block(ids, given.profit, {COST: given.cost}, None, {COLUMN: given.segment})
    return Problem(block.pieces(), block.width, limits)


def solve(model: Any, _: str, __: float) -> Answer:  # noqa: ANN401 - a model is whatever `build` made
    """The plan; it needs no time limit."""
    from offerloop.allocation import solve as plan

    found = plan(model)
    return Answer(True, found.choice[:, 0].astype(np.int64), None, np.array(found.prices), found.bound)
