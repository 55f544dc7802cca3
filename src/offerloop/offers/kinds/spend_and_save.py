"""Spend-and-save 满减: something off once the basket, or a part of it, reaches a threshold.

满减 once, 每满减 for each full threshold, 阶梯满减 in tiers of which only the best one counts; by amount or by number
of units. Across the shops of a platform it is 平行 parallel when it is measured before other discounts, 递进 cascading
when after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import to_text
from offerloop.offers.base import Offer
from offerloop.offers.form import Unit, term
from offerloop.offers.kinds.wording import amount_text, scope_names
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.effects.tiers import OffFrom, Tier
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class SpendAndSave(Offer):
    """Something off from a threshold on; tiers from the lowest."""

    tiers: tuple[Tier, ...] = term("tiers", Message("tiers", context="term of an offer"), Unit.TABLE)
    by_count: bool = term(
        "by_count", Message("by number of units", context="term of an offer"), Unit.FLAG, default=False
    )
    each_full: bool = term(
        "each_full", Message("for each full threshold", context="term of an offer"), Unit.FLAG, default=False
    )
    times: int | None = term(
        "times", Message("maximum number of times", context="term of an offer"), Unit.COUNT, default=None
    )
    max_minor: int | None = term(
        "max_discount", Message("maximum discount", context="term of an offer"), Unit.MONEY, default=None
    )

    kind: ClassVar[str] = "spend_and_save"
    lane: ClassVar[Lane] = Lane.THRESHOLD

    def __post_init__(self) -> None:
        tiers = self.tiers
        if not tiers or any(one.least >= other.least for one, other in pairwise(tiers)):
            raise InputError(
                Message("the tiers of '{offer_id}' must rise from one to the next", offer_id=self.offer_id)
            )
        if self.each_full and (len(tiers) > 1 or tiers[0].percent is not None or tiers[0].least < 1):
            raise InputError(
                Message(
                    "'{offer_id}' takes off for each full threshold, so it has one tier with an amount",
                    offer_id=self.offer_id,
                )
            )
        if self.times is not None and not self.each_full:
            raise InputError(Message("'{offer_id}' limits 'times', which only 'each_full' has", offer_id=self.offer_id))

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        effect = OffFrom(
            self.tiers, self.by_count, self.each_full, self.times, self.conditions.measured, self.max_minor,
            self.scope.shops,
        )  # fmt: skip
        return [(effect, self.scope)]

    @property
    def spend_minor(self) -> int:
        """The lowest threshold that is an amount; 0 when units are counted."""
        return 0 if self.by_count else self.tiers[0].least

    @property
    def off_minor(self) -> int:
        """What the lowest tier takes off."""
        return self.tiers[0].off_minor

    @property
    def threshold_minor(self) -> int:
        """See `Offer.threshold_minor`."""
        return max(self.conditions.min_minor, self.spend_minor)

    @property
    def most_minor(self) -> int | None:
        """See `Offer.most_minor`."""
        if any(one.free_shipping for one in self.tiers):
            return None
        if any(one.percent is not None for one in self.tiers):
            return self.max_minor
        most: int | None = max(one.off_minor for one in self.tiers)
        if self.each_full:
            most = None if self.times is None or most is None else most * self.times
        return self.max_minor if most is None else most if self.max_minor is None else min(most, self.max_minor)

    @property
    def limiting_term(self) -> str | None:
        """See `Offer.limiting_term`."""
        return None if any(one.free_shipping for one in self.tiers) else "max_discount"

    def label(self) -> Message:
        """See `Offer.label`."""
        tiers = [self._tier(one) for one in self.tiers]
        if self.scope.is_everything:
            return tiers[0] if len(tiers) == 1 else Message("{tiers}", context="pattern", tiers=tiers)
        what = scope_names(self.scope, self.currency)
        return Message("{tiers} of {what}", context="label of an offer", tiers=tiers, what=what)

    def _tier(self, tier: Tier) -> Message:
        least = (
            Message("{n} unit", context="label of an offer", plural="{n} units", n=tier.least)
            if self.by_count
            else amount_text(tier.least, self.currency)
        )
        return _TIERS[self.each_full, tier.free_shipping].with_values(off=self._off(tier), least=least)

    def _off(self, tier: Tier) -> Message | str:
        """Return what a tier takes off; without the currency where that stands behind the threshold."""
        if tier.percent is not None:
            return Message("{percent} %", context="label of an offer", percent=float(tier.percent))
        if self.by_count or not self.currency:
            return amount_text(tier.off_minor, self.currency)
        return to_text(tier.off_minor, self.currency)


_TIERS = {
    (False, False): Message("{off} off from {least}", context="label of an offer"),
    (False, True): Message("{off} off and free shipping from {least}"),
    (True, False): Message("{off} off for each {least}", context="label of an offer"),
    (True, True): Message("{off} off and free shipping for each {least}"),
}
"""The words of a tier, by whether it holds for each full amount and whether shipping is free too."""


def read_spend_and_save(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """One offer from `spend` and `save`, or from `tiers`."""
    del categories
    own = terms.own(SpendAndSave, without="tiers")
    tiers = terms.get("tiers")
    written = [_Row(terms, terms)] if tiers is None else [_Row(terms, one) for one in terms.rows("tiers", tiers)]
    counted = bool(own.get("by_count"))
    return [SpendAndSave(**terms.common("spend-and-save"), tiers=tuple(one.read(counted) for one in written), **own)]


@dataclass(frozen=True)
class _Row:
    """A tier as it is written."""

    terms: WrittenTerms
    row: WrittenTerms

    def read(self, counted: bool) -> Tier:
        row = self.row
        least = row.whole("count") if counted else row.money("spend")
        free = row.flag("free_shipping")
        if row.get("percent") is not None:
            tier = Tier(least, percent=row.percent("percent"), free_shipping=free)
        else:
            tier = Tier(least, 0 if free and row.get("save") is None else row.money("save"), free_shipping=free)
        if not counted and tier.off_minor > least:
            raise InputError(
                Message(
                    "'save' ({save}) is more than 'spend' ({spend})",
                    save=str(row.need("save")),
                    spend=str(row.need("spend")),
                )
            )
        if row is not self.terms:
            row.finish()
        return tier
