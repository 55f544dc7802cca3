"""`offerloop recommend`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Config, Engine, Json, Language, progress_console, rows_text, say


def recommend(
    config: Config,
    task: Annotated[
        str | None, typer.Option(help="Task: repeat (the next basket) or new (not bought before); default: both.")
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Id of a customer; repeatable; default: all customers.")
    ] = None,
    top: Annotated[
        int | None, typer.Option(help="Number of products per customer and task; default: recommend.top_k.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV or Parquet file to write instead of printing.")] = None,
    engine: Engine = "duckdb",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """List the products that customers would like, and why."""
    from offerloop.commands.recommend.task import RecommendRequest
    from offerloop.commands.recommend.task import recommend as recommend_products

    request = RecommendRequest.of(task, customer or [], top, out)
    result = recommend_products(config, request, engine, progress_console(as_json), language)
    if out is not None:
        result.write(out)
        say(result.chosen | {"rows": result.table.height, "file": str(out)}, f"{result.sentence}\n{out}", as_json)
        return
    say(result.facts, rows_text(result.table), as_json)
