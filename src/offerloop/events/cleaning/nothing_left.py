"""Why no order line of a shop can be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from offerloop.events.cleaning.rule_names import RULE_NAMES
from offerloop.message import Message


def why_nothing_left(quality: Sequence[Mapping[str, Any]], where: str | None, left_out: int) -> Message:
    """Say what became of the lines, for the end of a sentence; `left_out` are the rows that the filter `where` took."""
    rejected = [row for row in quality if row["table"] == "order_lines" and row["action"] == "rejected" and row["rows"]]
    if left_out and not rejected:
        return Message(
            ': its filter where = "{where}" leaves out all {n_rows} rows; correct it',
            where=where or "",
            n_rows=left_out,
        )
    if not rejected:
        return Message("; it has columns but no rows")
    counts = [
        Message("{n} {rule}", context="rows that a rule rejects", n=row["rows"], rule=RULE_NAMES[row["rule"]])
        for row in rejected
    ]
    return Message(": {counts}; see the rules in docs/reference/data.md", counts=counts)
