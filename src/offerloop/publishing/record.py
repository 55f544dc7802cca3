"""`published.json` of a run: what went where, so that nothing goes twice and an interrupted publish goes on."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.publishing.rows import Parcel
from offerloop.workspace import locked

NAME = "published.json"


class Record:
    """One entry for each place: publish (number of the section when it was carried), kind, place, nth (of the sections
    of that place, which may be moved in the configuration without being carried again), rows, sha256, at; of a webhook
    also batch (customers in a request), batches and sent (requests that were taken), and `at` is empty until all were.
    """

    def __init__(self, run_folder: Path) -> None:
        """Raises InputError for a file that was changed: without it, finished requests would be sent again."""
        self.path = run_folder / NAME
        self.entries: list[dict[str, Any]] = []
        try:
            if self.path.exists():
                written = json.loads(self.path.read_text(encoding="utf-8"))["published"]
                places = Counter[tuple[str, str]]()
                for entry in written:  # earlier versions noted the sections of a place by their numbers alone
                    places[place := (entry["kind"], entry["place"])] += 1
                    self.entries.append({**entry, "nth": entry.get("nth", places[place])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                Message(
                    "'{path}' cannot be read ({error}); restore it, or remove it to publish everything again",
                    path=str(self.path),
                    error=str(error),
                )
            ) from None

    def find(self, parcel: Parcel) -> dict[str, Any] | None:
        """Return what was noted about this section of its place."""
        key = _key(parcel)
        return next((one for one in self.entries if key.items() <= one.items()), None)

    def is_whole(self, parcel: Parcel) -> bool:
        """Whether all rows of a section were carried before: those of a finished run change by erasures alone."""
        noted = self.find(parcel)
        if noted is None or noted.get("at") is None:
            return False
        is_settled = parcel.settings.kind == "webhook" or parcel.planned.n_erased > 0
        return is_settled or noted["sha256"] == parcel.sha256

    def note(self, parcel: Parcel, *, finished: bool = True, **more: int) -> dict[str, Any]:
        """Write an entry, in place of an earlier one. Raises InputError when the folder refuses."""
        key = _key(parcel)
        at = datetime.now(UTC).isoformat(timespec="seconds") if finished else None
        entry = {"publish": parcel.number, **key, "rows": parcel.rows.height, "sha256": parcel.sha256, **more, "at": at}
        others = [one for one in self.entries if not key.items() <= one.items()]
        self.entries = sorted([*others, entry], key=lambda one: int(one["publish"]))
        text = json.dumps({"published": self.entries}, indent=2, ensure_ascii=False) + "\n"
        replace_file(self.path, text.encode(), parcel.run)
        return entry


def _key(parcel: Parcel) -> dict[str, Any]:
    return {"kind": parcel.settings.kind, "place": parcel.place, "nth": parcel.nth}


def replace_file(path: Path, content: bytes, run: str) -> None:
    """Written beside and renamed, so that a reader sees the whole of it or the one before. Raises InputError.

    The file beside has the run's name: only one process publishes a run, and takes over what a killed one left.
    """
    beside = path.with_name(f".{path.name}.{run}.partial")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        refused = (
            Message("'{path}' cannot be written ({reason}); make its folder, then publish again")
            if isinstance(error, FileNotFoundError)
            else Message("'{path}' cannot be written ({reason}); make it writable, then publish again")
        )
        raise InputError(refused.with_values(path=str(path), reason=error.strerror or str(error))) from None


@contextmanager
def lock_publishing(run_folder: Path) -> Iterator[None]:
    """Raise InputError while another process publishes the same run; ends with the process, however it ends."""
    with ExitStack() as lock:
        try:
            lock.enter_context(locked(run_folder))
        except BlockingIOError:
            raise InputError(
                Message("another process is publishing '{folder}'; wait until it has finished", folder=str(run_folder))
            ) from None
        yield
