"""People: who may sign in to the console, by invitation, and what they may do."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from offerloop.client.answers import read
from offerloop.client.connection import Connection, key_or_new, part_of_path

_PLACE = "/v1/people"


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in, or could."""

    person_id: str
    name: str
    roles: tuple[str, ...]
    made_at: str
    signed_up: bool
    """Whether the invitation was accepted."""
    revoked_at: str | None
    invitation: str | None = None
    """The secret of an invitation, which is shown once: by `invite` and `invite_again`."""


class People:
    """The people of a service, as `client.people`; it needs a token with the role "admin"."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __iter__(self) -> Iterator[Person]:
        """Read all of them."""
        return self._connection.pages(Person, _PLACE)

    def show(self, person_id: str) -> Person:
        """Return one of them."""
        return read(Person, self._connection.send("GET", f"{_PLACE}/{part_of_path(person_id)}"))

    def invite(self, name: str, roles: Collection[str], *, key: str | None = None) -> Person:
        """Invite a person, who chooses a password with the invitation."""
        body = {"name": name, "roles": list(roles)}
        return read(Person, self._connection.send("POST", _PLACE, body, key=key_or_new(key)))

    def invite_again(self, person_id: str, *, key: str | None = None) -> Person:
        """Invite a person anew who lost the password; all sessions end."""
        place = f"{_PLACE}/{part_of_path(person_id)}/invitation"
        return read(Person, self._connection.send("POST", place, key=key_or_new(key)))

    def change_roles(self, person_id: str, roles: Collection[str], *, key: str | None = None) -> Person:
        """Change what a person may do; refused with "changed" where somebody else does at the same moment."""
        place = f"{_PLACE}/{part_of_path(person_id)}"
        revision, body = self._connection.revision_of(place), {"roles": list(roles)}
        return read(Person, self._connection.send("PUT", place, body, key=key_or_new(key), revision=revision))

    def revoke(self, person_id: str, *, key: str | None = None) -> None:
        """Let a person sign in no more."""
        self._connection.send("DELETE", f"{_PLACE}/{part_of_path(person_id)}", key=key_or_new(key))
