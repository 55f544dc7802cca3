"""Free attributes of lines and baskets, such as a colour or gift wrapping, and what offers ask of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

AttributeValue = str | Fraction
"""Text, which true and false are too, or an exact number."""
Attributes = tuple[tuple[str, tuple[AttributeValue, ...]], ...]
"""Names in order, each with its values: one, or the entries of a list."""
NO_ATTRIBUTES: Attributes = ()


@dataclass(frozen=True)
class AttributeTest:
    """An attribute that is asked for: it has one of some values, or a number within bounds."""

    name: str
    among: frozenset[AttributeValue] = frozenset()
    at_least: Fraction | None = None
    at_most: Fraction | None = None

    def holds(self, attributes: Attributes) -> bool:
        """Whether any of the attribute's values will do; not where it is unknown."""
        return any(name == self.name and any(map(self._holds_of, values)) for name, values in attributes)

    def _holds_of(self, value: AttributeValue) -> bool:
        if self.among:
            return value in self.among
        if isinstance(value, str):
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)
