"""`/v1/customers`: what is known of a customer, their choices, and their right to have it exported and erased."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, JsonValue
from sqlalchemy import Connection

from offerloop.background import erase_customer
from offerloop.commands.explain.task import explain
from offerloop.errors import InputError
from offerloop.store import (
    Choice,
    CustomerEvent,
    EventLog,
    add_entry,
    customer_records,
    erased_among,
    read_choice,
    set_test_arm,
    take_events,
    with_instants,
)
from offerloop.web.addresses import NameInPath
from offerloop.web.api.fields import Model
from offerloop.web.auth import Administering, Deciding, Reading
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.roles import Permission
from offerloop.web.worker import Worker
from offerloop.workspace import find_run, open_run

router = APIRouter(prefix="/v1/customers", tags=["customers"])
CustomerId = Annotated[NameInPath, Path()]
_REFUSALS = ("not_signed_in", "not_allowed", "not_found", "erased", "invalid", "store_away")
_EXAMPLE: JsonValue = {"opt_out": True}


class Customer(BaseModel):
    """What is known of a customer."""

    customer_id: str
    opt_out: bool
    """Whether the customer has opted out of personal offers."""
    test_arm: str | None
    run: str | None
    """The run that the following is from; null where the newest run does not know the customer."""
    tags: list[str]
    profile: dict[str, Any]
    assignment: dict[str, Any] | None
    """The arm and the offer of the newest plan, with the reasons."""
    further_offers: list[dict[str, Any]]
    """What the plan has of other campaigns beside it."""
    events: int


class Choices(Model):
    """What a customer chose."""

    opt_out: bool

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


class TestArm(Model):
    """The arm that a test customer always gets."""

    test_arm: Literal["plan", "explore", "holdback", "holdout", "usual"] | None
    """`plan` for the plan's offer, `explore` for one at random that stays the same, the others for no personal offer;
    null for an ordinary customer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"test_arm": "plan"}]})


class ChoicesKept(BaseModel):
    """What counts for a customer from now on."""

    customer_id: str
    opt_out: bool
    test_arm: str | None


class CustomerExport(BaseModel):
    """Everything that is kept of a customer."""

    customer: Customer
    events: list[dict[str, Any]]
    records: dict[str, list[dict[str, Any]]]
    """Rows of the store that name the customer, by table."""


class ErasureBegun(BaseModel):
    """An erasure: the store is done, and the job does the files of runs."""

    deleted: int
    kept: int
    """Rows with amounts, which stay under a random key."""
    job_id: str


class CustomerExplanation(BaseModel):
    """Why a customer gets an offer or none."""

    audience: str
    text: str
    facts: dict[str, Any]


@router.get("/{customer_id}", responses=documented(*_REFUSALS))
def get_customer(request: Request, customer_id: CustomerId, _: Reading) -> Customer:
    """Show the profile, tags and offer of a customer."""
    return _customer(request.app.state.worker, customer_id)


@router.get("/{customer_id}/explanation", responses=documented(*_REFUSALS))
def explain_customer(
    request: Request,
    customer_id: CustomerId,
    _: Reading,
    audience: Annotated[Literal["customer", "support", "marketer"], Query()] = "marketer",
) -> CustomerExplanation:
    """Say why a customer gets an offer or none in the newest plan, in the language of Accept-Language."""
    worker: Worker = request.app.state.worker
    _check_not_erased(worker, customer_id)
    language = language_of(request.headers.get("accept-language"))
    try:
        explanation = explain(find_run(worker.settings.shop), customer_id, audience, language)
    except InputError:
        raise HttpProblem("not_found") from None
    return CustomerExplanation(audience=audience, text=explanation.text, facts=explanation.facts)


@router.put("/{customer_id}/choices", responses=documented(*_REFUSALS))
def choose(request: Request, customer_id: CustomerId, body: Choices, caller: Deciding) -> ChoicesKept:
    """Keep whether a customer has opted out of personal offers.

    Decisions follow within seconds, and plans with the next one. The audit trail says so unless a checkout asks.
    """
    worker: Worker = request.app.state.worker
    event = CustomerEvent(
        event_id=f"choice-{secrets.token_hex(12)}", kind="customer", customer_id=customer_id, at=datetime.now(UTC),
        opt_out=body.opt_out,
    )  # fmt: skip

    def keep(connection: Connection) -> Choice | None:
        if take_events(connection, [event]).dropped:
            raise HttpProblem("erased")
        if caller.permissions != {Permission.DECIDE}:
            add_entry(connection, caller.actor, "choice kept", personal_offers=not body.opt_out)
        return read_choice(connection, customer_id, ignore_case=worker.privacy.ignore_case)

    return _kept(customer_id, worker.database.change(keep))


@router.put("/{customer_id}/test-arm", responses=documented(*_REFUSALS))
def make_test_customer(request: Request, customer_id: CustomerId, body: TestArm, caller: Administering) -> ChoicesKept:
    """Make a test customer, who always gets one arm, or an ordinary customer again.

    Decisions follow within seconds and have no propensity, and read-outs leave test customers out.
    """
    worker: Worker = request.app.state.worker

    def keep(connection: Connection) -> Choice | None:
        set_test_arm(connection, customer_id, body.test_arm, ignore_case=worker.privacy.ignore_case)
        if erased_among(connection, [customer_id]):
            raise HttpProblem("erased")
        add_entry(connection, caller.actor, "test customer set", arm=body.test_arm)
        return read_choice(connection, customer_id, ignore_case=worker.privacy.ignore_case)

    return _kept(customer_id, worker.database.change(keep))


@router.get("/{customer_id}/export", responses=documented(*_REFUSALS))
def export_customer(request: Request, customer_id: CustomerId, caller: Administering) -> CustomerExport:
    """Return everything that is kept of a customer."""
    worker: Worker = request.app.state.worker
    customer, spellings = _customer(worker, customer_id), worker.spellings(customer_id)
    worker.database.change(lambda connection: add_entry(connection, caller.actor, "customer exported"))
    events = [with_instants(vars(one)) for one in EventLog(worker.database).of_customer(*spellings)]
    records = worker.database.read(lambda connection: customer_records(connection, spellings))
    return CustomerExport(customer=customer, events=events, records=records)


@router.delete("/{customer_id}", status_code=202, responses=documented(*_REFUSALS))
def erase(request: Request, customer_id: CustomerId, caller: Administering) -> ErasureBegun:
    """Erase a customer everywhere: at once from the store, and by a job from the files of runs.

    Events that arrive later are dropped, decisions of the customer answer 410, and amounts stay under a random key.
    """
    worker: Worker = request.app.state.worker
    ignore_case = worker.privacy.ignore_case
    erased, job = erase_customer(worker.database, customer_id, caller.actor, ignore_case=ignore_case)
    for name in erased.keys:
        worker.leave_out(name)
    return ErasureBegun(deleted=erased.deleted, kept=erased.kept, job_id=job.job_id)


def _check_not_erased(worker: Worker, customer_id: str) -> None:
    if worker.database.read(lambda connection: erased_among(connection, [customer_id])):
        raise HttpProblem("erased")


def _customer(worker: Worker, customer_id: str) -> Customer:
    """Return what is known. Raises HttpProblem for a customer who was erased or whom nothing knows."""
    _check_not_erased(worker, customer_id)
    choice = worker.database.read(partial(read_choice, customer_id=customer_id, ignore_case=worker.privacy.ignore_case))
    spellings = worker.spellings(customer_id)
    n_events = len(EventLog(worker.database).of_customer(*spellings))
    of_run = _of_run(worker, customer_id)
    is_known = choice is not None or n_events or of_run is not None
    if not is_known and not worker.database.read(lambda connection: customer_records(connection, spellings)):
        raise HttpProblem("not_found")
    run, profile, (assignment, *further) = of_run or (None, {}, [None])
    tags = profile.pop("tags", None) or []
    kept = _kept(customer_id, choice)
    return Customer(
        customer_id=customer_id, opt_out=kept.opt_out, test_arm=kept.test_arm, run=run, tags=tags, profile=profile,
        assignment=assignment, further_offers=[one for one in further if one], events=n_events,
    )  # fmt: skip


def _kept(customer_id: str, choice: Choice | None) -> ChoicesKept:
    opt_out, arm = (False, None) if choice is None else (choice.opt_out, choice.test_arm)
    return ChoicesKept(customer_id=customer_id, opt_out=opt_out, test_arm=arm)


def _of_run(worker: Worker, customer_id: str) -> tuple[str, dict[str, Any], list[dict[str, Any] | None]] | None:
    """Return the newest run, the profile, and the assignment with further offers; None where there is no run or it does
    not know the customer."""
    try:
        run = open_run(find_run(worker.settings.shop))
        customer = run.customer(customer_id)
    except InputError:
        return None
    profiles = run.rows("profiles", customer).drop("customer_id").to_dicts()
    offers = run.all_offers().filter(pl.col("customer_id") == pl.lit(customer)).drop("customer_id").collect().to_dicts()
    return run.folder.name, profiles[0] if profiles else {}, [*offers] or [None]
