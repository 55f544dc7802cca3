"""What the units of a basket cost while offers are applied one after another.

Units of a line that cost the same are one run, so the work does not grow with the quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from offerloop.money import share
from offerloop.offers.pricing.basket import Basket, BasketLine

Run = tuple[int, int, int]
"""Number of units, the price of each, and which offers have used them, as bits (see `claims`)."""
Runs = tuple[Run, ...]
UNUSED = 0
Piece = tuple[int, Run]
"""The position of a run, and what some of its units have become."""


@dataclass(slots=True)
class Running:
    """Prices in the middle of the work; never changed in place.

    What is taken off a line as a whole is shared over its units only when somebody asks what they cost.
    """

    basket: Basket
    runs: list[Runs]
    """The runs of each line."""
    off: list[int]
    """What is taken off the runs of each line together."""
    amounts: list[int]
    """What all units of each line cost together."""
    shipping: int
    total: int
    """The total of live lines and shipping."""
    shipments: tuple[int, ...] = ()
    """What each shipment costs; they stand after the last line where lines are numbered."""
    announced: int = 0
    """Lines that an announced offer has reduced, as bits."""
    free: dict[tuple[int, int, int | None], tuple[object, int]] = field(default_factory=dict, compare=False)
    """How many units of some lines are free for a claim, by the identity of the lines, with these (see `units`)."""
    falling: dict[tuple[int, int], tuple[object, Sequence[tuple[int, int]]]] = field(
        default_factory=dict, compare=False
    )
    """The prices of free units of some lines, by the same (see `units.falling_prices`)."""
    lowered: dict[int, Runs] = field(default_factory=dict, compare=False)
    """The runs of lines after what is taken off them as a whole."""

    @classmethod
    def of(cls, basket: Basket) -> Running:
        """Before any offer."""
        amounts = list(basket.amounts)
        runs: list[Runs] = [_shelf_prices(line) for line in basket.lines]
        total = sum(amounts) + basket.shipping_minor
        shipments = tuple([one.price_minor for one in basket.all_shipments])
        return cls(basket, runs, [0] * len(amounts), amounts, basket.shipping_minor, total, shipments)

    @property
    def all_amounts(self) -> list[int]:
        """What lines cost, and then shipments."""
        return [*self.amounts, *self.shipments]

    def units(self, place: int) -> Runs:
        """What the units of a line cost."""
        off = self.off[place]
        if not off:
            return self.runs[place]
        runs = self.lowered.get(place)
        if runs is None:
            runs = self.lowered[place] = lowered(self.runs[place], off, self.basket.lines[place].floor)
        return runs

    def with_runs(self, new: Iterable[tuple[int, Runs]]) -> Running:
        """Other prices for the units of some lines."""
        runs, off, amounts, total = self.runs.copy(), self.off.copy(), self.amounts.copy(), self.total
        for place, of_line in new:
            amount = 0
            for count, price, _ in of_line:
                amount += count * price
            total += amount - amounts[place]
            runs[place], off[place], amounts[place] = of_line, 0, amount
        return Running(self.basket, runs, off, amounts, self.shipping, total, self.shipments, self.announced)

    def less(self, parts: Iterable[tuple[int, int]]) -> Running:
        """After each of some lines has got its own amount off: (line, amount)."""
        off, amounts, total = self.off.copy(), self.amounts.copy(), self.total
        for place, part in parts:
            off[place] += part
            amounts[place] -= part
            total -= part
        return Running(self.basket, self.runs, off, amounts, self.shipping, total, self.shipments, self.announced)

    def with_shipments(self, shipments: Iterable[int]) -> Running:
        """Other prices of the shipments."""
        new = tuple(shipments)
        shipping = sum(new)
        total = self.total - self.shipping + shipping
        return Running(self.basket, self.runs, self.off, self.amounts, shipping, total, new, self.announced)


def _shelf_prices(line: BasketLine) -> Runs:
    even, extra = line.quantity - line.extra_minor, line.extra_minor
    whole: Runs = ((even, line.unit_minor, UNUSED),)
    return ((extra, line.unit_minor + 1, UNUSED), *whole) if extra else whole


def room(basket: Basket, now: Running, places: Sequence[int]) -> list[int]:
    """How much lower each of these lines can go before all its units cost their floor."""
    if not basket.has_floors:
        return [now.amounts[place] for place in places]
    rooms = []
    for place in places:
        line = basket.lines[place]
        rooms.append(now.amounts[place] - line.floor * line.quantity if line.floor_minor else now.amounts[place])
    return rooms


def at_full_price(places: Sequence[int], now: Running) -> list[int]:
    """Those lines that no announced offer has reduced."""
    return [place for place in places if not now.announced >> place & 1]


def lowered(runs: Runs, off: int, floor: int) -> Runs:
    """The units of one line after an amount is taken off them, at most as much as the floor allows.

    In proportion to the prices by largest remainder; of equal units the first ones bear what is left over.
    """
    if not off:
        return runs
    if len(runs) == 1:
        return _each(runs[0], off)
    weights = [count * price for count, price, _ in runs]
    parts = share(off, weights, [count * (price - floor) for count, price, _ in runs])
    return tuple(run for old, part in zip(runs, parts, strict=True) for run in _each(old, part))


def _each(run: Run, off: int) -> Runs:
    count, price, used = run
    each, over = divmod(off, count)
    if not over:
        return ((count, price - each, used),)
    return ((over, price - each - 1, used), (count - over, price - each, used))


def unit_prices(runs: Runs) -> tuple[tuple[int, int], ...]:
    """Number and price of units, with equal neighbours put together."""
    if len(runs) == 1:
        return (runs[0][:2],)
    merged: list[tuple[int, int]] = []
    for count, price, _ in runs:
        if merged and merged[-1][1] == price:
            merged[-1] = (merged[-1][0] + count, price)
        else:
            merged.append((count, price))
    return tuple(merged)


def merged(runs: Runs) -> Runs:
    """Units of one price and one use together, in the order of their first."""
    if len(runs) == 1:
        return runs
    counts: dict[tuple[int, int], int] = {}
    for count, price, used in runs:
        counts[price, used] = counts.get((price, used), 0) + count
    return tuple([(count, price, used) for (price, used), count in counts.items()])


def cut_runs(runs: Runs, pieces: Iterable[Piece]) -> Runs:
    """The runs of a line after some units of them have changed; of each run the changed ones come first."""
    changed: dict[int, list[Run]] = {}
    for number, run in pieces:
        changed.setdefault(number, []).append(run)
    cut: list[Run] = []
    for number, (count, price, used) in enumerate(runs):
        new = changed.get(number, ())
        cut += new
        left = count - sum([run[0] for run in new])
        if left:
            cut.append((left, price, used))
    return tuple(cut)
