"""`offerloop codes`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, say


def codes(
    count: Annotated[int, typer.Option(help="How many.")],
    prefix: Annotated[str, typer.Option(help="What every code begins with: letters and digits.")] = "",
    length: Annotated[int, typer.Option(help="Characters after the prefix.")] = 12,
    out: Annotated[Path | None, typer.Option(help="New file to write, a code a line, instead of printing.")] = None,
    as_json: Json = False,
) -> None:
    """Codes of coupons: no look-alikes, typing errors are found, and nobody can guess one."""
    from offerloop.offers import code_guess_probability, make_codes, write_codes

    made = make_codes(count, prefix, length)
    chance = code_guess_probability(count, length, prefix)
    if out is not None:
        write_codes(made, out)
        said = f"{count} codes; one guess in {1 / chance:,.0f} hits one of them\n{out}"
        say({"out": str(out), "count": count, "p_guess": chance}, said, as_json)
        return
    say({"codes": made, "count": count, "p_guess": chance}, "\n".join(made), as_json)
