"""`offerloop`: the command line. Heavy libraries are imported by the commands, so that `--help` is quick."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from offerloop.errors import OfferloopError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Decide which customer gets which promotion, at what budget, and prove whether it worked.",
)

Run = Annotated[Path, typer.Argument(help="A run's folder, or the shop's: then its newest run.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


@app.callback()
def _main() -> None:
    """Offerloop."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write the shop to.")],
    sample: Annotated[str, typer.Option(help="Shop to start from: complete-journey.")],
    as_json: Json = False,
) -> None:
    """Write a folder with data and a commented offerloop.toml that runs."""
    from offerloop.service.samples import write_sample

    path = write_sample(sample, folder)
    _say({"config": str(path)}, f"Wrote {path}. Next: offerloop run {path}", as_json)


@app.command()
def run(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml to carry out.")],
    engine: Annotated[str, typer.Option(help="Where table work runs: duckdb.")] = "duckdb",
    as_json: Json = False,
) -> None:
    """From raw tables to one assignment per customer, a forecast and a report."""
    from rich.console import Console

    from offerloop.service.runs import run as carry_out

    progress = Console(stderr=True)
    written = carry_out(config, engine, progress if progress.is_terminal and not as_json else None)
    found = {"run": str(written.folder), "report": str(written.report), **written.summary}
    _say(found, f"{written.summary['decision']}\n{written.report}", as_json)


@app.command()
def explain(
    run: Run,
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    audience: Annotated[str, typer.Option(help="Who reads it: marketer, support or customer.")] = "marketer",
    language: Annotated[str, typer.Option(help="Language of the text: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Why one customer gets an offer or not: for the marketer, for support, or for the customer."""
    from offerloop.service.explain import explain as tell
    from offerloop.service.find_run import find_run

    found = tell(find_run(run), customer, audience, language)
    facts = {"facts": found.facts} if audience == "marketer" else {}
    _say({"text": found.text, **facts}, found.text, as_json)


def _say(found: dict[str, object], text: str, as_json: bool) -> None:
    sys.stdout.write((json.dumps(found, ensure_ascii=False) if as_json else text) + "\n")


def main() -> None:
    """Entry point: errors of ours become one sentence and an exit code."""
    try:
        app()
    except OfferloopError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
