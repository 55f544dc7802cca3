"""People: who may sign in, what each role may do, and inviting somebody."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from offerloop.message import Message
from offerloop.store import Person, add_entry, end_session, invite, list_people
from offerloop.web.api.people import end_access, renew_invitation
from offerloop.web.auth import COOKIE, origin_of
from offerloop.web.console.blocks import Block, Form, Input, Notice, PageTable, TableColumn, View
from offerloop.web.console.cells import Badge, Cell, Instant, Named
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.console.signing_in import INVITED, SIGN_IN
from offerloop.web.demo import DEMO_PEOPLE
from offerloop.web.problems import HttpProblem
from offerloop.web.roles import ROLE_NAMES, Permission, roles_with_any, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

TITLE = Message("People", context="page title")
ROLE_DUTIES = {
    "viewer": Message("viewer: sees everything, changes nothing", context="role"),
    "marketer": Message("marketer: edits campaigns and begins jobs", context="role"),
    "approver": Message("approver: approves campaigns and chooses which plan is served", context="role"),
    "admin": Message("admin: everything, with people and erasure", context="role"),
}
STATES = {
    "active": Badge("active", Message("may sign in", context="state of a person"), "good"),
    "invited": Badge("invited", Message("invited", context="state of a person"), "warning"),
    "revoked": Badge("revoked", Message("may no longer sign in", context="state of a person")),
}
COLUMNS = (
    TableColumn("name", Message("name", context="column title")),
    TableColumn("roles", Message("roles", context="column title")),
    TableColumn("state", Message("state", context="column title")),
    TableColumn("since", Message("since", context="column title")),
)
DUTIES = (
    TableColumn("permission", Message("permission", context="column title")),
    TableColumn("roles", Message("roles", context="column title")),
    TableColumn("people", Message("people", context="column title")),
    TableColumn("you", Message("you", context="column title")),
    TableColumn("why", Message("why not", context="column title")),
)
PERMISSIONS = {
    Permission.READ: Message("see plans, customers and results"),
    Permission.EDIT: Message("edit campaigns, begin jobs, opt customers out"),
    Permission.APPROVE: Message("approve campaigns, choose which plan is served, switch offers off"),
    Permission.ADMINISTER: Message("invite people, see the audit trail, erase customers"),
    Permission.DECIDE: Message("what a checkout does: decisions, prices, coupons, events"),
}


def view(request: PageRequest) -> View:
    """Return who may do what; admins invite here."""
    people = request.worker.database.read(list_people)
    demo = {name for name, _ in DEMO_PEOPLE.values()} if request.worker.settings.demo_people else set()
    rows = tuple(_row(one, is_demo=one.name in demo) for one in people)
    empty = Message("Nobody may sign in yet.")
    duties = tuple(_permission_row(request, people, one) for one in PERMISSIONS)
    blocks: list[Block] = [
        PageTable("people", Message("Who may sign in"), COLUMNS, rows, empty),
        PageTable("permissions", Message("Who may do what"), DUTIES, duties, empty), *_review_rule(request), _invite(),
        *_invite_again(request, people), *_revoke(people),
    ]  # fmt: skip
    return View(TITLE, "", tuple(blocks))


def _permission_row(request: PageRequest, people: list[Person], permission: Permission) -> tuple[Cell, ...]:
    """Say who may do something, and why the reader may not."""
    roles = roles_with_any([permission])
    names = [one.name for one in people if one.revoked_at is None and not {*roles}.isdisjoint(one.roles)]
    may = request.may(permission)
    why = (
        None
        if may
        else Message(
            "your roles: {own}; needed is one of: {roles}", own=words_of(request.caller.roles), roles=words_of(roles)
        )
    )
    return PERMISSIONS[permission], _named(roles), names, may, why


def _review_rule(request: PageRequest) -> list[Block]:
    """Say how many people a campaign needs before it starts."""
    reviewers = 1 if request.config is None else request.config.approval.reviewers
    if not reviewers:
        return [Notice(Message("Campaigns are not reviewed here: one person may start them."), "warning")]
    said = Message(
        "Before a campaign starts, {n} person must approve the revision, not the last editor.",
        plural="Before a campaign starts, {n} people must approve the revision, not among them the last editor.",
        n=reviewers,
    )  # fmt: skip
    return [Notice(said)]


def _row(person: Person, *, is_demo: bool) -> tuple[Cell, ...]:
    comes_in = person.signed_up or is_demo
    state = "revoked" if person.revoked_at is not None else "active" if comes_in else "invited"
    return person.name, _named(person.roles), STATES[state], Instant(person.made_at)


def _named(roles: Iterable[str]) -> list[Named]:
    return [Named(one, ROLE_NAMES[one]) for one in roles]


def _invite() -> Form:
    roles = tuple(ROLE_DUTIES.items())
    return Form(
        "invite", "/console/do/invite", Message("Invite", context="button"),
        (
            Input("name", Message("Name", context="field of a form")),
            Input("role", Message("Role", context="field of a form"), "select", "viewer", roles),
        ),
        needs=Permission.ADMINISTER, title=Message("Invite somebody", context="form title"),
    )  # fmt: skip


def _invite_again(request: PageRequest, people: list[Person]) -> list[Form]:
    own = request.caller.actor
    options = tuple((one.person_id, one.name) for one in people if one.revoked_at is None and one.person_id != own)
    if not options:
        return []
    return [
        Form(
            "invite-again", "/console/do/invite-again", Message("Invite again", context="button"),
            (Input("person", Message("Person", context="field of a form"), "select", "", options),),
            needs=Permission.ADMINISTER, title=Message("Invite somebody again", context="form title"),
            explanation=Message(
                "For a lost invitation or password: the one of before ends at once, and so do the person's sessions."
            ),
        )
    ]  # fmt: skip


def _revoke(people: list[Person]) -> list[Form]:
    options = tuple((one.person_id, one.name) for one in people if one.revoked_at is None)
    if len(options) < 2:
        return []
    return [
        Form(
            "revoke", "/console/do/revoke", Message("End their access", context="button"),
            (Input("person", Message("Person", context="field of a form"), "select", "", options),),
            needs=Permission.ADMINISTER, title=Message("End somebody's access", context="form title"), tone="bad",
            explanation=Message(
                "Their sessions end at once, and so do the tokens that they made. Tokens of a checkout, which have no "
                "other role than “service”, stay."
            ),
        )
    ]  # fmt: skip


def _send_invitation(request: PageRequest) -> View:
    """Invite somebody, and show what to send them; addresses stand in logs, so the secret is in none."""
    name, role = request.field("name"), request.needed("role", lambda text: text if text in ROLE_DUTIES else None)
    if not name:
        raise HttpProblem("invalid", field="name")

    def make(connection: Connection) -> str:
        invitation = invite(connection, name, {role})
        if invitation is None:
            raise HttpProblem("conflict", Message("somebody has that name"), field="name")
        add_entry(connection, request.caller.actor, "person invited", invitation[0].person_id, roles=[role])
        return invitation[1]

    return _with_invitation(request, request.worker.database.change(make))


def _renew_invitation(request: PageRequest) -> View:
    """Invite somebody again, and show what to send them."""
    person_id = request.needed("person", lambda text: text if text != request.caller.actor else None)
    renewed = renew_invitation(request.http, person_id, request.caller)
    return _with_invitation(request, json.loads(bytes(renewed.body))["invitation"])


def _with_invitation(request: PageRequest, invitation: str) -> View:
    said = Message(
        "Send the person this address: {address}, and this invitation, which works once, within seven days: {secret}",
        address=f"{origin_of(request.http)}{SIGN_IN}?{INVITED}=yes", secret=invitation,
    )  # fmt: skip
    page = view(request)
    return replace(page, blocks=(Notice(said, "good"), *page.blocks))


def _end_access(request: PageRequest) -> str:
    person_id = request.needed("person", lambda text: text if text != request.caller.actor else None)
    request.worker.database.change(lambda one: end_access(one, request.caller.actor, person_id))
    request.worker.credentials.forget()
    return "/console/people"


def _sign_out(request: PageRequest) -> str:
    request.worker.database.change(lambda one: end_session(one, request.http.cookies.get(COOKIE, "")))
    request.worker.credentials.forget()
    return "/console/sign-in"


PAGE = Page("people", TITLE, view, in_navigation=True)
ACTIONS = (
    Action("invite", Permission.ADMINISTER, _send_invitation, PAGE),
    Action("invite-again", Permission.ADMINISTER, _renew_invitation, PAGE),
    Action("revoke", Permission.ADMINISTER, _end_access),
    Action("sign-out", Permission.READ, _sign_out),
)
