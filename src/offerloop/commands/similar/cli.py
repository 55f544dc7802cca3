"""`offerloop similar`: its arguments, and what it prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Engine, Json, progress_console, say


def similar(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    config: Annotated[Path, typer.Option(help="The offerloop.toml of the shop, or its folder.")] = Path(),
    relation: Annotated[
        str, typer.Option(help="similar, substitutes (instead of it) or complements (together with it).")
    ] = "similar",
    top: Annotated[int, typer.Option(help="How many products.")] = 10,
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """Products that are like one, are bought instead of it, or go with it; learned from baskets."""
    from offerloop.commands.similar.task import similar as related_products

    result = related_products(config, product, relation, top, engine, progress_console(as_json))
    if result.reason is not None and not as_json:
        sys.stderr.write(f"{result.reason}\n")
    say(result.facts, result.table.write_csv(separator="\t").rstrip(), as_json)
