"""The addresses of the console: each page as HTML, JSON and CSV, each action by POST, and the static files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from offerloop.errors import ConfigError, InputError
from offerloop.locale import languages
from offerloop.message import Message
from offerloop.report import language_name
from offerloop.web.answering import json_response
from offerloop.web.auth import COOKIE, Caller, caller_with, check_same_site
from offerloop.web.console.blocks import Block, Form, Input, Notice, View, Words
from offerloop.web.console.page_request import LANGUAGE_COOKIE, Action, Page, PageRequest, in_page_language
from offerloop.web.console.pages import ACTIONS, PAGES
from offerloop.web.console.rendering import as_csv, as_html, as_json
from offerloop.web.console.setup.view import take_upload
from offerloop.web.console.signing_in import SIGN_IN, SIGNED_OUT, sign_in, sign_in_address, sign_in_view
from offerloop.web.problems import CODES, HttpProblem, misconfigured
from offerloop.web.roles import Permission, roles_with_any, words_of

router = APIRouter(include_in_schema=False)
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "LICENSE": "text/plain"}
REPORT_POLICY = (
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""The content security policy of reports: their styles are within them, and they load nothing."""
YEAR_SECONDS = 31_536_000
AGAIN, LONGEST_QUERY = "_action", 7_000
"""The field of a query that names the action whose form is shown with what was typed before, and how long it may be:
servers before the service often take no address above 8 KB."""


@router.get("/")
@router.get("/console")
async def first_page() -> Response:
    """Lead to the overview."""
    return RedirectResponse("/console/overview", 303)


@router.get("/console/static/{name}")
async def static_file(name: str) -> Response:
    """Return a file of the console's own."""
    file = files("offerloop.web.console") / "static" / name
    if not name.isascii() or "/" in name or not file.is_file():
        raise HttpProblem("not_found")
    kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
    return Response(file.read_bytes(), media_type=kind)


@router.get("/console/sign-in")
async def sign_in_page(request: Request) -> Response:
    """Show how to sign in."""
    return await run_in_threadpool(_sign_in_page, request, request.query_params)


def _sign_in_page(request: Request, fields: Mapping[str, str], failed: str = "") -> Response:
    return _html(request, sign_in_view(request, fields, failed), None, here=sign_in_address(fields))


@router.post("/console/sign-in")
@router.post("/console/first-person")
async def sign_in_by_form(request: Request) -> Response:
    """Sign somebody in, or make the first person who may."""
    fields = await _form_fields(request)
    check_same_site(request)
    return await run_in_threadpool(_signing_in, request, fields)


def _signing_in(request: Request, fields: Mapping[str, str]) -> Response:
    try:
        answer = RedirectResponse(_console_address(fields.get("next", "")), 303)
        sign_in(request, fields, answer)
    except HttpProblem as problem:
        return _sign_in_page(request, fields, problem.code)
    return answer


@router.post("/console/do/language")
async def choose_language(request: Request) -> Response:
    """Keep the language that was chosen, and go on where one was."""
    fields = await _form_fields(request)
    answer = RedirectResponse(_console_address(fields.get("back", "")), 303)
    if fields.get("language") in languages():
        answer.set_cookie(LANGUAGE_COOKIE, fields["language"], YEAR_SECONDS, path="/", httponly=True, samesite="lax")
    return answer


@router.put("/console/upload/{source}")
async def upload(request: Request, source: str) -> Response:
    """Keep a file of a shop that is being set up."""
    return await take_upload(request, source)


@router.post("/console/do/{name}")
async def act(request: Request, name: str) -> Response:
    """Carry out what a form asks for."""
    action = ACTIONS.get(name)
    if action is None:
        raise HttpProblem("not_found")
    fields = await _form_fields(request)
    try:
        page_request = PageRequest(in_page_language(request), await caller_with(request, action.needs), fields)
    except HttpProblem as problem:
        if problem.code == "not_signed_in" and action.page is not None:
            return await run_in_threadpool(_ask_to_sign_in_again, request, action.page, fields | {AGAIN: name}, problem)
        return await run_in_threadpool(_failed, request, problem, fields.get("back", ""))
    try:
        answer = await run_in_threadpool(_carried_out, action, page_request)
    except HttpProblem as problem:
        return await run_in_threadpool(_shown_again, action, page_request, problem)
    if name == "sign-out":
        answer.delete_cookie(COOKIE, path="/")
    return answer


def _ask_to_sign_in_again(request: Request, page: Page, fields: Mapping[str, str], problem: HttpProblem) -> Response:
    """Ask somebody whose session has ended who they are, and lead back to the form with what they typed.

    Where that is too long for an address, say only what was wrong.
    """
    try:
        check_same_site(request)
    except HttpProblem as refused:
        return _failed(request, refused, "")
    typed = urlencode({key: value for key, value in fields.items() if value})
    if len(typed) > LONGEST_QUERY:
        return _failed(request, problem, fields.get("back", ""))
    return _sign_in_page(request, {"next": f"/console/{page.name}?{typed}"}, SIGNED_OUT)


def _carried_out(action: Action, page_request: PageRequest) -> Response:
    try:
        done = action.carry_out(page_request)
        if isinstance(done, View):
            return _html(page_request.http, done, page_request, action.page)
        return RedirectResponse(_console_address(done), 303)
    except ConfigError as error:
        raise misconfigured(error) from None
    except InputError as error:
        raise HttpProblem("invalid", error.message, error.field or None) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise HttpProblem("invalid", str(first["msg"]), ".".join(map(str, first["loc"]))) from None


@router.get("/console/report")
async def show_report(request: Request, run: str = "", readout: str = "") -> Response:
    """Return the report of a run or of one of its read-outs as it was written: it may hold styles but no script."""
    caller = await caller_with(request, Permission.READ)
    run_read = PageRequest(request, caller, {}).run_named(run or None)
    if run_read is None or "/" in readout or readout.startswith("."):
        raise HttpProblem("not_found")
    page = run_read.folder / readout / "report.html"
    if not page.is_file():
        raise HttpProblem("not_found")
    return Response(page.read_bytes(), headers={"content-security-policy": REPORT_POLICY}, media_type="text/html")


@router.get("/console/{name}.json")
async def page_figures(request: Request, name: str) -> Response:
    """Return the figures of a page."""
    page_request, page = await _page_request(request, name)
    view = await run_in_threadpool(page.view, page_request)
    figures = as_json(view, page_request.localizer)
    simulated = {"simulated": True} if await run_in_threadpool(lambda: page_request.simulated) else {}
    return json_response(figures | simulated, view.status)


@router.get("/console/{name}/{table}.csv")
async def page_table(request: Request, name: str, table: str) -> Response:
    """Return one table of a page."""
    page_request, page = await _page_request(request, name)
    rows = (await run_in_threadpool(page.view, page_request)).tables.get(table)
    if rows is None:
        raise HttpProblem("not_found")
    disposition = {"content-disposition": f'attachment; filename="{name}-{table}.csv"'}
    return Response(as_csv(rows, page_request.localizer), headers=disposition, media_type="text/csv; charset=utf-8")


@router.get("/console/{name}")
async def show_page(request: Request, name: str) -> Response:
    """Show a page, or how to sign in."""
    try:
        page_request, page = await _page_request(request, name)
        return await run_in_threadpool(_shown, request, page, page_request)
    except HttpProblem as problem:
        if problem.code == "not_signed_in":
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"{SIGN_IN}?next={quote(here, safe='')}", 303)
        return await run_in_threadpool(_failed, request, problem, "")


def _shown(request: Request, page: Page, page_request: PageRequest) -> Response:
    try:
        view = page.view(page_request)
    except ConfigError as error:
        raise misconfigured(error) from None
    except InputError as error:
        raise HttpProblem("invalid", error.message) from None
    action = ACTIONS.get(page_request.field(AGAIN))
    if action is not None and action.page is page:
        view = _with_typed(view, action, page_request, _SIGNED_IN_AGAIN)
    return _html(request, view, page_request, page)


_SIGNED_IN_AGAIN = Message("You are signed in again. What you typed is still here, and nothing of it is saved yet.")


async def _page_request(request: Request, name: str) -> tuple[PageRequest, Page]:
    """Return the request and its page. Raises HttpProblem for a page that is not, and for who may not see it."""
    page = PAGES.get(name)
    if page is None:
        raise HttpProblem("not_found")
    caller = await caller_with(request, page.needs)
    return PageRequest(in_page_language(request), caller, dict(request.query_params)), page


def _failed(request: Request, problem: HttpProblem, back: str) -> Response:
    """Show what was wrong, that nothing was changed, and where to go on."""
    status, title = CODES[problem.code]
    where = _console_address(back or request.headers.get("referer", ""))
    notices = [Notice(problem.detail or title, "bad", where, Message("Back to where you were"))]
    if problem.field and problem.code != "changed":
        notices.append(Notice(Message("The field is “{field}”.", context="message", field=problem.field)))
    notices.append(Notice(Message("Nothing was changed.", context="message")))
    return _html(request, View(Message("This could not be done"), "", tuple(notices), status), None)


def _shown_again(action: Action, page_request: PageRequest, problem: HttpProblem) -> Response:
    """Show the form once more with all that was typed and what is wrong with it."""
    page = action.page
    if page is None or problem.code not in ("invalid", "conflict", "changed"):
        return _failed(page_request.http, problem, page_request.field("back"))
    status, title = CODES[problem.code]
    try:
        view = page.view(page_request)
    except HttpProblem:
        return _failed(page_request.http, problem, page_request.field("back"))
    said = _CHANGED if problem.code == "changed" else problem.detail or title
    again = _with_typed(view, action, page_request, said, problem.field)
    if again == view:
        return _failed(page_request.http, problem, page_request.field("back"))
    return _html(page_request.http, replace(again, status=status, refresh=False), page_request, page)


_CHANGED = Message(
    "Somebody changed this meanwhile. What you typed is still here: look at the newest revision, and save again only "
    "to replace it."
)


def _with_typed(view: View, action: Action, page_request: PageRequest, error: Words, field: str | None = None) -> View:
    filled = (_filled(one, action, page_request, error, field) for one in view.blocks)
    return replace(view, blocks=tuple(filled))


def _filled(block: Block, action: Action, page_request: PageRequest, error: Words, field: str | None) -> Block:
    """Return a form with what was typed, and what is wrong at its field, or above all where it has no such field."""
    if not isinstance(block, Form) or block.action != f"/console/do/{action.name}":
        return block
    inputs, more = (
        tuple(replace(_typed(one, page_request), error=error if one.name == field else "") for one in part)
        for part in (block.inputs, block.more)
    )
    is_at_field = any(one.name == field and one.type != "hidden" for one in (*inputs, *more))
    return replace(block, inputs=inputs, more=more, error="" if is_at_field else error)


def _typed(field: Input, page_request: PageRequest) -> Input:
    is_revision_read = page_request.http.method == "GET" and field.name == "revision"  # a change since then must show
    if field.type == "password" or (field.type == "hidden" and not is_revision_read):
        return field
    return replace(field, value=page_request.text(field.name))


def _html(
    request: Request, view: View, page_request: PageRequest | None, page: Page | None = None, here: str = SIGN_IN
) -> Response:
    rendered_for = page_request or PageRequest(request, Caller("", (), frozenset(), 0.0), {})
    config = page_request.config if page_request else None
    query = urlencode([(key, value) for key, value in request.query_params.multi_items() if key != "language"])
    is_answer = request.method == "POST" and page is not None  # a page that no address shows again as it is
    shown = [one for one in PAGES.values() if one.in_navigation and page_request and page_request.may(one.needs)]
    text = as_html(
        "components/frame.html.j2", rendered_for.localizer, rendered_for.zone, view=view,
        shop=config.shop.name if config else "Offerloop",
        languages=[] if is_answer else [(one, language_name(one)) for one in languages()], pages=shown,
        person=page_request.caller if page_request else None, current=page.name if page else "", query=query,
        simulated=page_request is not None and page_request.simulated,
        here=request.url.path + (f"?{query}" if query else "") if page_request else here,
        data=f"/console/{page.name}.json" + (f"?{query}" if query else "") if page else "", roles_with=_roles,
        words_of=words_of,
    )  # fmt: skip
    return Response(text, view.status, media_type="text/html; charset=utf-8")


def _roles(permission: Any) -> tuple[Message | str, ...]:  # noqa: ANN401 - of a template
    return words_of(roles_with_any([permission]))


async def _form_fields(request: Request) -> dict[str, str]:
    """Return the fields of a form. Raises HttpProblem for what is none."""
    try:
        body = (await request.body()).decode("utf-8")
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=200, encoding="utf-8", errors="strict"))
    except ValueError:
        raise HttpProblem("bad_request") from None
    if any("\0" in one for one in fields.values()):
        raise HttpProblem("invalid")
    return fields


def _console_address(address: str) -> str:
    """Return an address within the console; the overview in place of any other, so that nobody is led elsewhere."""
    place = address.partition("://")[2].partition("/")[2] if "://" in address else address.removeprefix("/")
    is_own = place.startswith("console/") and "\\" not in place and not any(ord(one) < 33 for one in place)
    return f"/{place}" if is_own else "/console/overview"
