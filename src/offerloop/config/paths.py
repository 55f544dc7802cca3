"""Paths as people write them: text or `Path`, from the home folder, and the folder of a configuration."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path, PureWindowsPath

from offerloop.errors import InputError
from offerloop.message import Message

StrPath = str | PathLike[str]


def path_text(written: StrPath) -> str:
    """Return a path, or an address, as it was written. Raises InputError for anything else, such as a frame."""
    if not isinstance(written, str | PathLike):
        raise InputError(Message("a path must be text or a Path, not a {type}", type=type(written).__name__))
    return os.fspath(written)


def as_path(written: StrPath) -> Path:
    r"""Return a path with `~` replaced by the home folder.

    A path written on Windows (`shop\orders.csv`) is found on other systems too, unless a file has that very name.
    Raises InputError for what is no path.
    """
    path = Path(path_text(written))
    try:
        path = path.expanduser()
    except RuntimeError:  # no such user: then it is the name of a file
        return path
    if os.sep == "/" and "\\" in str(path) and not path.exists():
        parts = Path(PureWindowsPath(path).as_posix())
        return parts if parts.exists() else path
    return path


def config_file(written: StrPath) -> Path:
    """Return the path of a configuration; a folder stands for the `offerloop.toml` in it."""
    path = as_path(written)
    return path / "offerloop.toml" if path.is_dir() else path
