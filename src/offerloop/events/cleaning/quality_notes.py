"""What cleaning did that a reader should be told in a sentence, beside the counts of the data-quality table."""

from __future__ import annotations

import polars as pl

from offerloop.events.cleaning.large_quantities import MAY_BE_COUNTS
from offerloop.message import Message, unpacked


def quality_notes(quality: pl.DataFrame) -> list[Message]:
    """Return the sentences that rows of the data-quality table hold."""
    has_note = (pl.col("rule") == MAY_BE_COUNTS) & (pl.col("rows") > 0)
    return [unpacked(why)[0] for why in quality.filter(has_note)["why_message"]]
