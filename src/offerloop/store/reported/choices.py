"""What customers chose: who has opted out of personal offers. Test customers are among them, who always get one arm."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from offerloop.store.connect import clock, inserting
from offerloop.store.reported.erased import hold_off_erasures
from offerloop.store.schema import choices


@dataclass(frozen=True)
class Choice:
    """One customer's choices."""

    customer_id: str
    opt_out: bool
    test_arm: str | None
    """The arm of a test customer."""
    changed_at: int


def choose(connection: Connection, customer_id: str, at: int, *, opt_out: bool) -> None:
    """Keep whether a customer has opted out, unless a newer choice is known."""
    statement = inserting(connection, choices).values(customer_id=customer_id, opt_out=opt_out, changed_at=at)
    changed = {"opt_out": statement.excluded.opt_out, "changed_at": statement.excluded.changed_at}
    newer = choices.c.changed_at <= statement.excluded.changed_at
    connection.execute(statement.on_conflict_do_update(index_elements=["customer_id"], set_=changed, where=newer))


def set_test_arm(connection: Connection, customer_id: str, arm: str | None) -> None:
    """Make somebody a test customer, or an ordinary one again."""
    hold_off_erasures(connection)
    row = {"customer_id": customer_id, "opt_out": False, "test_arm": arm, "changed_at": clock(connection)}
    statement = inserting(connection, choices).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["customer_id"], set_={"test_arm": arm}))


def read_choice(connection: Connection, customer_id: str) -> Choice | None:
    """Return the choices of one customer; None where none are known."""
    row = connection.execute(select(choices).where(choices.c.customer_id == customer_id)).one_or_none()
    return None if row is None else Choice(*row)


def special_customers(connection: Connection) -> dict[str, str | None]:
    """Return the arm of every test customer, and None for everybody else who has opted out."""
    special = choices.c.opt_out | choices.c.test_arm.is_not(None)
    rows = connection.execute(select(choices).where(special))
    return {row.customer_id: None if row.opt_out else row.test_arm for row in rows}
