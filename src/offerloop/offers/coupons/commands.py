"""What can be asked of the book of coupons: one small dataclass for each thing that happens to a coupon."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.coupons.book import MOST

LONGEST = 200
"""Signs in an id, a code or a key."""


def _storable(text: str) -> bool:
    """Whether every database can hold it: PostgreSQL takes neither NUL nor half a pair of UTF-16."""
    return not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text)


@dataclass(frozen=True)
class CouponCommand:
    """A command about coupons. Raises InputError for empty text, a negative or huge number, or no code at all."""

    key: str
    """Idempotency key, unique among all commands; a retry sends the same one."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str) and not (0 < len(text) <= LONGEST and _storable(text)):
                    raise InputError(
                        Message(
                            "{field} of a command must be text of 1 to {most} signs, not {text}",
                            field=field.name,
                            most=str(LONGEST),
                            text=f"{text!r:.99}",
                        )
                    )
            if isinstance(value, int) and not 0 <= value < MOST:
                raise InputError(
                    Message(
                        "{field} of '{key}' must be a whole number from 0 on, not {value}",
                        field=field.name,
                        key=self.key,
                        value=str(value),
                    )
                )
            if value == ():
                raise InputError(Message("{field} of '{key}' must not be empty", field=field.name, key=self.key))

    def fingerprint(self) -> str:
        """The same for the same kind of command with the same body, whatever its key."""
        body = [type(self).__name__, *(getattr(self, one.name) for one in fields(self) if one.name != "key")]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


@dataclass(frozen=True)
class Issue(CouponCommand):
    """Make coupons of these codes, for one customer or for whoever comes; all of them or none."""

    template_id: str
    codes: tuple[str, ...]
    customer_id: str | None = None


@dataclass(frozen=True)
class Claim(CouponCommand):
    """Make a coupon the customer's."""

    code: str
    customer_id: str


@dataclass(frozen=True)
class Lock(CouponCommand):
    """Hold one use and an amount for a checkout. The same lock_key overrides: its lock is replaced, not doubled."""

    code: str
    customer_id: str
    lock_key: str
    amount_minor: int = 0
    seconds: int | None = None
    """How long it holds; None for the template's lock_seconds."""


@dataclass(frozen=True)
class Release(CouponCommand):
    """Let a lock go."""

    code: str
    lock_key: str


@dataclass(frozen=True)
class Redeem(CouponCommand):
    """Use a coupon, with its lock where that still holds; without one, room is looked for as if there had been none.

    The command's key is the redemption_id that `RollBack` names.
    """

    code: str
    customer_id: str
    amount_minor: int = 0
    lock_key: str | None = None


@dataclass(frozen=True)
class RollBack(CouponCommand):
    """Give back an amount of a redemption, or all that is left of it; the use is given back with the last of it."""

    redemption_id: str
    amount_minor: int | None = None


@dataclass(frozen=True)
class Expire(CouponCommand):
    """Let locks of a template go whose time is over. Every command does so for the templates that it concerns."""

    template_id: str


@dataclass(frozen=True)
class Revoke(CouponCommand):
    """End a coupon for good and release its locks; what was redeemed stays redeemed."""

    code: str
