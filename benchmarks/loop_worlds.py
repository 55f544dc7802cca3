"""A loop in a large and simple market: what it did week by week."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl

import offerloop
from offerloop.commands.simulate.loop_policy import LoopRule
from offerloop.loop import unpacked
from offerloop.market import Market, load_preset
from offerloop.market.policies import offers_at_random

PRODUCTS, BEFORE, LOG = 60, 2, 12
"""Products; weeks without offers and then weeks of random offers that come first."""


@dataclass
class Followed:
    """Of one world; lists have an entry for each week after the log."""

    alarms: set[int] = field(default_factory=set)
    """Weeks after which there was one, counted from the first week after the log."""
    sent: list[bool] = field(default_factory=list)
    harmful: list[bool] = field(default_factory=list)
    """Whether the plan has an offer that annoys."""
    overspent: int = 0
    """Weeks whose liabilities were beyond the budget."""

    def alarmed(self, first: int, until: int) -> bool:
        """Whether there was an alarm after one of these weeks."""
        return bool(self.alarms & set(range(first, until)))


def followed(preset: str, customers: int, weeks: int, world: int, shock: int | None = None) -> Followed:
    """Play so many weeks after the log; from week `shock` on, customers care half as much for prices."""
    market = Market(load_preset(preset), customers, PRODUCTS, world, BEFORE)
    rng, found = np.random.default_rng(world), Followed()
    budget, rule = round(100 * market.preset.campaign.budget * customers), LoopRule()
    for _ in range(LOG):
        given = offers_at_random(market, rng)
        market.advance(given.offer, given.propensity)
    annoys, liability = market.terms.annoys[market.terms.menu] > 0, market.terms.liability_minor
    for week in range(weeks):
        if week == shock:
            people = market.people
            market.people = replace(people, sensitivity=people.sensitivity / 2, switching=people.switching / 2)
        given = rule(market, budget, rng)
        planned = unpacked(rule.decided[-1]["assignments"]).rename(
            {"offer_id": "given", "planned_offer_id": "offer_id"}
        )
        plan = market.positions(planned.with_columns(pl.col("customer_id").cast(pl.Int64)))
        found.sent.append(bool(rule.decided[-1]["sent"]))
        found.harmful.append(bool(annoys[plan[plan >= 0]].any()))
        found.overspent += int(liability[given.offer[given.offer >= 0]].sum()) > budget
        market.advance(given.offer, given.propensity)
    rule.catch_up(market)
    found.alarms |= {week for week, learned in enumerate(rule.learned) if learned["alarms"]}
    return found


def kept_world(
    kept: Path | None, preset: str, customers: int, weeks: int, world: int, shock: int | None = None
) -> Followed:
    """See `followed`; a world that this code played before is read from the folder `kept`."""
    if kept is None:
        return followed(preset, customers, weeks, world, shock)
    file = kept / f"{preset}-{customers}-{weeks}-{shock or 0}-{world}-{code_digest()}.json"
    if not file.exists():
        one = followed(preset, customers, weeks, world, shock)
        partial = file.with_suffix(".partial")
        partial.write_text(json.dumps({**asdict(one), "alarms": sorted(one.alarms)}), encoding="utf-8")
        partial.rename(file)
    fields = json.loads(file.read_text(encoding="utf-8"))
    return Followed(**{**fields, "alarms": set(fields["alarms"])})


@cache
def code_digest() -> str:
    """Return a few digits that differ where the package, its presets or these benchmarks do."""
    folder = Path(offerloop.__file__).parent
    files = [*folder.rglob("*.py"), *folder.rglob("*.toml"), *Path(__file__).parent.glob("loop*.py")]
    text = b"".join(file.read_bytes() for file in sorted(files))
    return sha256(text).hexdigest()[:8]
