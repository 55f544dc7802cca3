"""Commands of many threads in one transaction: while one is being written, the next gather and are written at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from offerloop.errors import StoreError
from offerloop.message import Message
from offerloop.offers import CommandAnswer, CouponCommand

AT_ONCE = 128
"""Commands in a transaction."""


@dataclass(eq=False)
class _Asked:
    command: CouponCommand
    answer: CommandAnswer | None = None
    error: Exception | None = None
    leads: bool = False
    ready: Event = field(default_factory=Event)
    """That it was answered, or that its thread is the next to write."""


@dataclass
class Together:
    """Carries commands out by `all_of`, one transaction after another."""

    all_of: Callable[[Sequence[CouponCommand]], list[CommandAnswer]]
    _asked: list[_Asked] = field(default_factory=list)
    _busy: bool = False
    _gate: Lock = field(default_factory=Lock)

    def carry_out(self, command: CouponCommand) -> CommandAnswer:
        """The answer to one command, whichever thread wrote it. Raises what `all_of` raised for it."""
        request = _Asked(command)
        with self._gate:
            self._asked.append(request)
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

    def _wait(self, request: _Asked) -> None:
        """Until it was answered or is the next to lead; whoever is interrupted holds nobody up."""
        try:
            request.ready.wait()
        except BaseException:
            with self._gate:
                if request in self._asked:
                    self._asked.remove(request)
                    if request.leads:
                        self._hand_over()
            raise

    def _lead(self) -> None:
        """Write what has gathered, the own command first in it, and let the first of the next ones lead."""
        with self._gate:
            group, self._asked = self._asked[:AT_ONCE], self._asked[AT_ONCE:]
        try:
            self._carry_out(group)
        finally:
            for request in group:
                request.ready.set()
            with self._gate:
                self._hand_over()

    def _hand_over(self) -> None:
        """The gate is held."""
        self._busy = bool(self._asked)
        if self._asked:
            self._asked[0].leads = True
            self._asked[0].ready.set()

    def _carry_out(self, group: Sequence[_Asked]) -> None:
        """A command that the database cannot take spoils no other; a database that is away is not asked for each."""
        try:
            for request, answer in zip(group, self.all_of([one.command for one in group]), strict=True):
                request.answer = answer
        except Exception as error:
            if len(group) > 1 and not isinstance(error, StoreError):
                for request in group:
                    self._carry_out([request])
                return
            for request in group:
                request.error = error
