"""The book of coupons: templates, coupons, locks and redemptions, and the entries that are the only way to change it.

Every account (a template, one coupon, one customer of a template) is the sum of the changes of its entries, so a
history of entries explains every balance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TypeVar

from offerloop.errors import InputError
from offerloop.message import Message

DAY = 86_400
MOST = 10**15
"""Counts and amounts in minor units stay below it, so that sums of thousands of them fit into 64 bits."""
K = TypeVar("K")


@dataclass(frozen=True)
class CouponTerms:
    """The limits of a coupon template. None is no limit; a limit of uses counts locks and redemptions together.

    Raises InputError for a limit that cannot be one and for a window that ends before it begins.
    """

    limit_total: int | None = None
    """Uses of all its coupons."""
    limit_per_customer: int | None = None
    """Coupons that one customer may claim, and uses of one customer."""
    limit_per_code: int | None = 1
    """Uses of one coupon."""
    limit_issued: int | None = None
    """Coupons that may be issued."""
    budget_minor: int | None = None
    """Money reserved by locks and spent by redemptions together, minor units."""
    starts_at: int | None = None
    """First second of the window in which a coupon can be locked and redeemed."""
    ends_at: int | None = None
    """First second after the window."""
    lock_seconds: int = 7 * DAY
    """How long a lock holds unless it says otherwise."""
    reusable_after_cancel: bool = True
    """Whether a use that was rolled back as a whole may be made again."""

    def __post_init__(self) -> None:
        for name in ("limit_total", "limit_per_customer", "limit_per_code", "limit_issued", "budget_minor"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < MOST:
                raise InputError(
                    Message(
                        "{name} of a coupon template must be a whole number from 0 on, not {value}",
                        name=name,
                        value=str(value),
                    )
                )
        if not 0 < self.lock_seconds < MOST:
            raise InputError(
                Message(
                    "lock_seconds of a coupon template must be at least 1, not {seconds}",
                    seconds=str(self.lock_seconds),
                )
            )
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise InputError(
                Message(
                    "a coupon template that starts at {starts_at} cannot end at {ends_at}",
                    starts_at=str(self.starts_at),
                    ends_at=str(self.ends_at),
                )
            )


@dataclass(frozen=True)
class Balance:
    """The balance of an account, or a change of it: counts, and money in minor units."""

    n_issued: int = 0
    n_claimed: int = 0
    n_locked: int = 0
    """Locks that hold."""
    n_used: int = 0
    """Redemptions that count against limits."""
    n_rolled_back: int = 0
    """Redemptions that were rolled back as a whole, whether or not they still count."""
    reserved_minor: int = 0
    """Held by locks."""
    spent_minor: int = 0
    """Redeemed and not rolled back."""
    released_minor: int = 0
    """Had been reserved or spent, and is free again; only grows."""

    def __add__(self, other: Balance) -> Balance:
        return Balance(*(getattr(self, name) + getattr(other, name) for name in BALANCE_COUNTERS))

    @property
    def n_taken(self) -> int:
        """What limits of uses count."""
        return self.n_locked + self.n_used

    @property
    def taken_minor(self) -> int:
        """What the budget counts."""
        return self.reserved_minor + self.spent_minor


BALANCE_COUNTERS = tuple(one.name for one in fields(Balance))
"""Names of what a balance counts."""


class CouponEvent(StrEnum):
    """The event that an entry records."""

    ISSUED = "issued"
    CLAIMED = "claimed"
    LOCKED = "locked"
    RELEASED = "released"
    LOCK_EXPIRED = "lock_expired"
    REDEEMED = "redeemed"
    ROLLED_BACK = "rolled_back"
    REVOKED = "revoked"


@dataclass(frozen=True)
class BookEntry:
    """One line of the history; `change` is added to the template, the coupon, and the customer where one is named."""

    event: CouponEvent
    template_id: str
    code: str
    customer_id: str | None
    change: Balance
    lock_key: str | None = None
    """The lock that is made or ends."""
    redemption_id: str | None = None
    """The redemption that is made or rolled back."""
    expires_at: int | None = None


@dataclass(frozen=True)
class CouponTemplate:
    """A coupon template 优惠券模板 and its account."""

    terms: CouponTerms
    balance: Balance = Balance()


@dataclass(frozen=True)
class IssuedCoupon:
    """One code of a template 用户券, and its account."""

    template_id: str
    customer_id: str | None = None
    """Whose it is; anybody's while it is None."""
    revoked: bool = False
    version: int = 0
    """How often customer_id or revoked changed."""
    balance: Balance = Balance()


@dataclass(frozen=True)
class ActiveLock:
    """A lock that holds."""

    template_id: str
    customer_id: str
    amount_minor: int
    expires_at: int


@dataclass(frozen=True)
class Redemption:
    """One use, and what of it was rolled back."""

    template_id: str
    code: str
    customer_id: str
    amount_minor: int
    rolled_back_minor: int = 0
    whole: bool = False
    """Rolled back as a whole: nothing is left of it."""


@dataclass(frozen=True)
class Book:
    """Everything that the rules need to know, or the part of it that a command concerns."""

    templates: Mapping[str, CouponTemplate] = field(default_factory=dict)
    coupons: Mapping[str, IssuedCoupon] = field(default_factory=dict)
    """Coupons by code."""
    customers: Mapping[tuple[str, str], Balance] = field(default_factory=dict)
    """Balances by template_id and customer_id."""
    locks: Mapping[tuple[str, str], ActiveLock] = field(default_factory=dict)
    """Locks by code and lock_key."""
    redemptions: Mapping[str, Redemption] = field(default_factory=dict)
    """Redemptions by redemption_id."""


class CouponStatus(StrEnum):
    """The status of a coupon."""

    ISSUED = "issued"
    CLAIMED = "claimed"
    LOCKED = "locked"
    REDEEMED = "redeemed"
    ROLLED_BACK = "rolled_back"
    EXPIRED = "expired"
    REVOKED = "revoked"


def coupon_status(coupon: IssuedCoupon, terms: CouponTerms, now: int, n_open_locks: int) -> CouponStatus:
    """Where a coupon stands at an epoch second. One of many uses is locked while any lock holds, else redeemed while
    any redemption stands. Locks that have run out stay in its balance until somebody uses the template, so
    `n_open_locks` counts the others.
    """
    balance = coupon.balance
    standing = balance.n_used - (0 if terms.reusable_after_cancel else balance.n_rolled_back)
    if coupon.revoked:
        return CouponStatus.REVOKED
    if n_open_locks > 0:
        return CouponStatus.LOCKED
    if standing > 0:
        return CouponStatus.REDEEMED
    if terms.ends_at is not None and now >= terms.ends_at:
        return CouponStatus.EXPIRED
    if balance.n_rolled_back > 0:
        return CouponStatus.ROLLED_BACK
    return CouponStatus.ISSUED if coupon.customer_id is None else CouponStatus.CLAIMED


def account_totals(entries: Iterable[BookEntry], account: Callable[[BookEntry], K | None]) -> dict[K, Balance]:
    """Sum the changes of each account, of whatever kind `account` names; entries without one are left out."""
    totals: dict[K, Balance] = {}
    for entry in entries:
        if (key := account(entry)) is not None:
            totals[key] = totals[key] + entry.change if key in totals else entry.change
    return totals


def template_account(entry: BookEntry) -> str:
    """Return the key of the template's account."""
    return entry.template_id


def coupon_account(entry: BookEntry) -> str:
    """Return the key of the coupon's account."""
    return entry.code


def customer_account(entry: BookEntry) -> tuple[str, str] | None:
    """Return the key of the customer's account with the template, where the entry has a customer."""
    return None if entry.customer_id is None else (entry.template_id, entry.customer_id)


def post(book: Book, entries: Iterable[BookEntry]) -> Book:
    """The book with these entries, one after another."""
    entries = tuple(entries)
    if not entries:
        return book
    return Book(
        {**book.templates, **_templates(book, entries)},
        _coupons(book, entries),
        {**book.customers, **_customers(book, entries)},
        _locks(book, entries),
        _redemptions(book, entries),
    )


def _templates(book: Book, entries: tuple[BookEntry, ...]) -> dict[str, CouponTemplate]:
    old = book.templates
    changes = account_totals(entries, template_account)
    return {key: replace(old[key], balance=old[key].balance + change) for key, change in changes.items()}


def _customers(book: Book, entries: tuple[BookEntry, ...]) -> dict[tuple[str, str], Balance]:
    changes = account_totals(entries, customer_account)
    return {key: book.customers.get(key, Balance()) + change for key, change in changes.items()}


def _coupons(book: Book, entries: tuple[BookEntry, ...]) -> dict[str, IssuedCoupon]:
    coupons = dict(book.coupons)
    for entry in entries:
        old = coupons.get(entry.code) or IssuedCoupon(entry.template_id)
        owns = entry.event in (CouponEvent.ISSUED, CouponEvent.CLAIMED)
        coupons[entry.code] = IssuedCoupon(
            entry.template_id,
            entry.customer_id if owns else old.customer_id,
            old.revoked or entry.event is CouponEvent.REVOKED,
            old.version + (entry.event in (CouponEvent.CLAIMED, CouponEvent.REVOKED)),
            old.balance + entry.change,
        )
    return coupons


def _locks(book: Book, entries: tuple[BookEntry, ...]) -> dict[tuple[str, str], ActiveLock]:
    locks = dict(book.locks)
    for entry in entries:
        if entry.lock_key is None:
            continue
        place = (entry.code, entry.lock_key)
        if entry.event is CouponEvent.LOCKED and entry.expires_at is not None:
            customer = entry.customer_id or ""
            locks[place] = ActiveLock(entry.template_id, customer, entry.change.reserved_minor, entry.expires_at)
        else:
            del locks[place]
    return locks


def _redemptions(book: Book, entries: tuple[BookEntry, ...]) -> dict[str, Redemption]:
    redemptions = dict(book.redemptions)
    for entry in entries:
        if entry.redemption_id is None:
            continue
        if entry.event is CouponEvent.REDEEMED:
            made = (entry.template_id, entry.code, entry.customer_id or "", entry.change.spent_minor)
            redemptions[entry.redemption_id] = Redemption(*made)
        else:
            old = redemptions[entry.redemption_id]
            back = old.rolled_back_minor - entry.change.spent_minor
            redemptions[entry.redemption_id] = replace(
                old, rolled_back_minor=back, whole=entry.change.n_rolled_back > 0
            )
    return redemptions
