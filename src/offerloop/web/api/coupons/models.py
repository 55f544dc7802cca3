"""What is sent to and answered by the ledger of coupons."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from offerloop.offers import CouponTerms
from offerloop.store import Moment
from offerloop.web.api.fields import Count, Instant, Minor, Model, Name, second_of

MOST_CODES = 10_000


class Terms(Model):
    """The limits of a coupon template; what is left out has none."""

    limit_total: Count | None = None
    limit_per_customer: Count | None = None
    limit_per_code: Count | None = 1
    limit_issued: Count | None = None
    budget_minor: Minor | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    lock_seconds: Annotated[int, Field(strict=True, ge=1, le=366 * 86_400)] = 7 * 86_400
    reusable_after_cancel: bool = True

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"limit_per_customer": 1, "budget_minor": 100_000, "ends_at": "2099-12-31T23:00:00Z"}]
        }
    )

    def terms(self) -> CouponTerms:
        """Return the limits as the ledger has them."""
        times = {"starts_at": second_of(self.starts_at), "ends_at": second_of(self.ends_at)}
        return CouponTerms(**{**self.model_dump(), **times})


class TemplateShown(BaseModel):
    """A coupon template and what came of it."""

    template_id: str
    terms: dict[str, Any]
    balance: dict[str, int]


class IssueRequest(Model):
    """Codes to be issued: given, or made."""

    codes: Annotated[tuple[Name, ...], Field(max_length=MOST_CODES)] = ()
    count: Annotated[int, Field(strict=True, ge=0, le=MOST_CODES)] = 0
    customer_id: Name | None = None
    """Whose they are; anybody's where it is left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"codes": ["SPRING10"]}]})


class ClaimRequest(Model):
    """Who claims a coupon."""

    customer_id: Name

    model_config = ConfigDict(json_schema_extra={"examples": [{"customer_id": "c000"}]})


class LockRequest(Model):
    """Who holds a use of a coupon for a checkout, and how much of its budget."""

    customer_id: Name
    lock_key: Name
    amount_minor: Minor = 0
    seconds: Annotated[int, Field(strict=True, ge=1, le=366 * 86_400)] | None = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"customer_id": "c000", "lock_key": "basket-1", "amount_minor": 200}]}
    )


class ReleaseRequest(Model):
    """Which lock is let go."""

    lock_key: Name

    model_config = ConfigDict(json_schema_extra={"examples": [{"lock_key": "basket-1"}]})


class RedeemRequest(Model):
    """Who uses a coupon, for how much, and by which lock."""

    customer_id: Name
    amount_minor: Minor = 0
    lock_key: Name | None = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"customer_id": "c000", "lock_key": "basket-1", "amount_minor": 200}]}
    )


class RollBackRequest(Model):
    """What of a redemption is given back: all that is left unless an amount is named."""

    amount_minor: Minor | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount_minor": 200}]})


class Done(BaseModel):
    """A command that was carried out."""

    key: str
    """Of a redemption this is its id."""
    at: Instant
    expires_at: Instant | None
    """When a lock runs out."""


class Issued(Done):
    """Codes that were issued."""

    codes: list[str]


class CouponShown(BaseModel):
    """One coupon."""

    code: str
    template_id: str
    customer_id: str | None
    status: str


class Wallet(BaseModel):
    """A customer's coupons by code."""

    items: list[CouponShown]
    next_cursor: str | None
