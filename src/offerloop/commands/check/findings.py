"""What `offerloop check` found: what a run would start from, what it could find out, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.commands.check.figures import Shape
from offerloop.commands.check.losses import LOSS_COLUMNS, Loss
from offerloop.commands.check.offers import OfferCheck
from offerloop.config import Config
from offerloop.events import Agreement
from offerloop.message import Message
from offerloop.report import Result


@dataclass(frozen=True)
class CheckResult(Result):
    """The findings of `offerloop check`: what a run would start from."""

    path: Path
    """The file of the configuration."""
    config: Config
    sources: Mapping[str, Mapping[str, Any]]
    """Where each source lies, its rows read, kept and rejected, and what each rule did."""
    shape: Shape
    agreement: Agreement
    losses: list[Loss]
    non_merchandise: list[dict[str, Any]]
    answers: Mapping[str, Message | None]
    """Why each kind of evidence is not there; None where it is. Without exposures there is no answer on them."""
    offers: list[OfferCheck]
    missing: list[Message]
    """Sources and columns that are not given, each with what that costs."""
    notes: list[Message | str]
    problems: list[Message | str]
    """What keeps a run from starting."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`sources`, `offers`, and `losses`: what each column costs."""
        kinds = ("place", "read", "kept", "rejected")
        sources = [{"source": name, **{kind: one[kind] for kind in kinds}} for name, one in self.sources.items()]
        tables = {"sources": sources, "offers": [one.facts() for one in self.offers]}
        frames = {name: pl.DataFrame(rows, infer_schema_length=None, strict=False) for name, rows in tables.items()}
        return frames | {"losses": pl.DataFrame([one.facts() for one in self.losses], schema=LOSS_COLUMNS)}

    @property
    def sentence(self) -> str:
        """What stands against a run, what to know, and whether it can start."""
        from offerloop.commands.check.page import localizer_of, verdict

        return "\n".join(verdict(self, localizer_of(self)))

    @property
    def ok(self) -> bool:
        """Return whether `offerloop run` has customers to choose between and offers that it may choose."""
        return not self.problems

    @property
    def facts(self) -> dict[str, Any]:
        """Return everything for programs; `exposures` is null where nothing says who was shown what."""
        gaps = {name: str(one or "") for name, one in self.answers.items()}
        return {
            "sources": self.sources, "orders": self.shape.facts(), "consent": asdict(self.agreement),
            "gaps": gaps if "exposures" in gaps else gaps | {"exposures": None},
            "missing": [str(one) for one in self.missing],
            "losses": [one.facts() for one in self.losses], "non_merchandise": self.non_merchandise,
            "offers": [one.facts() for one in self.offers], "notes": [str(one) for one in self.notes],
            "problems": [str(one) for one in self.problems],
            "ok": self.ok,
        }  # fmt: skip
