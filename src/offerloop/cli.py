"""`offerloop`: the command line. Heavy libraries are imported inside the commands, so that `--help` is quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

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
from offerloop.commands.replay.cli import replay
from offerloop.commands.run.cli import run
from offerloop.commands.similar.cli import similar
from offerloop.commands.simulate.cli import simulate
from offerloop.commands.uplift.cli import uplift
from offerloop.errors import OfferloopError, StoppedError

COMMANDS = (
    init, check, run, explain, recommend, similar, pseudonym, readout, evaluate, uplift, experiment, allocate, simulate,
    loop, publish, price, parse_offer, replay, codes,
)  # fmt: skip
"""In the order of the help."""


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


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"offerloop {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Offerloop."""


for _command in COMMANDS:
    app.command()(_command)


def main() -> None:
    """Entry point: errors of ours become one sentence and an exit code."""
    try:
        app()
    except OfferloopError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
