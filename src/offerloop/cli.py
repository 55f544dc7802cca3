"""`offerloop`: the command line. Heavy libraries are imported inside the commands, so that `--help` is quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from offerloop import __version__
from offerloop.commands.allocate.cli import allocate
from offerloop.commands.check.cli import check
from offerloop.commands.codes.cli import codes
from offerloop.commands.evaluate.cli import evaluate
from offerloop.commands.experiment.cli import experiment
from offerloop.commands.explain.cli import explain
from offerloop.commands.init.cli import init
from offerloop.commands.loop.cli import loop
from offerloop.commands.parse_offer.cli import parse_offer
from offerloop.commands.price.cli import price
from offerloop.commands.pseudonym.cli import pseudonym
from offerloop.commands.publish.cli import publish
from offerloop.commands.readout.cli import readout
from offerloop.commands.recommend.cli import recommend
from offerloop.commands.refund.cli import refund
from offerloop.commands.replay.cli import replay
from offerloop.commands.run.cli import run
from offerloop.commands.score.cli import score
from offerloop.commands.similar.cli import similar
from offerloop.commands.simulate.cli import simulate
from offerloop.commands.terminal import (
    USAGE_ERROR,
    HelpfulCommand,
    HelpfulGroup,
    error_text,
    note_language,
    usage_error,
    with_shared_options,
    write_any_sign,
)
from offerloop.commands.uplift.cli import uplift
from offerloop.errors import OfferloopError, StoppedError
from offerloop.message import Message
from offerloop.web.cli import serve

PANELS = {
    "Your shop": (init, check, run, explain, publish, readout, recommend, similar, evaluate, pseudonym),
    "One table": (uplift, score, experiment, allocate),
    "Offers and money": (price, refund, replay, parse_offer, codes),
    "The loop and the simulated shop": (loop, simulate),
    "The service": (serve,),
}
"""The commands, in the order of the help."""


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(Message("interrupted; nothing is half-written, so give the same command again")) from None


class _Commands(HelpfulGroup):
    """Commands that a user may stop at any time, from the first look at their options on."""

    def make_context(self, info_name: Any, args: Any, *others: Any, **options: Any) -> Any:  # noqa: ANN401 - as above
        typed = note_language(args)
        with _stoppable():
            return super().make_context(info_name, typed, *others, **options)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        with _stoppable():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Commands,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Decide which customer gets which promotion, at what budget, and measure whether it worked.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"offerloop {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback prints it
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Offerloop."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(USAGE_ERROR.exit_code)


for _panel, _commands in PANELS.items():
    for _command in _commands:
        app.command(cls=HelpfulCommand, rich_help_panel=_panel)(with_shared_options(_command))


@cache
def _command_line() -> Any:  # noqa: ANN401 - a class of typer's own
    """Return all commands with their options, which take typer a while to build."""
    return get_command(app)


def main() -> None:
    """Entry point: errors become one line and an exit code, and any terminal can show every text."""
    write_any_sign()
    if sys.platform == "win32":
        sys.exit(
            "offerloop runs on Linux and macOS; on Windows use the Linux of WSL, where it installs as on any Linux"
        )
    try:
        sys.exit(_command_line()(standalone_mode=False) or 0)
    except OfferloopError as error:
        sys.stderr.write(f"{error_text(error)}\n")
        sys.exit(error.exit_code)
    except USAGE_ERROR as error:
        sys.stderr.write(f"{error_text(usage_error(error))}\n")
        sys.exit(error.exit_code)
