"""What can go wrong, and whose fault it is.

    OfferloopError
    ├── InputError            bad input: one sentence, exit code 2
    │   ├── ConfigError       offerloop.toml says something that cannot be
    │   ├── SourceError       a file or a column of a source
    │   │   └── NothingLeftError   no row of it can be used
    │   └── EvidenceError     the data cannot carry the claim that was asked for
    ├── RereadError           what is new cannot be added to what was read before: everything is read again
    ├── StoppedError          the user stopped it, exit code 130
    ├── StoreError            the database did not answer in time; whether it was done is seen by asking again
    └── ContractError         a stage broke its own table's contract: a fault of ours, exit code 1

Every message is one sentence that names the place, what was found, and what to do.
"""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterable

from offerloop.message import Message


class OfferloopError(Exception):
    """Root of all errors that Offerloop raises on purpose; ``str()`` gives the sentence in English."""

    exit_code = 1

    def __init__(self, message: Message | str) -> None:
        super().__init__(message)
        self.message = message if isinstance(message, Message) else Message("{text}", context="pattern", text=message)
        """The sentence, which the command line and pages translate; one that is given as text stays English."""


class InputError(OfferloopError):
    """The input is wrong; nothing was written."""

    exit_code = 2
    field = ""
    """The field of the input that is at fault, where one alone is."""


class ConfigError(InputError):
    """The configuration is wrong."""


class SourceError(InputError):
    """A source file or one of its columns is wrong."""


class NothingLeftError(SourceError):
    """A source has no row that can be used."""


class EvidenceError(InputError):
    """The data do not allow the claim that was asked for."""


class RereadError(OfferloopError):
    """What is new cannot be added to what was computed before; who catches it computes everything."""


class StoppedError(OfferloopError):
    """The user stopped it; what was finished is kept."""

    exit_code = 130


class StoreError(OfferloopError):
    """The database did not answer in time. A request with an idempotency key can be sent again."""


class ContractError(OfferloopError):
    """A table does not have the shape that its declaration promises."""


def nearest(wrong: str, allowed: Iterable[str]) -> str | None:
    """Return the name in `allowed` that is close to `wrong`, if there is one."""
    return next(iter(difflib.get_close_matches(wrong, list(allowed), n=1)), None)


def unwritable(place: object, error: OSError) -> InputError:
    """Return the error of a file or folder that cannot be written, with the system's reason."""
    reason = error.strerror or str(error)
    return InputError(
        Message("'{path}' cannot be written ({reason}); name another place", path=str(place), reason=reason)
    )


def near_miss(wrong: str, allowed: Iterable[str]) -> Message | str:
    """Return the clause ``", did you mean 'x'?"`` when a name in `allowed` is close to `wrong`, else an empty text."""
    close = nearest(wrong, allowed)
    return Message(", did you mean '{name}'?", context="behind a wrong name", name=close) if close is not None else ""


def check_known(what: Message, wanted: str, allowed: Iterable[str]) -> None:
    """Raises InputError with the nearest name where `wanted` is none of those allowed."""
    names = list(allowed)
    if wanted not in names:
        near = near_miss(wanted, names)
        raise InputError(
            Message(
                "there is no {what} '{name}'{near} (known: {known})", what=what, name=wanted, near=near, known=names
            )
        )


def places_of(error: BaseException) -> str:
    """Return the kind of an error and the lines of code that it passed, last those of what it came from.

    For logs: messages are left out, because what they quote may name a customer.
    """
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        parts.append("".join(traceback.format_tb(cause.__traceback__)) + type(cause).__qualname__)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n\nwhich came from\n\n".join(parts)
