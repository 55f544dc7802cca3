"""`/v1/people` and `/v1/session`: who may sign in, and signing in and out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from offerloop.store import (
    Person,
    accept_invitation,
    add_entry,
    begin_session,
    end_session,
    find_person,
    invite,
    invite_again,
    list_people,
    password_of,
    revoke_person,
    secret_hash,
    set_roles,
)
from offerloop.web.answering import json_response
from offerloop.web.api.fields import Instant, Model, Name, Role
from offerloop.web.api.tokens import end_tokens_of
from offerloop.web.auth import COOKIE, Administering, SignedIn, address_of, check_same_site, give_session
from offerloop.web.idempotency import Key, changed_once
from offerloop.web.limits import Buckets
from offerloop.web.paging import Cursor, Limit, page_of
from offerloop.web.passwords import LONGEST, SHORTEST, is_password, password_hash
from offerloop.web.problems import HttpProblem, documented
from offerloop.web.versions import IfMatch, check_version, etag
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

router = APIRouter(prefix="/v1", tags=["access"])
_PROBLEMS = ("not_signed_in", "not_allowed", "cross_site", "invalid", "key_conflict", "store_away")
PersonId = Annotated[str, Path(pattern="^person_[0-9a-f]{16}$")]


def _is_text(secret: SecretStr) -> SecretStr:
    """Refuse half a pair of UTF-16, which has no bytes that could be hashed."""
    if any("\ud800" <= sign <= "\udfff" for sign in secret.get_secret_value()):
        raise ValueError("must hold no lone surrogates")
    return secret


Secret = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST), AfterValidator(_is_text)]
_ATTEMPTS = Buckets(per_second=0.2, size=10)
"""Attempts to sign in, by name and by address."""


class PersonRequest(Model):
    """Somebody to be invited."""

    name: Name
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=5)]

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ada", "roles": ["viewer"]}]})


class PersonListed(BaseModel):
    """Somebody who may sign in."""

    person_id: str
    name: str
    roles: list[str]
    made_at: Instant
    signed_up: bool
    revoked_at: Instant | None


class PersonList(BaseModel):
    """People, those who came first before others."""

    items: list[PersonListed]
    next_cursor: str | None


class Roles(Model):
    """What a person may do from now on."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=5)]

    model_config = ConfigDict(json_schema_extra={"examples": [{"roles": ["viewer", "marketer"]}]})


class PersonInvited(PersonListed):
    """Somebody who was invited."""

    invitation: str | None
    """Shown once; it is accepted within seven days."""


class Acceptance(Model):
    """An invitation with the password that the person chose."""

    invitation: Secret
    password: Annotated[Secret, Field(min_length=SHORTEST)]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"invitation": "offer_...", "password": "correct horse battery"}]}
    )


class SignIn(Model):
    """The name and the password of a person who signs in."""

    name: Name
    password: Secret

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ada", "password": "correct horse battery"}]})


class Me(BaseModel):
    """The person or the token that sends the request."""

    actor: str
    roles: list[str]
    permissions: list[str]


@router.post("/people", status_code=201, response_model=PersonInvited, responses=documented(*_PROBLEMS, "conflict"))
def invite_person(request: Request, body: PersonRequest, caller: Administering, key: Key = None) -> Response:
    """Invite a person, and show the secret of the invitation once."""
    shown: list[str] = []

    def make(connection: Connection) -> tuple[int, object]:
        invitation = invite(connection, body.name, set(body.roles))
        if invitation is None:
            raise HttpProblem("conflict", field="name")
        person, shown[:] = invitation[0], [invitation[1]]
        add_entry(connection, caller.actor, "person invited", person.person_id, roles=list(person.roles))
        return 201, {**_written(person), "invitation": None}

    answer = changed_once(request, caller, key, body.model_dump(mode="json"), make)
    if not shown:
        return answer
    return _shown_once(answer, shown[0])


def _shown_once(answer: Response, invitation: str) -> Response:
    written = {**json.loads(bytes(answer.body)), "invitation": invitation}
    return Response(json.dumps(written), answer.status_code, media_type="application/json")


@router.get("/people", responses=documented("not_signed_in", "not_allowed", "invalid", "store_away"))
def all_people(request: Request, _: Administering, limit: Limit = 100, cursor: Cursor = None) -> PersonList:
    """List everybody who may sign in or could."""
    worker: Worker = request.app.state.worker
    page, following = page_of(worker.database.read(list_people), lambda one: one.person_id, limit, cursor)
    return PersonList(items=[_listed(one) for one in page], next_cursor=following)


@router.get("/people/{person_id}", response_model=PersonListed, responses=documented(*_PROBLEMS, "not_found"))
def show_person(request: Request, person_id: PersonId, _: Administering) -> Response:
    """Show a person."""
    worker: Worker = request.app.state.worker
    return _answer(worker.database.read(lambda connection: _person(connection, person_id)))


@router.put(
    "/people/{person_id}",
    response_model=PersonListed,
    responses=documented(*_PROBLEMS, "not_found", "changed", "if_match_needed"),
)
def change_roles(
    request: Request, person_id: PersonId, body: Roles, caller: Administering, if_match: IfMatch = None, key: Key = None
) -> Response:
    """Change what a person may do; tokens that they made and that open more than that end, but for a checkout's."""
    worker: Worker = request.app.state.worker

    def change(connection: Connection) -> tuple[int, object]:
        check_version(if_match, _version(_written(_person(connection, person_id))), needed=True)
        person = set_roles(connection, person_id, set(body.roles))
        if person is None:
            raise HttpProblem("not_found")
        add_entry(connection, caller.actor, "roles changed", person_id, roles=list(person.roles))
        end_tokens_of(connection, caller.actor, person_id, person.roles)
        return 200, _written(person)

    answer = changed_once(request, caller, key, body.model_dump(mode="json"), change)
    worker.credentials.forget()
    answer.headers["etag"] = etag(_version(json.loads(bytes(answer.body))))
    return answer


@router.post(
    "/people/{person_id}/invitation", response_model=PersonInvited, responses=documented(*_PROBLEMS, "not_found")
)
def renew_invitation(request: Request, person_id: PersonId, caller: Administering, key: Key = None) -> Response:
    """Invite a person again who lost the password; the old one and all sessions end."""
    worker: Worker = request.app.state.worker
    shown: list[str] = []

    def renew(connection: Connection) -> tuple[int, object]:
        add_entry(connection, caller.actor, "person invited again", person_id)
        invited = invite_again(connection, person_id)
        if invited is None:
            raise HttpProblem("not_found")
        person, shown[:] = invited[0], [invited[1]]
        return 200, {**_written(person), "invitation": None}

    answer = changed_once(request, caller, key, None, renew)
    worker.credentials.forget()
    return _shown_once(answer, shown[0]) if shown else answer


@router.delete(
    "/people/{person_id}", response_model=PersonListed, responses=documented(*_PROBLEMS, "not_found", "changed")
)
def end_person(
    request: Request, person_id: PersonId, caller: Administering, if_match: IfMatch = None, key: Key = None
) -> Response:
    """Let a person sign in no more, and end their sessions and the tokens that they made, but for a checkout's."""
    worker: Worker = request.app.state.worker

    def end(connection: Connection) -> tuple[int, object]:
        check_version(if_match, _version(_written(_person(connection, person_id))))
        return 200, _written(end_access(connection, caller.actor, person_id))

    answer = changed_once(request, caller, key, None, end)
    worker.credentials.forget()
    return answer


@router.post("/people/accept", responses=documented("cross_site", "not_signed_in", "invalid", "too_many_requests"))
def accept(request: Request, body: Acceptance) -> PersonListed:
    """Accept an invitation by choosing a password."""
    worker: Worker = request.app.state.worker
    check_attempt(request, secret_hash(body.invitation.get_secret_value()))
    hashed = password_hash(body.password.get_secret_value())
    person = worker.database.change(
        lambda one: accept_invitation(one, body.invitation.get_secret_value(), hashed)
    )  # fmt: skip
    if person is None:
        raise HttpProblem("not_signed_in")
    return _listed(person)


@router.post("/session", status_code=204, responses=documented("cross_site", "not_signed_in", "too_many_requests"))
def sign_in(request: Request, body: SignIn) -> Response:
    """Sign in, and get a cookie."""
    answer = Response(status_code=204)
    open_session(request, person_with(request, body.name, body.password.get_secret_value()), answer)
    return answer


def person_with(request: Request, name: str, password: str) -> str:
    """Return the id of the person with a name and password. Raises HttpProblem for nobody and too many attempts."""
    worker: Worker = request.app.state.worker
    check_attempt(request, name)
    password_hash = worker.database.read(lambda one: password_of(one, name))
    if not is_password(password_hash and password_hash[1], password) or password_hash is None:
        raise HttpProblem("not_signed_in")
    return password_hash[0]


def open_session(request: Request, person_id: str, answer: Response) -> None:
    """Sign a person in by a cookie of the answer."""
    worker: Worker = request.app.state.worker
    give_session(answer, worker.database.change(lambda one: begin_session(one, person_id)), worker.settings)


@router.delete("/session", status_code=204, responses=documented("cross_site", "not_signed_in"))
def sign_out(request: Request, _: SignedIn) -> Response:
    """Sign out."""
    worker: Worker = request.app.state.worker
    worker.database.change(lambda one: end_session(one, request.cookies.get(COOKIE, "")))
    worker.credentials.forget()
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/me", responses=documented("not_signed_in"))
async def me(caller: SignedIn) -> Me:
    """Say who asks, and what they may do."""
    return Me(actor=caller.actor, roles=list(caller.roles), permissions=sorted(caller.permissions))


def check_attempt(request: Request, name: str) -> None:
    """Raise HttpProblem for a request of another site, and for one attempt too many of an address or by a name.

    What is no attempt by a person's name has that of its secret, so that nobody can use up the attempts of others.
    """
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        check_same_site(request)
    if not (_ATTEMPTS.take(f"address {address_of(request)}") and _ATTEMPTS.take(f"name {name}")):
        raise HttpProblem("too_many_requests")


def end_access(connection: Connection, actor: str, person_id: str) -> Person:
    """Let a person do nothing any more, by a session or by a token of theirs. Raises HttpProblem for nobody."""
    person = revoke_person(connection, person_id)
    if person is None:
        raise HttpProblem("not_found")
    add_entry(connection, actor, "person revoked", person_id)
    end_tokens_of(connection, actor, person_id, ())
    return person


def _person(connection: Connection, person_id: str) -> Person:
    """Return a person. Raises HttpProblem for nobody."""
    person = find_person(connection, person_id)
    if person is None:
        raise HttpProblem("not_found")
    return person


def _version(written: Mapping[str, Any]) -> str:
    """Return what changes with what an admin may change."""
    return hashlib.sha256(json.dumps([written["roles"], written["revoked_at"]]).encode()).hexdigest()[:16]


def _answer(person: Person) -> Response:
    written = _written(person)
    answer = json_response(written)
    answer.headers["etag"] = etag(_version(written))
    return answer


def _written(person: Person) -> dict[str, Any]:
    return _listed(person).model_dump(mode="json")


def _listed(person: Person) -> PersonListed:
    return PersonListed(**{**vars(person), "roles": list(person.roles)})
