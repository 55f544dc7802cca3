"""Group commit: while one batch of commands is written, the next commands gather and are written in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from offerloop.errors import StoreError
from offerloop.message import Message
from offerloop.offers import CommandAnswer, CouponCommand

AT_ONCE = 128
"""Most commands in one transaction."""


@dataclass(eq=False)
class _PendingCommand:
    command: CouponCommand
    answer: CommandAnswer | None = None
    error: Exception | None = None
    leads: bool = False
    ready: Event = field(default_factory=Event)
    """Set when it is answered, or when its thread is the next leader."""


@dataclass
class GroupCommit:
    """Commands of many threads, carried out by `write_batch` in one transaction after another."""

    write_batch: Callable[[Sequence[CouponCommand]], list[CommandAnswer]]
    _pending: list[_PendingCommand] = field(default_factory=list)
    _busy: bool = False
    _lock: Lock = field(default_factory=Lock)

    def carry_out(self, command: CouponCommand) -> CommandAnswer:
        """Return the answer to one command, whichever thread wrote it. Raises what `write_batch` raised for it."""
        request = _PendingCommand(command)
        with self._lock:
            self._pending.append(request)
            request.leads, self._busy = not self._busy, True
        if not request.leads:
            self._wait(request)
        if request.leads:
            self._lead()
        if request.answer is None:
            raise request.error or StoreError(
                Message("the write was interrupted; send the same request with the same key again")
            )
        return request.answer

    def _wait(self, request: _PendingCommand) -> None:
        """Wait until the command is answered or leads the next batch; an interrupted thread blocks no other."""
        try:
            request.ready.wait()
        except BaseException:
            with self._lock:
                if request in self._pending:
                    self._pending.remove(request)
                    if request.leads:
                        self._hand_over()
            raise

    def _lead(self) -> None:
        """Write the waiting commands, the own one first, and make the next one the leader."""
        with self._lock:
            group, self._pending = self._pending[:AT_ONCE], self._pending[AT_ONCE:]
        try:
            self._write(group)
        finally:
            for request in group:
                request.ready.set()
            with self._lock:
                self._hand_over()

    def _hand_over(self) -> None:
        """Make the first waiting command the leader. Call with the lock held."""
        self._busy = bool(self._pending)
        if self._pending:
            self._pending[0].leads = True
            self._pending[0].ready.set()

    def _write(self, group: Sequence[_PendingCommand]) -> None:
        """Write a batch.

        If a command in it fails, retry each one alone, so that it does not fail the others; on a StoreError (database
        unavailable) fail the whole batch at once.
        """
        try:
            for request, answer in zip(group, self.write_batch([one.command for one in group]), strict=True):
                request.answer = answer
        except Exception as error:
            if len(group) > 1 and not isinstance(error, StoreError):
                for request in group:
                    self._write([request])
                return
            for request in group:
                request.error = error
