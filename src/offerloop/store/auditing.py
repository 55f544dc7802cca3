"""Recompute every balance from the history and compare: what does not follow from it is a fault.

The database adds up and compares, and only the faults that are shown leave it: the program's memory does not grow with
the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    case,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)

from offerloop.offers import BALANCE_COUNTERS, CouponEvent
from offerloop.store.connect import at_one_moment
from offerloop.store.schema import coupons, customers, history, locks, redemptions, requests, templates

SHOWN = 20
"""The most faults of one kind that are reported."""
POSTGRESQL = ("work_mem = '64MB'", "jit = off")
"""Settings of the audit's transaction: large groups go to disk less often, and compiling would not pay."""
Values = Mapping[str, ColumnElement[int]]


def audit(engine: Engine) -> list[str]:
    """One sentence for each balance, lock, redemption and limit that the history does not explain; none is good.

    All of it is read as of one moment, so it can be asked while others write.
    """
    own = history.c
    with at_one_moment(engine) as connection:
        if engine.dialect.name == "postgresql":
            for setting in POSTGRESQL:
                connection.execute(text(f"set local {setting}"))
        faults_by_kind = [
            _accounts(connection, templates, [own.template_id]),
            _accounts(connection, coupons, [own.code]),
            _accounts(connection, customers, [own.template_id, own.customer_id]),
            _locks(connection),
            _redemptions(connection),
            _limits(connection),
            _requests(connection),
        ]
        return [fault for kind in faults_by_kind for _, fault in zip(range(SHOWN), kind, strict=False)]


def _differences(keys: Sequence[Column[Any]], table: Table, there: Values, expected: Values) -> Select[Any]:
    """Select the keys whose values in the table are not the sums over the history, with the values (0 where the key is
    missing) and by how much they are more than the sums.

    Rows of both, those of the history negated, are put under one another and grouped once: without a join no plan can
    be quadratic.
    """
    places = [f"key_{place}" for place in range(len(keys))]
    both = union_all(
        select(*(table.c[key.name].label(place) for key, place in zip(keys, places, strict=True)),
               literal(1).label("there"), *(value.label(name) for name, value in there.items())),
        select(*(key.label(place) for key, place in zip(keys, places, strict=True)),
               literal(0), *(-value for value in expected.values())).where(*(key.is_not(None) for key in keys)),
    ).subquery()  # fmt: skip
    by = [both.c[place] for place in places]
    is_ = [func.coalesce(func.max(case((both.c.there == 1, both.c[name]))), 0).label(name) for name in there]
    more = [func.sum(both.c[name]) for name in there]
    labelled = [one.label(f"more_{name}") for name, one in zip(there, more, strict=True)]
    differ = or_(*(one != 0 for one in more))
    return select(*by, *is_, *labelled).group_by(*by).having(differ).order_by(*by).limit(SHOWN)


def _pairs(row: Row[Any], names: Sequence[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return what is there, and what should be."""
    is_ = tuple(int(getattr(row, name)) for name in names)
    return is_, tuple(one - int(getattr(row, f"more_{name}")) for one, name in zip(is_, names, strict=True))


def _accounts(connection: Connection, table: Table, keys: Sequence[Column[Any]]) -> Iterator[str]:
    """Accounts whose counters are not the sums of the history."""
    there, expected = ({name: one.c[name] for name in BALANCE_COUNTERS} for one in (table, history))
    for row in connection.execute(_differences(keys, table, there, expected)):
        pairs = zip(BALANCE_COUNTERS, *_pairs(row, BALANCE_COUNTERS), strict=True)
        wrong = [f"{name} {a}, not {b}" for name, a, b in pairs if a != b]
        yield f"{table.name} {' '.join(row[: len(keys)])}: {', '.join(wrong)} as the history says"


def _locks(connection: Connection) -> Iterator[str]:
    """Locks that hold are those that were made more often than they ended, with what they reserved."""
    own = history.c
    there: Values = {"held": literal(1), "amount": locks.c.amount_minor}
    expected: Values = {"held": own.n_locked, "amount": own.reserved_minor}
    for row in connection.execute(_differences([own.code, own.lock_key], locks, there, expected)):
        is_, should = _pairs(row, list(there))
        yield f"lock {row.key_1} of {row.key_0}: {is_}, not {should} as the history says"


def _redemptions(connection: Connection) -> Iterator[str]:
    """What is left of each redemption, and whether there was one entry that made it."""
    own, table = history.c, redemptions.c
    there: Values = {
        "made": literal(1),
        "left": table.amount_minor - table.rolled_back_minor,
        "whole": case((table.whole, 1), else_=0),
    }
    expected: Values = {
        "made": case((own.event == CouponEvent.REDEEMED.value, 1), else_=0),
        "left": own.spent_minor,
        "whole": own.n_rolled_back,
    }
    for row in connection.execute(_differences([own.redemption_id], redemptions, there, expected)):
        is_, should = _pairs(row, list(there))
        yield f"redemption {row.key_0}: {is_}, not {should} as the history says"


def _limits(connection: Connection) -> Iterator[str]:
    """Accounts beyond their limits or below zero."""
    for table in (templates, coupons, customers):
        own = table.c
        uses, money = own.n_locked + own.n_used, own.reserved_minor + own.spent_minor
        limits = (
            {"limit_total": uses, "limit_issued": own.n_issued, "budget_minor": money}
            if table is templates
            else {"limit_uses": uses}
        )
        wrong = [used > own[name] for name, used in limits.items()] + [own[name] < 0 for name in BALANCE_COUNTERS]
        used = [one.label(f"used_{name}") for name, one in limits.items()]
        keys = list(table.primary_key)
        for row in connection.execute(select(table, *used).where(or_(*wrong)).order_by(*keys).limit(SHOWN)):
            name = f"{table.name} {' '.join(str(getattr(row, key.name)) for key in keys)}"
            yield from _beyond(name, row, list(limits))
            yield from (f"{name}: {one} is {getattr(row, one)}" for one in BALANCE_COUNTERS if getattr(row, one) < 0)


def _beyond(account: str, row: Row[Any], limits: Sequence[str]) -> Iterator[str]:
    for name in limits:
        used, limit = getattr(row, f"used_{name}"), getattr(row, name)
        if limit is not None and used > limit:
            yield f"{account}: {used} is beyond its {name} of {limit}"


def _requests(connection: Connection) -> Iterator[str]:
    """Entries without a command that was answered: what changed must have been asked for."""
    own = history.c
    has_request = select(requests.c.key).where(requests.c.key == own.request_key).exists()
    keys = select(own.request_key).where(~has_request).distinct().order_by(own.request_key).limit(SHOWN)
    yield from (f"the history has entries of the unknown request {row[0]}" for row in connection.execute(keys))
