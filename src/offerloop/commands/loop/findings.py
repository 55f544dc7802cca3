"""What a loop has done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LoopState:
    """What a loop has done, and what it waits for."""

    periods: list[dict[str, Any]]
    awaited: str
    """Empty where the loop was not asked to go on."""
    file: Path | None
    """The offers of the newest period."""
    published: list[str]
    """Where these went."""
    currency: str
    log: str = ""
    """What was learned from exposures before the loop began, or why nothing was; empty where there are none."""

    @property
    def facts(self) -> dict[str, Any]:
        """For programs."""
        return {
            "periods": self.periods, "awaited": self.awaited, "file": None if self.file is None else str(self.file),
            "published": self.published, "log": self.log,
        }  # fmt: skip
