"""What the data of a shop cannot show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from offerloop.errors import EvidenceError
from offerloop.message import Message

Result = TypeVar("Result")


@dataclass(frozen=True)
class MissingEvidence:
    """Why a stage has nothing to hand on: the data cannot carry what it would claim."""

    reason: Message


def or_missing_evidence(work: Callable[[], Result]) -> Result | MissingEvidence:
    """Return what the work finds, or what evidence its data lack."""
    try:
        return work()
    except EvidenceError as missing:
        return MissingEvidence(missing.message)
