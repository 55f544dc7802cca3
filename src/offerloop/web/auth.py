"""Who sends a request: a program by its token, or a person by a session or by a trusted proxy's word.

Secrets are looked up by their hash and kept for a moment. What browsers send by themselves (a cookie, a proxy's header)
opens a change only when the request comes from the same site.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from offerloop.errors import StoreError
from offerloop.message import Message
from offerloop.store import (
    PREFIX,
    SESSION_SECONDS,
    Database,
    Person,
    find_token,
    person_named,
    person_of_session,
    secret_hash,
)
from offerloop.web.limits import Buckets
from offerloop.web.problems import HttpProblem
from offerloop.web.roles import Permission, permissions_of, roles_with_any, words_of
from offerloop.web.settings import Settings

if TYPE_CHECKING:
    from offerloop.web.worker import Worker

COOKIE = "offerloop_session"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine."""
LONGEST_SECRET = 200
FORGOTTEN_AFTER = 60.0
"""Seconds without a request after which a caller is looked up anew."""
PER_CALLER, BURST = 5_000.0, 10_000.0
"""Requests of one caller in a second, and at once."""
PER_ADDRESS, ADDRESS_BURST = 5.0, 20.0
"""Secrets of one address in a second that are nobody's, and at once."""
LOOK_UP_SECONDS, AWAY_LOOK_UP_SECONDS = 1.0, 0.04
"""How long a decision waits to know who asks; while the database is away, so that its answer takes 50 ms at most."""
_LOOKING_UP = ThreadPoolExecutor(4, thread_name_prefix="callers")
"""Threads of their own, so that those of other requests are not used up by waiting for a database that is away."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Caller:
    """Who sends a request, and what they may do."""

    actor: str
    """Id of a token or a person."""
    roles: tuple[str, ...]
    permissions: frozenset[Permission]
    ends_at: float
    """Epoch second from which on they are nobody."""
    name: str = ""
    """What people call them."""


@dataclass
class _Known:
    caller: Caller
    secret: str
    find: Callable[[str, float | None], Caller | None]
    asked_at: float


@dataclass
class Credentials:
    """Callers by the hash of their secret, as one worker knows them."""

    database: Database
    callers: Buckets = field(default_factory=lambda: Buckets(PER_CALLER, BURST))
    addresses: Buckets = field(default_factory=lambda: Buckets(PER_ADDRESS, ADDRESS_BURST))
    _known: dict[str, _Known] = field(default_factory=dict)

    def recent_caller(self, kind: str, secret: str) -> Caller | None:
        """Return a caller who asked lately."""
        cached = self._known.get(_place(kind, secret))
        if cached is None or cached.caller.ends_at <= time.time():
            return None
        cached.asked_at = time.monotonic()
        return cached.caller

    def look_up(self, kind: str, secret: str, patience_seconds: float | None = None) -> Caller | None:
        """Return who has a secret, from the database, and know them for a while.

        Raises StoreError where the database is away for longer than the patience, by default that for all requests.
        """
        find = {"token": self._of_token, "session": self._of_session, "proxy": self._of_proxy}[kind]
        caller = find(secret, patience_seconds)
        if caller is None or caller.ends_at <= time.time():
            self._known.pop(_place(kind, secret), None)
            return None
        self._known[_place(kind, secret)] = _Known(caller, secret, find, time.monotonic())
        return caller

    def _of_token(self, secret: str, patience_seconds: float | None = None) -> Caller | None:
        token = self.database.read(lambda one: find_token(one, secret), patience_seconds)
        if token is None or not token.is_valid(time.time()):
            return None
        ends_at = float("inf") if token.ends_at is None else float(token.ends_at)
        return Caller(token.token_id, token.roles, permissions_of(token.roles), ends_at, token.name)

    def _of_session(self, secret: str, patience_seconds: float | None = None) -> Caller | None:
        person = self.database.read(lambda one: person_of_session(one, secret), patience_seconds)
        return None if person is None else _of_person(*person)

    def _of_proxy(self, name: str, patience_seconds: float | None = None) -> Caller | None:
        person = self.database.read(lambda one: person_named(one, name), patience_seconds)
        return None if person is None else _of_person(person, float("inf"))

    def refresh(self) -> None:
        """Look up everybody anew who asked lately, so that what was revoked elsewhere ends here."""
        for place, cached in list(self._known.items()):
            caller = None
            if time.monotonic() - cached.asked_at <= FORGOTTEN_AFTER:
                try:
                    caller = cached.find(cached.secret, None)
                except StoreError:
                    continue  # while the database is away, who was known stays known for a minute
            if caller is None:
                self._known.pop(place, None)
            else:
                cached.caller = caller

    def forget(self) -> None:
        """Look everybody up anew from now on."""
        self._known.clear()


def _place(kind: str, secret: str) -> str:
    return f"{kind} {secret_hash(secret)}"


def _of_person(person: Person, ends_at: float) -> Caller:
    return Caller(person.person_id, person.roles, permissions_of(person.roles), ends_at, person.name)


def needs(*permissions: Permission) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency
    """Return the dependency of a route that one of these permissions opens; it gives the caller."""
    return Depends(_checked(permissions))


def _checked(permissions: tuple[Permission, ...]) -> Callable[[Request], Awaitable[Caller]]:
    async def caller_of(request: Request) -> Caller:
        return await caller_with(request, *permissions)

    return caller_of


async def deciding_caller(request: Request) -> Caller | None:
    """Return who asks for a decision; None where the database is away and it is not known, which takes no time.

    Raises what `caller_with` does.
    """
    worker: Worker = request.app.state.worker
    try:
        return await caller_with(
            request, Permission.DECIDE, within=AWAY_LOOK_UP_SECONDS if worker.seems_away else LOOK_UP_SECONDS
        )
    except (StoreError, TimeoutError):
        worker.take_for_away()  # so that only the first waits for long
        worker.metrics.count("offerloop_failures_total", reason="caller_unknown")
        return None


async def caller_with(request: Request, *permissions: Permission, within: float | None = None) -> Caller:
    """Return who asks. Raises HttpProblem for nobody, for too many requests, and without any of the permissions.

    Raises TimeoutError where the database does not say `within` so many seconds.
    """
    worker: Worker = request.app.state.worker
    caller = await _caller(request, worker, within)
    request.scope["offerloop.who"] = caller.actor
    if not worker.credentials.callers.take(caller.actor):
        worker.metrics.count("offerloop_refused_total")
        raise HttpProblem("too_many_requests")
    check_may(caller, *permissions)
    return caller


def check_may(caller: Caller, *permissions: Permission) -> None:
    """Raise HttpProblem for who has none of some permissions."""
    if permissions and caller.permissions.isdisjoint(permissions):
        roles = roles_with_any(permissions)
        raise HttpProblem(
            "not_allowed", Message("one of these roles is needed: {roles}", roles=words_of(roles)), roles=roles
        )


async def _caller(request: Request, worker: Worker, within: float | None) -> Caller:
    kind, secret = _shown(request, worker)
    credentials = worker.credentials
    caller = credentials.recent_caller(kind, secret)
    if caller is None:
        is_guess = within is None or not worker.seems_away
        if is_guess and not credentials.addresses.take(address_of(request)):
            worker.metrics.count("offerloop_refused_total")
            raise HttpProblem("too_many_requests")
        if within is None:
            caller = await run_in_threadpool(credentials.look_up, kind, secret)
        else:
            looking = asyncio.get_running_loop().run_in_executor(_LOOKING_UP, credentials.look_up, kind, secret, within)
            caller = await asyncio.wait_for(looking, within)
        if caller is not None and is_guess:
            credentials.addresses.give_back(address_of(request))
    if caller is None:
        raise HttpProblem("not_signed_in")
    return caller


def _shown(request: Request, worker: Worker) -> tuple[str, str]:
    """Return what the request shows of who asks. Raises HttpProblem where it shows nothing."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
            raise HttpProblem("not_signed_in")
        return "token", secret
    name = _named_by_proxy(request, worker.settings)
    cookie = request.cookies.get(COOKIE, "")
    if name is None and not (cookie.startswith(PREFIX) and len(cookie) <= LONGEST_SECRET):
        raise HttpProblem("not_signed_in")
    if request.method not in _READING:
        check_same_site(request)
    return ("session", cookie) if name is None else ("proxy", name[:LONGEST_SECRET])


def _named_by_proxy(request: Request, settings: Settings) -> str | None:
    """Return who a trusted proxy says is asking. Raises HttpProblem for two names, of which the client may have sent
    one."""
    names = request.headers.getlist(settings.proxy_header) if peer_of(request) in settings.trusted_proxies else []
    if len(names) > 1:
        raise HttpProblem("not_signed_in")
    return _as_sent(names[0]) if names else None


def _as_sent(header: str) -> str:
    """Return a header that was sent in UTF-8, as proxies do, though it was read as Latin-1."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeDecodeError:
        return header


def give_session(answer: Response, secret: str, settings: Settings) -> None:
    """Let a browser keep the secret of a session."""
    answer.set_cookie(
        COOKIE, secret, SESSION_SECONDS, path="/", secure=settings.secure_cookies, httponly=True, samesite="lax"
    )


def check_same_site(request: Request) -> None:
    """Raise HttpProblem for a change that a page of another site could have sent."""
    site = request.headers.get("sec-fetch-site")
    if site is None:
        worker: Worker = request.app.state.worker
        schemes = {request.url.scheme, "https"} if worker.settings.secure_cookies else {request.url.scheme}
        is_same = request.headers.get("origin") in {f"{one}://{request.headers.get('host', '')}" for one in schemes}
    else:
        is_same = site in ("same-origin", "none")
    if not is_same:
        raise HttpProblem("cross_site")


def origin_of(request: Request) -> str:
    """Return the address under which a browser knows the service.

    Cookies that need HTTPS are of a proxy with it; on this machine browsers send them without HTTPS, too.
    """
    worker: Worker = request.app.state.worker
    is_behind_proxy = worker.settings.secure_cookies and request.url.hostname not in LOOPBACK
    scheme = "https" if is_behind_proxy else request.url.scheme
    return f"{scheme}://{request.headers.get('host', '')}"


def address_of(request: Request) -> str:
    """Return the address that a request came from: behind a trusted proxy the one that the proxy saw."""
    peer = peer_of(request)
    if peer in request.app.state.worker.settings.trusted_proxies:
        addresses = request.headers.getlist("x-forwarded-for")  # a proxy adds to the last or adds one more
        return _without_port((addresses[-1] if addresses else peer).rpartition(",")[2].strip()[:LONGEST_SECRET])
    return peer


def _without_port(address: str) -> str:
    """Return an address to which a proxy may have added the port, which changes with each connection."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def peer_of(request: Request) -> str:
    """Return the address at the other end of the connection."""
    return request.client.host if request.client else ""


SignedIn = Annotated[Caller, needs()]
Deciding = Annotated[Caller, needs(Permission.DECIDE)]
DecidingSoon = Annotated[Caller | None, Depends(deciding_caller)]
Reading = Annotated[Caller, needs(Permission.READ)]
DecidingOrReading = Annotated[Caller, needs(Permission.DECIDE, Permission.READ)]
Editing = Annotated[Caller, needs(Permission.EDIT)]
Approving = Annotated[Caller, needs(Permission.APPROVE)]
Administering = Annotated[Caller, needs(Permission.ADMINISTER)]
