"""People who sign in: invited once, then known by their password, and signed in for some hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from offerloop.store.access.secrets import new_id, new_secret, secret_hash
from offerloop.store.connect import clock, inserting
from offerloop.store.schema import people, sessions

INVITED_SECONDS = 7 * 86_400
SESSION_SECONDS = 12 * 3_600


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in."""

    person_id: str
    name: str
    roles: tuple[str, ...]
    made_at: int
    signed_up: bool
    """Whether the invitation was accepted."""
    revoked_at: int | None


def invite(connection: Connection, name: str, roles: Iterable[str]) -> tuple[Person, str] | None:
    """Enter a person, and return them with the secret of their invitation; None where somebody has that name.

    Who was revoked comes back with the new roles.
    """
    secret, now = new_secret(), clock(connection)
    row = {
        "person_id": new_id("person"), "name": name, "roles": ",".join(sorted(roles)), "made_at": now,
        "invitation": secret_hash(secret), "invited_until": now + INVITED_SECONDS,
    }  # fmt: skip
    comes_back = {name: row[name] for name in ("roles", "invitation", "invited_until")} | {"revoked_at": None}
    entered = (
        inserting(connection, people)
        .values(row)
        .on_conflict_do_update(index_elements=["name"], set_=comes_back, where=people.c.revoked_at.is_not(None))
    )
    made = connection.execute(entered.returning(people)).one_or_none()
    return None if made is None else (_person(made), secret)


def invite_again(connection: Connection, person_id: str) -> tuple[Person, str] | None:
    """Make a further invitation for a lost password, which ends the old one and all sessions; None for nobody."""
    secret = new_secret()
    renewed = update(people).where(people.c.person_id == person_id, people.c.revoked_at.is_(None))
    until = clock(connection) + INVITED_SECONDS
    values = {"invitation": secret_hash(secret), "invited_until": until, "password": None}
    row = connection.execute(renewed.values(values).returning(people)).one_or_none()
    if row is None:
        return None
    _end_sessions(connection, person_id)
    return _person(row), secret


def accept_invitation(connection: Connection, invitation: str, password_hash: str) -> Person | None:
    """Let an invited person sign in with a password; None where the invitation is unknown, used or over."""
    open_ = (people.c.invitation == secret_hash(invitation)) & (people.c.invited_until > clock(connection))
    accepted = update(people).where(open_, people.c.revoked_at.is_(None))
    values = {"password": password_hash, "invitation": None, "invited_until": None}
    row = connection.execute(accepted.values(values).returning(people)).one_or_none()
    return None if row is None else _person(row)


def password_of(connection: Connection, name: str) -> tuple[str, str] | None:
    """Return the id and the password's hash of a person who may sign in; None for nobody."""
    row = connection.execute(select(people).where(people.c.name == name, people.c.revoked_at.is_(None))).one_or_none()
    return None if row is None or row.password is None else (row.person_id, row.password)


def begin_session(connection: Connection, person_id: str) -> str:
    """Sign a person in, and return the secret of their session."""
    secret = new_secret()
    connection.execute(delete(sessions).where(sessions.c.ends_at <= clock(connection)))
    row = {"hash": secret_hash(secret), "person_id": person_id, "ends_at": clock(connection) + SESSION_SECONDS}
    connection.execute(insert(sessions).values(row))
    return secret


def end_session(connection: Connection, secret: str) -> None:
    """Sign a person out."""
    connection.execute(delete(sessions).where(sessions.c.hash == secret_hash(secret)))


def person_of_session(connection: Connection, secret: str) -> tuple[Person, int] | None:
    """Return who is signed in by a secret and until when; None for nobody."""
    joined = select(people, sessions.c.ends_at).join(sessions, sessions.c.person_id == people.c.person_id)
    valid = (sessions.c.hash == secret_hash(secret)) & people.c.revoked_at.is_(None)
    row = connection.execute(joined.where(valid)).one_or_none()
    return None if row is None else (_person(row), row.ends_at)


def person_named(connection: Connection, name: str) -> Person | None:
    """Return the person of a name who may sign in; None for nobody."""
    row = connection.execute(select(people).where(people.c.name == name, people.c.revoked_at.is_(None))).one_or_none()
    return None if row is None else _person(row)


def find_person(connection: Connection, person_id: str) -> Person | None:
    """Return a person, also one who was revoked; None for nobody."""
    row = connection.execute(select(people).where(people.c.person_id == person_id)).one_or_none()
    return None if row is None else _person(row)


def set_roles(connection: Connection, person_id: str, roles: Iterable[str]) -> Person | None:
    """Change what a person may do; None for nobody."""
    changed = update(people).where(people.c.person_id == person_id).values(roles=",".join(sorted(roles)))
    row = connection.execute(changed.returning(people)).one_or_none()
    return None if row is None else _person(row)


def list_people(connection: Connection) -> list[Person]:
    """Return everybody, those who came first before others."""
    return [_person(row) for row in connection.execute(select(people).order_by(people.c.made_at, people.c.person_id))]


def revoke_person(connection: Connection, person_id: str) -> Person | None:
    """Let a person sign in no more, and end their sessions; None for nobody."""
    ended = update(people).where(people.c.person_id == person_id)
    values = {"revoked_at": func.coalesce(people.c.revoked_at, clock(connection)), "password": None, "invitation": None}
    row = connection.execute(ended.values(values).returning(people)).one_or_none()
    _end_sessions(connection, person_id)
    return None if row is None else _person(row)


def _end_sessions(connection: Connection, person_id: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.person_id == person_id))


def _person(row: Row[tuple[object, ...]]) -> Person:
    roles = tuple(one for one in row.roles.split(",") if one)
    return Person(row.person_id, row.name, roles, row.made_at, row.password is not None, row.revoked_at)
