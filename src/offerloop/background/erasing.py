"""Erase a customer: at once from the store, and by a job from the files of runs and of the loop.

What adds up stays under a random key that nothing links to the customer. The job runs when no other does, because a
run that is under way still writes what it has read.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from offerloop.background.uploads import forget_uploads
from offerloop.config import Config, load_config
from offerloop.errors import OfferloopError
from offerloop.events import pseudonyms
from offerloop.message import Message
from offerloop.store import (
    ERASURE,
    Database,
    Erased,
    Job,
    add_entry,
    add_job,
    change_steps,
    clean_up,
    erase_from_store,
    erase_traces,
    keys_of_erasure,
    list_jobs,
    traces_of,
)
from offerloop.workspace import erase_from_folder, writing

NEWEST_JOBS = 10_000
"""Jobs among which those are looked for that still read an uploaded file."""


def erase_customer(
    database: Database, customer_id: str, actor: str, *, ignore_case: bool = False
) -> tuple[Erased, Job]:
    """Erase a customer from the store for an `actor`, and return what was erased and the job that erases the rest.

    The audit trail says so in the same transaction. Events of the customer that arrive from now on are dropped. With
    `ignore_case`, ids that differ only in upper and lower case are erased with it. The job also overwrites what was
    deleted, which may take a while and holds up who writes to SQLite.
    """

    def erase(connection: Any) -> tuple[Erased, Job]:  # noqa: ANN401 - a connection of SQLAlchemy
        erased = erase_from_store(connection, customer_id, ignore_case=ignore_case)
        job = add_job(connection, ERASURE, {"keys": dict(erased.keys)})
        add_entry(connection, actor, "customer erased", job.job_id)
        return erased, job

    return database.change(erase)


def erase_files(shop: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out the job: the journal of the loop, and every file of runs and of the loop. Whoever calls this overwrites
    what was changed in the store.

    Lists of codes that were uploaded and wait for their job stay: it leaves out who was erased, and deletes them.
    """
    config = load_config(shop)
    keys = keys_of_erasure(request)
    names = _names(config, {config.privacy.in_its_case(name): key for name, key in keys.items()} | keys)
    folder = shop.parent if shop.is_file() else shop
    _remove_what_is_made_anew(folder)
    with writing(folder):
        n_files = sum(erase_from_folder(folder / name, names) for name in ("runs", "loop", "evaluations"))
    _remove_what_is_made_anew(folder)  # a worker may have read a run that was not erased yet
    n_steps = 0
    journal = f"sqlite:///{folder / 'loop' / 'journal.db'}"
    for url in {config.data.url, journal}:
        if not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists():
            n_steps += _erase_steps(url, names, overwrites=url == journal)  # the store is overwritten at the end
    traces = _erase_traces(folder, config.data.url, keys)
    return {"files": n_files, "steps": n_steps, "traces": traces}


def _remove_what_is_made_anew(folder: Path) -> None:
    for place in (folder / "runs" / ".stages", *folder.glob("runs/*/served")):
        shutil.rmtree(place, ignore_errors=True)


def _erase_traces(folder: Path, url: str, keys: Mapping[str, str]) -> list[str]:
    """Look for each spelling of the customer's id in every table, put its key in its place, and return where one still
    stands: nowhere.

    Jobs that erase the customer keep the id until their end.
    """
    database = Database.open(url)
    try:
        forget_uploads(folder, database.read(lambda connection: list_jobs(connection, NEWEST_JOBS)))
        for name, key in keys.items():
            traces = database.read(partial(traces_of, customer_id=name))
            database.change(partial(erase_traces, customer_id=name, key=key, columns=traces))
        return sorted({one for name in keys for one in database.read(partial(traces_of, customer_id=name))})
    finally:
        database.close()


def _erase_steps(url: str, names: Mapping[str, str], *, overwrites: bool) -> int:
    from offerloop.loop import without_customers

    database = Database.open(url)
    try:
        changed = database.change(lambda one: change_steps(one, lambda body: without_customers(body, names)))
        if overwrites:
            clean_up(database)
        return changed
    finally:
        database.close()


def _names(config: Config, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the names of a customer in the files of runs, each with what stands there from now on."""
    names = dict(keys)
    if config.privacy.pseudonymise:
        try:
            names |= {hidden: keys[one] for one, hidden in pseudonyms(keys, config.privacy).items()}
        except OfferloopError as error:
            raise type(error)(Message("the files of runs hold pseudonyms, and {error}", error=error.message)) from None
    return names
