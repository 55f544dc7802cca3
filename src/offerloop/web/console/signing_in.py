"""How people come in: by name and password, by an invitation, or as the first person with the admin's token."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import Request, Response

from offerloop.message import Message
from offerloop.store import accept_invitation, add_entry, find_token, invite, list_people, secret_hash
from offerloop.web.api.people import check_attempt, open_session, person_with
from offerloop.web.console.blocks import Block, Form, Input, Notice, View, hidden
from offerloop.web.demo import DEMO_PEOPLE, demo_person, may_be_demo
from offerloop.web.passwords import LONGEST, SHORTEST, password_hash
from offerloop.web.problems import CODES, HttpProblem
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

SIGN_IN = "/console/sign-in"
INVITED = "invited"
"""Field of the address that people who were invited are sent; the secret of the invitation stands in no address."""
_NAME = Input("name", Message("Name", context="field of a form"))
_PASSWORD = Input("password", Message("Password", context="field of a form"), "password")
_CHOSEN = Input(
    "password", Message("A password of your own", context="field of a form"), "password",
    hint=Message("At least {n} character.", context="hint", plural="At least {n} characters.", n=SHORTEST),
)  # fmt: skip
SIGNED_OUT = "signed_out"
_WRONG = {
    SIGNED_OUT: Message("You were signed out meanwhile. Sign in again: what you typed is kept."),
    "not_signed_in": Message("This name with this password is not known, or the secret is wrong or has ended."),
    "too_many_requests": Message("There were too many attempts. Wait a minute, then try again."),
    "invalid": Message("The password is too short or too long."),
}


def sign_in_view(request: Request, fields: Mapping[str, str], failed: str = "") -> View:
    """Return the page that asks who you are; the first person is asked for the token that the service printed.

    `fields` are the query, or what was sent where it failed: it is shown again, but for passwords.
    """
    worker: Worker = request.app.state.worker
    following, name = hidden("next", fields.get("next", "")), replace(_NAME, value=fields.get("name", "")[:LONGEST])
    blocks: list[Block] = [*_demo(request, following)]
    if failed:
        blocks.append(Notice(_WRONG.get(failed) or CODES[failed][1], "bad"))
    if INVITED in fields or "invitation" in fields:
        blocks.append(_invited("" if request.method == "GET" else fields.get("invitation", ""), following))
    elif not any(one.signed_up for one in worker.database.read(list_people)):
        blocks.append(_first_person(name, following))
    else:
        blocks.append(
            Form("sign-in", SIGN_IN, Message("Sign in", context="button"), (name, _PASSWORD, following))
        )  # fmt: skip
    return View(Message("Sign in", context="page title"), "", tuple(blocks), 401 if failed else 200)


def _demo(request: Request, following: Input) -> list[Block]:
    """Return a button for each person of a demo, where there is one."""
    if not may_be_demo(request):
        return []
    forms = [
        Form(f"demo-{role}", SIGN_IN, button, (hidden("demo", role), following))
        for role, (_, button) in DEMO_PEOPLE.items()
    ]
    return [Notice(Message("This is a demo. On this machine you can look at it without a password:")), *forms]


def _first_person(name: Input, following: Input) -> Form:
    return Form(
        "first-person", "/console/first-person", Message("Begin", context="button"),
        (Input("token", Message("The admin's token"), "password"), name, _CHOSEN, following),
        title=Message("You are the first person here"),
        explanation=Message(
            "When the service started for the first time, it printed a token of an admin in its terminal. With it you "
            "become the first person who may sign in; you invite the others from the page “People”."
        ),
    )  # fmt: skip


def _invited(invitation: str, following: Input) -> Form:
    secret = Input(
        "invitation", Message("Invitation", context="field of a form"), value=invitation,
        hint=Message("It was sent to you with the address of this page."),
    )  # fmt: skip
    return Form(
        "invitation", SIGN_IN, Message("Accept and sign in", context="button"), (secret, _CHOSEN, following),
        title=Message("You were invited", context="form title"),
    )  # fmt: skip


def sign_in_address(fields: Mapping[str, str]) -> str:
    """Return the address of the page that shows a form again which was sent, without what was typed."""
    kept = {"next": fields.get("next", ""), INVITED: "yes" if INVITED in fields or "invitation" in fields else ""}
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{SIGN_IN}?{query}" if query else SIGN_IN


def sign_in(request: Request, fields: Mapping[str, str], answer: Response) -> None:
    """Sign somebody in by a form. Raises HttpProblem where that cannot be."""
    password = fields.get("password", "")
    if "demo" in fields:
        person_id = demo_person(request, fields["demo"])
    elif "token" in fields:
        person_id = _first_admin(request, fields["token"], fields.get("name", "").strip(), password)
    elif "invitation" in fields:
        check_attempt(request, secret_hash(fields["invitation"]))
        hashed = _hashed(password)
        worker: Worker = request.app.state.worker
        person = worker.database.change(lambda one: accept_invitation(one, fields["invitation"], hashed))
        if person is None:
            raise HttpProblem("not_signed_in")
        person_id = person.person_id
    else:
        person_id = person_with(request, fields.get("name", "").strip()[:LONGEST], password[:LONGEST])
    open_session(request, person_id, answer)


def _first_admin(request: Request, secret: str, name: str, password: str) -> str:
    """Make the first person, an admin, and return their id."""
    check_attempt(request, secret_hash(secret))
    worker: Worker = request.app.state.worker
    hashed = _hashed(password)

    def begin(connection: Connection) -> str:
        token = find_token(connection, secret)
        if token is None or not token.is_valid(time.time()) or "admin" not in token.roles:
            raise HttpProblem("not_signed_in")
        made = invite(connection, name, {"admin"}) if 0 < len(name) <= LONGEST else None
        person = None if made is None else accept_invitation(connection, made[1], hashed)
        if person is None:
            raise HttpProblem("conflict", field="name")
        add_entry(connection, token.token_id, "first person", person.person_id)
        return person.person_id

    return worker.database.change(begin)


def _hashed(password: str) -> str:
    """Return what is kept of a new password. Raises HttpProblem for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise HttpProblem("invalid", field="password")
    return password_hash(password)
