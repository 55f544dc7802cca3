"""One transaction: keys first, then what the entries changed, each row guarded against what was not read.

Counters are only added to, by updates whose WHERE holds the limit, so that many may use one template at a time and
none can go beyond it. Whatever comes back with RETURNING was written; a row that is missing there was changed by
somebody else in the meantime, and all is undone. Rows are written in one order everywhere: nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Executable,
    Result,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from offerloop.offers import (
    BALANCE_COUNTERS,
    Balance,
    BookEntry,
    CommandAnswer,
    LedgerState,
    account_totals,
    coupon_account,
    customer_account,
    template_account,
)
from offerloop.store.connect import StaleError
from offerloop.store.schema import coupons, customers, history, locks, redemptions, requests, templates

IN_ONE = 400
"""Rows that one statement deletes."""
Values = dict[str, Any]
_TAKEN = ("n_taken", "taken_minor")
_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_HISTORY = insert(history)


@dataclass(frozen=True)
class LedgerChange:
    """What commands came to: the state that was read, the one that the rules made of it, and the way there."""

    before: LedgerState
    after: LedgerState
    entries: tuple[tuple[str, BookEntry], ...]
    """Each with the key of its command."""
    at: int
    refused: Mapping[str, str]
    """The customers whom refused commands name, by key: an erasure finds their fingerprints by them."""

    @property
    def answers(self) -> list[tuple[str, CommandAnswer]]:
        """Fingerprint and answer of every new key."""
        return [one for key, one in sorted(self.after.answered.items()) if key not in self.before.answered]


def write(connection: Connection, change: LedgerChange) -> None:
    """All of it within the transaction of the connection. Raises StaleError when what was read holds no more."""
    _requests(connection, change)
    if change.entries:
        plain = [entry for _, entry in change.entries]
        _coupons(connection, change, account_totals(plain, coupon_account))
        _customers(connection, change, account_totals(plain, customer_account))
        _locks(connection, change)
        _redemptions(connection, change)
        _history(connection, change)
        for template_id, more in sorted(account_totals(plain, template_account).items()):
            _template(connection, template_id, more)


def _requests(connection: Connection, change: LedgerChange) -> None:
    rows = [
        {"key": answer.key, "fingerprint": fingerprint, "at": answer.at, "reason": answer.reason,
         "expires_at": answer.expires_at, "customer_id": change.refused.get(answer.key)}
        for fingerprint, answer in change.answers
    ]  # fmt: skip
    _add_new(connection, requests, rows)


def _coupons(connection: Connection, change: LedgerChange, more: Mapping[str, Balance]) -> None:
    new, old = list[Values](), dict[int, list[Values]]()
    for code in sorted(more):
        after, before = change.after.book.coupons[code], change.before.book.coupons.get(code)
        limit = change.after.book.templates[after.template_id].terms.limit_per_code
        row = {
            "code": code, "template_id": after.template_id, "customer_id": after.customer_id,
            "revoked": after.revoked, "version": after.version, "limit_uses": limit, **vars(more[code]),
        }  # fmt: skip
        if before is None:
            new.append(row)
        else:
            old.setdefault(after.version - before.version, []).append(row)
    _add_new(connection, coupons, new)
    for changes, rows in sorted(old.items()):
        _add_to(connection, coupons, rows, changes)


def _customers(connection: Connection, change: LedgerChange, more: Mapping[tuple[str, str], Balance]) -> None:
    rows = [
        {"template_id": template_id, "customer_id": customer_id,
         "limit_uses": change.after.book.templates[template_id].terms.limit_per_customer,
         **vars(more[template_id, customer_id])}
        for template_id, customer_id in sorted(more)
        if more[template_id, customer_id] != Balance()
    ]  # fmt: skip
    _add_to(connection, customers, rows)


def _template(connection: Connection, template_id: str, more: Balance) -> None:
    """The limits in total and in money. A change that takes no more than before is within any limit."""
    sums = tuple(name for name in BALANCE_COUNTERS if getattr(more, name))
    if not sums:
        return
    added = {f"more_{name}": getattr(more, name) for name in (*BALANCE_COUNTERS, *_TAKEN)}
    guarded = tuple(name for name in ("n_issued", *_TAKEN) if added[f"more_{name}"] > 0)
    done = connection.execute(_template_update(sums, guarded), {"named": template_id, **added})
    _all_written(done, 1)


@cache
def _template_update(sums: tuple[str, ...], guarded: tuple[str, ...]) -> Executable:
    """Add to the counters `sums` where what is `guarded` stays within its limit."""
    own = templates.c
    limits = {
        "n_issued": (own.n_issued, own.limit_issued),
        "n_taken": (own.n_locked + own.n_used, own.limit_total),
        "taken_minor": (own.reserved_minor + own.spent_minor, own.budget_minor),
    }
    within = [or_(limits[name][1].is_(None), limits[name][0] + _increment(name) <= limits[name][1]) for name in guarded]
    statement = update(templates).where(own.template_id == bindparam("named"), *within)
    return statement.values({name: own[name] + _increment(name) for name in sums}).returning(own.template_id)


def _increment(name: str) -> BindParameter[int]:
    return bindparam(f"more_{name}", type_=BigInteger())


def _locks(connection: Connection, change: LedgerChange) -> None:
    """Also where a lock was replaced by one that looks the same."""
    before, after = change.before.book.locks, change.after.book.locks
    named = {(entry.code, entry.lock_key) for _, entry in change.entries if entry.lock_key is not None}
    gone = [(*place, before[place].amount_minor, before[place].expires_at) for place in sorted(named & before.keys())]
    _take_away(connection, locks, ("code", "lock_key", "amount_minor", "expires_at"), gone)
    left = sorted(named & after.keys())
    _add_new(connection, locks, [{"code": place[0], "lock_key": place[1], **vars(after[place])} for place in left])


def _redemptions(connection: Connection, change: LedgerChange) -> None:
    before, after = change.before.book.redemptions, change.after.book.redemptions
    named = {entry.redemption_id for _, entry in change.entries if entry.redemption_id is not None}
    gone = [(key, before[key].rolled_back_minor, before[key].whole) for key in sorted(named & before.keys())]
    _take_away(connection, redemptions, ("redemption_id", "rolled_back_minor", "whole"), gone)
    _add_new(connection, redemptions, [{"redemption_id": key, **vars(after[key])} for key in sorted(named)])


def _history(connection: Connection, change: LedgerChange) -> None:
    rows = [
        {
            "request_key": key, "at": change.at, "event": entry.event, "template_id": entry.template_id,
            "code": entry.code, "customer_id": entry.customer_id, "lock_key": entry.lock_key,
            "redemption_id": entry.redemption_id, "expires_at": entry.expires_at, **vars(entry.change),
        }
        for key, entry in change.entries
    ]  # fmt: skip
    connection.execute(_HISTORY, rows)


def _add_new(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Rows that must not be there yet."""
    if rows:
        _all_written(connection.execute(_new_rows(connection.dialect.name, table), rows), len(rows))


@cache
def _new_rows(dialect: str, table: Table) -> Executable:
    return _INSERT[dialect](table).on_conflict_do_nothing().returning(*table.primary_key)


def _add_to(connection: Connection, table: Table, rows: Sequence[Values], changes: int = 0) -> None:
    """Add to the counters of coupons or customers that stay within limit_uses, and of coupons that have the version
    from which so many changes led to the new one.
    """
    if rows:
        _all_written(connection.execute(_more_on(connection.dialect.name, table, changes), rows), len(rows))


@cache
def _more_on(dialect: str, table: Table, changes: int) -> Executable:
    statement = _INSERT[dialect](table)
    new, own = statement.excluded, table.c
    uses = _within(new.n_locked + new.n_used, own.n_locked + own.n_used, own.limit_uses)
    if table is coupons:
        guard = own.version == new.version - changes
    else:
        guard = _within(new.n_claimed, own.n_claimed, own.limit_uses)
    replaced = ("customer_id", "revoked", "version") if table is coupons else ()
    sums = {name: own[name] + new[name] for name in BALANCE_COUNTERS} | {name: new[name] for name in replaced}
    keys = list(table.primary_key)
    statement = statement.on_conflict_do_update(index_elements=keys, set_=sums, where=and_(guard, uses))
    return statement.returning(*keys)


def _within(
    more: ColumnElement[int], there: ColumnElement[int], limit: ColumnElement[int | None]
) -> ColumnElement[bool]:
    """Whether an account stays within its limit; one that takes no more than before always does."""
    return or_(limit.is_(None), more <= 0, there + more <= limit)


def _take_away(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows that must still be as they were read."""
    for start in range(0, len(rows), IN_ONE):
        part = rows[start : start + IN_ONE]
        _all_written(connection.execute(_gone(table, names), {"gone": part}), len(part))


@cache
def _gone(table: Table, names: tuple[str, ...]) -> Executable:
    place = tuple_(*(table.c[name] for name in names))
    return delete(table).where(place.in_(bindparam("gone", expanding=True))).returning(table.c[names[0]])


def _all_written(result: Result[Any], wanted: int) -> None:
    if len(result.all()) != wanted:
        raise StaleError
