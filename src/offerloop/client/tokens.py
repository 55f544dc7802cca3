"""Tokens, by which programs are known: each has roles, can end by itself, and can be revoked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from offerloop.client.answers import read
from offerloop.client.connection import Connection, key_or_new, part_of_path

_PLACE = "/v1/tokens"


@dataclass(frozen=True)
class ProgramToken:
    """What is known of a token."""

    token_id: str
    name: str
    roles: tuple[str, ...]
    made_at: str
    made_by: str
    ends_at: str | None
    """From then on it opens nothing."""
    revoked_at: str | None
    secret: str | None = None
    """Shown once: by `make`."""


class Tokens:
    """The tokens of a service, as `client.tokens`; it needs a token with the role "admin"."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __iter__(self) -> Iterator[ProgramToken]:
        """Read all of them."""
        return self._connection.pages(ProgramToken, _PLACE)

    def make(
        self, name: str, roles: Collection[str], *, ends_at: datetime | None = None, key: str | None = None
    ) -> ProgramToken:  # fmt: skip
        """Make a token for a program; `ends_at` has a time zone."""
        body = {"name": name, "roles": list(roles), "ends_at": ends_at and ends_at.isoformat()}
        return read(ProgramToken, self._connection.send("POST", _PLACE, body, key=key_or_new(key)))

    def revoke(self, token_id: str, *, key: str | None = None) -> ProgramToken:
        """End a token for good."""
        place = f"{_PLACE}/{part_of_path(token_id)}"
        return read(ProgramToken, self._connection.send("DELETE", place, key=key_or_new(key)))
