"""Which run is meant: its folder, or the newest one of a shop."""

from __future__ import annotations

from pathlib import Path

from offerloop.config import StrPath, as_path
from offerloop.errors import InputError


def find_run(place: StrPath) -> Path:
    """`place` itself when a run wrote it, else the newest finished run in `place/runs`.

    Raises InputError when there is neither.
    """
    place = as_path(place)
    if (place / "manifest.json").is_file():
        return place
    finished = sorted(one.parent for one in place.glob("runs/*/manifest.json") if not one.parent.name.startswith("."))
    if not finished:
        raise InputError(
            f"'{place}' is no run and holds none; name a folder that 'offerloop run' wrote, or the one of its "
            "offerloop.toml"
        )
    return finished[-1]
