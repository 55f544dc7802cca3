# peers: django-oscar>=4.2,<5
"""How long does a basket take to price, with few offers and with many, and does the quantity matter?

Made-up shops: `active` offers of all kinds over categories and products, and a basket of random lines of two units,
all drawn anew for each of 20 seeds. Each basket is priced 20 times; what is shown is CPU milliseconds of one pricing,
with the reasons of the rejected offers: the median over baskets, the 95th percentile, and how many offers apply.

The quantity is compared on the same baskets, with unit prices divided by it and without offers that count units, so
that the same offers apply to the same amounts.

Full wallets: of random offers those are kept that apply to a basket of six lines, until there are thirty; offers of
lines alone, and with those of single units. Shown are the 99th percentile of the CPU time of one pricing, the share of
baskets whose choice of offers is exact, and the median and the largest gap of the others as a share of the total.
There are 200 wallets of each kind, and 100 of each kind below; what takes more than a fifth of the target is priced
twice, and the lower time counts.

Wallets of several units: the same with one to five units of each line, and offers most of which are about single units
(`steps`, `max_units`, the most expensive one, bundles, buy one get one), half of them stackable: 10, 20 and 30.

Wallets of a shop: four to twelve lines of one to four units under flash sales, thresholds, coupons, bundles, buy one
get one and free shipping, 40 % of them stackable: 15 and 30. This generator was written after the search.

Beside django-oscar: the same baskets and offers without bundles, in the same process (`pricing_oscar`), and how many
times as long it takes; skipped where it is not installed. Its one pricing of 100 lines under 1,000 offers takes about
100 seconds, so that it is left out but for `--full`, and 30 lines under 300 offers stand there.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

import pricing_oscar
from offerloop.offers import Basket, BasketLine, Offer, OfferSet, SpendAndSave, price
from offerloop.offers.conditions import Conditions
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.flash_sale import FlashSale
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.pricing.effects.tiers import Tier
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Stacking
from record import Claim, Found, Record, Result, load, machine, tell

NOW = 1_768_478_400
ALL = Fraction(100)
MANY = 10_000
"""Units of a line, to see whether the work grows with them."""


@dataclass(frozen=True)
class Size:
    """Of a shop and of what is priced."""

    lines: int
    active: int
    products: int
    categories: int
    most_ms: float
    """The target."""

    def __str__(self) -> str:
        return f"{self.lines} lines, {self.active} offers"


SIZES = (Size(5, 20, 100, 10, 0.2), Size(100, 1_000, 2_000, 40, 15.0))
SIZE_OF_OSCAR = Size(30, 300, 600, 40, 15.0)
"""Where django-oscar takes seconds and not minutes."""
WALLET = Size(6, 30, 12, 4, 50.0)
"""Offers that all apply; the target is for the 99th percentile."""


def offers(size: Size, rng: random.Random, *, counting: bool) -> list[Offer]:
    """Offers of all kinds that take money off, with those that count units or without."""
    return [_offer(f"offer {place:04d}", size, rng, counting=counting) for place in range(size.active)]


def _offer(name: str, size: Size, rng: random.Random, *, counting: bool) -> Offer:
    category, other = (Scope(categories=frozenset([f"category {rng.randrange(size.categories)}"])) for _ in range(2))
    product = Scope(products=frozenset([f"product {rng.randrange(size.products)}"]))
    some = rng.choice([EVERYTHING, category, category])
    spend = Conditions(min_minor=rng.choice([2_000, 5_000, 10_000]))
    percent = Fraction(rng.randrange(5, 30))
    made: list[Offer] = [
        FlashSale(offer_id=name, scope=product, percent=percent),
        SpendAndSave(offer_id=name, scope=some, tiers=(Tier(5_000, 500), Tier(10_000, 1_500))),
        Coupon(offer_id=name, scope=some, percent=percent, max_minor=3_000, conditions=spend),
        Coupon(offer_id=name, scope=product, amount_minor=rng.randrange(50, 500)),
        FreeShipping(offer_id=name, conditions=spend),
    ]
    if counting:
        made.append(BuyXGetY(offer_id=name, scope=category, buy=2, get=1))
        made.append(Bundle(offer_id=name, parts=((category, 1), (other, 1)), percent=Fraction(10)))
    return rng.choice(made)


def basket(size: Size, rng: random.Random, quantity: int, unit: int) -> Basket:
    """Lines of random products; units cost 1 to 50 times `unit`."""
    lines = []
    for _ in range(size.lines):
        product, cost = rng.randrange(size.products), rng.randrange(1, 50) * unit
        lines.append(
            BasketLine(f"product {product}", quantity, cost, categories=(f"category {product % size.categories}",))
        )
    return Basket("USD", tuple(lines), 500)


def milliseconds(one: Basket, known: OfferSet, repeats: int) -> tuple[float, int]:
    """CPU time of one pricing, and how many offers apply."""
    taken, applied = [], 0
    for _ in range(repeats):
        fresh = replace(one)
        begun = time.process_time()
        found = price(fresh, known, NOW)
        n_rejected = len(found.rejected)
        taken.append(time.process_time() - begun)
        applied = len(known.ready) - n_rejected
    return 1e3 * float(np.median(taken)), applied


def timed(size: Size, seeds: int, repeats: int) -> Found:
    """Baskets under offers of all kinds."""
    rows = []
    for seed in range(seeds):
        rng = random.Random(seed)
        known = OfferSet.of(offers(size, rng, counting=True))
        rows.append(milliseconds(basket(size, rng, 2, 100), known, repeats))
    times = [row[0] for row in rows]
    shown = {"median": float(np.median(times)), "95th percentile": float(np.quantile(times, 0.95))}
    results = [Result("offerloop", str(size), name, value, "ms") for name, value in shown.items()]
    results.append(Result("offerloop", str(size), "applied", float(np.mean([row[1] for row in rows])), "offers"))
    return results, [Claim.at_most(f"{size}: milliseconds of CPU, median over baskets", shown["median"], size.most_ms)]


def by_quantity(size: Size, seeds: int, repeats: int) -> Found:
    """The same baskets in one unit and in many."""
    ratios, results = [], []
    for seed in range(seeds):
        times = []
        for quantity, unit in ((1, MANY), (MANY, 1)):
            rng = random.Random(seed)
            known = OfferSet.of(offers(size, rng, counting=False))
            times.append(milliseconds(basket(size, rng, quantity, unit), known, repeats)[0])
        ratios.append(times[1] / times[0])
        results.append(times)
    median = np.median(results, axis=0)
    found = [
        Result(f"quantity {quantity}", f"{size}, by quantity", "median", float(value), "ms")
        for quantity, value in zip((1, MANY), median, strict=True)
    ]
    return found, [Claim.at_most(f"{size}: time at quantity {MANY} / at quantity 1", float(np.median(ratios)), 1.05)]


def beside_oscar(size: Size, seeds: int) -> Found:
    """The same baskets and offers in django-oscar."""
    if not pricing_oscar.is_installed():
        print("django-oscar is not installed, so that nothing is compared with it")
        return [], []
    times = []
    for seed in range(seeds):
        rng = random.Random(seed)
        entered = [one for one in offers(size, rng, counting=True) if not isinstance(one, Bundle)]
        bought, shop = basket(size, rng, 2, 100), pricing_oscar.Oscar(size.products, size.categories)
        shop.enter(entered)
        times.append((milliseconds(bought, OfferSet.of(entered), 20)[0], shop.milliseconds(bought)))
    ours, theirs = (float(one) for one in np.median(times, axis=0))
    case = f"{size}, without bundles"
    results = [
        Result("offerloop", case, "median", ours, "ms"),
        Result("django-oscar", case, "median", theirs, "ms"),
        Result("django-oscar", case, "times as long", theirs / ours, "ratio"),
    ]
    return results, [Claim(f"{case}: time of django-oscar / of offerloop", theirs / ours)]


def wallet(rng: random.Random, *, counting: bool, stackable: float) -> tuple[Basket, list[Offer]]:
    """A basket and as many offers that apply to it, of which some stack."""
    bought, found = basket(WALLET, rng, 2, 100), list[Offer]()
    while len(found) < WALLET.active:
        one = _offer(f"offer {len(found):04d}", WALLET, rng, counting=counting)
        one = replace(one, stacking=Stacking(stackable=rng.random() < stackable))
        if price(bought, [one], NOW).discount_minor:
            found.append(one)
    return bought, found


def units_wallet(rng: random.Random, number: int) -> tuple[Basket, list[Offer]]:
    """A basket of several units of a line, and offers that apply to it, most of them about single units."""
    lines = [
        BasketLine(f"product {n}", rng.choice([1, 1, 2, 3, 5]), rng.choice([100, 200, 333, 400, 500, 1_000]),
                   categories=(f"category {rng.randrange(3)}",))
        for n in range(rng.randint(3, 6))
    ]  # fmt: skip
    bought, found = Basket("USD", tuple(lines)), list[Offer]()
    while len(found) < number:
        one = _units_offer(f"offer {len(found):04d}", rng)
        one = replace(one, stacking=Stacking(stackable=rng.random() < 0.5, priority=rng.choice([0, 0, 0, 1, 2])))
        if price(bought, [one], NOW).discount_minor:
            found.append(one)
    return bought, found


def _units_offer(name: str, rng: random.Random) -> Offer:
    category = Scope(categories=frozenset([f"category {rng.randrange(3)}"]))
    scope, percent = rng.choice([EVERYTHING, category]), Fraction(rng.choice([5, 10, 33, 50]))
    spend = rng.choice([1_000, 2_000])
    made: list[Offer] = [
        Coupon(offer_id=name, scope=scope, percent=percent),
        Coupon(offer_id=name, scope=scope, amount_minor=rng.choice([100, 300, 777])),
        SpendAndSave(offer_id=name, scope=scope, tiers=(Tier(spend, rng.choice([200, 500])),)),
        BuyXGetY(offer_id=name, scope=scope, buy=rng.randint(1, 2), get=1, percent=rng.choice([Fraction(50), ALL])),
        Bundle(offer_id=name, parts=((scope, rng.randint(2, 3)),), price_minor=rng.choice([500, 700, 1_000])),
        Coupon(offer_id=name, scope=scope, steps=(Fraction(10), Fraction(20), Fraction(30))),
        Coupon(offer_id=name, scope=scope, percent=Fraction(50), most_expensive=1),
        Coupon(offer_id=name, scope=scope, percent=Fraction(20), each_unit=True, max_units=2),
    ]
    return rng.choice(made)


def shop_wallet(rng: random.Random, number: int) -> tuple[Basket, list[Offer]]:
    """A basket of four to twelve lines, and offers that apply to it, of the kinds that shops run side by side."""
    lines = [
        BasketLine(f"product {n}", rng.choice([1, 1, 2, 2, 3, 4]), rng.choice([99, 149, 250, 399, 599, 899, 1_299]),
                   categories=(f"category {rng.randrange(4)}",))
        for n in range(rng.randint(4, 12))
    ]  # fmt: skip
    bought, found = Basket("USD", tuple(lines), 490), list[Offer]()
    while len(found) < number:
        one = _shop_offer(f"offer {len(found):04d}", rng)
        one = replace(one, stacking=Stacking(stackable=rng.random() < 0.4, priority=rng.choice([0, 0, 1])))
        if price(bought, [one], NOW).discount_minor:
            found.append(one)
    return bought, found


def _shop_offer(name: str, rng: random.Random) -> Offer:
    category = Scope(categories=frozenset([f"category {rng.randrange(4)}"]))
    scope, percent = rng.choice([EVERYTHING, category, category]), Fraction(rng.choice([5, 8, 10, 12, 15, 20, 30]))
    step = Tier(rng.choice([1_000, 2_000, 3_000]), rng.choice([100, 300, 500]))
    made: list[Offer] = [
        SpendAndSave(offer_id=name, scope=scope, tiers=(step,), each_full=True, times=rng.choice([None, 3])),
        SpendAndSave(offer_id=name, scope=scope, tiers=(Tier(2_000, 200), Tier(5_000, 800))),
        Coupon(offer_id=name, scope=scope, percent=percent, max_minor=rng.choice([None, 500])),
        Coupon(offer_id=name, scope=scope, amount_minor=rng.choice([100, 500, 1_000])),
        FlashSale(offer_id=name, scope=category, percent=percent),
        BuyXGetY(offer_id=name, scope=category, buy=rng.randint(1, 2), get=1, percent=rng.choice([Fraction(50), ALL])),
        Bundle(offer_id=name, parts=((category, 2),), percent=percent),
        FreeShipping(offer_id=name),
        Coupon(offer_id=name, scope=category, percent=Fraction(50), cheapest=1),
    ]
    return rng.choice(made)


def full_wallets(baskets: int) -> Iterator[Found]:
    """Exactness and time where thirty offers apply, one kind of wallet after another."""
    for counting, kinds in ((False, "offers of lines"), (True, "all kinds")):
        for stackable in (0.0, 0.3, 1.0):
            wallets = (wallet(random.Random(seed), counting=counting, stackable=stackable) for seed in range(baskets))
            found, slow = _exactness(name := f"30 {kinds}, {stackable:.0%} stackable", wallets)
            yield found, [Claim.at_most(f"{name}: milliseconds, 99th percentile", slow, WALLET.most_ms)]
    for number in (10, 20, 30):
        wallets = (units_wallet(random.Random(seed), number) for seed in range(baskets // 2))
        yield _exactness(f"{number} offers on several units, half stackable", wallets)[0], []
    for number in (15, 30):
        wallets = (shop_wallet(random.Random(seed), number) for seed in range(baskets // 2))
        yield _exactness(f"{number} offers of a shop, 40 % stackable", wallets)[0], []


def _exactness(name: str, wallets: Iterable[tuple[Basket, list[Offer]]]) -> tuple[list[Result], float]:
    """How often the choice is exact, the gaps, and the time, which comes once more."""
    times, gaps = [], []
    for bought, offers_held in wallets:
        known, taken = OfferSet.of(offers_held), list[float]()
        for fresh in (replace(bought), bought):
            if taken and taken[0] < WALLET.most_ms / 5:
                break
            begun = time.process_time()
            answer = price(fresh, known, NOW)
            gap = answer.gap_minor / max(1, answer.total_minor)
            taken.append(1e3 * (time.process_time() - begun))
        times.append(min(taken))
        gaps.append(gap)
    slow, open_gaps = float(np.quantile(times, 0.99)), [gap for gap in gaps if gap]
    figures = [
        ("median", float(np.median(times)), "ms"),
        ("99th percentile", slow, "ms"),
        ("exact", 1 - len(open_gaps) / len(gaps), "share"),
        ("median gap where inexact", float(np.median(open_gaps)) if open_gaps else 0.0, "share"),
        ("largest gap", max(gaps), "share"),
    ]
    return [Result("offerloop", name, figure, value, unit) for figure, value, unit in figures], slow


def parts(*, quick: bool, full: bool) -> Iterator[Found]:
    """One part after another."""
    for size in SIZES:
        for part in (timed, by_quantity):
            yield part(size, *((3, 3) if quick else (20, 20)))
    yield from full_wallets(20 if quick else 200)
    for size in (SIZES[0],) if quick else (SIZES[0], SIZE_OF_OSCAR, *(SIZES[1:] if full else ())):
        yield beside_oscar(size, 3 if size.lines < 10 else 1)


def main() -> None:
    """Measure, print each part when it is done, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few baskets")
    parser.add_argument(
        "--full", action="store_true", help="with django-oscar at the largest size, which takes minutes"
    )
    parser.add_argument("--json", type=Path, help="write the figures there")
    asked = parser.parse_args()
    before, results, claims = load(), list[Result](), list[Claim]()
    for found, claimed in parts(quick=asked.quick, full=asked.full):
        tell(found, claimed)
        results, claims = results + found, claims + claimed
    if asked.json:
        Record(machine(before, []), results, claims).write(asked.json)


if __name__ == "__main__":
    main()
