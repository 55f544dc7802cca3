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
    from offerloop.commands.recommend.task import RecommendRequest
    from offerloop.commands.recommend.task import recommend as recommend_products

    request = RecommendRequest.of(task, customer or [], top, out)
    result = recommend_products(config, request, engine, progress_console(as_json))
    if out is not None:
        result.write(out)
        say(result.chosen | {"rows": result.table.height, "file": str(out)}, f"{result.sentence}\n{out}", as_json)
        return
    say(result.facts, result.table.write_csv(separator="\t").rstrip(), as_json)
