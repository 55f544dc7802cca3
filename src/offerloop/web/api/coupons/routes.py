"""`/v1/coupon-templates`, `/v1/coupons`, `/v1/redemptions`: the ledger of coupons over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from offerloop.background import IMPORT_CODES, new_upload
from offerloop.config import load_config
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import (
    Claim,
    CommandAnswer,
    CouponCommand,
    Issue,
    Lock,
    Redeem,
    RefusalReason,
    Release,
    Revoke,
    RollBack,
    is_valid_code,
    make_codes,
    normalise_code,
)
from offerloop.store import Job, add_entry, add_job, coupons_of_customer, coupons_of_template, with_instants
from offerloop.web.addresses import NameInPath
from offerloop.web.answering import without_formula
from offerloop.web.api.fields import Name
from offerloop.web.api.jobs import JobAnswer
from offerloop.web.auth import Caller, Deciding, DecidingOrReading, Editing
from offerloop.web.idempotency import MONEY_SECONDS, Key, NeededKey, changed_once, ledger_key
from offerloop.web.paging import Cursor, Limit
from offerloop.web.problems import HttpProblem, documented
from offerloop.web.uploads import save_upload
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection
from offerloop.web.api.coupons.models import (
    ClaimRequest,
    CouponShown,
    Done,
    Issued,
    IssueRequest,
    LockRequest,
    RedeemRequest,
    ReleaseRequest,
    RollBackRequest,
    TemplateShown,
    Terms,
    Wallet,
)
from offerloop.web.api.coupons.unknown_codes import check_guesses, count_guess, counting_guesses

router = APIRouter(prefix="/v1", tags=["coupons"])
EXPORT_PAGE = 1_000
_PROBLEMS = ("not_signed_in", "not_allowed", "cross_site", "invalid", "key_conflict", "refused", "store_away")
_OF_A_CUSTOMER = (*_PROBLEMS, "erased")
TemplateId = Annotated[NameInPath, Path(examples=["spring"])]
Code = Annotated[NameInPath, Path(examples=["SPRING10"])]
NameInQuery = Annotated[Name | None, Query(description="Who typed the code.")]


@router.put("/coupon-templates/{template_id}", responses=documented(*_PROBLEMS, "conflict"))
def add_template(request: Request, template_id: TemplateId, body: Terms, caller: Editing) -> TemplateShown:
    """Enter a coupon template; the same terms again change nothing, and other terms are a conflict."""
    worker: Worker = request.app.state.worker

    def enter(connection: Connection) -> None:
        if worker.ledger.add_template_within(connection, template_id, body.terms()):
            terms = body.model_dump(mode="json", exclude_defaults=True)
            add_entry(connection, caller.actor, "coupon template entered", template_id, **terms)

    try:
        worker.database.change(enter)
    except InputError as error:
        raise HttpProblem("conflict", error.message) from None
    return _template(worker, template_id)


@router.get("/coupon-templates/{template_id}", responses=documented("not_signed_in", "not_allowed", "not_found"))
def show_template(request: Request, template_id: TemplateId, _: DecidingOrReading) -> TemplateShown:
    """Show a coupon template with its balance."""
    return _template(request.app.state.worker, template_id)


def _template(worker: Worker, template_id: str) -> TemplateShown:
    template = worker.ledger.template(template_id)
    if template is None:
        raise HttpProblem("not_found")
    return TemplateShown(
        template_id=template_id, terms=with_instants(vars(template.terms)), balance=vars(template.balance)
    )


@router.post(
    "/coupon-templates/{template_id}/coupons",
    status_code=201,
    response_model=Issued,
    responses=documented(*_OF_A_CUSTOMER),
)
def issue(request: Request, template_id: TemplateId, body: IssueRequest, caller: Editing, key: NeededKey) -> Response:
    """Issue coupons by their codes, all of them or none; with `count` codes are made that are hard to guess."""
    if (len(body.codes) > 0) == (body.count > 0):
        raise HttpProblem("invalid", Message("give either codes or a count of them"), "codes")
    worker: Worker = request.app.state.worker
    listed = tuple(dict.fromkeys(_known_form(one) for one in body.codes))

    def make(connection: Connection) -> tuple[int, object]:
        codes = listed or tuple(make_codes(body.count))
        command = Issue(ledger_key(key), template_id, codes, body.customer_id)
        (answer,) = worker.ledger.carry_out_within(connection, [command])
        done = _done(answer)
        add_entry(connection, caller.actor, "coupons issued", template_id, codes=len(codes))
        return 201, {**done.model_dump(mode="json"), "codes": list(codes)}

    return changed_once(request, caller, key, body.model_dump(mode="json"), make, MONEY_SECONDS)


@router.post(
    "/coupon-templates/{template_id}/import",
    status_code=202,
    response_model=JobAnswer,
    responses=documented(*_PROBLEMS, "not_found", "disk_full", "misconfigured"),
    openapi_extra={"requestBody": {"content": {"text/csv": {"schema": {"type": "string"}, "example": "code\nA1\n"}}}},
)
async def import_codes(request: Request, template_id: TemplateId, caller: Editing, key: Key = None) -> JobAnswer:
    """Make coupons of a list of codes, CSV or one per line, of any size up to `[serve] max_upload`.

    The list is written to disk as it arrives, and a job with progress checks and imports it. A column `customer_id`
    says whose a code is. The same list can be imported again: codes that are there stay as they are.
    """
    worker: Worker = request.app.state.worker
    await run_in_threadpool(_template, worker, template_id)
    shop = worker.settings.shop
    most_bytes = (await run_in_threadpool(load_config, shop)).serve.most_bytes
    path = await run_in_threadpool(new_upload, shop)
    saved = await save_upload(request, path, most_bytes)

    def queue(connection: Connection) -> Job:
        order = {"template_id": template_id, "file": path.name, "bytes": saved.n_bytes, "sha256": saved.digest}
        job = add_job(connection, IMPORT_CODES, order, None if key is None else f"{caller.actor} {key}")
        if job.kind != IMPORT_CODES or {**job.request, "file": ""} != {**order, "file": ""}:
            raise HttpProblem("key_conflict", field="Idempotency-Key")
        if job.request == order:
            add_entry(connection, caller.actor, "codes uploaded", template_id, job=job.job_id, bytes=saved.n_bytes)
        return job

    job = await run_in_threadpool(_queued, worker, queue, path)
    return JobAnswer.of(job, request)


def _queued(worker: Worker, queue: Callable[[Connection], Job], path: FilePath) -> Job:
    """Queue the job of an upload; where another job has the key, the file is not needed."""
    try:
        job = worker.database.change(queue)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if job.request["file"] != path.name:
        path.unlink(missing_ok=True)
    return job


@router.get(
    "/coupon-templates/{template_id}/coupons.csv", responses=documented("not_signed_in", "not_allowed", "not_found")
)
def export(request: Request, template_id: TemplateId, caller: Editing) -> StreamingResponse:
    """Return all coupons of a template as CSV, for who may issue them: a code of nobody is worth money to anybody."""
    worker: Worker = request.app.state.worker
    _template(worker, template_id)
    worker.database.change(lambda connection: add_entry(connection, caller.actor, "codes exported", template_id))
    return StreamingResponse(_rows(worker, template_id), media_type="text/csv; charset=utf-8")


def _rows(worker: Worker, template_id: str) -> Iterator[str]:
    yield "code,customer_id,status\n"
    after = ""
    while page := worker.database.read(
        lambda one, after=after: coupons_of_template(one, template_id, after, EXPORT_PAGE)  # type: ignore[misc]
    ):
        for coupon in page:
            yield f"{_cell(coupon.code)},{_cell(coupon.customer_id or '')},{coupon.status.value}\n"
        after = page[-1].code


def _cell(text: str) -> str:
    """Quote a cell, and keep a spreadsheet from taking it for a formula."""
    return '"' + without_formula(text).replace('"', '""') + '"'


@router.get("/coupons/{code}", responses=documented("not_signed_in", "not_allowed", "not_found", "too_many_requests"))
def show_coupon(
    request: Request, code: Code, caller: DecidingOrReading, customer_id: NameInQuery = None
) -> CouponShown:
    """Show a coupon and its status.

    Who names too many unknown codes has to wait, for known ones too; with `customer_id`, who typed the code, that
    customer alone. Where too many are named for all customers together, a customer's own codes are shown, and codes of
    nobody that may be used several times.
    """
    worker: Worker = request.app.state.worker
    form, customer = _known_form(code), customer_id or ""
    check_guesses(request, caller, customer, form)
    coupon, status = worker.ledger.coupon(form), worker.ledger.status(form)
    if coupon is None or status is None:
        count_guess(request, caller, customer)
        raise HttpProblem("not_found")
    return CouponShown(code=form, template_id=coupon.template_id, customer_id=coupon.customer_id, status=status.value)


@router.post("/coupons/{code}/claim", responses=documented(*_OF_A_CUSTOMER, "too_many_requests"))
def claim(request: Request, code: Code, body: ClaimRequest, caller: Deciding, key: NeededKey) -> Done:
    """Make a coupon the customer's."""
    return _by_code(request, caller, Claim(ledger_key(key), _known_form(code), body.customer_id), body.customer_id)


@router.post("/coupons/{code}/lock", responses=documented(*_OF_A_CUSTOMER, "too_many_requests"))
def lock(request: Request, code: Code, body: LockRequest, caller: Deciding, key: NeededKey) -> Done:
    """Hold a use of a coupon, and an amount of its budget, for a checkout."""
    command = Lock(
        ledger_key(key), _known_form(code), body.customer_id, body.lock_key, body.amount_minor, body.seconds
    )  # fmt: skip
    return _by_code(request, caller, command, body.customer_id)


@router.post("/coupons/{code}/release", responses=documented(*_PROBLEMS, "too_many_requests"))
def release(request: Request, code: Code, body: ReleaseRequest, caller: Deciding, key: NeededKey) -> Done:
    """Let a lock go."""
    return _by_code(request, caller, Release(ledger_key(key), _known_form(code), body.lock_key), "")


@router.post("/coupons/{code}/redeem", responses=documented(*_OF_A_CUSTOMER, "too_many_requests"))
def redeem(request: Request, code: Code, body: RedeemRequest, caller: Deciding, key: NeededKey) -> Done:
    """Use a coupon, with its lock where that still holds."""
    command = Redeem(ledger_key(key), _known_form(code), body.customer_id, body.amount_minor, body.lock_key)
    return _by_code(request, caller, command, body.customer_id)


@router.post("/coupons/{code}/revoke", responses=documented(*_PROBLEMS, "too_many_requests"))
def revoke(request: Request, code: Code, caller: Editing, key: NeededKey) -> Done:
    """End a coupon for good; what was redeemed stays redeemed."""
    worker, form = request.app.state.worker, _known_form(code)

    def end(connection: Connection) -> CommandAnswer:
        before = worker.ledger.coupon(form)
        (answer,) = worker.ledger.carry_out_within(connection, [Revoke(ledger_key(key), form)])
        if answer.reason is None and before is not None and not before.revoked:  # no request that is sent again
            add_entry(connection, caller.actor, "coupon revoked", before.template_id)
        return answer

    with counting_guesses(request, caller, "", form):
        return _done(worker.database.change(end))


@router.post("/redemptions/{redemption_id}/rollback", responses=documented(*_PROBLEMS))
def roll_back(request: Request, redemption_id: NameInPath, body: RollBackRequest, _: Deciding, key: NeededKey) -> Done:
    """Give back an amount of a redemption, or all that is left of it."""
    return _carried_out(request, RollBack(ledger_key(key), redemption_id, body.amount_minor))


@router.get("/customers/{customer_id}/coupons", responses=documented("not_signed_in", "not_allowed", "invalid"))
def wallet(
    request: Request, customer_id: NameInPath, _: DecidingOrReading, limit: Limit = 100, cursor: Cursor = None
) -> Wallet:
    """List the coupons that are a customer's."""
    worker: Worker = request.app.state.worker
    held = worker.database.read(lambda one: coupons_of_customer(one, customer_id, cursor or "", limit + 1))
    shown = [
        CouponShown(
            code=coupon.code, template_id=coupon.template_id, customer_id=customer_id, status=coupon.status.value
        )
        for coupon in held[:limit]
    ]
    return Wallet(items=shown, next_cursor=shown[-1].code if len(held) > limit else None)


def _known_form(code: str) -> str:
    """Return a code of ours as it was made, however it was typed; another code as it is."""
    return normalise_code(code) if is_valid_code(code) else code


def _by_code(request: Request, caller: Caller, command: Claim | Lock | Release | Redeem, customer_id: str) -> Done:
    """Carry out what names a code."""
    with counting_guesses(request, caller, customer_id, command.code):
        return _carried_out(request, command)


def _carried_out(request: Request, command: CouponCommand) -> Done:
    worker: Worker = request.app.state.worker
    return _done(worker.ledger.carry_out(command))


def _done(answer: CommandAnswer) -> Done:
    """Return what was done. Raises HttpProblem for what the ledger refuses."""
    if answer.reason is RefusalReason.KEY_CONFLICT:
        raise HttpProblem("key_conflict", field="Idempotency-Key")
    if answer.reason is RefusalReason.ERASED:
        raise HttpProblem("erased")
    if answer.reason is not None:
        raise HttpProblem("refused", reason=answer.reason.value)
    return Done(key=answer.key, at=answer.at, expires_at=answer.expires_at)
