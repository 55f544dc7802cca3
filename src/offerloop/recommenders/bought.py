"""What customers bought on which days: all that recommenders learn from, and what a new day adds to."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw

from offerloop.engine import Engine, Frame, distinct, with_part


@dataclass(frozen=True)
class Bought:
    """Purchases before a day."""

    parts: tuple[Frame, ...]
    """customer_id, product_id and order_day, each once in all parts together."""
    as_of_day: int

    @classmethod
    def of(cls, lines: Frame, as_of_day: int, engine: Engine) -> Bought:
        """Build it from order lines before the day."""
        return cls((engine.keep(distinct(lines, "customer_id", "product_id", "order_day")),), as_of_day)

    def at(self, lines: Frame, as_of_day: int, engine: Engine) -> Bought:
        """The same as `of`, when all `lines` from the earlier day on are new, and no others."""
        new = Bought.of(lines.filter(nw.col("order_day") >= self.as_of_day), as_of_day, engine)
        return Bought(with_part(self.parts, *new.parts), as_of_day)

    @property
    def all(self) -> Frame:
        """All parts as one table."""
        return nw.concat(self.parts) if len(self.parts) > 1 else self.parts[0]
