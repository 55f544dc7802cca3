"""Decisions on their way to the database: one thread writes what has gathered, in batches.

What was answered in the last `FLUSH_SECONDS`, and while the disk writes that, is lost when a worker is killed: we say a
second at most. Who cannot bear that waits for `put`'s future. While the database is away or its disk is full records
wait in memory, up to a bound, and then `put` refuses.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Event, Thread

from offerloop.errors import OfferloopError
from offerloop.store import Database, DecisionRecord, add_decisions, delete_decisions

_LOG = logging.getLogger(__name__)
FLUSH_SECONDS = 0.1
BATCH = 500
BEHIND = 4
"""The niceness of the thread that writes: on a shared core it must not hold up answers. It still gets more than a
quarter of a busy core, and needs less than that at the most decisions that a core can answer."""
AGAIN_SECONDS = 1.0
"""Between two tries while the database takes nothing."""
MOST_WAITING = 20_000
Written = Future[None]


class RecordsFullError(Exception):
    """The database has been away for so long that nothing more can be kept."""


@dataclass
class Records:
    """The queue of one worker, and the thread that empties it."""

    database: Database
    _waiting: deque[tuple[DecisionRecord, Written | None]] = field(default_factory=deque)
    _wake: Condition = field(default_factory=Condition)
    _thread: Thread | None = None
    _stopping: Event = field(default_factory=Event)
    _given_up: list[str] = field(default_factory=list)
    """Decisions that were written when nobody waited for them any more, and that were answered otherwise."""
    is_refused: bool = False
    """Whether the database did not take the last records."""

    def start(self) -> None:
        """Start the thread that writes records."""
        self._thread = Thread(target=self._run, name="records", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Records that are not on disk yet."""
        return len(self._waiting)

    def put(self, record: DecisionRecord, *, durable: bool = False) -> Written | None:
        """Hand a record over; where it must be durable, return what ends when it is on disk.

        If that is cancelled, the decision is not recorded. Raises RecordsFullError.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise RecordsFullError
        written: Written | None = Future() if durable else None
        self._waiting.append((record, written))
        if durable or len(self._waiting) >= BATCH:
            with self._wake:
                self._wake.notify()
        return written

    def stop(self) -> None:
        """Write all that waits, and end the thread."""
        self._stopping.set()
        with self._wake:
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        if sys.platform == "linux":  # where a thread has a priority of its own
            os.nice(BEHIND)
        while not self._stopping.is_set():
            with self._wake:
                if not self._waiting:
                    self._wake.wait(FLUSH_SECONDS)
            self._flush()
        self._flush()

    def _flush(self) -> None:
        while self._waiting or self._given_up:
            part = [self._waiting[place] for place in range(min(BATCH, len(self._waiting)))]
            try:
                self._write([entry for entry in part if not _is_cancelled(entry[1])])
                self._take_back()
            except OfferloopError as error:
                _LOG.warning("decisions are not on record yet: %s", error)
                self.is_refused = True
                if self._stopping.is_set():
                    return
                self._stopping.wait(AGAIN_SECONDS)
                continue
            self.is_refused = False
            for _ in part:
                self._waiting.popleft()

    def _write(self, part: Sequence[tuple[DecisionRecord, Written | None]]) -> None:
        """Write records together; one that the database cannot take spoils no other. Raises StoreError."""
        try:
            if part:
                self.database.change(partial(add_decisions, records=[record for record, _ in part]))
        except OfferloopError:
            raise
        except Exception as error:
            if len(part) > 1:
                for entry in part:
                    self._write([entry])
                return
            _LOG.exception("a decision cannot be recorded")
            _end(part[0][1], error)
        else:
            self._given_up += [record.decision_id for record, written in part if not _end(written, None)]

    def _take_back(self) -> None:
        """Delete what was written for nobody. Raises StoreError."""
        if self._given_up:
            try:
                self.database.change(partial(delete_decisions, decision_ids=self._given_up))
            except OfferloopError:
                raise
            except Exception:
                _LOG.exception("decisions stay on record though they were answered otherwise: %s", self._given_up)
            self._given_up.clear()


def _is_cancelled(written: Written | None) -> bool:
    return written is not None and written.cancelled()


def _end(written: Written | None, error: Exception | None) -> bool:
    """Complete the future of who waits for a record, and return whether they still wait."""
    if written is None:
        return True
    try:
        if error is None:
            written.set_result(None)
        else:
            written.set_exception(error)
    except InvalidStateError:
        return not written.cancelled()
    return True
