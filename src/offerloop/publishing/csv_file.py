"""`[[publish]]` of kind csv: one file, there as a whole or not at all."""

from __future__ import annotations

from contextlib import suppress

from offerloop.config import as_path
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.publishing.record import replace_file
from offerloop.publishing.rows import Carried, Parcel


def place_of_file(parcel: Parcel) -> str:
    """Return the path as written, with the name of the run."""
    return str(parcel.settings.path).replace("{run}", parcel.run)


def to_csv(parcel: Parcel) -> Carried:
    """Write the file unless it is there with the same bytes, and make its folder where that lies in the shop's.

    Raises InputError when the place refuses: a folder elsewhere that is not there may be mistyped.
    """
    path = parcel.shop / as_path(parcel.place)
    if path.is_dir():
        raise InputError(
            Message(
                "'{path}' is a folder; [[publish]] {number} needs the path of a file",
                path=str(path),
                number=parcel.number,
            )
        )
    try:
        already = path.is_file() and path.read_bytes() == parcel.csv
    except OSError as error:
        raise InputError(
            Message(
                "'{path}' cannot be read ({reason}); make it readable, then publish again",
                path=str(path),
                reason=error.strerror or str(error),
            )
        ) from None
    if not already:
        if path.parent.parent == parcel.shop:
            with suppress(OSError):  # what is wrong is said where the file is written
                path.parent.mkdir(exist_ok=True)
        replace_file(path, parcel.csv, parcel.run)
    parcel.on_progress(parcel.rows.height)
    return Carried(parcel.place, 0 if already else parcel.rows.height, already)
