"""What is written of coupons as the part of the book that some commands concern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, select, tuple_

from offerloop.offers import (
    BALANCE_COUNTERS,
    ActiveLock,
    Balance,
    Book,
    BookEntry,
    CommandAnswer,
    CouponCommand,
    CouponEvent,
    CouponStatus,
    CouponTemplate,
    CouponTerms,
    Expire,
    Issue,
    IssuedCoupon,
    LedgerState,
    Lock,
    Redeem,
    Redemption,
    RefusalReason,
    Release,
    Revoke,
    RollBack,
    coupon_status,
)
from offerloop.store.schema import coupons, customers, history, locks, redemptions, requests, templates

IN_ONE = 400
"""Names in one statement; SQLite and PostgreSQL allow some tens of thousands of values."""
_TERMS = tuple(one.name for one in fields(CouponTerms))


def read_state(connection: Connection, commands: Sequence[CouponCommand], now: int) -> LedgerState:
    """All that the rules can ask for to decide these commands at `now`, and what was answered to their keys before."""
    rolled_back = {one.redemption_id for one in commands if isinstance(one, RollBack)}
    made = read_redemptions(connection, rolled_back)
    codes = {code for one in commands for code in _codes(one)} | {one.code for one in made.values()}
    coupons_by_code = read_coupons(connection, codes)
    named = {one.template_id for one in commands if isinstance(one, Issue | Expire)}
    within = read_templates(connection, named | {one.template_id for one in coupons_by_code.values()})
    held = _locks(connection, commands, within, now)
    coupons_by_code |= read_coupons(connection, {code for code, _ in held} - coupons_by_code.keys())
    people = {(one.template_id, one.customer_id) for one in held.values()}
    people |= {(one.template_id, one.customer_id) for one in made.values()}
    people |= {
        (template, customer)
        for command in commands
        if (customer := customer_named(command)) is not None
        for template in _templates_of(command, coupons_by_code)
    }
    book = Book(within, coupons_by_code, read_customers(connection, people), held, made)
    return LedgerState(book, answers(connection, [one.key for one in commands]))


def customer_named(command: CouponCommand) -> str | None:
    """Return the customer that a command names, if it is of a kind that names one."""
    return getattr(command, "customer_id", None)


def answers(connection: Connection, keys: Collection[str]) -> dict[str, tuple[str, CommandAnswer]]:
    """Fingerprint and answer of the keys that were answered before."""
    return {
        row.key: (
            row.fingerprint,
            CommandAnswer(row.key, row.at, row.reason and RefusalReason(row.reason), row.expires_at),
        )
        for row in _rows(connection, requests, ("key",), keys)
    }


def read_history(connection: Connection, code: str) -> list[tuple[int, BookEntry]]:
    """What happened to a coupon, first things first, each with its epoch second."""
    rows = connection.execute(select(history).where(history.c.code == code).order_by(history.c.history_id))
    return [
        (
            row.at,
            BookEntry(
                CouponEvent(row.event), row.template_id, row.code, row.customer_id, _balance(row), row.lock_key,
                row.redemption_id, row.expires_at,
            ),
        )
        for row in rows
    ]  # fmt: skip


def _codes(command: CouponCommand) -> tuple[str, ...]:
    if isinstance(command, Issue):
        return command.codes
    code = getattr(command, "code", None)
    return () if code is None else (code,)


def _templates_of(command: CouponCommand, coupons_by_code: Mapping[str, IssuedCoupon]) -> set[str]:
    if isinstance(command, Issue):
        return {command.template_id}
    return {coupons_by_code[code].template_id for code in _codes(command) if code in coupons_by_code}


def _rows(connection: Connection, table: Table, names: tuple[str, ...], values: Iterable[Any]) -> list[Row[Any]]:
    """Rows whose column of this name, or tuple of several columns, is among the values."""
    wanted, rows = sorted(values), list[Row[Any]]()
    for start in range(0, len(wanted), IN_ONE):
        rows += connection.execute(_among(table, names), {"wanted": wanted[start : start + IN_ONE]})
    return rows


@cache
def _among(table: Table, names: tuple[str, ...]) -> Select[Any]:
    columns = [table.c[name] for name in names]
    place = columns[0] if len(columns) == 1 else tuple_(*columns)
    return select(table).where(place.in_(bindparam("wanted", expanding=True)))


_OVER = select(locks).where(locks.c.template_id == bindparam("template_id"), locks.c.expires_at <= bindparam("now"))


def _balance(row: Row[Any]) -> Balance:
    return Balance(*(getattr(row, name) for name in BALANCE_COUNTERS))


def read_templates(connection: Connection, names: Collection[str]) -> dict[str, CouponTemplate]:
    """Templates by their ids; those that are not there are left out."""
    return {
        row.template_id: CouponTemplate(CouponTerms(**{name: getattr(row, name) for name in _TERMS}), _balance(row))
        for row in _rows(connection, templates, ("template_id",), names)
    }


def read_coupons(connection: Connection, codes: Collection[str]) -> dict[str, IssuedCoupon]:
    """Coupons by their codes; those that are not there are left out."""
    return {
        row.code: IssuedCoupon(row.template_id, row.customer_id, row.revoked, row.version, _balance(row))
        for row in _rows(connection, coupons, ("code",), codes)
    }


def read_statuses(
    connection: Connection, coupons_by_code: Mapping[str, IssuedCoupon], now: int
) -> dict[str, CouponStatus]:
    """Where coupons stand at an epoch second, by code."""
    within = read_templates(connection, {one.template_id for one in coupons_by_code.values()})
    held = _rows(connection, locks, ("code",), coupons_by_code)
    n_open = Counter(row.code for row in held if row.expires_at > now)
    return {
        code: coupon_status(coupon, within[coupon.template_id].terms, now, n_open[code])
        for code, coupon in coupons_by_code.items()
    }


def read_customers(connection: Connection, people: Collection[tuple[str, str]]) -> dict[tuple[str, str], Balance]:
    """Balances by template_id and customer_id; those that are not there are left out."""
    place = ("template_id", "customer_id")
    return {(row.template_id, row.customer_id): _balance(row) for row in _rows(connection, customers, place, people)}


def _locks(
    connection: Connection, commands: Sequence[CouponCommand], within: Collection[str], now: int
) -> dict[tuple[str, str], ActiveLock]:
    """Locks that the commands name, all of coupons to be revoked, and those of the templates that have run out."""
    named = {
        (command.code, command.lock_key)
        for command in commands
        if isinstance(command, Lock | Release | Redeem) and command.lock_key is not None
    }
    revoked = {one.code for one in commands if isinstance(one, Revoke)}
    rows = _rows(connection, locks, ("code", "lock_key"), named)
    rows += _rows(connection, locks, ("code",), revoked)
    for template_id in sorted(within):
        rows += connection.execute(_OVER, {"template_id": template_id, "now": now})
    return {
        (row.code, row.lock_key): ActiveLock(row.template_id, row.customer_id, row.amount_minor, row.expires_at)
        for row in rows
    }


def read_redemptions(connection: Connection, names: Collection[str]) -> dict[str, Redemption]:
    """Return redemptions by their ids; what is none is left out."""
    return {
        row.redemption_id: Redemption(
            row.template_id, row.code, row.customer_id, row.amount_minor, row.rolled_back_minor, row.whole
        )
        for row in _rows(connection, redemptions, ("redemption_id",), names)
    }
