"""What the offers given at random showed: explorers with an offer against customers who drew nothing or were held out.

In a loop only against explorers who drew nothing: its holdout had no offers in earlier periods either.

The propensity in the assignments is that of an offer over plan, exploration and holdout together. Here the plan's
customers and those with business as usual are left out, so the propensities must be those of `ExplorationDraw` alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.readout.effects import comparable, plain
from offerloop.commands.readout.findings import ReadoutEffect
from offerloop.commands.readout.shards.groups import EVERYBODY, ReadoutSums
from offerloop.evaluation import LEAST_BUYERS, LEAST_CUSTOMERS, difference
from offerloop.message import Message
from offerloop.offers import OFFER_KIND_NAMES


def exploration_effects(
    sums: ReadoutSums, explorers: int, outcomes: Sequence[str]
) -> tuple[list[ReadoutEffect], list[Message]]:
    """Hájek-weighted effects of any offer given at random and of each kind; and what is too small to be shown.

    `explorers` are those who got an offer.
    """
    if explorers < LEAST_CUSTOMERS:
        return [], [
            Message(
                "offers given at random: {n} customer drew one",
                plural="offers given at random: {n} customers drew one",
                n=explorers,
            )
        ]
    if not sums.propensities_agree:
        return [], [
            Message(
                "offers given at random: the propensities in the assignments are not those of the "
                "exploration that is configured"
            )
        ]
    kinds = [one for one in sums.names("explore") if one != EVERYBODY]
    parts = {kind: _effects_of_kind(sums, kind, outcomes) for kind in (EVERYBODY, *kinds)}
    return [one for part in parts.values() for one in part], [
        _too_few(kind) for kind, part in parts.items() if not part
    ]


def _too_few(kind: str) -> Message:
    return Message(
        "{kind}, given at random: fewer than {least} customers, or {buyers} buyers, drew it or drew nothing",
        kind=kind_name(kind),
        least=LEAST_CUSTOMERS,
        buyers=LEAST_BUYERS,
    )


def kind_name(kind: str) -> Message | str:
    """Return what readers call a kind of offer, or any."""
    if kind == EVERYBODY:
        return Message("any offer", context="read-out")
    return OFFER_KIND_NAMES.get(kind, kind.replace("_", " "))


def _effects_of_kind(sums: ReadoutSums, kind: str, outcomes: Sequence[str]) -> list[ReadoutEffect]:
    """Effects of one kind, among customers who could draw it; of any offer for the kind 'all'."""
    sides = sums.sides("explore", kind)
    if not comparable(sides):
        return []
    treated, control = sides.sums
    effects = []
    for outcome in outcomes:
        gain = difference(*sides.moments(outcome))
        effects.append(
            ReadoutEffect("explore", outcome, kind, "weighted", plain(gain), gain.p_value, treated.n, control.n)
        )
    return effects
