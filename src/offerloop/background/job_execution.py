"""Carry out one job in this process: begin, say how far it is, and end, whatever happens."""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offerloop.background.erasing import erase_files
from offerloop.background.notifying import announce
from offerloop.background.previewing import PREVIEW, make_preview
from offerloop.background.rehearsing import REHEARSAL, rehearse
from offerloop.background.uploads import IMPORT_CODES, forget_upload, import_uploaded
from offerloop.config import load_config
from offerloop.errors import OfferloopError, StoppedError, StoreError
from offerloop.locale import ENGLISH
from offerloop.message import Message, packed
from offerloop.report import Localizer, in_all_languages, in_language
from offerloop.store import (
    ERASURE,
    Database,
    Job,
    JobState,
    claim_job,
    clean_up,
    find_job,
    finish_job,
    forget_request,
    renew_job,
    take_back_jobs,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from offerloop.commands.loop.findings import LoopState

EVERY = 1.0
"""Seconds between two signs of life."""
_LOG = logging.getLogger(__name__)
LOOP = "loop"
ERASED = "erased"
"""What the request of an erasure holds once nothing is left to do but to overwrite: the result."""
_STAGES = "offerloop.workspace.stages"
"""The logger that says which stage of a run begins."""
Request = Mapping[str, Any]
Note = Callable[[Mapping[str, Any]], None]
"""Notes how far a job is."""


@dataclass
class _Stop:
    """How this process was told to stop its job."""

    is_asked: bool = False
    raised_at: float = -math.inf
    """When it was interrupted last."""
    is_late: bool = False
    """Whether it is known how the job ends, which is noted without interruption."""


_stop = _Stop()


def stop_job(*_: object) -> None:
    """Stop the job of this process, as the handler of a signal, unless it is known how it ends.

    A terminal and systemd signal this process and its service, which signals it again: so soon, a second signal raises
    nothing, as the first may still be dealt with. The thread of the job asks again every second: what a handler raises
    is lost where Python calls it within a callback of the garbage collector.
    """
    _stop.is_asked = True
    now = time.monotonic()
    if not _stop.is_late and now - _stop.raised_at >= EVERY:
        _stop.raised_at = now
        raise KeyboardInterrupt


def carry_out_next(shop: Path, database: Database) -> Job | None:
    """Carry out the next job, and return how it ended; None where there was none or another one runs.

    SIGINT stops it: it is cancelled where that was asked for, and otherwise queued again.
    """
    worker = f"{socket.gethostname()}-{os.getpid()}"
    job, given_up = database.change(lambda connection: _claim(connection, shop, worker))
    if any(one.kind == ERASURE for one in given_up):
        clean_up(database)
    if job is None:
        return None
    with _Signs(database, job, worker) as signs:
        state, result, failure = _outcome(shop, job, signs)
    if not signs.lost:
        database.change(lambda connection: _end(connection, shop, job, worker, state, result, failure))
        if job.kind == IMPORT_CODES and state != JobState.QUEUED:
            forget_upload(shop, job.request)
    if job.kind == ERASURE and state != JobState.DONE:
        clean_up(database)
    return database.read(lambda connection: find_job(connection, job.job_id))


def _claim(connection: Connection, shop: Path, worker: str) -> tuple[Job | None, list[Job]]:
    """Return the next job for this process, and those that are given up, whose alarms are raised."""
    given_up = take_back_jobs(connection)
    for lost in given_up:
        _raise_alarms(connection, shop, lost, None, lost.failure)
    return claim_job(connection, worker), given_up


def _end(
    connection: Connection, shop: Path, job: Job, worker: str,
    state: JobState, result: dict[str, Any] | None, failure: Message | None,
) -> None:  # fmt: skip
    """End a job and raise its alarms, unless another process has taken it over."""
    if finish_job(connection, job.job_id, worker, state, None if failure is not None else result, failure):
        _raise_alarms(connection, shop, job, result, failure)


def _outcome(shop: Path, job: Job, signs: _Signs) -> tuple[JobState, dict[str, Any] | None, Message | None]:
    """Do what a job asks for, and return how it ends.

    Raises StoreError where the database is away: then the job is begun again, as that of a process that is gone.
    """
    _LOG.info("job %s begins: %s", job.job_id, job.kind)
    try:
        try:
            result = KINDS[job.kind](shop, job.request, signs.note)
            if job.kind == ERASURE:
                _forget_customer(signs, result)
        finally:
            signs.end()
    except (KeyboardInterrupt, StoppedError):
        return (JobState.CANCELLED if signs.cancelled else JobState.QUEUED), None, None
    except StoreError:
        _LOG.exception("job %s is begun again", job.job_id)
        raise
    except OfferloopError as error:
        return JobState.FAILED, _alarms_in_spite(shop, job), error.message
    except Exception as error:
        _LOG.exception("job %s failed", job.job_id)
        why = Message("an error of the program, {kind}; the log has the details", kind=type(error).__name__)
        return JobState.FAILED, _alarms_in_spite(shop, job), why
    _LOG.info("job %s is done", job.job_id)
    return JobState.DONE, result, None


def _raise_alarms(
    connection: Connection, shop: Path, job: Job, result: dict[str, Any] | None, failure: Message | None
) -> None:
    """Raise the alarms of a job in the transaction that ends it, so that none is lost with this process.

    Those of a loop are known by their English text and the first run of the loop, so that no later job repeats them.
    """
    if failure is None and not (result and result.get("alarms")):
        return
    with suppress(OfferloopError):  # a configuration that cannot be read is what the job failed of
        config = load_config(shop)
        failed = Message("the job '{kind}' failed: {why}", context="alarm", kind=job.kind, why=failure or "")
        language = config.language()
        alarms = {} if failure is None else {f"{job.job_id} 0": Localizer(language)(failed)}
        if result is not None:
            keys = [f"{job.kind} {result.get('begun')}: {what}" for what in result.get("alarms", [])]
            alarms |= dict(zip(keys, in_language(result, language).get("alarms", []), strict=True))
        for key, what in alarms.items():
            announce(connection, config, "alarm", key, {"what": what, "job_id": job.job_id})


def _run(shop: Path, _: Request, __: Note) -> dict[str, Any]:
    from offerloop.commands.run.task import run

    done = run(shop)
    return in_all_languages(
        lambda language: {"run": done.folder.name, "sentence": in_language(done.summary, language)["headline"]}, ENGLISH
    )


def _readout(shop: Path, request: Request, _: Note) -> dict[str, Any]:
    from offerloop.commands.readout.task import read_out
    from offerloop.workspace import find_run

    folder = find_run(shop / "runs" / request["run"] if request.get("run") else shop)
    days = [None if request.get(name) is None else date.fromisoformat(request[name]) for name in ("from", "until")]
    done = read_out(folder, None, from_day=days[0], until_day=days[1])
    return in_all_languages(lambda language: {"run": folder.name, **done.outcome(language)}, ENGLISH)


def _loop(shop: Path, _: Request, __: Note) -> dict[str, Any]:
    """Take the next steps of the loop; alarms are those of the last week, each of which is raised once."""
    from offerloop.commands.loop.task import take_steps

    state = take_steps(shop, None, once=True)
    newest = state.periods[-1] if state.periods else {}

    def outcome(language: str) -> dict[str, Any]:
        localize = Localizer(language)
        return {
            "periods": len(state.periods), "run": newest.get("run"),
            "awaited": "" if state.waits_for is None else localize(state.waits_for),
            "published": [localize(one) for one in state.carried],
            "awaited_message": None if state.waits_for is None else packed(state.waits_for),
            **_loop_alarms(state, localize),
        }  # fmt: skip

    return in_all_languages(outcome, ENGLISH)


def _loop_alarms(state: LoopState, localize: Localizer) -> dict[str, Any]:
    begun = next((one["run"] for one in state.periods if not one["missed"]), None)
    return {"begun": begun, "alarms": state.alarms(localize)}


def _alarms_in_spite(shop: Path, job: Job) -> dict[str, Any] | None:
    """Return the alarms of a loop whose steps were taken before its job failed, such as where publishing is refused."""
    from offerloop.commands.loop.task import take_steps

    with suppress(OfferloopError):
        if job.kind == LOOP:
            state = take_steps(shop, None, once=False)
            return in_all_languages(lambda language: _loop_alarms(state, Localizer(language)), ENGLISH)
    return None


def _erase(shop: Path, request: Request, _: Note) -> dict[str, Any]:
    """Erase a customer, unless a process that is gone has done so and forgotten the id already."""
    erased: dict[str, Any] | None = request.get(ERASED)
    return erase_files(shop, request) if erased is None else erased


def _forget_customer(signs: _Signs, erased: Mapping[str, Any]) -> None:
    """Take the id out of the job before it ends, so that a job which is killed here is taken up to overwrite it."""
    signs.database.change(lambda one: forget_request(one, signs.job.job_id, signs.worker, {ERASED: erased}))
    clean_up(signs.database)


KINDS: dict[str, Callable[[Path, Request, Note], dict[str, Any]]] = {
    "run": _run, "readout": _readout, LOOP: _loop, ERASURE: _erase, IMPORT_CODES: import_uploaded,
    REHEARSAL: rehearse, PREVIEW: make_preview,
}  # fmt: skip
"""What each kind of job does, in the folder of the shop."""


class _Signs(logging.Handler):
    """Says every second that the job is alive and how far it is, and stops it when that is asked for or it is lost."""

    def __init__(self, database: Database, job: Job, worker: str) -> None:
        super().__init__(logging.DEBUG)
        self.database, self.job, self.worker = database, job, worker
        self.cancelled = self.lost = False
        self._progress: dict[str, Any] = {"done": 0}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> _Signs:
        _stop.is_late = False
        logger = logging.getLogger(_STAGES)
        self._level = logger.level
        logger.setLevel(logging.DEBUG)
        logger.addHandler(self)
        self._thread.start()
        return self

    def end(self) -> None:
        """Say nothing more, and do not stop the job again."""
        self._over.set()
        _stop.is_late = True

    def __exit__(self, *_: object) -> None:
        self.end()
        self._thread.join()
        logger = logging.getLogger(_STAGES)
        logger.removeHandler(self)
        logger.setLevel(self._level)

    def emit(self, record: logging.LogRecord) -> None:
        """Note which stage begins, or that it has ended."""
        name = str(record.args[0]) if isinstance(record.args, tuple) and record.args else ""
        done = self._progress["done"]
        begins = record.levelno == logging.DEBUG
        self._progress = {"stage": name, "done": done} if begins else {"done": done + 1}

    def note(self, progress: Mapping[str, Any]) -> None:
        """Note how far a job without stages is."""
        self._progress = dict(progress)

    def _go_on(self) -> None:
        while not self._over.wait(EVERY):
            with suppress(StoreError):
                job = self.database.change(
                    lambda one: renew_job(one, self.job.job_id, self.worker, self._progress), patience_seconds=5
                )
                self.lost = job is None
                self.cancelled = job is not None and job.cancel
            if (self.lost or self.cancelled or _stop.is_asked) and not self._over.is_set():
                os.kill(os.getpid(), signal.SIGINT)
