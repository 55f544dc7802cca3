"""The people of a demo: one writes campaigns, the other approves them; on this machine neither needs a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

from offerloop.background import REHEARSAL
from offerloop.message import Message
from offerloop.store import JobState, add_job, holds_traffic, invite, list_jobs, lock_jobs, person_named
from offerloop.web.auth import LOOPBACK, peer_of
from offerloop.web.problems import HttpProblem
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

DEMO_PEOPLE = {
    "marketer": ("Demo marketer", Message("as the demo's marketer, who writes campaigns", context="button")),
    "approver": ("Demo approver", Message("as the demo's approver, who approves them", context="button")),
}
"""Name and button by the role of each."""
NEWEST_JOBS = 100
"""Number of newest jobs that are searched for the last rehearsal."""


def add_demo_people(connection: Connection) -> None:
    """Enter the people of a demo where they are not known yet; nobody has a password for them."""
    for role, (name, _) in DEMO_PEOPLE.items():
        invite(connection, name, {role})


def play_traffic(connection: Connection) -> None:
    """Queue a stretch of simulated traffic where the store holds none, unless a job for it waits or was cancelled.

    It is queued again where a job failed before it wrote anything. After that another job could write every order
    twice, because a newer run gives them other ids.
    """
    lock_jobs(connection)  # or each of several services that start at once queues it
    if holds_traffic(connection):
        return
    last = next((job for job in list_jobs(connection, NEWEST_JOBS) if job.kind == REHEARSAL), None)
    if last is None or last.state is JobState.FAILED:
        add_job(connection, REHEARSAL, {})


def may_be_demo(request: Request) -> bool:
    """Whether the service shows a demo and the request comes from this machine, for this machine."""
    worker: Worker = request.app.state.worker
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    return worker.settings.demo_people and peer_of(request) in LOOPBACK and host.strip("[]") in LOOPBACK


def demo_person(request: Request, role: str) -> str:
    """Return the id of a person of the demo. Raises HttpProblem where there is no demo."""
    worker: Worker = request.app.state.worker
    if role not in DEMO_PEOPLE or not may_be_demo(request):
        raise HttpProblem("not_signed_in")
    person = worker.database.read(lambda one: person_named(one, DEMO_PEOPLE[role][0]))
    if person is None:
        raise HttpProblem("not_signed_in")
    return person.person_id
