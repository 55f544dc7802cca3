"""A decision as it is answered and recorded: canonical JSON, so that a record replays bit for bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from offerloop.offers import NO_OFFER
from offerloop.report import Localizer
from offerloop.serving.baskets import BasketEffect, basket_effects
from offerloop.serving.deciding import BUDGET, Decided, DecisionInputs, decide
from offerloop.serving.policy import Policy, ServedOffer
from offerloop.serving.shop_offers import ShopOffers
from offerloop.store import DecisionRecord, instant

DECISION_SECONDS = 86_400
"""How long an answer may be shown at most."""


def written(request: DecisionInputs) -> str:
    """Return everything but the customer as JSON."""
    fields: dict[str, Any] = {
        "context": dict(request.context),
        "exclude": sorted(request.exclude),
        "language": request.language,
        "opted_out": request.opted_out,
        "test_arm": request.test_arm,
    }
    if request.stopped:
        fields["stopped"] = sorted(request.stopped)
    if request.basket is not None:
        fields |= {"basket": dict(request.basket), "offers_hash": request.offers_hash}
    if request.left:
        fields["left"] = {name: dict(one) for name, one in request.left.items()}
    if request.like is not None:
        fields["like"] = request.like
    if request.prices:
        fields["prices"] = dict(request.prices)
    return _json(fields)


def read_inputs(customer_id: str, text: str) -> DecisionInputs:
    """Read the inputs of a decision from what `written` returned."""
    fields = json.loads(text)
    sets = {name: frozenset(fields.get(name, ())) for name in ("exclude", "stopped")}
    return DecisionInputs(customer_id, **{**fields, **sets})


class Answer(msgspec.Struct, frozen=True):
    """An answered decision with what is recorded of it."""

    request: DecisionInputs
    decision_id: str
    at_ms: int
    version: str | None
    decided: Decided | None
    """None where something failed."""
    failure: str | None = None
    leased_minor: int = 0
    in_basket: tuple[BasketEffect, ...] = ()
    """What each offer does to the basket; empty without a basket or an offer."""

    @classmethod
    def of(
        cls, request: DecisionInputs, decision_id: str, at_ms: int, version: str, decided: Decided, leased_minor: int,
        offers: ShopOffers,
    ) -> Answer:  # fmt: skip
        """Return the answer of a policy; `offers` are those of the shop at that time. Raises InputError."""
        effects: tuple[BasketEffect, ...] = ()
        if request.basket is not None and decided.offers:
            effects = basket_effects(decided.offers, request, offers, at_ms // 1000)
        return cls(request, decision_id, at_ms, version, decided, leased_minor=leased_minor, in_basket=effects)

    @property
    def gives_offer(self) -> bool:
        """Whether the customer gets anything."""
        return self.decided is not None and self.decided.offer is not None

    def text(self) -> str:
        """Return the JSON that the caller gets."""
        decided = self.decided
        return _json(
            {
                "decision_id": self.decision_id,
                "policy_version": self.version,
                "decided_at": instant(*divmod(self.at_ms, 1000)),
                "expires_at": self._expires_at(),
                "arm": None if decided is None else decided.arm,
                "propensity": None if decided is None else decided.propensity,
                "offers": [] if decided is None else [self._offer(*one) for one in enumerate(decided.offers)],
                "products": [] if decided is None else list(decided.products),
                "reasons": [self.failure] if decided is None else list(decided.reasons),
                "fields_used": self._fields_used(),
                "disclosure": None,
                "dry_run": self.request.dry_run,
            }
        )

    def _expires_at(self) -> str:
        """Return until when the answer may be shown: at most until one of its offers ends."""
        offers = () if self.decided is None else self.decided.offers
        ends = (1000 * one.ends_at for one in offers if one.ends_at is not None)
        return instant(*divmod(min([self.at_ms + 1000 * DECISION_SECONDS, *ends]), 1000))

    def _fields_used(self) -> list[str]:
        request = self.request
        is_used = {"customer_id": True, "exclude": bool(request.exclude), "basket": request.basket is not None}
        return [name for name, is_given in is_used.items() if is_given]

    def _offer(self, place: int, offer: ServedOffer) -> dict[str, Any]:
        language = self.request.language
        label = offer.label if language == "en" else Localizer(language).unpacked(offer.label_message)
        said = {"campaign_id": offer.campaign_id, "offer_id": offer.offer_id, "kind": offer.kind, "label": label}
        return {**said, "basket": self.in_basket[place].written()} if self.in_basket else said

    def record(self, text: str) -> DecisionRecord:
        """Return what is kept of it; `text` is what the caller got."""
        decided, request = self.decided, written(self.request)
        offer = None if decided is None else decided.offer
        return DecisionRecord(
            decision_id=self.decision_id,
            at_ms=self.at_ms,
            customer_id=self.request.customer_id,
            version=self.version,
            arm=None if decided is None else decided.arm,
            campaign_id=None if offer is None else offer.campaign_id,
            offer_id=NO_OFFER if offer is None else offer.offer_id,
            propensity=None if decided is None else decided.propensity,
            leased_minor=self.leased_minor,
            failure=self.failure,
            request=request,
            input_hash=hashlib.sha256(request.encode()).hexdigest(),
            answer=text,
        )


def replayed(record: DecisionRecord, policy: Policy, customer_id: str, offers_then: Callable[[str], ShopOffers]) -> str:
    """Decide again what is on record, and return the answer's JSON.

    What was not decided by a policy is answered as it was. `offers_then` returns the offers for everybody by their hash
    with those of the policy.
    """
    if record.failure is not None:
        return record.answer
    request = read_inputs(customer_id, record.request)
    decided = decide(policy, request, record.at_ms // 1000)
    if decided.needs_minor and not record.leased_minor:
        decided = decided.without_offer(BUDGET)
    offers = ShopOffers() if request.basket is None else offers_then(request.offers_hash)
    return Answer.of(
        request, record.decision_id, record.at_ms, policy.version, decided, record.leased_minor, offers
    ).text()  # fmt: skip


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
