"""What a loop has done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.message import Message
from offerloop.report import Localizer, Result


@dataclass(frozen=True)
class LoopState(Result):
    """What a loop has done, and what it waits for."""

    periods: list[dict[str, Any]]
    waits_for: Message | None
    """None where the loop was not asked to go on."""
    file: Path | None
    """The offers of the newest period."""
    carried: list[Message]
    """Where these went."""
    currency: str
    learned: Message | None = None
    """What was learned from exposures before the loop began, or why nothing was; None where there are none."""
    left_out: Message | None = None
    """Which offers cost what guardrails do not count; None where there are none."""
    unexplored: tuple[Message, ...] = ()
    """Campaigns and offers that are not explored, with the remedy."""
    earlier: Sequence[dict[str, Any]] = ()
    """The periods as the journal had them a week ago, whose alarms are not raised any more."""

    def alarms(self, localizer: Localizer) -> list[str]:
        """Return what somebody must know of the periods, without what was known `earlier`."""
        from offerloop.commands.loop.terminal_text import urgent

        said = {what for one in self.earlier for what in urgent(one, localizer)}
        return [what for one in self.periods for what in urgent(one, localizer) if what not in said]

    @property
    def awaited(self) -> str:
        """What it waits for, in English."""
        return "" if self.waits_for is None else str(self.waits_for)

    @property
    def published(self) -> list[str]:
        """Where the offers of the newest period went, in English."""
        return [str(one) for one in self.carried]

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`periods`, one row for each period, with the figures that it has."""
        kinds = (str, int, float, bool, type(None))
        rows = [{name: one for name, one in row.items() if isinstance(one, kinds)} for row in self.periods]
        return {"periods": pl.DataFrame(rows, infer_schema_length=None)}

    @property
    def sentence(self) -> str:
        """What is awaited, and where the newest assignments are."""
        return "\n".join(str(one) for one in (self.awaited, self.file, *self.published) if one)

    @property
    def facts(self) -> dict[str, Any]:
        """Return the state as programs read it."""
        return {
            "periods": self.periods, "awaited": self.awaited, "file": None if self.file is None else str(self.file),
            "published": self.published, "log": "" if self.learned is None else str(self.learned),
            "left_out": "" if self.left_out is None else str(self.left_out),
            "unexplored": [str(one) for one in self.unexplored],
        }  # fmt: skip
