"""What cleaning did that a reader should be told in a sentence, beside the counts of the data-quality table."""

from __future__ import annotations

import polars as pl

from offerloop.events.cleaning.large_quantities import MAY_BE_COUNTS
from offerloop.message import Message, unpacked

NEVER_ORDERED = "never ordered"
"""The rule for customers of the customer list without an order line that a run uses."""


def never_ordered(n: int) -> Message:
    """Say what becomes of listed customers who have no order."""
    if n == 0:
        return Message("customers on the customer list who have no usable order")
    return Message(
        "{n} listed customer has no usable order: no offer is planned for this customer, and the assignments have no "
        "row for them",
        plural="{n} listed customers have no usable order: no offer is planned for them, and the assignments have no "
        "rows for them",
        n=n,
    )


def quality_notes(quality: pl.DataFrame) -> list[Message]:
    """Return the sentences that rows of the data-quality table hold."""
    has_note = pl.col("rule").is_in([MAY_BE_COUNTS, NEVER_ORDERED]) & (pl.col("rows") > 0)
    return [unpacked(why)[0] for why in quality.filter(has_note)["why_message"]]
