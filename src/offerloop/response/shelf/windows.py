"""How the full weeks are divided: features come first, outcomes later, and nothing overlaps."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.errors import EvidenceError
from offerloop.message import Message

FEWEST_SHELF_WEEKS = 12


@dataclass(frozen=True)
class Windows:
    """Ranges of week numbers."""

    features: range
    """Weights of the exposure and all features of who responds more."""
    outcomes: range
    """Outcomes of designs A and B; one week after the features is left out, one week before the end is the lead."""
    later: range
    """Outcomes of the R-learner: every week after the features."""
    recent: range
    """The last weeks before the plan, as many as `features`: what the plan's own features are made of."""

    @classmethod
    def divide(cls, weeks: range) -> Windows:
        """Halve the weeks but two. Raises EvidenceError when there are too few."""
        if len(weeks) < FEWEST_SHELF_WEEKS:
            raise EvidenceError(
                Message(
                    "the data hold {n} full week; the response to shelf prices needs at least {least}: add older order "
                    "lines",
                    plural="the data hold {n} full weeks; the response to shelf prices needs at least {least}: add "
                    "older order lines",
                    n=len(weeks),
                    least=FEWEST_SHELF_WEEKS,
                )
            )
        half = (len(weeks) - 2) // 2
        features = range(weeks.start, weeks.start + half)
        return cls(
            features=features,
            outcomes=range(features.stop + 1, weeks.stop - 1),
            later=range(features.stop, weeks.stop),
            recent=range(weeks.stop - half, weeks.stop),
        )
