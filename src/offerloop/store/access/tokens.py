"""Tokens of programs: made, found by their secret, revoked."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, insert, select, update

from offerloop.store.access.secrets import new_id, new_secret, secret_hash
from offerloop.store.connect import clock, one_at_a_time
from offerloop.store.schema import tokens


@dataclass(frozen=True)
class Token:
    """What is known of a token; its secret is not."""

    token_id: str
    name: str
    roles: tuple[str, ...]
    made_at: int
    made_by: str
    ends_at: int | None
    revoked_at: int | None

    def is_valid(self, now: float) -> bool:
        """Whether it opens anything at an epoch second."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)


def add_token(
    connection: Connection, name: str, roles: Iterable[str], made_by: str, ends_at: int | None = None
) -> tuple[Token, str]:
    """Make a token, and return it with its secret, which nobody can read again."""
    made = Token(new_id("token"), name, tuple(sorted(roles)), clock(connection), made_by, ends_at, None)
    secret = new_secret()
    row = {**vars(made), "roles": ",".join(made.roles), "hash": secret_hash(secret)}
    connection.execute(insert(tokens).values(row))
    return made, secret


def add_first_token(connection: Connection, name: str, roles: Iterable[str], made_by: str) -> tuple[Token, str] | None:
    """Make a token as `add_token` does, but None where there is one: of services that start at once, one makes it."""
    one_at_a_time(connection, "tokens")
    return None if list_tokens(connection) else add_token(connection, name, roles, made_by)


def find_token(connection: Connection, secret: str) -> Token | None:
    """Return the token of a secret, also one that was revoked or has ended; None where there is none."""
    wanted = secret_hash(secret)
    row = connection.execute(select(tokens).where(tokens.c.hash == wanted)).one_or_none()
    return _token(row) if row is not None and hmac.compare_digest(row.hash, wanted) else None


def list_tokens(connection: Connection) -> list[Token]:
    """Return all tokens, the oldest first."""
    return [_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.made_at, tokens.c.token_id))]


def revoke_token(connection: Connection, token_id: str) -> Token | None:
    """End a token for good, and return it; None where there is none."""
    now = func.coalesce(tokens.c.revoked_at, clock(connection))
    changed = update(tokens).where(tokens.c.token_id == token_id).values(revoked_at=now).returning(tokens)
    row = connection.execute(changed).one_or_none()
    return None if row is None else _token(row)


def tokens_of(connection: Connection, person_id: str) -> list[Token]:
    """Return the tokens that a person made, also by way of other tokens, and that were not revoked."""
    not_revoked = (one for one in list_tokens(connection) if one.revoked_at is None)
    return [one for one in not_revoked if person_behind(connection, one.token_id) == person_id]


def person_behind(connection: Connection, actor: str) -> str:
    """Return the person who made a token, or who made the token that made it, and so on; a person is behind itself.

    Two tokens of one person are one pair of eyes.
    """
    while (
        made_by := connection.execute(select(tokens.c.made_by).where(tokens.c.token_id == actor)).scalar()
    ) is not None:
        actor = made_by
    return actor


def _token(row: Row[tuple[object, ...]]) -> Token:
    roles = tuple(one for one in row.roles.split(",") if one)
    return Token(row.token_id, row.name, roles, row.made_at, row.made_by, row.ends_at, row.revoked_at)
