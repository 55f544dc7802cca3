"""What offers that were shown at random changed, in the units that the report uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offerloop.commands.run.findings import Findings
from offerloop.evaluation import Estimate

SAME_SHARE = 0.05
"""How far the shares that follow of two offers may be apart and are still called the same."""


@dataclass(frozen=True)
class ShownOffer:
    """Mean effects of one exposure, against deliberately showing nothing; minor units."""

    offer_id: str
    n_shown: int
    value: Estimate
    """Margin gained before the offer's cost."""
    discount: Estimate
    """Discount redeemed, whoever pays it."""
    p_redeem: float
    """Share of exposures after which it was used."""
    carries_over: float
    """What follows in later windows, as a share of the effect in its own."""

    @classmethod
    def read(cls, row: dict[str, Any]) -> ShownOffer:
        """Build it from a row of the shown offers."""
        value = Estimate.of(row["value_minor"], row["value_se_minor"])
        discount = Estimate.of(row["discount_minor"], row["discount_se_minor"])
        return cls(row["offer_id"], row["n_shown"], value, discount, row["p_redeem"], row["carries_over"])


@dataclass(frozen=True)
class ShownOffers:
    """All offers that were shown often enough, highest value first."""

    offers: tuple[ShownOffer, ...]
    n_nothing: int
    """Exposures in which deliberately nothing was shown."""
    estimator: str
    """The estimator that tells customers apart."""
    window_days: int
    """Days after an exposure that count."""
    carries_over_p: float
    """How often chance alone would show as much of what follows in later windows."""
    of_late: Estimate
    """By how much more or less offers bring at the end of the log than on average over it, as a share."""

    @classmethod
    def read(cls, findings: Findings) -> ShownOffers | None:
        """None where no offer was shown at random often enough."""
        table = findings.table("shown_offers")
        if table is None:
            return None
        ordered = table.sort(["value_minor", "offer_id"], descending=[True, False])
        first = ordered.row(0, named=True)
        offers = tuple(ShownOffer.read(row) for row in ordered.iter_rows(named=True))
        days = findings.config.evaluate.window_days
        of_late = Estimate(*(first[name] for name in ("of_late", "of_late_low", "of_late_high")))
        return cls(offers, first["n_nothing"], first["estimator"], days, first["carries_over_p"], of_late)

    @property
    def carries_over(self) -> float:
        """The mean of what follows in later windows, over exposures, as a share of the effect in its own."""
        return sum(one.n_shown * one.carries_over for one in self.offers) / self.n_shown

    @property
    def least_and_most_carried_over(self) -> tuple[float, float]:
        """That of the offer with the least, and of the offer with the most."""
        shares = [one.carries_over for one in self.offers]
        return min(shares), max(shares)

    @property
    def differ_later(self) -> bool:
        """Whether offers differ in what follows of them."""
        least, most = self.least_and_most_carried_over
        return most - least > SAME_SHARE

    @property
    def n_shown(self) -> int:
        """Exposures of all offers."""
        return sum(one.n_shown for one in self.offers)

    @property
    def clear(self) -> tuple[ShownOffer, ...]:
        """Offers whose value is away from zero beyond its interval."""
        return tuple(one for one in self.offers if one.value.is_clear)
