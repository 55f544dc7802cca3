"""Commands with the options that all of them take, and their help: panels on a terminal, plain lines in a pipe."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from offerloop.commands.terminal import keep_quiet
from offerloop.commands.terminal.logs import VARIABLE, logged, start_log

Shown = TypeVar("Shown", TyperCommand, TyperGroup)

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print errors only, and what --json asks for.", rich_help_panel="Output")
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, show_default=False, rich_help_panel="Output",
        help=f"Log stages and written files to standard error; -vv logs more. {VARIABLE} does so too, or names a file.",
    ),
]  # fmt: skip
SHARED = ("quiet", "verbose")
"""Parameters that every command has."""


def with_shared_options(function: Callable[..., None]) -> Callable[..., None]:
    """Return the command with `--quiet` and `--verbose`, logged from begin to end."""

    @wraps(function)
    def carry_out(*, quiet: bool, verbose: int, **arguments: Any) -> None:  # noqa: ANN401 - the command's own
        keep_quiet(quiet)
        start_log(verbose)
        with logged(function.__name__):
            function(**arguments)

    signature = inspect.signature(function, eval_str=True)
    kind = inspect.Parameter.KEYWORD_ONLY
    shared = (
        inspect.Parameter("quiet", kind, annotation=Quiet, default=False),
        inspect.Parameter("verbose", kind, annotation=Verbose, default=0),
    )
    own = (one.replace(kind=kind) for one in signature.parameters.values())
    carry_out.__signature__ = signature.replace(parameters=[*own, *shared])  # type: ignore[attr-defined]
    return carry_out


class HelpfulCommand(TyperCommand):
    """A command whose help says every text as it is written."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as the class above it
        """Write the help for whoever reads it."""
        TyperCommand.format_help(_literal(self), ctx, formatter)


class HelpfulGroup(TyperGroup):
    """Commands in panels."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the help for whoever reads it."""
        TyperGroup.format_help(_literal(self), ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the commands of each panel, for a reader without panels."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            panels.setdefault(command.rich_help_panel, []).append((name, (command.help or "").splitlines()[0]))
        for title, rows in panels.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def _literal(shown: Shown) -> Shown:
    """Return a copy for the help: plain in a pipe, else with brackets that markup would take for its own."""
    is_plain, command = _is_plain(), copy(shown)
    command.rich_markup_mode = None if is_plain else "rich"
    if is_plain:
        return command
    command.help = _escaped(shown.help)
    command.params = [_with_help(one) for one in shown.params]
    if isinstance(command, TyperGroup):
        command.commands = {name: _with_help(one) for name, one in command.commands.items()}
    return command


def _is_plain() -> bool:
    return not sys.stdout.isatty()


def _with_help(part: Any) -> Any:  # noqa: ANN401 - a parameter or a command
    part_copy = copy(part)
    part_copy.help = _escaped(getattr(part, "help", None))
    return part_copy


def _escaped(text: str | None) -> str | None:
    from rich.markup import escape

    return text and escape(text)
