"""How one language says and writes things: templates, lists, quotation marks, numbers, dates and money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from offerloop.evaluation import Estimate
from offerloop.events import EPOCH
from offerloop.report.numbers import Money, day_text, percent
from offerloop.report.words import filled, in_language, words_of


@dataclass(frozen=True)
class Voice:
    """Fills the templates of one language, and writes figures as that language does."""

    language: str
    currency: str

    @property
    def words(self) -> Mapping[str, str]:
        """Templates by key."""
        return words_of(self.language)

    @property
    def money(self) -> Money:
        """In the shop's currency."""
        return Money(self.currency)

    def say(self, key: str, **values: object) -> str:
        """One filled template."""
        return filled(self.words[key], values)

    def word(self, family: str, name: str) -> str:
        """The word for an id of the tables, such as an outcome; the id itself where the language has none."""
        return self.words.get(f"{family}.{name}", name)

    def own(self, text: str) -> str:
        """A sentence that another room wrote in English, in this language where it is known."""
        return in_language(text, self.language)

    def tag(self, name: str) -> str:
        """A tag's name."""
        return self.words.get(f"tag.{name}", name)

    def listed(self, parts: Iterable[str], mark: str = "comma") -> str:
        """Parts in a row."""
        return self.words[mark].join(parts)

    def both(self, parts: Sequence[str]) -> str:
        """``"A and B and C"``."""
        return self.words["and"].join(parts)

    def series(self, parts: Sequence[str]) -> str:
        """``"A, B and C"``."""
        return self.both([*([self.listed(parts[:-1])] if parts[:-1] else []), *parts[-1:]])

    def quoted(self, text: str) -> str:
        """In quotation marks."""
        return self.say("quoted", text=text)

    def titles(self, titles: Sequence[str]) -> str:
        """``“A”, “B” and “C”``."""
        return self.series([self.quoted(title) for title in titles])

    def share(self, share: float, least: float = 0.0) -> str:
        """A percentage; one above zero but below `least` is called that."""
        if 0 < share < least:
            return self.say("less_than", share=self.share(least))
        return self.spaced(percent(share))

    def level(self, share: float) -> str:
        """A share as it was tried, in steps of 2.5 points."""
        return self.spaced(f"{100 * share:g} %")

    def spaced(self, text: str) -> str:
        """Per cent signs as the language sets them."""
        return text.replace(" %", self.words["percent"])

    def points(self, estimate: Estimate) -> str:
        """Percentage points with their interval."""
        return estimate.text(self.words["points"])

    def shares(self, estimate: Estimate) -> str:
        """Per cent with their interval; the estimate is in per cent."""
        return self.spaced(estimate.text(" %"))

    def day(self, epoch_day: int) -> str:
        """``"1 January 2018"``."""
        if self.language == "en":
            return day_text(epoch_day)
        day = EPOCH + timedelta(days=epoch_day)
        return self.say("date", year=day.year, month=day.month, day=day.day)

    def estimate(self, minor: Estimate) -> str:
        """An amount with its interval; an assumed one has none and says so."""
        if minor.has_interval:
            return self.money.estimate(minor)
        text = self.money.text(minor.value)
        return text if minor.is_nothing else self.say("no_interval", value=text)

    def brief(self, minor: Estimate) -> str:
        """The same for a cell or a label."""
        if minor.has_interval or minor.is_nothing:
            return self.estimate(minor)
        return self.say("assumed_cell", value=self.money.text(minor.value))
