"""What may be said of our solver on one case: targets, and figures beside them that have none."""

from __future__ import annotations

from dataclasses import replace

from allocation_data import MANY, ONE
from allocation_systems import OURS, READ, Case, Solved
from record import Claim

WALL = {(ONE, 1_000_000): 0.3, (ONE, 10_000_000): 3.0, (MANY, 1_000_000): 10.0}
"""Seconds that a plan may take, model and all."""
MEMORY = {(ONE, 10_000_000): 1.5}
"""GB beyond the inputs."""
GAP = {ONE: 1e-6, MANY: 1e-4}
GAP_FROM = {ONE: 100_000, MANY: 1_000_000}
"""Customers from whom on it is a target."""
INTERIOR, WHOLE = ("ipx", "hipo"), ("mip", "mip_presolved")
FASTER = {(ONE, 100_000): (INTERIOR, 150.0), (MANY, 10_000): (WHOLE, 20.0)}
"""Variants of HiGHS, and times faster than the fastest of them."""


def claims(case: Case) -> list[Claim]:
    """Everything of one case."""
    ours = case.of(OURS)
    if ours is None:
        return []
    return [*_times(case, ours), *_quality(case, ours), *_ratios(case, ours)]


def _times(case: Case, ours: Solved) -> list[Claim]:
    """Seconds and memory."""
    key, whole = (case.problem, case.customers), ours.seconds("whole")
    value, target = ours.middle("whole"), WALL.get(key)
    met = None if target is None else value <= target
    found = [Claim(f"{case.name}: seconds on the wall", value, min(whole), max(whole), target, met)]
    cpu = ours.seconds("solve_cpu")
    found.append(Claim(f"{case.name}: CPU seconds", ours.middle("solve_cpu"), min(cpu), max(cpu)))
    peak, name = ours.facts["peak_gb"], f"{case.name}: GB beyond the inputs"
    found.append(Claim.at_most(name, peak, MEMORY[key]) if key in MEMORY else Claim(name, peak))
    read = case.of(READ)
    if read is not None:
        name = f"{case.name}: seconds over those of one read of the same bytes"
        found.append(Claim(name, value / read.middle("solve")))
    return found


def _quality(case: Case, ours: Solved) -> list[Claim]:
    """Limits that are held, and what the plan misses."""
    gap, name = case.gap(ours), f"{case.name}: gap to the LP bound"
    has_target = case.customers >= GAP_FROM[case.problem]
    stated = abs(ours.facts["bound"] / ours.facts["dual"] - 1)
    return [
        Claim.at_most(f"{case.name}: largest overspend, units", float(ours.overspend), 0.0),
        Claim.at_most(name, gap, GAP[case.problem]) if has_target else Claim(name, gap),
        Claim(f"{case.name}: stated bound beside the dual at the stated prices, relative", stated),
    ]


def _ratios(case: Case, ours: Solved) -> list[Claim]:
    """Each peer's seconds to solve over all of ours, the one with a target last."""
    peers = [one for one in case.solved if one.system.is_peer]
    found = [_faster(case, ours, one, cpu=cpu) for one in peers for cpu in (False, True) if not cpu or _has_cpu(one)]
    variants, target = FASTER.get((case.problem, case.customers), ((), 0.0))
    raced = [one for one in peers if one.system.file == "highs" and one.system.variant in variants]
    if raced:
        best = min(raced, key=lambda one: (not one.facts["finished"], one.middle("solve")))
        one = _faster(case, ours, best)
        found.append(replace(one, claim=one.claim + _answer(case, best), target=target, met=one.value >= target))
    return found


def _has_cpu(solved: Solved) -> bool:
    return "solve_cpu_s" in solved.facts


def _answer(case: Case, peer: Solved) -> str:
    """Of the peer in a race."""
    if peer.profit is None:
        return " (no plan)"
    return f" (overspend {peer.overspend}, gap {case.gap(peer):.1e})"


def _faster(case: Case, ours: Solved, peer: Solved, *, cpu: bool = False) -> Claim:
    """Where the peer's time ran out it would be more."""
    ended = "" if peer.facts["finished"] else ", which ran out of time"
    name = f"{case.name}: times {'less CPU' if cpu else 'faster'} than {peer.system.name}{ended}"
    kinds = ("solve_cpu", "solve_cpu") if cpu else ("solve", "whole")
    theirs, whole = peer.seconds(kinds[0]), ours.seconds(kinds[1])
    value = peer.middle(kinds[0]) / ours.middle(kinds[1])
    return Claim(name, value, min(theirs) / max(whole), max(theirs) / min(whole))
