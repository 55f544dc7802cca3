"""Combined offer 组合优惠: several things at once under one set of conditions, such as 20 % off and free shipping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import ANY_CHANNEL, Given, Offer
from offerloop.offers.conditions import NO_CONDITIONS
from offerloop.offers.form import Unit, term
from offerloop.offers.kinds.wording import all_of
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.effects.tiers import OffFrom
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import ALONE_IN_ITS_LANE, Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class Combined(Offer):
    """Its parts work one after another; percentages of single units are all of the price before the first part.

    The parts have scopes, but neither conditions nor a stacking of their own.
    """

    parts: tuple[Offer, ...] = term("parts", Message("parts", context="term of an offer"), Unit.TABLE)

    kind: ClassVar[str] = "combined"
    lane: ClassVar[Lane] = Lane.COUPON

    def __post_init__(self) -> None:
        if not self.parts:
            raise InputError(Message("'{offer_id}' needs 'parts'", context="error", offer_id=self.offer_id))
        if not self.scope.is_everything:
            raise InputError(
                Message("what '{offer_id}' is about stands in its parts, not beside them", offer_id=self.offer_id)
            )
        for part in self.parts:
            if part.funded_share or any(
                getattr(part, name, None) is not None for name in ("stock", "per_customer", "max_units")
            ):
                raise InputError(
                    Message(
                        "a part of '{offer_id}' has neither a 'funded_share' nor a stock of its own",
                        offer_id=self.offer_id,
                    )
                )
        if any(part.conditions != NO_CONDITIONS or part.stacking != ALONE_IN_ITS_LANE for part in self.parts):
            raise self.wrong_part()

    def wrong_part(self) -> InputError:
        """Return the error for a part with something that only the whole may have."""
        return InputError(
            Message(
                "conditions, stacking, contact and 'assumed' of '{offer_id}' stand beside its parts, not inside them",
                offer_id=self.offer_id,
            )
        )

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        effects = [one for part in self.parts for one in part.effects()]
        measured = self.conditions.measured
        return [
            (replace(effect, measured=measured) if isinstance(effect, OffFrom) else effect, scope)
            for effect, scope in effects
        ]

    def gives(self) -> Sequence[Given]:
        """See `Offer.gives`."""
        return [one for part in self.parts for one in part.gives()]

    @property
    def covers(self) -> Scope:
        """See `Offer.covers`; everything where its parts are not all on the same."""
        scopes = {part.covers for part in self.parts}
        return scopes.pop() if len(scopes) == 1 else EVERYTHING

    @property
    def threshold_minor(self) -> int:
        """See `Offer.threshold_minor`: from there on its first part holds."""
        return max(self.conditions.min_minor, min(part.threshold_minor for part in self.parts))

    @property
    def most_minor(self) -> int | None:
        """See `Offer.most_minor`."""
        each = [part.most_minor for part in self.parts]
        return None if None in each else sum(one or 0 for one in each)

    def label(self) -> Message:
        """See `Offer.label`."""
        return all_of([part.label() for part in self.parts])


def read_combined(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """One offer from `parts`, each with a kind and its terms.

    Raises InputError for a contact or an expectation of a part, which count for nothing, unless they are of the past.
    """
    del categories
    from offerloop.offers.reading import read_one

    rows = terms.rows("parts", terms.need("parts"))
    parts = tuple(read_one(row, f"part {place}") for place, row in enumerate(rows, 1))
    combined = Combined(**terms.common("combined"), parts=parts)
    if not terms.of_the_past and any(one.contact != ANY_CHANNEL or one.assumed is not None for one in parts):
        raise combined.wrong_part()
    return [combined]
