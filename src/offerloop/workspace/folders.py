"""Folders named by the time, which appear only when everything is in them."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from errno import ENOENT
from glob import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from offerloop.errors import InputError, unwritable
from offerloop.message import Message, either

_LOG = logging.getLogger(__name__)
TABLE_ENDINGS = (".csv", ".parquet")
"""How the names of tables end that commands write."""
_DRAFT = ".tmp-"
_NUMBERED = ".[0-9]*.partial"
"""How names end of folders that a process fills."""


def new_folder(parent: Path) -> Path:
    """`<time>` in a folder that is made; with a number behind it when one of the same second is there.

    Raises InputError where a file has the parent's name or it cannot be made.
    """
    _refuse_file(parent)
    make_folder(parent)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    names = [stamp, *(f"{stamp}-{number}" for number in range(2, 100))]
    return next(parent / name for name in names if not (parent / name).exists())


def check_folder(folder: Path) -> None:
    """Raise InputError where a folder cannot be made or written to, before long work; the attempt leaves nothing."""
    _refuse_file(folder)
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        make_folder(folder)
        TemporaryDirectory(prefix=_DRAFT, dir=folder).cleanup()
    except OSError as error:
        raise unwritable(folder, error) from None
    finally:
        with suppress(OSError):  # another process has written to it
            for path in missing:
                path.rmdir()


def check_table_file(path: Path) -> None:
    """Raise InputError for a file that is not written as a table, or whose folder is not there."""
    if path.exists() and not path.is_file() and not path.is_dir():
        return  # a pipe or a device
    if path.suffix not in TABLE_ENDINGS:
        raise InputError(
            Message("'{out}' must end in {endings}", context="error", out=str(path), endings=either(TABLE_ENDINGS))
        )
    if not path.parent.is_dir():
        raise unwritable(path, FileNotFoundError(ENOENT, os.strerror(ENOENT)))


def _refuse_file(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(
            Message("'{parent}' is a file, and a folder of that name is written to; move it away", parent=str(folder))
        )


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are not there. Raises InputError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            Message(
                "'{parent}' cannot be made ({reason}); name another place",
                parent=str(folder),
                reason=error.strerror or str(error),
            )
        ) from None


@contextmanager
def filling(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a place to write to, which becomes `folder` at the end; nothing is left of it after an error.

    The place is locked before it has its name, so that `remove_unfinished` leaves it alone as long as this process
    lives. With `replace` an earlier folder of that name gives way.
    """
    _remove_unlocked(folder.parent.glob(f".{escape(folder.name)}{_NUMBERED}"))
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    new = partial.with_suffix(".new")
    new.mkdir(exist_ok=True)
    with ExitStack() as leaving:
        with suppress(OSError):  # of a file system without locks
            leaving.enter_context(locked(new))
        new.rename(partial)
        leaving.callback(shutil.rmtree, partial, ignore_errors=True)
        yield partial
        _write_through(*partial.rglob("*"), partial)
        if replace and folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
        _write_through(folder.parent)
        _LOG.info("wrote %s", folder)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder, also under another name that it gets. Raises OSError where another process does."""
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(place)


def _write_through(*paths: Path) -> None:
    """Wait until files and folders are on the disk: one that is renamed before may be empty after a power cut."""
    for path in paths:
        place = os.open(path, os.O_RDONLY)
        try:
            with suppress(OSError) if path.is_dir() else nullcontext():  # not every file system does it for folders
                os.fsync(place)
        finally:
            os.close(place)


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left of folders that they filled, in a folder and in those that lie in it."""
    _remove_unlocked([*folder.glob(f".*{_NUMBERED}"), *folder.glob(f"*/.*{_NUMBERED}")])


def _remove_unlocked(folders: Iterable[Path]) -> None:
    for left in list(folders):
        with suppress(OSError), locked(left):  # a file of that name is none of ours, and not removed
            shutil.rmtree(left)


@contextmanager
def draft(path: Path, *, replace_read_only: bool = False) -> Iterator[Path]:
    """Give a file with the suffix of `path` to write to, which replaces `path` at the end, but not after an error.

    A pipe or a device is written to directly. Raises PermissionError where `path` is read-only and may not be replaced.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = path.resolve()
    if target.exists() and not replace_read_only:
        target.open("ab").close()
    partial = target.with_name(f"{_DRAFT}{os.getpid()}-{path.name}")
    try:
        yield partial
        if target.exists():
            shutil.copymode(target, partial)
        _write_through(partial)
        partial.replace(target)
        _LOG.info("wrote %s", path)
    finally:
        with suppress(OSError):
            partial.unlink()


def remove_drafts(folder: Path) -> None:
    """Remove the drafts below a folder, which killed processes have left there.

    A process that is still writing one fails: its number does not say whether it lives, as numbers are given again.
    """
    for left in list(folder.rglob(f"{_DRAFT}*")):
        if left.is_file():
            left.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all; one with that content is left alone."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft(path) as partial:
        partial.write_bytes(content)
