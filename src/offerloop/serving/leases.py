"""Shares of budgets that one worker holds: taken in blocks from the database, spent in memory.

A worker spends no more of a block than it has declared to the database, a part of it at a time. When it is gone, the
block expires: what was declared counts as spent, so that no crash can exceed a budget, and the rest goes back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Lock, Thread

from offerloop.errors import OfferloopError
from offerloop.store import Database, declare, open_budgets, return_lease, take_lease

_LOG = logging.getLogger(__name__)
BLOCKS = 64
"""Parts of a campaign's remaining budget that workers take at a time."""
PARTS = 8
"""Parts of a block that are declared at a time."""
LEASE_SECONDS = 60
"""How long a worker that says nothing holds its blocks."""
RENEW_SECONDS = 10.0
"""Seconds between two signs of life."""
AGAIN_SECONDS = 5.0
"""Seconds until a budget that had nothing left is asked again."""
MOST_PAID = 100_000
"""Offers of customers that are remembered as paid; beyond them the oldest are forgotten."""
WAIT_SECONDS = 2.0
"""How long the database may take to lease a block."""


@dataclass
class _LeasedBlock:
    lease_id: str
    amount_minor: int
    declared_minor: int
    used_minor: int = 0

    @property
    def ready_minor(self) -> int:
        """What may be spent at once."""
        return self.declared_minor - self.used_minor

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.used_minor

    def wanted_minor(self, minor: int) -> int:
        """Return what to declare so that a part of the block, or an amount, may be spent."""
        return min(
            self.amount_minor, max(self.declared_minor, self.used_minor + max(minor, self.amount_minor // PARTS))
        )


@dataclass
class Leases:
    """The blocks of one worker for one policy."""

    database: Database
    version: str
    left_minor: Mapping[str, int]
    n_held: Mapping[str, int] = field(default_factory=dict)
    """Customers for whom the plan holds an offer, by campaign."""
    cheapest_minor: Mapping[str, int] = field(default_factory=dict)
    """What the cheapest offer that newcomers get of each campaign can cost; a budget is exhausted when less is left."""
    _blocks: dict[str, list[_LeasedBlock]] = field(default_factory=dict)
    _paid: dict[tuple[str, str, str], None] = field(default_factory=dict)
    _asking: set[str] = field(default_factory=set)
    _again_at: dict[str, float] = field(default_factory=dict)
    _renewed_at: float = 0.0
    _gate: Lock = field(default_factory=Lock)
    _closed: bool = False

    def open(self, least_minor: Mapping[str, int]) -> None:
        """Enter the budgets, and take a first block of each campaign that needs `least_minor` for an offer."""
        self.database.change(lambda one: open_budgets(one, self.version, self.left_minor, self.n_held), WAIT_SECONDS)
        for campaign_id, minor in least_minor.items():
            self._fetch(campaign_id, minor)

    def take_once(self, customer_id: str, campaign_id: str, offer_id: str, minor: int) -> bool:
        """Spend an amount for a customer's offer as `take` does, unless this worker has done so: a customer who asks
        again costs nothing more, as in the plan."""
        offer = (customer_id, campaign_id, offer_id)
        if offer not in self._paid:
            if not self.take(campaign_id, minor):
                return False
            self._paid[offer] = None
            if len(self._paid) > MOST_PAID:
                del self._paid[next(iter(self._paid))]
        return True

    def take(self, campaign_id: str, minor: int) -> bool:
        """Spend an amount of what is declared, without waiting. Where little of it is left, more is declared or leased
        beside the requests."""
        with self._gate:
            if self._closed:
                return False
            blocks = self._blocks.setdefault(campaign_id, [])
            block = next((one for one in blocks if one.ready_minor >= minor), None)
            if block is not None:
                block.used_minor += minor
            ready = sum(one.ready_minor for one in blocks)
            if ready < max(minor, self._block_minor(campaign_id) // (2 * PARTS)):
                self._ask(campaign_id, minor)
        return block is not None

    def renew(self) -> None:
        """Say that this worker is alive; called again and again."""
        if time.monotonic() - self._renewed_at >= RENEW_SECONDS:
            self._renewed_at = time.monotonic()
            self._declare({})

    def _block_minor(self, campaign_id: str) -> int:
        return self.left_minor.get(campaign_id, 0) // BLOCKS

    def _ask(self, campaign_id: str, minor: int) -> None:
        """Get more beside the requests, unless that is under way or none was left a moment ago."""
        if campaign_id not in self._asking and time.monotonic() >= self._again_at.get(campaign_id, 0.0):
            self._asking.add(campaign_id)
            Thread(target=self._fetch, args=(campaign_id, minor), daemon=True).start()

    def _fetch(self, campaign_id: str, minor: int) -> None:
        """Declare more of a block that is held, or lease a further one."""
        with self._gate:
            block = next((one for one in self._blocks.get(campaign_id, ()) if one.left_minor >= minor), None)
            wants_more = block is not None and block.ready_minor < max(minor, block.amount_minor // (2 * PARTS))
        try:
            if block is not None and wants_more and self._declare({block.lease_id: minor}):
                taken: _LeasedBlock | None = None
            else:
                taken = self._lease(campaign_id, minor)
                if taken is None:
                    self._again_at[campaign_id] = time.monotonic() + AGAIN_SECONDS
        except OfferloopError as error:
            _LOG.warning("no lease of a budget: %s", error)
            taken, self._again_at[campaign_id] = None, time.monotonic() + AGAIN_SECONDS
        with self._gate:
            self._asking.discard(campaign_id)
            if taken is not None:
                self._blocks.setdefault(campaign_id, []).append(taken)
            was_late = self._closed
        if was_late:
            self.close()

    def _lease(self, campaign_id: str, minor: int) -> _LeasedBlock | None:
        size = max(minor, self._block_minor(campaign_id))
        declared = max(minor, size // PARTS)
        ask = partial(
            take_lease, version=self.version, campaign_id=campaign_id, block_minor=size, least_minor=minor,
            seconds=LEASE_SECONDS, declared_minor=declared, cheapest_minor=self.cheapest_minor.get(campaign_id),
        )  # fmt: skip
        taken = self.database.change(ask, WAIT_SECONDS)
        return None if taken is None else _LeasedBlock(*taken, declared_minor=min(declared, taken[1]))

    def _declare(self, least_minor: Mapping[str, int]) -> bool:
        """Renew all blocks, and let an amount be spent of some; say whether those are still held.

        A block that expired before is given up.
        """
        with self._gate:
            blocks = {one.lease_id: one for held in self._blocks.values() for one in held}
            wanted = {name: block.wanted_minor(least_minor[name]) if name in least_minor else block.declared_minor
                      for name, block in blocks.items()}  # fmt: skip
            spent = {name: block.used_minor for name, block in blocks.items()}
        if not wanted:
            return False
        say = partial(declare, declared_minor=wanted, spent_minor=spent, seconds=LEASE_SECONDS)
        held = self.database.change(say, WAIT_SECONDS)
        with self._gate:
            for name in held:  # another thread may have declared more meanwhile
                blocks[name].declared_minor = max(blocks[name].declared_minor, wanted[name])
            for campaign_id, its in self._blocks.items():
                self._blocks[campaign_id] = [
                    lease for lease in its if lease.lease_id in held or lease.lease_id not in wanted
                ]  # fmt: skip
        return held.issuperset(least_minor)

    def close(self) -> None:
        """Give back what was not spent, unless the database is away. Nothing can be taken afterwards."""
        with self._gate:
            self._closed = True
            blocks = [one for held in self._blocks.values() for one in held]
            self._blocks.clear()
        try:
            for block in blocks:
                back = partial(return_lease, lease_id=block.lease_id, used_minor=block.used_minor)
                self.database.change(back, WAIT_SECONDS)
        except OfferloopError as error:
            _LOG.warning("what is left of leased budgets comes back when the leases expire: %s", error)
