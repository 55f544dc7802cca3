"""The life of a coupon as rules without a clock or a database: what a command does to a book at a moment in time.

    issued 已发放 -> claimed 已领取 -> locked 已锁定 -> redeemed 已核销 -> rolled back 已退回
                                                        expired 已过期, revoked 已作废

A coupon can be redeemed without a claim and without a lock. A lock counts against every limit and holds until it
expires, is redeemed or is released. Every command has a key: the same key and body give the same answer and change
nothing, the same key with another body is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import singledispatch

from offerloop.offers.coupons.book import (
    Balance,
    Book,
    BookEntry,
    CouponEvent,
    CouponTerms,
    account_totals,
    coupon_account,
    customer_account,
    post,
    template_account,
)
from offerloop.offers.coupons.commands import (
    Claim,
    CouponCommand,
    Expire,
    Issue,
    Lock,
    Redeem,
    Release,
    Revoke,
    RollBack,
)


class RefusalReason(StrEnum):
    """Why a command was refused."""

    UNKNOWN_TEMPLATE = "unknown_template"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_LOCK = "unknown_lock"
    UNKNOWN_REDEMPTION = "unknown_redemption"
    KEY_CONFLICT = "key_conflict"
    CODE_TAKEN = "code_taken"
    ALREADY_CLAIMED = "already_claimed"
    OF_ANOTHER_CUSTOMER = "of_another_customer"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    REVOKED = "revoked"
    LOCKED = "locked"
    ISSUE_LIMIT = "issue_limit_exceeded"
    TOTAL_LIMIT = "quantity_exceeded"
    CUSTOMER_LIMIT = "quantity_exceeded_for_customer"
    CODE_LIMIT = "quantity_exceeded_for_code"
    BUDGET = "budget_exceeded"
    ALREADY_ROLLED_BACK = "already_rolled_back"
    MORE_THAN_REDEEMED = "more_than_redeemed"
    ERASED = "erased"
    """The customer was erased: nothing is written of them any more."""


@dataclass(frozen=True)
class CommandAnswer:
    """The answer to a command: carried out, or refused for a reason."""

    key: str
    at: int
    reason: RefusalReason | None = None
    """None when it was carried out."""
    expires_at: int | None = None
    """When a lock that was made runs out."""


@dataclass(frozen=True)
class LedgerState:
    """A book, and what was answered: fingerprint and answer by key."""

    book: Book = field(default_factory=Book)
    answered: Mapping[str, tuple[str, CommandAnswer]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The new state, the entries that led to it, and the answer."""

    state: LedgerState
    entries: tuple[BookEntry, ...]
    answer: CommandAnswer


Found = tuple[BookEntry, ...] | RefusalReason


def decide_command(state: LedgerState, command: CouponCommand, now: int) -> Outcome:
    """Carry out a command at an epoch second, or refuse it. Locks that have run out by then are let go first."""
    fingerprint = command.fingerprint()
    if command.key in state.answered:
        before, answer = state.answered[command.key]
        return Outcome(
            state, (), answer if before == fingerprint else CommandAnswer(command.key, now, RefusalReason.KEY_CONFLICT)
        )
    template_id = template_named(state.book, command)
    over = () if template_id is None else run_out(state.book, template_id, now)
    book = post(state.book, over)
    entries = _entries(command, book, now)
    if not isinstance(entries, RefusalReason):
        entries = _beyond(book, entries) or entries
    done = () if isinstance(entries, RefusalReason) else entries
    reason = entries if isinstance(entries, RefusalReason) else None
    expires = next((entry.expires_at for entry in done if entry.event is CouponEvent.LOCKED), None)
    answer = CommandAnswer(command.key, now, reason, expires)
    new = LedgerState(post(book, done), {**state.answered, command.key: (fingerprint, answer)})
    return Outcome(new, over + done, answer)


def template_named(book: Book, command: CouponCommand) -> str | None:
    """The template that a command concerns; None where the book does not know it."""
    if isinstance(command, Issue | Expire):
        return command.template_id if command.template_id in book.templates else None
    if isinstance(command, RollBack):
        redemption = book.redemptions.get(command.redemption_id)
        return redemption.template_id if redemption else None
    coupon = book.coupons.get(getattr(command, "code", ""))
    return coupon.template_id if coupon else None


def run_out(book: Book, template_id: str, now: int) -> tuple[BookEntry, ...]:
    """Entries that let locks of a template go whose time is over, in the order of their codes and keys."""
    over = (place for place, held in book.locks.items() if held.template_id == template_id and held.expires_at <= now)
    return tuple(_let_go(book, place, CouponEvent.LOCK_EXPIRED) for place in sorted(over))


def _let_go(book: Book, place: tuple[str, str], event: CouponEvent) -> BookEntry:
    held = book.locks[place]
    change = Balance(n_locked=-1, reserved_minor=-held.amount_minor, released_minor=held.amount_minor)
    return BookEntry(event, held.template_id, place[0], held.customer_id, change, place[1])


def _beyond(book: Book, entries: tuple[BookEntry, ...]) -> RefusalReason | None:
    """The limit that these entries would break. What takes nothing more breaks none."""
    for template_id, more in account_totals(entries, template_account).items():
        template = book.templates[template_id]
        terms, after = template.terms, template.balance + more
        if more.n_issued > 0 and _above(after.n_issued, terms.limit_issued):
            return RefusalReason.ISSUE_LIMIT
        if reason := _beyond_coupon(book, entries, terms) or _beyond_customer(book, entries, terms):
            return reason
        if more.n_taken > 0 and _above(after.n_taken, terms.limit_total):
            return RefusalReason.TOTAL_LIMIT
        if more.taken_minor > 0 and _above(after.taken_minor, terms.budget_minor):
            return RefusalReason.BUDGET
    return None


def _beyond_coupon(book: Book, entries: tuple[BookEntry, ...], terms: CouponTerms) -> RefusalReason | None:
    for code, more in account_totals(entries, coupon_account).items():
        if more.n_taken > 0:
            before = book.coupons[code].balance
            if _above((before + more).n_taken, terms.limit_per_code):
                return (
                    RefusalReason.CODE_LIMIT
                    if _above(before.n_used + 1, terms.limit_per_code)
                    else RefusalReason.LOCKED
                )
    return None


def _beyond_customer(book: Book, entries: tuple[BookEntry, ...], terms: CouponTerms) -> RefusalReason | None:
    for customer, more in account_totals(entries, customer_account).items():
        after = book.customers.get(customer, Balance()) + more
        claims = more.n_claimed > 0 and _above(after.n_claimed, terms.limit_per_customer)
        if claims or (more.n_taken > 0 and _above(after.n_taken, terms.limit_per_customer)):
            return RefusalReason.CUSTOMER_LIMIT
    return None


def _above(value: int, limit: int | None) -> bool:
    return limit is not None and value > limit


def _usable(book: Book, code: str, customer_id: str, now: int) -> RefusalReason | None:
    """Why this customer cannot use this coupon now, limits aside."""
    coupon = book.coupons.get(code)
    if coupon is None:
        return RefusalReason.UNKNOWN_CODE
    terms = book.templates[coupon.template_id].terms
    if coupon.revoked:
        return RefusalReason.REVOKED
    if terms.starts_at is not None and now < terms.starts_at:
        return RefusalReason.NOT_STARTED
    if terms.ends_at is not None and now >= terms.ends_at:
        return RefusalReason.ENDED
    return RefusalReason.OF_ANOTHER_CUSTOMER if coupon.customer_id not in (None, customer_id) else None


@singledispatch
def _entries(command: CouponCommand, book: Book, now: int) -> Found:  # noqa: ARG001 - one signature for all commands
    """What a command asks for as entries, limits aside, or why it cannot be."""
    raise TypeError(f"{type(command).__name__} is not a command of the lifecycle")


@_entries.register
def _issue(command: Issue, book: Book, now: int) -> Found:
    template = book.templates.get(command.template_id)
    if template is None:
        return RefusalReason.UNKNOWN_TEMPLATE
    if template.terms.ends_at is not None and now >= template.terms.ends_at:
        return RefusalReason.ENDED
    if len(set(command.codes)) < len(command.codes) or any(code in book.coupons for code in command.codes):
        return RefusalReason.CODE_TAKEN
    change = Balance(n_issued=1, n_claimed=int(command.customer_id is not None))
    return tuple(
        BookEntry(CouponEvent.ISSUED, command.template_id, code, command.customer_id, change) for code in command.codes
    )


@_entries.register
def _claim(command: Claim, book: Book, now: int) -> Found:
    reason = _usable(book, command.code, command.customer_id, now)
    if reason not in (None, RefusalReason.NOT_STARTED):
        return reason
    coupon = book.coupons[command.code]
    if coupon.customer_id is not None:
        return RefusalReason.ALREADY_CLAIMED
    change = Balance(n_claimed=1)
    return (BookEntry(CouponEvent.CLAIMED, coupon.template_id, command.code, command.customer_id, change),)


@_entries.register
def _lock(command: Lock, book: Book, now: int) -> Found:
    if reason := _usable(book, command.code, command.customer_id, now):
        return reason
    place = (command.code, command.lock_key)
    held = book.locks.get(place)
    if held is not None and held.customer_id != command.customer_id:
        return RefusalReason.OF_ANOTHER_CUSTOMER
    template_id = book.coupons[command.code].template_id
    terms = book.templates[template_id].terms
    until = now + (terms.lock_seconds if command.seconds is None else command.seconds)
    until = until if terms.ends_at is None else min(until, terms.ends_at)
    change = Balance(n_locked=1, reserved_minor=command.amount_minor)
    lock = BookEntry(
        CouponEvent.LOCKED, template_id, command.code, command.customer_id, change, command.lock_key, expires_at=until
    )
    return (lock,) if held is None else (_let_go(book, place, CouponEvent.RELEASED), lock)


@_entries.register
def _release(command: Release, book: Book, now: int) -> Found:  # noqa: ARG001 - one signature for all commands
    place = (command.code, command.lock_key)
    return (_let_go(book, place, CouponEvent.RELEASED),) if place in book.locks else RefusalReason.UNKNOWN_LOCK


@_entries.register
def _redeem(command: Redeem, book: Book, now: int) -> Found:
    if reason := _usable(book, command.code, command.customer_id, now):
        return reason
    held = book.locks.get((command.code, command.lock_key or ""))
    if held is not None and held.customer_id != command.customer_id:
        return RefusalReason.OF_ANOTHER_CUSTOMER
    change = Balance(n_used=1, spent_minor=command.amount_minor)
    if held is not None:
        free = max(0, held.amount_minor - command.amount_minor)
        change += Balance(n_locked=-1, reserved_minor=-held.amount_minor, released_minor=free)
    lock_key = None if held is None else command.lock_key
    template_id = book.coupons[command.code].template_id
    who = command.customer_id
    return (BookEntry(CouponEvent.REDEEMED, template_id, command.code, who, change, lock_key, command.key),)


@_entries.register
def _roll_back(command: RollBack, book: Book, now: int) -> Found:  # noqa: ARG001 - one signature for all commands
    redemption = book.redemptions.get(command.redemption_id)
    if redemption is None:
        return RefusalReason.UNKNOWN_REDEMPTION
    left = redemption.amount_minor - redemption.rolled_back_minor
    back = left if command.amount_minor is None else command.amount_minor
    if redemption.whole:
        return RefusalReason.ALREADY_ROLLED_BACK
    if back > left:
        return RefusalReason.MORE_THAN_REDEEMED
    change = Balance(spent_minor=-back, released_minor=back)
    if back == left:
        reusable = book.templates[redemption.template_id].terms.reusable_after_cancel
        change += Balance(n_used=-1 if reusable else 0, n_rolled_back=1)
    where = (redemption.template_id, redemption.code, redemption.customer_id)
    return (BookEntry(CouponEvent.ROLLED_BACK, *where, change, redemption_id=command.redemption_id),)


@_entries.register
def _expire(command: Expire, book: Book, now: int) -> Found:  # noqa: ARG001 - one signature for all commands
    return () if command.template_id in book.templates else RefusalReason.UNKNOWN_TEMPLATE


@_entries.register
def _revoke(command: Revoke, book: Book, now: int) -> Found:  # noqa: ARG001 - one signature for all commands
    coupon = book.coupons.get(command.code)
    if coupon is None:
        return RefusalReason.UNKNOWN_CODE
    if coupon.revoked:
        return RefusalReason.REVOKED
    held = sorted(place for place in book.locks if place[0] == command.code)
    end = BookEntry(CouponEvent.REVOKED, coupon.template_id, command.code, coupon.customer_id, Balance())
    return (*(_let_go(book, place, CouponEvent.RELEASED) for place in held), end)
