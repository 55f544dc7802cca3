"""What commands share: options with one meaning everywhere, what is printed, and the progress on a terminal."""

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal.encoding import write_any_sign
from offerloop.commands.terminal.help import HelpfulCommand, HelpfulGroup, with_shared_options
from offerloop.commands.terminal.language import error_text, localized, note_language, reader_language
from offerloop.commands.terminal.output import progress_console, remark, rows_text, say
from offerloop.commands.terminal.wrong_arguments import USAGE_ERROR, usage_error
from offerloop.locale import languages

__all__ = [
    "USAGE_ERROR",
    "Config",
    "Engine",
    "HelpfulCommand",
    "HelpfulGroup",
    "Json",
    "Language",
    "Run",
    "SummingEngine",
    "error_text",
    "localized",
    "note_language",
    "progress_console",
    "reader_language",
    "remark",
    "rows_text",
    "say",
    "usage_error",
    "with_shared_options",
    "write_any_sign",
]

Config = Annotated[Path, typer.Argument(help="The shop's offerloop.toml, or its folder.")]
Run = Annotated[Path, typer.Argument(help="The folder of a run, or that of the shop: then its newest run.")]
SummingEngine = Annotated[
    str | None,
    typer.Option(
        help="Engine that sums up the table: duckdb, spark, or the address sc://host:port of a Spark Connect "
        "server; default: this program, in memory.",
        autocompletion=lambda: ["duckdb", "spark"],
    ),
]
"""Where a command works whose table is in memory unless an engine is named."""
Engine = Annotated[
    str,
    typer.Option(
        help="Engine that does the table work: duckdb, spark, or the address sc://host:port of a Spark Connect server.",
        autocompletion=lambda: ["duckdb", "spark"],
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        help="Language of texts and reports: {languages}; default: that of the configuration, else of the data.",
        autocompletion=lambda: list(languages()),
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
