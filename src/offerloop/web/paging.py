"""Pages of short lists: a cursor is the id of the last item of the page before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from offerloop.web.problems import HttpProblem

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=200)]


def page_of(
    items: Sequence[Item], id_of: Callable[[Item], str], limit: int, cursor: str | None
) -> tuple[list[Item], str | None]:
    """Return the items behind a cursor, and the cursor of the next page. Raises HttpProblem for an unknown cursor."""
    begin = 0
    if cursor is not None:
        places = [place for place, one in enumerate(items) if id_of(one) == cursor]
        if not places:
            raise HttpProblem("invalid", field="cursor")
        begin = places[0] + 1
    page = list(items[begin : begin + limit])
    return page, id_of(page[-1]) if begin + limit < len(items) else None
