"""The price of a basket under offers."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.commands.price.page import WHY_NOT, price_facts

__all__ = ["WHY_NOT", "price_facts"]

__getattr__, __dir__ = lazy_exports(__name__)
