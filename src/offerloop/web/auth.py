"""Who asks: a program by its token. Secrets are looked up by their hash and kept for a moment."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from offerloop.errors import StoreError
from offerloop.message import Message
from offerloop.store import PREFIX, Database, find_token, secret_hash
from offerloop.web.limits import Buckets
from offerloop.web.problems import Problem
from offerloop.web.roles import Permission, permissions_of, roles_with

if TYPE_CHECKING:
    from offerloop.web.worker import Worker

LONGEST_SECRET = 200
FORGOTTEN_AFTER = 60.0
"""Seconds without a request after which a caller is looked up anew."""
PER_CALLER, BURST = 5_000.0, 10_000.0
"""Requests of one caller in a second, and at once."""
PER_ADDRESS, ADDRESS_BURST = 5.0, 20.0
"""Secrets of one address in a second that are not known yet, and at once."""


@dataclass(frozen=True)
class Caller:
    """Who asks, and what they may do."""

    actor: str
    """Id of a token or a person."""
    permissions: frozenset[Permission]
    ends_at: float
    """Epoch second from which on they are nobody."""


@dataclass
class Credentials:
    """Callers by the hash of their secret, as one worker knows them."""

    database: Database
    callers: Buckets = field(default_factory=lambda: Buckets(PER_CALLER, BURST))
    addresses: Buckets = field(default_factory=lambda: Buckets(PER_ADDRESS, ADDRESS_BURST))
    _known: dict[str, tuple[Caller, float, str]] = field(default_factory=dict)
    """Caller, when they last asked, and their secret."""

    def known(self, secret: str) -> Caller | None:
        """Return a caller who asked lately."""
        found = self._known.get(secret_hash(secret))
        return None if found is None or found[0].ends_at <= time.time() else found[0]

    def look_up(self, secret: str) -> Caller | None:
        """Return who has a secret, from the database."""
        token = self.database.read(lambda one: find_token(one, secret))
        if token is None or not token.is_valid(time.time()):
            self._known.pop(secret_hash(secret), None)
            return None
        ends_at = float("inf") if token.ends_at is None else float(token.ends_at)
        caller = Caller(token.token_id, permissions_of(token.roles), ends_at)
        self._known[secret_hash(secret)] = (caller, time.monotonic(), secret)
        return caller

    def refresh(self) -> None:
        """Look up everybody anew who asked lately, so that what was revoked elsewhere ends here."""
        for hashed, (_, at, secret) in list(self._known.items()):
            if time.monotonic() - at > FORGOTTEN_AFTER:
                self._known.pop(hashed, None)
            else:
                self._look_up_kept(secret, hashed, at)

    def _look_up_kept(self, secret: str, hashed: str, at: float) -> None:
        try:
            if self.look_up(secret) is not None:
                caller, _, _ = self._known[hashed]
                self._known[hashed] = (caller, at, secret)
        except StoreError:
            return  # while the database is away, who was known stays known for a minute

    def forget(self) -> None:
        """Look everybody up anew from now on."""
        self._known.clear()


def needs(*permissions: Permission) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency
    """Return the dependency of a route that one of these permissions opens; it gives the caller."""
    return Depends(_checked(permissions))


def _checked(permissions: tuple[Permission, ...]) -> Callable[[Request], Awaitable[Caller]]:
    wanted = frozenset(permissions)

    async def caller_of(request: Request) -> Caller:
        worker: Worker = request.app.state.worker
        caller = await _caller(request, worker.credentials)
        request.scope["offerloop.who"] = caller.actor
        if not worker.credentials.callers.take(caller.actor):
            worker.metrics.count("offerloop_refused_total")
            raise Problem("too_many_requests")
        if not caller.permissions & wanted:
            roles = sorted({role for one in permissions for role in roles_with(one)})
            raise Problem("not_allowed", Message("one of these roles is needed: {roles}", roles=roles), roles=roles)
        return caller

    return caller_of


async def _caller(request: Request, credentials: Credentials) -> Caller:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        raise Problem("not_signed_in")
    caller = credentials.known(secret)
    if caller is None:
        if not credentials.addresses.take(address_of(request)):
            raise Problem("too_many_requests")
        caller = await run_in_threadpool(credentials.look_up, secret)
    if caller is None:
        raise Problem("not_signed_in")
    return caller


def address_of(request: Request) -> str:
    """Return the address that a request came from."""
    return request.client.host if request.client else ""


Deciding = Annotated[Caller, needs(Permission.DECIDE)]
Reading = Annotated[Caller, needs(Permission.READ)]
Editing = Annotated[Caller, needs(Permission.EDIT)]
Approving = Annotated[Caller, needs(Permission.APPROVE)]
Administering = Annotated[Caller, needs(Permission.ADMINISTER)]
