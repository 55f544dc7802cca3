"""Where commands work: the configuration with its databases read once, and the store of finished stages, held alone."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from offerloop.config import Config, StrPath, config_file, load_config
from offerloop.engine import Engine, EngineChoice, engine_of
from offerloop.errors import InputError, OfferloopError, StoppedError
from offerloop.message import Message
from offerloop.workspace.folders import remove_unfinished
from offerloop.workspace.snapshots import forget_snapshots, with_snapshots
from offerloop.workspace.stage_store import StageStore, lock_stages

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
_OF_FILES = (errno.EACCES, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOENT, errno.ESTALE)
"""What the system says of files, also where it does not say of which."""


@contextmanager
def open_workspace(
    config_path: StrPath, engine: EngineChoice, shards: int | None = None
) -> Iterator[tuple[Config, Engine, StageStore]]:
    """The configuration, the engine that runs it, and what earlier commands finished.

    Raises InputError when `runs` beside the configuration cannot be written, or another command holds it.
    """
    config_path = config_file(config_path)
    config = load_config(config_path)
    runs = config_path.parent / "runs"
    with writing(runs), ExitStack() as leaving:
        _make_room(runs)
        running = engine_of(engine, shards)
        store = StageStore(runs / ".stages" / config_path.stem, running)
        store.folder.mkdir(parents=True, exist_ok=True)
        leaving.enter_context(lock_stages(store.folder))
        config = with_snapshots(config, store.folder, running)
        leaving.callback(forget_snapshots, store.folder)
        yield config, running, store


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a disk that refuses, and a user who stops, into one sentence; what was finished before stays."""
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(Message("interrupted; the same command goes on from the last finished stage")) from None
    except OfferloopError:
        raise
    except Exception as error:
        refusal = _refusal(error, folder)
        if refusal is None:
            raise
        raise InputError(refusal) from error


def is_disk_full(error: Exception) -> bool:
    """Return whether an error says that a disk has no room, or takes no files."""
    return _error_number(error) in _FULL


def _error_number(error: Exception) -> int | None:
    """Return the system's number of an error, where it has one. Polars and DuckDB say a full disk in words alone."""
    number = error.errno if isinstance(error, OSError) else None
    return number or next((one for one in _FULL if os.strerror(one) in str(error)), None)


def _refusal(error: Exception, folder: Path) -> Message | None:
    """Return what the system refused; None for another error."""
    number, file = _error_number(error), error.filename if isinstance(error, OSError) else None
    if number is None:
        return None
    place, reason = folder if file is None else Path(os.fsdecode(file)), os.strerror(number)
    if number in _FULL or (file is not None and place.absolute().is_relative_to(folder.absolute())):
        return Message(
            "'{place}' cannot be written ({reason}); make room or make the folder writable, then run "
            "again: finished stages are kept",
            place=str(place),
            reason=reason,
        )
    is_of_files = number in _OF_FILES and type(error) in (OSError, PermissionError, FileNotFoundError)
    if file is not None or is_of_files:
        return Message(
            "'{place}' cannot be opened ({reason}); see that it is there and may be read, then run again: finished "
            "stages are kept",
            place=str(place),
            reason=reason,
        )
    return None


def _make_room(runs: Path) -> None:
    """The folder of all runs, without what interrupted ones left behind."""
    if runs.exists() and not runs.is_dir():
        raise InputError(
            Message(
                "'{runs}' is a file; runs are written to a folder of that name, so move the file away", runs=str(runs)
            )
        )
    runs.mkdir(exist_ok=True)
    remove_unfinished(runs)
