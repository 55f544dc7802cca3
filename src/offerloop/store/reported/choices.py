"""What customers chose: who has opted out of personal offers. Test customers are among them, who always get one arm.

Each change of a row has a number, the next one of all changes, so that workers read what is new and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from offerloop.store.connect import clock, inserting
from offerloop.store.counting import next_value, value_of
from offerloop.store.reported.erased import hold_off_erasures
from offerloop.store.reported.spellings import spellings_of
from offerloop.store.schema import choices

_CHANGES = "choices"
_DELETIONS = "choices deleted"


@dataclass(frozen=True)
class Choice:
    """One customer's choices."""

    customer_id: str
    opt_out: bool
    test_arm: str | None
    """The arm of a test customer."""
    changed_at: int


@dataclass(frozen=True)
class SpecialCustomer:
    """A customer who is not decided on as the plan says."""

    opted_out: bool
    changed_at: int
    """When they chose; 0 where they never did."""
    test_arms: Mapping[str, str] = field(default_factory=dict)
    """The arm of a test customer by each spelling of the id that has one, the newest last."""

    @property
    def test_arm(self) -> str | None:
        """The arm that a test customer is always in."""
        return next(reversed(list(self.test_arms.values())), None)


@dataclass(frozen=True)
class ChoicesRead:
    """What a worker knows of choices, up to a number of changes."""

    customers: dict[str, SpecialCustomer]
    """Whoever has ever been one, by id."""
    version: int = 0
    deletions: int = -1
    """Number of deletions, of which rows tell nothing; another one than before means that all were read again."""
    ignore_case: bool = False
    """Whether ids that differ only in upper and lower case are the same customer, who stands under small letters."""

    def in_its_case(self, customer_id: str) -> str:
        """Return an id as it counts here."""
        return customer_id.lower() if self.ignore_case else customer_id


def choose(connection: Connection, customer_id: str, at: int, *, opt_out: bool) -> None:
    """Keep whether a customer has opted out, unless a newer choice is known."""
    version = next_value(connection, _CHANGES)
    row = {"customer_id": customer_id, "opt_out": opt_out, "changed_at": at, "version": version}
    statement = inserting(connection, choices).values(row)
    changed = {"opt_out": opt_out, "changed_at": at, "version": version}
    newer = choices.c.changed_at <= statement.excluded.changed_at
    connection.execute(statement.on_conflict_do_update(index_elements=["customer_id"], set_=changed, where=newer))


def set_test_arm(connection: Connection, customer_id: str, arm: str | None, *, ignore_case: bool = False) -> None:
    """Make somebody a test customer, or an ordinary one again: with `ignore_case` under every spelling of the id."""
    hold_off_erasures(connection)
    version = next_value(connection, _CHANGES)
    if arm is None:
        names = spellings_of(connection, customer_id, [choices]) if ignore_case else [customer_id]
        was_tested = choices.c.customer_id.in_(names) & choices.c.test_arm.is_not(None)
        now = clock(connection)
        changed: dict[str, int | None] = {"test_arm": None, "tested_until": now, "version": version}
        connection.execute(update(choices).where(was_tested).values(changed))
        return
    never = 0  # what they chose before may be reported later
    row = {"customer_id": customer_id, "opt_out": False, "test_arm": arm, "changed_at": never, "version": version}
    statement = inserting(connection, choices).values(row)
    changed_to = {"test_arm": arm, "version": version}
    connection.execute(statement.on_conflict_do_update(index_elements=["customer_id"], set_=changed_to))


def delete_choice(connection: Connection, customer_id: str) -> int:
    """Delete the choices of a customer, and return how many rows that were."""
    deleted = connection.execute(delete(choices).where(choices.c.customer_id == customer_id)).rowcount
    if deleted:
        next_value(connection, _DELETIONS)
    return deleted


def read_choice(connection: Connection, customer_id: str, *, ignore_case: bool = False) -> Choice | None:
    """Return the choices of one customer, whom others write in another case with `ignore_case`; None where none are
    known."""
    names = spellings_of(connection, customer_id, [choices]) if ignore_case else [customer_id]
    special: SpecialCustomer | None = None
    for row in connection.execute(select(choices).where(choices.c.customer_id.in_(names)).order_by(choices.c.version)):
        special = _special(row, special)
    if special is None:
        return None
    return Choice(customer_id, special.opted_out, special.test_arm, special.changed_at)


def read_choices(connection: Connection, before: ChoicesRead, *, ignore_case: bool = False) -> ChoicesRead:
    """Return who is not decided on as the plan says: what was known, changed in place by what is new.

    Both numbers are read first, so that a change in between is read again the next time.
    """
    version, deletions = (value_of(connection, name) for name in (_CHANGES, _DELETIONS))
    if (version, deletions, ignore_case) == (before.version, before.deletions, before.ignore_case):
        return before
    is_new = (deletions, ignore_case) != (before.deletions, before.ignore_case)
    updated = ChoicesRead({} if is_new else before.customers, version, deletions, ignore_case)
    changed = select(choices).where(choices.c.version > (-1 if is_new else before.version))
    for row in connection.execute(changed.order_by(choices.c.version)):
        name = updated.in_its_case(row.customer_id)
        updated.customers[name] = _special(row, updated.customers.get(name))
    return updated


def _special(row: Row[Any], before: SpecialCustomer | None) -> SpecialCustomer:
    """Return what counts by a row and what was known: the newest choice and test arm, whatever the id's case was."""
    others = {} if before is None else {one: arm for one, arm in before.test_arms.items() if one != row.customer_id}
    arms = others if row.test_arm is None else others | {row.customer_id: row.test_arm}
    if before is not None and row.changed_at < before.changed_at:
        return replace(before, test_arms=arms)
    return SpecialCustomer(bool(row.opt_out), row.changed_at, arms)


def customers_tested_since(connection: Connection, since: int) -> list[str]:
    """Return who is a test customer, or was one at an epoch second or later."""
    tested = choices.c.test_arm.is_not(None) | (choices.c.tested_until >= since)
    return sorted(connection.execute(select(choices.c.customer_id).where(tested)).scalars())
