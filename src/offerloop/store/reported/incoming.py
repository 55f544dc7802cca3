"""The events that a shop reports, as JSON: orders, returns, redemptions, exposures, views, ratings, and facts of
products and customers.

Money is whole minor units of the shop's currency, times are RFC 3339 with a zone, and ids are text.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    TypeAdapter,
)

LONGEST = 200
"""Signs in an id or a short text."""
MOST = 10**15
"""Amounts in minor units stay below it."""
LEAST_PROPENSITY = 1e-9
"""Nothing less is meant, and the weights of evaluations are one over it."""
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_DAY_AND_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
_NO_COLUMN = re.compile('["\x00-\x1f\x7f]|^[*]$')


def _storable(text: str) -> str:
    """Refuse what a database cannot hold: NUL, and half a pair of UTF-16."""
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("must be text that can be stored, without NUL and lone surrogates")
    return text


def _as_text(value: object) -> object:
    """Take an id that is a whole number as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _written(value: object) -> object:
    """Refuse a number in place of a time, also one in quotation marks: 20240603 would be a day of 1970."""
    if not (isinstance(value, datetime) or (isinstance(value, str) and _DAY_AND_TIME.match(value))):
        raise ValueError('must be a time such as "2024-01-31T12:00:00+01:00"')
    return value


def _in_calendar(moment: datetime) -> datetime:
    """Refuse what calendars of other time zones do not have."""
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"must lie between the years {EARLIEST.year} and {LATEST.year}")
    return moment


Id = Annotated[str, Field(min_length=1, max_length=LONGEST), BeforeValidator(_as_text), AfterValidator(_storable)]
Word = Annotated[str, Field(max_length=LONGEST), AfterValidator(_storable)]
Text = Annotated[str, Field(max_length=2_000), AfterValidator(_storable)]
Minor = Annotated[StrictInt, Field(ge=0, lt=MOST)]
Number = StrictFloat
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_calendar)]
Attribute = StrictBool | Annotated[StrictInt, Field(gt=-(2**53), lt=2**53)] | StrictFloat | Word


class _StrictModel(BaseModel):
    """What all parts of events have in common: unknown fields are errors, and nothing else stands for a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


class Event(_StrictModel):
    """The fields of every event."""

    event_id: Id
    """Chosen by the shop, and the same when it sends the event again: an event is stored once for each id."""
    at: Moment
    """When it happened, by the shop's clock: a text such as `2024-01-31T12:00:00+01:00`, at most a day ahead."""

    @property
    def subject(self) -> str | None:
        """The customer whom it concerns, if there is one."""
        customer: str | None = getattr(self, "customer_id", None)
        return customer

    def body(self) -> dict[str, Any]:
        """Return what the columns of the table of events do not hold."""
        left_out = {"event_id", "kind", "customer_id", "at"}
        return self.model_dump(mode="json", exclude=left_out, exclude_none=True)


class OrderLine(_StrictModel):
    """One product of an order, or what came back of it."""

    product_id: Id
    quantity: Annotated[Number, Field(gt=0, lt=10**9)]
    """Units, or a measure."""
    paid_minor: Minor
    """What the customer paid for all units, after every discount."""
    list_price_minor: Minor | None = None
    """List price of one unit."""
    list_value_minor: Minor | None = None
    """List price of all units."""
    discount_minor: Minor | None = None
    """Shelf discount of all units."""
    coupon_minor: Minor | None = None
    """Discount by coupons."""
    reimbursed_minor: Minor | None = None
    """What suppliers pay of the discounts."""
    coupon_id: Id | None = None


Lines = Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=1_000)]


class OrderEvent(Event):
    """A customer bought something."""

    kind: Literal["order"]
    customer_id: Id
    order_id: Id
    lines: Lines
    store_id: Id | None = None
    channel: Word | None = None


class ReturnEvent(Event):
    """A customer gave something back; amounts are those that were given back, above zero."""

    kind: Literal["return"]
    customer_id: Id
    order_id: Id
    lines: Lines
    store_id: Id | None = None
    channel: Word | None = None


class RedemptionEvent(Event):
    """A customer used a coupon or an offer."""

    kind: Literal["redemption"]
    customer_id: Id
    coupon_id: Id | None = None
    offer_id: Id | None = None
    campaign_id: Id | None = None
    order_id: Id | None = None
    amount_minor: Minor = 0
    """What it took off the order."""


class ExposureEvent(Event):
    """A customer was shown an offer, or deliberately none."""

    kind: Literal["exposure"]
    customer_id: Id
    offer_id: Id
    """The offer, or "none" where deliberately nothing was shown."""
    propensity: Annotated[Number, Field(ge=LEAST_PROPENSITY, le=1)] | None = None
    """Probability with which the customer was to get this offer, as a decision says it; from 0.000000001 to 1."""
    campaign_id: Id | None = None
    policy: Word | None = None


class ViewEvent(Event):
    """A customer looked at a product, or put it into the basket."""

    kind: Literal["view", "cart"]
    customer_id: Id
    product_id: Id


class RatingEvent(Event):
    """A customer rated a product."""

    kind: Literal["rating"]
    customer_id: Id
    product_id: Id
    value: Annotated[Number, Field(ge=-1_000_000, le=1_000_000)]


class ProductEvent(Event):
    """Facts of a product; of each field the newest value counts."""

    kind: Literal["product"]
    product_id: Id
    category: Word | None = None
    subcategory: Word | None = None
    brand: Word | None = None
    list_price_minor: Minor | None = None
    unit_cost_minor: Minor | None = None
    text: Text | None = None
    stock: Annotated[Number, Field(ge=0)] | None = None


def _named_apart(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """Refuse names that no table can have, or that would be one column: with each other, or with a field of ours."""
    taken = {"customer_id", "consent", "opt_out", "segment"}
    for name in attributes:
        if _NO_COLUMN.search(name):
            raise ValueError("must have names that can head a column, without quotation marks or control characters")
        if name.casefold() in taken:
            raise ValueError("must have names that no other field has, also in small letters")
        taken.add(name.casefold())
    return attributes


class CustomerEvent(Event):
    """Facts of a customer; of each field the newest value counts."""

    kind: Literal["customer"]
    customer_id: Id
    consent: StrictBool | None = None
    """Counts from the next plan on; to end personal offers within seconds, report `opt_out`, too."""
    opt_out: StrictBool | None = None
    """Counts for decisions within seconds."""
    segment: Word | None = None
    attributes: Annotated[dict[Id, Attribute], Field(max_length=100), AfterValidator(_named_apart)] = Field(
        default_factory=dict
    )
    """Up to 100 texts, truth values or numbers by name. Whole numbers lie between -2^53 and 2^53. A name holds no
    quotation marks and no control characters, and differs from other names and fields in more than capital letters."""


AnyEvent = Annotated[
    OrderEvent | ReturnEvent | RedemptionEvent | ExposureEvent | ViewEvent | RatingEvent | ProductEvent | CustomerEvent,
    Field(discriminator="kind"),
]
"""One event of any kind."""
EVENT: TypeAdapter[Event] = TypeAdapter(AnyEvent)
"""Reads an event."""


def epoch_second(moment: datetime) -> int:
    """Return an instant as whole seconds since 1970."""
    return int(moment.timestamp() // 1)
