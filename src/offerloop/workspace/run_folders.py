"""Which run is meant, its folder or the newest one of a shop; and with which shares it drew its random groups."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import polars as pl

from offerloop.config import Config, StrPath, as_path
from offerloop.engine import BrokenFileError, check_tables
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.tables import HOLDBACK, HOLDOUT

RUN_FORMAT = 2
"""The format of a run's tables and files: `format` in its manifest.json, which format 1 lacks; it is read as it is."""

EARLIER_HOLDOUT = 0.10
"""The default when manifests did not yet hold the shares."""
_RUN_NAME = re.compile(r"[0-9]{8}-[0-9]{6}(-[0-9]+)?")
_PREVIEWS = ".previews"
UPLOADS = ".uploads"
"""Folder beside runs for files that people upload, until a job or a page has read them."""


Others = ParamSpec("Others")
Result = TypeVar("Result")


def naming_damaged_tables(
    read: Callable[Concatenate[Path, Others], Result],
) -> Callable[Concatenate[Path, Others], Result]:
    """Let a function of a run's folder raise SourceError that names the run's table which cannot be read."""

    @wraps(read)
    def carry_out(run_folder: Path, /, *others: Others.args, **named: Others.kwargs) -> Result:
        try:
            return read(run_folder, *others, **named)
        except (BrokenFileError, pl.exceptions.PolarsError):
            check_tables(run_folder)
            raise

    return carry_out


def find_run(place: StrPath) -> Path:
    """`place` itself when a run wrote it, else the newest finished run in `place/runs`.

    Raises InputError when there is neither, and for a run that a newer program wrote.
    """
    run = _find(as_path(place))
    _check_format(run / "manifest.json")
    return run


def _check_format(manifest: Path) -> None:
    try:
        written = json.loads(manifest.read_text(encoding="utf-8")).get("format", 1)
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            Message(
                "'{manifest}' cannot be read as a run's manifest ({error}); run it again",
                manifest=str(manifest),
                error=str(error),
            )
        ) from None
    if not isinstance(written, int) or not 1 <= written <= RUN_FORMAT:
        raise InputError(
            Message(
                "'{manifest}' says that the run is of format {written}, and this program reads formats 1 to "
                "{run_format}; use the program that wrote it, or run again with this one",
                manifest=str(manifest),
                written=str(written),
                run_format=RUN_FORMAT,
            )
        )


def _find(place: Path) -> Path:
    if (place / "manifest.json").is_file():
        return place
    finished = finished_runs(place)
    if not finished:
        raise InputError(
            Message(
                "'{place}' is no run and holds none; name a folder that 'offerloop run' wrote, or the one of "
                "its offerloop.toml",
                place=str(place),
            )
        )
    return finished[0]


def finished_runs(shop: Path) -> list[Path]:
    """Return the folders of a shop's finished runs, the newest first; copies under other names are none of them."""
    named = (one.parent for one in shop.glob("runs/[0-9]*/manifest.json"))
    return sorted((one for one in named if _RUN_NAME.fullmatch(one.name)), reverse=True)


def preview_folder(shop: Path, campaign_id: str, revision: int) -> Path:
    """Return where the preview of a revision of a campaign lies, which has the files of a run but is none."""
    return shop / "runs" / _PREVIEWS / f"{campaign_id}@{revision}"


def folder_named(shop: Path, name: str) -> Path:
    """Return the folder of a run or of a preview by its name."""
    return shop / "runs" / _PREVIEWS / name if is_preview(name) else shop / "runs" / name


def is_preview(name: str) -> bool:
    """Whether the folder of that name is a preview: nothing of it is sent."""
    return "@" in name


def shares_of(config: Config) -> dict[str, float]:
    """Return what the manifest of a run holds."""
    usual = config.business_as_usual
    return {"holdout": config.experiment.holdout, "usual": 0.0 if usual is None else usual.share}


def held_back_of(manifest: Mapping[str, Any]) -> float:
    """Return the share of planned customers from whom a period of a loop held their offer back; 0 in other runs."""
    return float(manifest.get("shares", {}).get("holdback", 0.0))


def is_of_loop(manifest: Mapping[str, Any]) -> bool:
    """Return whether a run is a period of a loop."""
    return "holdback" in manifest.get("shares", {})


def control_arm(held_back: float) -> str:
    """Return the arm that the plan's customers are compared with, by the share that `held_back_of` returns.

    In a loop the holdout had no offers in earlier periods either, and what is planned depends on these, so that it has
    offers planned for other customers: only who had them held back in the same period is like the plan's customers.
    """
    return HOLDBACK if held_back else HOLDOUT


def holdout_of(manifest: Mapping[str, Any], written: Mapping[str, Any]) -> float:
    """Return the share of the holdout of a run; `written` is its configuration as it stands in the file."""
    shares = manifest.get("shares", {})
    return float(shares.get("holdout", written.get("experiment", {}).get("holdout", EARLIER_HOLDOUT)))
