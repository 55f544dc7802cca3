"""`offerloop similar`: its arguments, and what it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from offerloop.commands.terminal import (
    Config,
    Engine,
    Json,
    Language,
    progress_console,
    reader_language,
    remark,
    rows_text,
    say,
)


def similar(
    config: Config,
    product: Annotated[str, typer.Argument(help="Id of the product.")],
    relation: Annotated[
        str, typer.Option(help="Relation: similar, substitutes (bought instead of it) or complements (bought with it).")
    ] = "similar",
    top: Annotated[int, typer.Option(help="Number of products.")] = 10,
    engine: Engine = "duckdb",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """List similar products, substitutes or complements of one."""
    from offerloop.commands.similar.task import similar as related_products

    language = reader_language(language)
    result = related_products(config, product, relation, top, engine, progress_console(as_json), language)
    if result.reason is not None and not as_json:
        remark(result.reason)
    say(result.facts, rows_text(result.table), as_json)
