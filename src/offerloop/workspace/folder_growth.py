"""Folders of order lines that gained files since a stage was computed, by the hashes of their files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from offerloop.config import Config
from offerloop.message import Message

ORIGIN = "origin.json"
"""Beside the result of a stage that new files can be added to: what it was computed from."""


@dataclass(frozen=True)
class ResultOrigin:
    """What a result was computed from, and by what it may grow."""

    key: str
    rest: str
    """A hash of everything that it depends on but these files."""
    files: dict[str, str]
    """Hashes of the files of order lines, by path; none where it depends on other results alone."""
    earlier: str | None = None
    """The key of the result that it was extended from."""

    def write(self, entry: Path) -> None:
        """Write it beside a result."""
        (entry / ORIGIN).write_text(json.dumps(self.__dict__), encoding="utf-8")

    @classmethod
    def read(cls, entry: Path) -> ResultOrigin | None:
        """What stands beside a result; None where nothing does, or a file that is damaged."""
        try:
            return cls(**json.loads((entry / ORIGIN).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def newest_before(self, entries: Iterator[Path]) -> tuple[Path, ResultOrigin] | None:
        """The entry that has most of these files and no others, and everything else alike."""
        kept = [(entry, one) for entry in entries if (one := ResultOrigin.read(entry)) is not None]
        less = [(entry, one) for entry, one in kept if one.rest == self.rest and one.files.items() < self.files.items()]
        return max(less, key=lambda pair: len(pair[1].files), default=None)

    def why_anew(self, entries: Iterator[Path]) -> Message | None:
        """Why no kept result can be extended; None where none is kept."""
        kept = [one for entry in entries if (one := ResultOrigin.read(entry)) is not None]
        if not kept:
            return None
        if any(one.rest == self.rest for one in kept):
            return Message("files of order lines that were read before are changed, renamed or gone")
        return Message("another source, a setting or the program has changed")


def lines_folder(config: Config) -> Path | None:
    """The folder of a configuration's order lines, where they are one."""
    source = config.sources.get("order_lines") if "sources" in config.__dict__ else None
    return source.path if source is not None and source.path is not None and source.path.is_dir() else None
