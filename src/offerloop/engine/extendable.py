"""A step whose earlier result can be extended by rows that are new, without computing it from all rows again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

import narwhals as nw

from offerloop.engine.base import Frame

Result = TypeVar("Result")
Inputs = ParamSpec("Inputs")


@dataclass(frozen=True)
class Extendable(Generic[Inputs, Result]):
    """Called like `work`, it does the work on everything."""

    work: Callable[Inputs, Result]
    extend: Callable[..., Result]
    """Gives what `work` gives for its inputs, from an earlier result, which is its first argument. Raises RereadError
    where that is not known. Work that reads sources gets new files of a folder before its inputs."""

    def __call__(self, *inputs: Inputs.args, **named: Inputs.kwargs) -> Result:
        """Do the work on everything."""
        return self.work(*inputs, **named)


@dataclass(frozen=True)
class Resumable(Generic[Result]):
    """A step that writes parts of its result to a folder, and goes on from those that it finds there."""

    work: Callable[..., Result]
    """Takes the folder before its inputs, None where nothing is to be found again."""

    def __call__(self, *inputs: object) -> Result:
        """Do the work from its beginning."""
        return self.work(None, *inputs)

    def go_on(self, folder: Path, *inputs: object) -> Result:
        """Do what is left of the work."""
        return self.work(folder, *inputs)


MOST_PARTS = 40
"""Parts that a table may have before it is written as one."""


def with_part(parts: tuple[Frame, ...], more: Frame) -> tuple[Frame, ...]:
    """The parts of a table, which lie in files, with one that is new; many become one, which is written anew."""
    return (*parts, more) if len(parts) < MOST_PARTS else (nw.concat([*parts, more]),)
