"""What every explanation needs: words of one language, money of one shop, offers as a reader would call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from offerloop.commands.explain.findings import (
    DecisionFacts,
    ExpectedMoney,
    ExplainedCampaign,
    NamedOffer,
    OfferTermFacts,
)
from offerloop.evaluation import Estimate, signed
from offerloop.message import Message, Value
from offerloop.money import DIGITS
from offerloop.report import Localizer, Money

SURE_FROM = 0.995
"""A chance that would be rounded to certainty."""
TINY = 0.5
"""Profits that are all below this many minor units are told with more digits."""
DRAWN = ("holdout", "usual", "explore", "held_back")
"""Reasons that rest on a random draw."""


@dataclass(frozen=True)
class ExplanationLocalizer:
    """Fills templates. `facts` are those of one customer's decision."""

    facts: DecisionFacts
    language: str

    @property
    def money(self) -> Money:
        """Return the format of amounts in the shop's currency."""
        return Money(self.facts.currency, self.language)

    def costs(self, campaign_id: str) -> Money:
        """Return the format of a campaign's budget: in the shop's currency, or seats, contacts, ..."""
        return Money(self.campaign(campaign_id).budget_unit, self.language)

    def in_money(self, campaign_id: str) -> bool:
        """Return whether what a campaign's offers cost lowers profit: it is of the same unit."""
        return self.costs(campaign_id) == self.money

    @property
    def localizer(self) -> Localizer:
        """Return what translates and formats, in the shop's currency."""
        return Localizer(self.language, self.facts.currency)

    def __call__(
        self, text: str | Message, /, *, context: str | None = None, plural: str | None = None, **values: Value
    ) -> str:
        """Translate a message, or a template that is given as one, and fill it."""
        return self.localizer(text, context=context, plural=plural, **values)

    def listed(self, parts: Iterable[str]) -> str:
        """Parts in a row."""
        return self.localizer.listed(parts)

    def in_words(self, names: Iterable[str]) -> str:
        """Names of columns in a row, as words."""
        return self.listed(name.replace("_", " ") for name in names)

    def clauses(self, parts: Iterable[str]) -> str:
        """Put parts of a sentence in a row."""
        return self.localizer.clauses(parts)

    def series(self, parts: Sequence[str]) -> str:
        """Put names in a row."""
        return self.localizer.series(parts)

    def quoted(self, text: str) -> str:
        """Put a text in quotation marks."""
        return self.localizer.quoted(text)

    def share(self, share: float) -> str:
        """A percentage as the language writes it."""
        return self.localizer.share(share)

    def share_to_tenth(self, share: float) -> str:
        """A break-even share, which may lie just beside the one it is compared with."""
        return f"{100 * share:.1f}".removesuffix(".0") + self.localizer.percent_sign

    def chance(self, share: float) -> str:
        """A probability that is never called certain."""
        return self.localizer("more than 99 %", context="customer profile") if share >= SURE_FROM else self.share(share)

    def fine(self, minor: float) -> str:
        """An amount of one customer, finer than the smallest coin: such amounts are small."""
        return self._fine(minor, self.money)

    def cost(self, minor: float, campaign_id: str) -> str:
        """Return the same for what an offer takes from its campaign's budget."""
        return self._fine(minor, self.costs(campaign_id))

    def of_budget(self, minor: float, campaign_id: str) -> str:
        """Return what an offer takes from its budget: exact where whole coins are counted."""
        return self.costs(campaign_id).exact(minor) if minor == round(minor) else self.cost(minor, campaign_id)

    def ratio(self, price: float) -> str:
        """Money for one unit of a budget, such as a shadow price."""
        return self._amount(price * self.money.unit, 4, self.money)

    def one_unit(self, campaign_id: str) -> str:
        """Return one unit of a campaign's budget."""
        money = self.costs(campaign_id)
        return money.exact(money.unit)

    def interval(self, money: ExpectedMoney, basis: str) -> str:
        """The profit of one customer with its rough interval; what is assumed has none and says so."""
        low, high = money.profit_low_minor, money.profit_high_minor
        if low is None or high is None or basis == "assumed":
            return self.localizer("{value} (assumed)", context="amount of money", value=self.fine(money.profit_minor))
        sizes = [end / self.money.unit for end in (low, high)]
        ends = [signed(f"{abs(end):,.{self._places}f}", negative=end < 0) for end in sizes]
        return self.localizer(
            "{value} [{low}, {high}]", context="pattern", value=self.fine(money.profit_minor), low=ends[0], high=ends[1]
        )

    def forecast(self, campaign: ExplainedCampaign) -> str:
        """Return what a campaign is expected to bring; without an interval where all of it is assumed."""
        return self.localizer.estimate(
            Estimate.from_bounds(campaign.profit_minor, campaign.profit_low_minor, campaign.profit_high_minor)
        )

    def not_sent(self, campaign: ExplainedCampaign) -> str:
        """Return a code for why a campaign is not sent: by its rule for sending, without a forecast, or paused."""
        if not campaign.has_forecast:
            return "no_forecast"
        if campaign.is_paused:
            return "paused"
        if campaign.pays_alone:
            return "not_sent_others"
        return {"proven": "not_sent", "likely": "not_sent_likely"}.get(campaign.send_rule, "not_sent_expected")

    def offer(self, terms: OfferTermFacts | None, *, with_most: bool = False) -> str:
        """Return an offer in the words of the language, `with_most` also its largest discount."""
        if terms is None:
            return self.localizer("no offer", context="offer")
        text = self.localizer.value(terms.label)
        if not with_most or terms.kind == "benefit" or terms.most_minor is None:
            return text
        return self.localizer(
            "{offer}, at most {most} off", context="offer", offer=text, most=self.money.exact(terms.most_minor)
        )

    def further(self) -> str:
        """The offers that the customer gets beside the first."""
        return self.clauses(self.offer(one.terms, with_most=True) for one in self.facts.further)

    def named(self, offer: NamedOffer) -> str:
        """An offer in quotation marks, with its campaign where candidates of several are shown."""
        return self.of_campaign(self.quoted(self.offer(offer.terms)), offer.campaign_id)

    def of_campaign(self, offer: str, campaign_id: str) -> str:
        """The campaign behind an offer, where candidates of several are shown."""
        if len({one.campaign_id for one in self.facts.candidates}) < 2:
            return offer
        return self.localizer("{offer} ({campaign})", context="pattern", offer=offer, campaign=campaign_id)

    def campaign(self, campaign_id: str) -> ExplainedCampaign:
        """The facts of one campaign."""
        return next(one for one in self.facts.campaigns if one.campaign_id == campaign_id)

    def title(self, campaign_id: str) -> str:
        """Return the title of a campaign."""
        return self.quoted(self.campaign(campaign_id).title)

    def _fine(self, minor: float, money: Money) -> str:
        places = self._places
        hidden = minor and not round(minor / money.unit, places)
        return self._amount(minor, places + 1 if hidden else places, money)

    @staticmethod
    def _amount(minor: float, places: int, money: Money) -> str:
        size = money.around(f"{abs(minor) / money.unit:,.{places}f}")
        return f"−{size}" if round(minor / money.unit, places) < 0 else size

    @property
    def _places(self) -> int:
        """Return the digits of small amounts, one more where no profit reaches half a coin."""
        most = max((abs(one.money.profit_minor) for one in self.facts.candidates), default=1.0)
        return self._digits + (1 if most >= TINY else 2)

    @property
    def _digits(self) -> int:
        return DIGITS[self.facts.currency]


def closeness(_: ExplanationLocalizer, category: str) -> str:
    """Return how close the offer is: for what the customer spends most on, has bought, or for anybody."""
    if _.facts.profile.top_category == category:
        return "top"
    return "scope" if _.facts.decision.basis == "estimated" else "category"
