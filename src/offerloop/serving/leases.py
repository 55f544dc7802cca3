"""Shares of budgets that one worker holds: taken in blocks from the database, spent in memory.

A block that a crashed worker held counts as spent, so that no crash can exceed a budget; an orderly stop gives it back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Lock, Thread

from offerloop.errors import OfferloopError
from offerloop.store import Database, open_budgets, return_lease, take_lease

_LOG = logging.getLogger(__name__)
BLOCKS = 64
"""Parts of a campaign's remaining budget that workers take at a time."""
LEASE_SECONDS = 86_400
AGAIN_SECONDS = 5.0
"""How long nothing is asked of a budget of which nothing was left."""
WAIT_SECONDS = 2.0
"""How long the database may take to lease a block."""


@dataclass
class _Block:
    lease_id: str
    amount_minor: int
    used_minor: int = 0

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.used_minor


@dataclass
class Leases:
    """The blocks of one worker for one policy."""

    database: Database
    version: str
    left_minor: Mapping[str, int]
    _blocks: dict[str, list[_Block]] = field(default_factory=dict)
    _asking: set[str] = field(default_factory=set)
    _again_at: dict[str, float] = field(default_factory=dict)
    _gate: Lock = field(default_factory=Lock)
    _closed: bool = False

    def open(self, least_minor: Mapping[str, int]) -> None:
        """Enter the budgets, and take a first block of each campaign that needs `least_minor` for an offer."""
        self.database.change(lambda one: open_budgets(one, self.version, self.left_minor), WAIT_SECONDS)
        for campaign_id, minor in least_minor.items():
            self._fetch(campaign_id, minor)

    def take(self, campaign_id: str, minor: int) -> bool:
        """Spend an amount of what is held, without waiting. Where little is left of it, a further block is fetched."""
        with self._gate:
            if self._closed:
                return False
            blocks = self._blocks.setdefault(campaign_id, [])
            block = next((one for one in blocks if one.left_minor >= minor), None)
            if block is not None:
                block.used_minor += minor
            if sum(one.left_minor for one in blocks) < max(minor, self._block_minor(campaign_id) // 2):
                self._ask(campaign_id, minor)
        return block is not None

    def _block_minor(self, campaign_id: str) -> int:
        return self.left_minor.get(campaign_id, 0) // BLOCKS

    def _ask(self, campaign_id: str, minor: int) -> None:
        """Fetch a block beside the requests, unless one is being fetched or none was left a moment ago."""
        if campaign_id not in self._asking and time.monotonic() >= self._again_at.get(campaign_id, 0.0):
            self._asking.add(campaign_id)
            Thread(target=self._fetch, args=(campaign_id, minor), daemon=True).start()

    def _fetch(self, campaign_id: str, minor: int) -> None:
        block = max(minor, self._block_minor(campaign_id))
        try:
            taken = self.database.change(
                lambda one: take_lease(one, self.version, campaign_id, block, minor, LEASE_SECONDS), WAIT_SECONDS
            )
        except OfferloopError as error:
            _LOG.warning("no lease of a budget: %s", error)
            taken = None
        with self._gate:
            self._asking.discard(campaign_id)
            if taken is None:
                self._again_at[campaign_id] = time.monotonic() + AGAIN_SECONDS
            else:
                self._blocks.setdefault(campaign_id, []).append(_Block(*taken))
            was_late = self._closed
        if was_late:
            self.close()

    def close(self) -> None:
        """Give back what was not spent. Nothing can be taken afterwards."""
        with self._gate:
            self._closed = True
            blocks = [one for held in self._blocks.values() for one in held]
            self._blocks.clear()
        for one in blocks:
            self.database.change(partial(return_lease, lease_id=one.lease_id, used_minor=one.used_minor))
