"""`offerloop recommend`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Engine, Json, progress_console, say


def recommend(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml of the shop, or its folder.")],
    task: Annotated[
        str | None, typer.Option(help="repeat (the next basket) or new (not bought before); default: both.")
    ] = None,
    customer: Annotated[list[str] | None, typer.Option(help="One or more customers; default: everybody.")] = None,
    top: Annotated[int | None, typer.Option(help="Products per customer and task; default: recommend.top_k.")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV or Parquet file to write instead of printing.")] = None,
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """The products that customers would like, best first, with where each comes from and why."""
    from offerloop.service.recommend import Asked
    from offerloop.service.recommend import recommend as ask

    asked = Asked.of(task, customer or [], top, out)
    found = ask(config, asked, engine, progress_console(as_json))
    if out is not None:
        found.write(out)
        say(found.chosen | {"rows": found.table.height, "file": str(out)}, f"{found.sentence}\n{out}", as_json)
        return
    say(found.facts, found.table.write_csv(separator="\t").rstrip(), as_json)
