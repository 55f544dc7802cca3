"""What another policy would change: for how many customers the offer stays, differs, appears or goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Ints
from offerloop.offers import NOTHING
from offerloop.serving.policy import Policy


@dataclass(frozen=True)
class PolicyDifference:
    """Customers by what one policy gives them and another one gave them; arms are those of each policy's own draw."""

    n_same: int
    """The same offer, or none in both."""
    n_other: int
    """Another offer than before."""
    n_gained: int
    """An offer, and none before."""
    n_lost: int
    """No offer, and one before."""
    n_new: int
    """Customers whom only the new policy knows."""
    n_gone: int
    """Customers whom only the old policy knows."""


def compare_policies(before: Policy, after: Policy) -> PolicyDifference:
    """Count the customers of two policies, who are matched by the hashes of their ids (64 bits)."""
    _, old, new = np.intersect1d(before.hashes, after.hashes, assume_unique=False, return_indices=True)
    numbers: dict[tuple[str, str], int] = {}
    was, now = _numbered(before, numbers)[old], _numbered(after, numbers)[new]
    had, has = was != NOTHING, now != NOTHING
    return PolicyDifference(
        n_same=int((was == now).sum()),
        n_other=int((had & has & (was != now)).sum()),
        n_gained=int((has & ~had).sum()),
        n_lost=int((had & ~has).sum()),
        n_new=len(after.hashes) - len(new),
        n_gone=len(before.hashes) - len(old),
    )


def _numbered(policy: Policy, numbers: dict[tuple[str, str], int]) -> Ints:
    """Return the number of each customer's offer by campaign and id, the same in all policies; NOTHING for none."""
    places = [numbers.setdefault((one.campaign_id, one.offer_id), len(numbers)) for one in policy.offers]
    return np.array([*places, NOTHING], dtype=np.int64)[policy.offer]
