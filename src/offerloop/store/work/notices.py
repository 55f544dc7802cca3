"""Notices to webhooks and mail: added in the transaction of what they tell, and sent until somebody takes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from offerloop.offers import CouponEvent
from offerloop.store.connect import clock, inserting
from offerloop.store.schema import cursors, history, notices, templates

MOST_ATTEMPTS = 14
FIRST_WAIT, LONGEST_WAIT = 10, 6 * 3_600
"""Seconds; each wait is twice the one before."""
HELD = 60
"""Seconds for which the process that sends a notice has it alone."""
SETTLED = 600
"""Seconds after which no transaction adds a line to the history with an earlier number."""
AT_ONCE, BLOCK = 500, 5_000
"""Redemptions or spent templates of one look, and entries that are looked through for settled ones."""
KEPT_SECONDS = 7 * 86_400
"""How long a redemption stays that was told."""
_REDEEMED, _EXHAUSTED = "coupon.redeemed", "budget.exhausted"
_FIRST_LOOK, _SECOND_LOOK = "redeemed at once", "redeemed"
"""The cursors over the history of the ledger: what is new, and once more what has settled."""


@dataclass(frozen=True)
class PendingNotice:
    """Something that one place is told."""

    notice_id: str
    topic: str
    place: str
    body: dict[str, Any]
    made_at: int
    attempts: int


def add_notice(
    connection: Connection,
    topic: str,
    key: str,
    places: Iterable[str],
    data: Mapping[str, Any],
    customer_id: str | None = None,
) -> None:
    """Tell some places something, once for each key. Without places nothing is kept."""
    now = clock(connection)
    for place in sorted(set(places)):
        row = {
            "notice_id": _notice_id(topic, key, place), "topic": topic, "place": place,
            "customer_id": customer_id, "body": json.dumps(dict(data), ensure_ascii=False),
            "made_at": now, "next_at": now, "attempts": 0,
        }  # fmt: skip
        connection.execute(inserting(connection, notices).values(row).on_conflict_do_nothing())


def is_noticed(connection: Connection, topic: str, key: str, places: Iterable[str]) -> bool:
    """Return whether all places are told something already."""
    ids = {_notice_id(topic, key, place) for place in places}
    kept = connection.execute(select(func.count()).where(notices.c.notice_id.in_(ids)))
    return kept.scalar_one() == len(ids)


def _notice_id(topic: str, key: str, place: str) -> str:
    return hashlib.sha256(json.dumps([topic, key, place]).encode()).hexdigest()[:32]


def due_notice(connection: Connection, not_to: Collection[str] = ()) -> PendingNotice | None:
    """Return a notice whose time to be sent has come, to none of some places, and put it off for the time that sending
    may take.

    So two processes seldom send the same notice, and none is lost with its process.
    """
    now = clock(connection)
    is_due = (notices.c.next_at <= now) & notices.c.place.not_in(not_to)
    query = select(notices).where(is_due).order_by(notices.c.next_at, notices.c.notice_id).limit(1)
    row = connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    connection.execute(update(notices).where(notices.c.notice_id == row.notice_id).values(next_at=now + HELD))
    return PendingNotice(row.notice_id, row.topic, row.place, json.loads(row.body), row.made_at, row.attempts)


def note_sent(connection: Connection, notice_id: str) -> None:
    """Note that a place has taken a notice."""
    done = {"next_at": None, "failure": None, "attempts": notices.c.attempts + 1}
    connection.execute(update(notices).where(notices.c.notice_id == notice_id).values(done))


def note_failed(connection: Connection, notice: PendingNotice, failure: str) -> bool:
    """Note why a place has not taken a notice, and return whether it is given up, after many attempts."""
    attempts = notice.attempts + 1
    wait = min(FIRST_WAIT * 2**notice.attempts, LONGEST_WAIT)
    again = None if attempts >= MOST_ATTEMPTS else clock(connection) + wait
    failed = {"attempts": attempts, "failure": failure[:500], "next_at": again}
    connection.execute(update(notices).where(notices.c.notice_id == notice.notice_id).values(failed))
    return again is None


def forget_notices(connection: Connection) -> None:
    """Delete redemptions that were told, or given up, long ago and that no look at the history will tell again."""
    looked_through = select(func.max(history.c.at)).where(
        history.c.history_id == select(cursors.c.position).where(cursors.c.name == _SECOND_LOOK).scalar_subquery()
    )
    before = min(connection.execute(looked_through).scalar_one() or 0, clock(connection) - KEPT_SECONDS)
    is_over = (notices.c.topic == _REDEEMED) & notices.c.next_at.is_(None) & (notices.c.made_at < before)
    connection.execute(delete(notices).where(is_over))


def add_ledger_notices(connection: Connection, redeemed: Iterable[str], exhausted: Iterable[str]) -> None:
    """Tell some places of new redemptions, and others of templates whose budget is spent. Locks may come back.

    Redemptions are read twice, at once and when they have settled, because a transaction may end after one that began
    later.
    """
    redeemed, exhausted = list(redeemed), list(exhausted)
    if redeemed:
        _add_redeemed(connection, redeemed)
    if exhausted:
        for row in _newly_spent(connection, exhausted):
            data = {"template_id": row.template_id, "budget_minor": row.budget_minor, "spent_minor": row.spent_minor}
            add_notice(connection, _EXHAUSTED, row.template_id, exhausted, data)


def _newly_spent(connection: Connection, places: list[str]) -> list[Row[Any]]:
    """Return the templates whose budget is spent of which a place is still to be told."""
    full = connection.execute(select(templates).where(templates.c.spent_minor >= templates.c.budget_minor)).all()
    newly = list[Row[Any]]()
    for begin in range(0, len(full), AT_ONCE):
        ids = {row: {_notice_id(_EXHAUSTED, row.template_id, one) for one in places} for row in full[begin:][:AT_ONCE]}
        wanted = notices.c.notice_id.in_(sorted(set().union(*ids.values())))
        noticed = set(connection.execute(select(notices.c.notice_id).where(wanted)).scalars())
        newly += [row for row, own in ids.items() if not own <= noticed]
    return newly


def _add_redeemed(connection: Connection, places: list[str]) -> None:
    newest = connection.execute(select(func.max(history.c.history_id))).scalar_one() or 0
    second = _position(connection, _SECOND_LOOK)
    if second is None:  # what was redeemed before anybody asked is told to nobody
        second = newest
        _move(connection, _SECOND_LOOK, second)
    first = _position(connection, _FIRST_LOOK)
    _look(connection, _FIRST_LOOK, second if first is None else first, newest, places)
    _look(connection, _SECOND_LOOK, second, _settled_after(connection, second), places)


def _settled_after(connection: Connection, done: int) -> int:
    """Return the last of the next entries that have settled."""
    entries = select(history.c.history_id, history.c.at).where(history.c.history_id > done)
    block = entries.order_by(history.c.history_id).limit(BLOCK).subquery()
    settled = select(func.max(block.c.history_id)).where(block.c.at < clock(connection) - SETTLED)
    return connection.execute(settled).scalar_one() or done


def _look(connection: Connection, cursor: str, done: int, last: int, places: list[str]) -> None:
    """Tell of the next redemptions up to an entry, and move the cursor over all that was read."""
    are_next = (history.c.history_id > done) & (history.c.history_id <= last)
    is_redeemed = history.c.event == CouponEvent.REDEEMED.value
    query = select(history).where(are_next, is_redeemed).order_by(history.c.history_id).limit(AT_ONCE)
    redeemed = connection.execute(query).all()
    for entry in redeemed:
        data = {
            "redemption_id": entry.redemption_id, "template_id": entry.template_id, "code": entry.code,
            "customer_id": entry.customer_id, "amount_minor": entry.spent_minor, "at": entry.at,
        }  # fmt: skip
        add_notice(connection, _REDEEMED, str(entry.history_id), places, data, entry.customer_id)
    _move(connection, cursor, redeemed[-1].history_id if len(redeemed) == AT_ONCE else last)


def _position(connection: Connection, cursor: str) -> int | None:
    return connection.execute(select(cursors.c.position).where(cursors.c.name == cursor)).scalar_one_or_none()


def _move(connection: Connection, cursor: str, position: int) -> None:
    insertion = inserting(connection, cursors).values(name=cursor, position=position)
    moved = insertion.on_conflict_do_update(index_elements=[cursors.c.name], set_={"position": position})
    connection.execute(moved)
