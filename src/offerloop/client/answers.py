"""What the service answers, as types; a field that only a newer service has is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Json = Mapping[str, Any]
A = TypeVar("A")


@dataclass(frozen=True)
class OfferGiven:
    """An offer of a decision."""

    campaign_id: str
    offer_id: str
    kind: str
    label: str
    """What the customer reads."""
    basket: Json | None = None
    """`off_minor`, `total_minor` and what is `missing`, where the request had a basket."""


@dataclass(frozen=True)
class Decision:
    """What a customer gets now."""

    decision_id: str | None
    """None where the service did not answer."""
    policy_version: str | None
    arm: str | None
    propensity: float | None
    """Belongs into the exposure that reports the decision."""
    offers: tuple[OfferGiven, ...]
    products: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why there is no offer, such as "holdout", "opted_out" or "service_away"."""

    @property
    def offer_id(self) -> str:
        """The offer as an exposure reports it: "none" where deliberately nothing is shown."""
        return self.offers[0].offer_id if self.offers else "none"


@dataclass(frozen=True)
class Explanation:
    """Why a customer got a decision."""

    decision_id: str
    audience: str
    language: str
    text: str


@dataclass(frozen=True)
class Coupon:
    """A coupon of a customer's."""

    code: str
    template_id: str
    customer_id: str | None
    status: str


@dataclass(frozen=True)
class ProductPrice:
    """What a product costs a customer now."""

    product_id: str
    list_price_minor: int
    price_minor: int
    offer_ids: tuple[str, ...]


@dataclass(frozen=True)
class PricedLine:
    """One line of a basket under the best set of offers."""

    product_id: str
    quantity: int
    before_minor: int
    paid_minor: int


@dataclass(frozen=True)
class TypedCodes:
    """What came of the codes that a customer typed."""

    corrected: dict[str, str]
    """The code that was meant, by what was typed."""
    unknown: tuple[str, ...]
    of_others: tuple[str, ...]
    """Codes that belong to another customer."""
    refused: dict[str, str]
    """Why the ledger would refuse a code now, by what was typed."""


@dataclass(frozen=True)
class PricedBasket:
    """What a basket costs."""

    currency: str
    goods_before_minor: int
    goods_minor: int
    shipping_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    lines: tuple[PricedLine, ...]
    codes: TypedCodes


@dataclass(frozen=True)
class Refund:
    """What is given back for units that returned."""

    order_id: str
    rule: str
    refund_minor: int
    given_back_minor: int
    """With all refunds of the order before."""


@dataclass(frozen=True)
class CouponDone:
    """A change of a coupon that was made."""

    key: str
    at: str
    """As RFC 3339 has it, in UTC."""
    expires_at: str | None


@dataclass(frozen=True)
class RejectedEvent:
    """An event that was not stored, by its place in what was reported."""

    index: int
    event_id: str | None
    code: str
    field: str | None
    detail: str


@dataclass(frozen=True)
class EventsTaken:
    """What became of events."""

    accepted: int
    duplicates: int
    dropped: int
    rejected: tuple[RejectedEvent, ...]


@dataclass(frozen=True)
class Customer:
    """What is known of a customer."""

    customer_id: str
    opt_out: bool
    run: str | None
    tags: tuple[str, ...]
    profile: dict[str, Any]
    assignment: dict[str, Any] | None
    further_offers: list[dict[str, Any]]
    events: int


@dataclass(frozen=True)
class ErasureBegun:
    """The erasure of a customer; the job does the files."""

    deleted: int
    kept: int
    job_id: str


@dataclass(frozen=True)
class Job:
    """Long work and how far it is."""

    job_id: str
    kind: str
    state: str
    progress: dict[str, Any]
    result: dict[str, Any] | None
    failure: str | None


def read(kind: type[A], body: Json) -> A:
    """Return an answer as its type; fields that a newer service has are left out."""
    hints = get_type_hints(kind)
    return kind(**{one.name: _value(hints[one.name], body.get(one.name)) for one in fields(kind)})  # type: ignore[arg-type]


def _value(hint: Any, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if is_dataclass(hint) and isinstance(value, dict):
        return read(hint, value)  # type: ignore[arg-type]
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_value(get_args(hint)[0], one) for one in value)
    return value
