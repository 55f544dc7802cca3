"""Versions of what two people could change at one time: an ETag in answers, which a change gives back in If-Match."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from offerloop.web.problems import HttpProblem

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The ETag of what was read; where somebody else has changed it since, nothing is changed.",
    ),
]
ANY = "*"


def etag(version: object) -> str:
    """Return a version as headers have it."""
    return f'"{version}"'


def check_version(if_match: str | None, version: object, *, needed: bool = False) -> None:
    """Raise HttpProblem where a change was meant for another version, and where `needed` for none."""
    if if_match is None:
        if needed:
            raise HttpProblem("if_match_needed", field="If-Match")
        return
    wanted = [one.strip().removeprefix("W/") for one in if_match.split(",")]
    if ANY not in wanted and etag(version) not in wanted:
        raise HttpProblem("changed", field="If-Match")
