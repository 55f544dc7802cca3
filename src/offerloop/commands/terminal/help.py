"""Commands with the options that all of them take, and their help: panels on a terminal, plain lines in a pipe.

The English of the help stands in the code, and is translated when it is shown.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer
from typer import core
from typer.core import TyperCommand, TyperGroup

from offerloop.commands.terminal.language import note_shop, terminal_language
from offerloop.commands.terminal.logs import logged, start_log
from offerloop.commands.terminal.output import keep_quiet
from offerloop.commands.terminal.wrong_arguments import USAGE_ERROR, unexpected, wrong_command
from offerloop.locale import languages, translations
from offerloop.message import Message

Shown = TypeVar("Shown", TyperCommand, TyperGroup)

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print errors and --json output only.", rich_help_panel="Output")
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, show_default=False, rich_help_panel="Output",
        help=("Log stages and written files to standard error; -vv logs more. The variable OFFERLOOP_LOG sets a level "
             "or a file."),
    ),
]  # fmt: skip
SHARED = ("quiet", "verbose")
"""Parameters that every command has."""
CONTEXT = "help of the command line"
"""The context of all texts of the help in the catalogues."""
OF_TYPER = (
    Message("Usage: ", context="help of the command line"),
    Message("Arguments", context="help of the command line"),
    Message("Options", context="help of the command line"),
    Message("required", context="help of the command line"),
    Message("default: {default}", context="help of the command line"),
    Message("Show this message and exit.", context="help of the command line"),
    Message("Install completion for the current shell.", context="help of the command line"),
    Message(
        "Show completion for the current shell, to copy it or customize the installation.",
        context="help of the command line",
    ),
)
"""Texts that typer adds to a help; it writes them in English."""
OR = Message(" or ", context="between two names that are a choice")


def with_shared_options(function: Callable[..., None]) -> Callable[..., None]:
    """Return the command with `--quiet` and `--verbose`, logged from begin to end."""

    @wraps(function)
    def carry_out(*, quiet: bool, verbose: int, **values: Any) -> None:  # noqa: ANN401 - the command's own
        keep_quiet(quiet)
        note_shop(values.get("config") or values.get("shop"), values.get("run"))
        start_log(verbose)
        with logged(function.__name__):
            function(**values)

    signature = inspect.signature(function, eval_str=True)
    kind = inspect.Parameter.KEYWORD_ONLY
    shared = (
        inspect.Parameter("quiet", kind, annotation=Quiet, default=False),
        inspect.Parameter("verbose", kind, annotation=Verbose, default=0),
    )
    own = (one.replace(kind=kind) for one in signature.parameters.values())
    carry_out.__signature__ = signature.replace(parameters=[*own, *shared])  # type: ignore[attr-defined]
    return carry_out


def help_text(text: str, language: str) -> str:
    """Translate a text of the help; the place `{languages}` names all that there are."""
    catalogue = translations(language)
    between = catalogue.pgettext(str(OR.context), OR.template)
    return catalogue.pgettext(CONTEXT, text).replace("{languages}", between.join(languages()))


class HelpfulCommand(TyperCommand):
    """A command whose help is translated, and says every text as it is written."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as the class above it
        """Write the help for whoever reads it."""
        with _typer_in(terminal_language()):
            TyperCommand.format_help(_shown(self), ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Read the arguments. Raises InputError for some that the command does not take."""
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except USAGE_ERROR as error:
            error.ctx = error.ctx or ctx
            raise
        if rest and not ctx.resilient_parsing:
            raise unexpected(rest, ctx.command_path)
        return rest

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the line of usage."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401
        """Return `--help`, whose text typer gives."""
        return _told_in(super().get_help_option(ctx))


class HelpfulGroup(TyperGroup):
    """A group of commands whose help shows them in panels."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Find the command. Raises InputError for a name that none has."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise wrong_command(args[0], self.list_commands(ctx), ctx.command_path)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the help for whoever reads it."""
        with _typer_in(terminal_language()):
            TyperGroup.format_help(_shown(self), ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the line of usage."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401
        """Return `--help`, whose text typer gives."""
        return _told_in(super().get_help_option(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the commands of each panel, for a reader without panels."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            panels.setdefault(command.rich_help_panel, []).append((name, (command.help or "").splitlines()[0]))
        for title, rows in panels.items():
            with formatter.section(title):
                formatter.write_dl(rows)


@contextmanager
def _typer_in(language: str) -> Iterator[None]:
    """Let typer write its own words of a help in a language: it asks a function `_` for them, rich its constants."""
    from typer import rich_utils

    words = {
        "ARGUMENTS_PANEL_TITLE": help_text("Arguments", language),
        "OPTIONS_PANEL_TITLE": help_text("Options", language),
        "DEFAULT_STRING": f"[{help_text('default: {default}', language)}]".replace("{default}", "{}"),
        "REQUIRED_LONG_STRING": f"[{help_text('required', language)}]",
    }
    changes: list[tuple[dict[str, Any], str, object]] = [(vars(rich_utils), name, word) for name, word in words.items()]
    changes += [(vars(core), "_", lambda text: help_text(text, language)), (vars(rich_utils), *_folding(rich_utils))]
    before = [(names, name, names.get(name)) for names, name, _ in changes]
    try:
        for names, name, value in changes:
            names[name] = value
        yield
    finally:
        for names, name, value in before:
            names[name] = value


def _folding(rich_utils: Any) -> tuple[str, object]:  # noqa: ANN401 - typer's module
    """Let rich break a line within a run of signs without spaces, as Chinese has them, instead of cutting it off."""
    name = "_make_rich_text"
    make_text = getattr(rich_utils, name, None)

    def make_folding_text(**values: Any) -> Any:  # noqa: ANN401
        text = make_text(**values) if make_text else values["text"]
        if hasattr(text, "overflow"):
            text.overflow = "fold"
        return text

    return name, make_folding_text


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
    prefix = help_text("Usage: ", terminal_language())
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix)


def _told_in(option: Any) -> Any:  # noqa: ANN401 - typer's option
    if option is not None:
        option.help = help_text("Show this message and exit.", terminal_language())
    return option


def _shown(command: Shown) -> Shown:
    """Return a copy for the help in the reader's language: plain in a pipe, else with brackets that are no markup."""
    is_plain, shown = _is_plain(), copy(command)
    shown.rich_markup_mode = None if is_plain else "rich"
    shown.help = _written(command.help, is_plain)
    shown.params = [_translated(one, is_plain) for one in command.params]
    if isinstance(shown, TyperGroup):
        shown.commands = {name: _translated(one, is_plain) for name, one in shown.commands.items()}
    return shown


def _is_plain() -> bool:
    return not sys.stdout.isatty()


def _translated(part: Any, is_plain: bool) -> Any:  # noqa: ANN401 - a parameter or a command
    shown = copy(part)
    shown.help = _written(getattr(part, "help", None), is_plain)
    if getattr(part, "rich_help_panel", None):
        shown.rich_help_panel = help_text(part.rich_help_panel, terminal_language())
    return shown


def _written(text: str | None, is_plain: bool) -> str | None:
    if not text:
        return text
    from rich.markup import escape

    translated = help_text(text, terminal_language())
    return translated if is_plain else escape(translated)
