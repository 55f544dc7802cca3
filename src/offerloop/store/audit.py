"""Recompute every balance from the history and compare: what does not follow from it is a fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Engine, Row, Table, case, func, select

from offerloop.offers.book import COUNTERS, Event
from offerloop.store.connect import at_one_moment
from offerloop.store.schema import coupons, customers, history, locks, redemptions, requests, templates

SHOWN = 20
"""Faults of one kind that are told at most."""


def audit(engine: Engine) -> list[str]:
    """One sentence for each balance, lock, redemption and limit that the history does not explain; none is good.

    All of it is read as of one moment, so it can be asked while others write.
    """
    own = history.c
    with at_one_moment(engine) as connection:
        found = [
            _accounts(connection, templates, [own.template_id]),
            _accounts(connection, coupons, [own.code]),
            _accounts(connection, customers, [own.template_id, own.customer_id]),
            _locks(connection),
            _redemptions(connection),
            _limits(connection),
            _requests(connection),
        ]
        return [fault for kind in found for _, fault in zip(range(SHOWN), kind, strict=False)]


def _accounts(connection: Connection, table: Table, keys: Sequence[Column[Any]]) -> Iterator[str]:
    """Accounts whose counters are not the sums of the history."""
    sums = [func.coalesce(func.sum(history.c[name]), 0) for name in COUNTERS]
    named = [key.is_not(None) for key in keys]
    told = connection.execute(select(*keys, *sums).where(*named).group_by(*keys))
    wide = len(keys)
    history_says = {tuple(row[:wide]): tuple(map(int, row[wide:])) for row in told}
    there = connection.execute(select(*(table.c[key.name] for key in keys), *(table.c[name] for name in COUNTERS)))
    account_says = {tuple(row[:wide]): tuple(row[wide:]) for row in there}
    zero = (0,) * len(COUNTERS)
    for key in sorted(history_says.keys() | account_says.keys()):
        is_, should = account_says.get(key, zero), history_says.get(key, zero)
        if is_ != should:
            wrong = [f"{name} {a}, not {b}" for name, a, b in zip(COUNTERS, is_, should, strict=True) if a != b]
            yield f"{table.name} {' '.join(key)}: {', '.join(wrong)} as the history says"


def _locks(connection: Connection) -> Iterator[str]:
    """Locks that hold are those that were made more often than they ended, with what they reserved."""
    own = history.c
    place = (own.code, own.lock_key)
    sums = (func.sum(own.n_locked), func.sum(own.reserved_minor))
    told = connection.execute(select(*place, *sums).where(own.lock_key.is_not(None)).group_by(*place))
    should = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in told}
    there = connection.execute(select(locks.c.code, locks.c.lock_key, locks.c.amount_minor))
    is_ = {(row[0], row[1]): (1, int(row[2])) for row in there}
    for key in sorted(should.keys() | is_.keys()):
        if is_.get(key, (0, 0)) != should.get(key, (0, 0)):
            yield f"lock {key[1]} of {key[0]}: {is_.get(key)}, not {should.get(key)} as the history says"


def _redemptions(connection: Connection) -> Iterator[str]:
    """What is left of each redemption, and whether there was one entry that made it."""
    own, table = history.c, redemptions.c
    made = func.sum(case((own.event == Event.REDEEMED.value, 1), else_=0))
    told = connection.execute(
        select(own.redemption_id, made, func.sum(own.spent_minor), func.sum(own.n_rolled_back))
        .where(own.redemption_id.is_not(None))
        .group_by(own.redemption_id)
    )
    should = {row[0]: tuple(map(int, row[1:])) for row in told}
    left = table.amount_minor - table.rolled_back_minor
    there = connection.execute(select(table.redemption_id, left, table.whole))
    is_ = {row[0]: (1, int(row[1]), int(row[2])) for row in there}
    for key in sorted(should.keys() | is_.keys()):
        if is_.get(key) != should.get(key):
            yield f"redemption {key}: {is_.get(key)}, not {should.get(key)} as the history says"


def _limits(connection: Connection) -> Iterator[str]:
    """Accounts beyond their limits or below zero."""
    for row in connection.execute(select(templates)):
        pairs = (
            ("limit_total", row.n_locked + row.n_used, row.limit_total),
            ("limit_issued", row.n_issued, row.limit_issued),
            ("budget_minor", row.reserved_minor + row.spent_minor, row.budget_minor),
        )
        yield from (f"template {row.template_id}: {is_} is beyond its {name} of {limit}"
                    for name, is_, limit in pairs if limit is not None and is_ > limit)  # fmt: skip
        yield from _below_zero(f"template {row.template_id}", row)
    for table in (coupons, customers):
        for row in connection.execute(select(table)):
            name = f"{table.name} {' '.join(str(row[place]) for place in range(len(table.primary_key)))}"
            if row.limit_uses is not None and row.n_locked + row.n_used > row.limit_uses:
                yield f"{name}: {row.n_locked + row.n_used} uses are beyond the limit of {row.limit_uses}"
            yield from _below_zero(name, row)


def _below_zero(name: str, row: Row[Any]) -> Iterator[str]:
    yield from (f"{name}: {counter} is {getattr(row, counter)}" for counter in COUNTERS if getattr(row, counter) < 0)


def _requests(connection: Connection) -> Iterator[str]:
    """Entries without a command that was answered: what changed must have been asked for."""
    known = select(requests.c.key)
    keys = select(history.c.request_key).where(history.c.request_key.not_in(known)).distinct()
    yield from (f"the history has entries of the unknown request {row[0]}" for row in connection.execute(keys))
