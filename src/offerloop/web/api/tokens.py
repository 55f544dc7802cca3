"""`/v1/tokens`: tokens of programs, which can be revoked and end."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from offerloop.message import Message
from offerloop.store import Moment, Token, add_entry, add_token, list_tokens, revoke_token, tokens_of
from offerloop.web.api.fields import Instant, Model, Name, Role, second_of
from offerloop.web.auth import Administering
from offerloop.web.idempotency import Key, changed_once
from offerloop.web.paging import Cursor, Limit, page_of
from offerloop.web.problems import HttpProblem, documented
from offerloop.web.roles import outlives
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

router = APIRouter(prefix="/v1/tokens", tags=["access"])
_PROBLEMS = ("not_signed_in", "not_allowed", "cross_site", "invalid", "key_conflict", "store_away")
_EXAMPLE: JsonValue = {"name": "checkout", "roles": ["service"], "ends_at": "2099-12-31T23:00:00Z"}
TokenId = Annotated[str, Path(pattern="^token_[0-9a-f]{16}$")]


class TokenRequest(Model):
    """A token to be made."""

    name: Name
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=5)]
    ends_at: Moment | None = None
    """From then on it opens nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


class TokenListed(BaseModel):
    """A token without its secret."""

    token_id: str
    name: str
    roles: list[str]
    made_at: Instant
    made_by: str
    ends_at: Instant | None
    revoked_at: Instant | None


class TokenList(BaseModel):
    """Tokens, the oldest first."""

    items: list[TokenListed]
    next_cursor: str | None


class TokenMade(TokenListed):
    """A new token."""

    secret: str | None
    """Shown once: an answer that is repeated for the same idempotency key has none."""


@router.post("", status_code=201, response_model=TokenMade, responses=documented(*_PROBLEMS))
def make_token(request: Request, body: TokenRequest, caller: Administering, key: Key = None) -> Response:
    """Make a token, and show its secret once."""
    ends_at = second_of(body.ends_at)
    if ends_at is not None and ends_at <= time.time():
        raise HttpProblem("invalid", Message("the end must lie in the future"), "ends_at")
    shown: list[str] = []

    def make(connection: Connection) -> tuple[int, object]:
        token, secret = add_token(connection, body.name, set(body.roles), caller.actor, ends_at)
        add_entry(connection, caller.actor, "token made", token.token_id, roles=list(token.roles))
        shown[:] = [secret]
        return 201, {**_listed(token).model_dump(mode="json"), "secret": None}

    answer = changed_once(request, caller, key, body.model_dump(mode="json"), make)
    if not shown:
        return answer
    return Response(json.dumps({**json.loads(bytes(answer.body)), "secret": shown[0]}), 201, None, "application/json")


@router.get("", responses=documented("not_signed_in", "not_allowed", "invalid", "store_away"))
def all_tokens(request: Request, _: Administering, limit: Limit = 100, cursor: Cursor = None) -> TokenList:
    """List tokens, the oldest first."""
    worker: Worker = request.app.state.worker
    page, following = page_of(worker.database.read(list_tokens), lambda one: one.token_id, limit, cursor)
    return TokenList(items=[_listed(one) for one in page], next_cursor=following)


@router.delete("/{token_id}", response_model=TokenListed, responses=documented(*_PROBLEMS, "not_found"))
def end_token(request: Request, token_id: TokenId, caller: Administering, key: Key = None) -> Response:
    """Revoke a token for good."""
    worker: Worker = request.app.state.worker

    def end(connection: Connection) -> tuple[int, object]:
        token = revoke_token(connection, token_id)
        if token is None:
            raise HttpProblem("not_found")
        add_entry(connection, caller.actor, "token revoked", token_id)
        return 200, _listed(token).model_dump(mode="json")

    answer = changed_once(request, caller, key, None, end)
    worker.credentials.forget()
    return answer


def end_tokens_of(connection: Connection, actor: str, person_id: str, roles: Iterable[str]) -> None:
    """Revoke what a person made, also by way of other tokens, that opens more than the person may with these roles."""
    for token in tokens_of(connection, person_id):
        if not outlives(token.roles, roles):
            revoke_token(connection, token.token_id)
            add_entry(connection, actor, "token revoked", token.token_id, person=person_id)


def _listed(token: Token) -> TokenListed:
    return TokenListed(**{**vars(token), "roles": list(token.roles)})
