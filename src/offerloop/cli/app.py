"""The application that commands belong to, and how they answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from offerloop.errors import StoppedError


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError("interrupted; nothing is half-written, so give the same command again") from None


class _Commands(TyperGroup):
    """Commands that a user may stop at any time, from the first look at their options on."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the class above it
        with _stoppable():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        with _stoppable():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Decide which customer gets which promotion, at what budget, and prove whether it worked.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def say(found: dict[str, object], text: str, as_json: bool) -> None:
    """Print facts for programs or text for people."""
    sys.stdout.write((json.dumps(found, ensure_ascii=False) if as_json else text) + "\n")
