"""What `offerloop init` is asked for: a configuration for a shop's own files, or for a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from offerloop.commands.init.findings import InitResult
from offerloop.commands.init.given_columns import read_map
from offerloop.commands.init.sample import write_sample
from offerloop.commands.init.task import write_shop
from offerloop.errors import InputError
from offerloop.locale import known_language
from offerloop.message import Message

if TYPE_CHECKING:
    from offerloop.config import SourceName


@dataclass(frozen=True)
class InitRequest:
    """The arguments of `offerloop init`."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Files by source."""
    budget: str | None = None
    currency: str | None = None
    margin: str | None = None
    columns: Sequence[str] = ()
    """Columns given as `name=column`."""
    encoding: str | None = None
    sample: str | None = None
    language: str | None = None
    join: Sequence[str] = ()
    """Files whose columns belong to the order lines."""
    title: str | None = None
    """What the shop is called; by default its folder's name."""


def init(folder: Path, request: InitRequest) -> InitResult:
    """Write the configuration.

    Raises InputError for a file in place of the folder, files and a sample together, and where `write_shop` does.
    """
    if folder.is_file():
        raise InputError(
            Message(
                "'{file}' is a file, where the folder of the new shop belongs: offerloop init shop --orders {file}",
                file=str(folder),
            )
        )
    if (request.sample is None) == (not request.files):
        raise InputError(
            Message("name your order lines with --orders FILE, or a shop to try with --sample complete-journey")
        )
    if request.sample is not None:
        return InitResult(write_sample(request.sample, folder), None, known_language(request.language))
    files = cast("Mapping[SourceName, str]", request.files)
    columns = read_map(request.columns, files)
    return write_shop(
        folder, files, request.budget, request.currency, request.encoding, columns, request.margin, request.language,
        request.join, request.title,
    )  # fmt: skip
