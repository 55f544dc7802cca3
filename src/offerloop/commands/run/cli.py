"""`offerloop run`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Engine, Json, progress_console, say


def run(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml to carry out, or its folder.")],
    engine: Engine = "duckdb",
    begin: Annotated[
        str | None, typer.Option("--from", help="Compute anew from this stage on, such as response.")
    ] = None,
    as_json: Json = False,
) -> None:
    """From raw tables to one assignment per customer, a forecast and a report."""
    from offerloop.commands.run.task import run as carry_out

    written = carry_out(config, engine, progress_console(as_json), begin)
    found = {"run": str(written.folder), "report": str(written.report), **written.summary}
    nothing = not any(one["send"] for one in written.summary["campaigns"])
    why = written.summary["gaps"] if nothing else []
    say(found, "\n".join([written.summary["decision"], *why, str(written.report)]), as_json)
