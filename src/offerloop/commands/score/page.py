"""What `offerloop score` says."""

from __future__ import annotations

from collections.abc import Mapping

from offerloop.report import Localizer, scored_table


def sentences(
    counts: Mapping[str, int], unseen: Mapping[str, int], budget: float | None, language: str = "en"
) -> list[str]:
    """Say how many customers get which offer, and what to know of it."""
    _ = Localizer(language, "")
    said = [
        _(
            "{offer}: {n} customer",
            context="scores",
            plural="{offer}: {n} customers",
            offer=_.quoted(offer),
            n=n,
        )
        for offer, n in counts.items()
    ]
    return [*said, *scored_table(unseen, budget, sum(counts.values()), _)]
