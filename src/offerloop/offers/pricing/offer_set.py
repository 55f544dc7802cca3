"""Offers made ready for pricing many baskets: those that cannot concern a basket are not looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import Given, Offer
from offerloop.offers.computed import Computed
from offerloop.offers.conditions import NO_CONDITIONS, Measured
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.claims import LINES, SOME, UnitClaim, Uses, claim_of
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.priced import RejectedOffer
from offerloop.offers.scope import DIMENSIONS, Scope
from offerloop.offers.shortfall import NotApplicable, Shortfall
from offerloop.offers.stacking import ANNOUNCED, LANES

SEGMENTS = "segments"
UNIT_LIMITS = ("stock", "per_customer", "max_units")
"""Attributes of offers that limit how many units go at their price."""
ScopedEffects = tuple[tuple[Effect, Scope], ...]
"""The effects of an offer with their scopes."""
EffectParts = tuple[tuple[Effect, Scope, tuple[Scope, ...]], ...]
"""The same, with the lines that each effect may touch beside those of its own scope."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An offer with what pricing asks of it again and again."""

    offer: Offer
    offer_id: str
    lane: int
    """Position of its lane."""
    priority: int
    exclusive: bool
    stackable: bool
    gives: tuple[Given, ...]
    announced: bool
    """Whether the shop announces it to everybody: not what is for some customers."""
    effects: ScopedEffects
    after: bool
    """Whether its conditions are measured at the prices of its turn."""
    label: Message
    limited: bool
    """Whether it limits how many units go at its price."""
    quick: bool
    """Whether asking what it takes off costs little beside taking it off."""
    uses: Uses
    """What it needs to itself in its lane."""
    named: bool
    """Whether it names a group, or offers beside which it does not apply."""
    segments: frozenset[str]
    """Segments of which the customer must be in one."""
    absent: Shortfall
    """Why it does not apply where nothing of what it is about is in the basket."""
    rejected: RejectedOffer
    """The same as it stands in an answer."""
    of_full_price: bool
    """Whether something that it is about must not be reduced."""
    scopes: tuple[Scope, ...]
    """All that it is about, and what its conditions are measured on."""
    parts: EffectParts
    claims: tuple[UnitClaim, ...]
    """What each effect leaves and marks, where units are used once."""
    of_the_moment: bool
    """Whether its conditions ask for more than lines."""
    like: int | None = None
    """What it shares with offers of the same effects and claims; None where it has a limit of units."""
    asks: int | None = None
    """What it shares with offers of the same conditions; None where it has none."""

    @classmethod
    def of(cls, offer: Offer) -> Ready:
        """Compute once what is the same for every basket."""
        conditions, stacking, effects = offer.conditions, offer.stacking, tuple(offer.effects())
        after = conditions.measured is Measured.AFTER and conditions.has_least_spend
        limited = any(getattr(offer, name, None) is not None for name in UNIT_LIMITS)
        parts = tuple([(effect, own, tuple(effect.also)) for effect, own in effects])
        scopes = _scopes(offer, parts, after=after)
        absent = _absent(offer, parts)
        return cls(
            offer=offer,
            offer_id=offer.offer_id,
            lane=LANES.index(offer.in_lane),
            priority=stacking.priority,
            exclusive=stacking.exclusive,
            stackable=stacking.stackable,
            gives=tuple(offer.gives()),
            announced=_is_announced(offer),
            effects=effects,
            after=after,
            label=offer.label(),
            limited=limited,
            quick=all(effect.quick for effect, _ in effects),
            uses=_uses(effects, limited=limited),
            named=bool(stacking.group or stacking.not_with),
            segments=conditions.segments,
            absent=absent,
            rejected=RejectedOffer.of(offer.offer_id, absent),
            of_full_price=any(scope.only_full_price for scope in scopes),
            scopes=scopes,
            parts=parts,
            claims=_claims(offer, effects, limited=limited),
            of_the_moment=conditions.are_of_the_moment,
        )

    def beside(self, alike: dict[object, int], scopes: dict[Scope, Scope]) -> Ready:
        """The same with the number of those that are like it, and with one object for all scopes that are equal."""

        def shared(some: Iterable[Scope]) -> tuple[Scope, ...]:
            return tuple([scopes.setdefault(scope, scope) for scope in some])

        like = None if self.limited else alike.setdefault((self.effects, self.claims), len(alike))
        parts = tuple([(effect, shared([own])[0], shared(others)) for effect, own, others in self.parts])
        conditions = self.offer.conditions
        asks = None if conditions is NO_CONDITIONS else alike.setdefault(conditions, len(alike))
        return replace(self, like=like, asks=asks, parts=parts, scopes=shared(self.scopes))


@dataclass(frozen=True)
class OfferSet:
    """Offers indexed by the narrowest of product, category, brand and shop, or else by the customer's segment."""

    ready: tuple[Ready, ...]
    """By id."""
    by_name: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """Positions of offers by what they are filed under."""
    everywhere: tuple[int, ...] = ()
    """Positions of those that are filed under nothing."""
    currencies: frozenset[str] = frozenset()
    """Currencies in which some offers have other amounts."""
    _in_currency: dict[str, OfferSet] = field(default_factory=dict)

    @classmethod
    def of(cls, offers: Iterable[Offer]) -> OfferSet:
        """InputError when two have the same id."""
        ready = tuple(sorted((Ready.of(offer) for offer in offers), key=lambda one: one.offer_id))
        alike, scopes = dict[object, int](), dict[Scope, Scope]()
        ready = tuple([one.beside(alike, scopes) for one in ready])
        for earlier, other in pairwise(ready):
            if earlier.offer_id == other.offer_id:
                raise InputError(
                    Message("two offers have the id '{offer_id}'; give each its own 'id'", offer_id=earlier.offer_id)
                )
        by_name: dict[str, dict[str, list[int]]] = {name: {} for name in (*DIMENSIONS, SEGMENTS)}
        everywhere = []
        for place, ready_offer in enumerate(ready):
            filed = _filed_under(ready_offer)
            if not filed:
                everywhere.append(place)
            for dimension, names in filed:
                for name in names:
                    by_name[dimension].setdefault(name, []).append(place)
        currencies = frozenset(other.currency for one in ready for other in one.offer.other_currencies)
        return cls(ready, by_name, tuple(everywhere), currencies)

    @Computed
    def ids(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(one.offer_id for one in self.ready)

    @Computed
    def has_names(self) -> bool:
        """Whether one of them names a group, or offers beside which it does not apply."""
        return any(one.named for one in self.ready)

    def in_currency(self, currency: str) -> OfferSet:
        """Return the offers with their amounts in a currency; those that have none in it stay as they are."""
        if currency not in self.currencies:
            return self
        if currency not in self._in_currency:
            self._in_currency[currency] = OfferSet.of(one.offer.in_currency(currency) for one in self.ready)
        return self._in_currency[currency]

    def near(self, basket: Basket) -> Sequence[Ready]:
        """Those that could concern the basket, by id."""
        places = set(self.everywhere)
        for dimension, names in basket.places.items():
            filed = self.by_name[dimension]
            if filed:
                for name in names.keys() & filed.keys():
                    places.update(filed[name])
        for segment in basket.customer.segments:
            places.update(self.by_name[SEGMENTS].get(segment, ()))
        return [self.ready[place] for place in sorted(places)]

    def places_of(self, ready: Ready, basket: Basket) -> Iterable[int] | None:
        """Return positions of the lines of which each alone would bring an offer near; None for all lines."""
        filed = _filed_under(ready)
        if not filed or filed[0][0] == SEGMENTS:
            return None
        places = basket.places
        return {place for one, names in filed for name in names & places[one].keys() for place in places[one][name]}


def _is_announced(offer: Offer) -> bool:
    """Whether the shop announces an offer to everybody: as its terms say, else by its lane and its conditions."""
    announced = offer.stacking.announced
    return offer.in_lane in ANNOUNCED and not offer.conditions.is_for_some_customers if announced is None else announced


def _uses(effects: ScopedEffects, *, limited: bool) -> Uses:
    """Return what an offer needs to itself in its lane."""
    if len(effects) != 1:
        return LINES
    only = effects[0][0]
    return SOME if limited or getattr(only, "units_per_line", None) is not None else only.uses


def _claims(offer: Offer, effects: ScopedEffects, *, limited: bool) -> tuple[UnitClaim, ...]:
    """Return the claim of each effect, where units are used once."""
    lane, stackable, alone = LANES.index(offer.in_lane), offer.stacking.stackable, len(effects) == 1
    return tuple(claim_of(lane, one.uses, stackable=stackable, limited=limited, alone=alone) for one, _ in effects)


def _scopes(offer: Offer, parts: EffectParts, *, after: bool) -> tuple[Scope, ...]:
    """Return all that an offer is about, and where it is measured `after` others what its conditions look at."""
    measured_on = (offer.covers, *offer.conditions.measured_on_scopes) if after else ()
    return (*(scope for _, own, others in parts for scope in (own, *others)), *measured_on)


def _absent(offer: Offer, parts: EffectParts) -> Shortfall:
    """Return why an offer does not apply where nothing of what it is about is in the basket."""
    about = _needed_alone(offer, parts) or [own for _, own, _ in parts]
    names = dict.fromkeys(name for scope in about for name in scope.names)
    return Shortfall(NotApplicable.NOT_IN_BASKET, names=tuple(names))


def _filed_under(ready: Ready) -> Sequence[tuple[str, frozenset[str]]]:
    """The names of which the basket must hold one, with their dimensions; none where an offer is always looked at."""
    narrowest = [scope.narrowest for scope in _needed_alone(ready.offer, ready.parts)]
    filed = [one for one in narrowest if one is not None]
    segments = ready.offer.conditions.segments
    return filed or ([(SEGMENTS, segments)] if segments else [])


def _needed_alone(offer: Offer, parts: EffectParts) -> Sequence[Scope]:
    """Scopes of each of which a line must be there for an offer to do anything: all parts of a bundle.

    Their order is not that of the parts, so that no answer depends on it.
    """
    if not parts:
        return [offer.scope]
    if len(parts) > 1:
        return []
    _, own, others = parts[0]
    return sorted(others, key=lambda scope: scope.names) if own in others else [own]
