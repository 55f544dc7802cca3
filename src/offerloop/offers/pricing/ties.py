"""Lines that tie: those that say the same but for their names, of which each way to put them in order counts.

Which of two units of one price is free, and which of two equal lines bears a minor unit that cannot be divided, decides
what other offers find. Names do not decide it: each offer may take equal lines in any order, and the search tries
those that differ. Lines that belong to the same scopes are interchangeable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice, pairwise, product
from operator import itemgetter

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import EACH, SOME
from offerloop.offers.pricing.offer_set import Ready
from offerloop.offers.pricing.sharing import Remainder
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import StackingPolicy

_MOST_WAYS = 24
"""Ways to put lines in order that are tried of one offer, four lines of which each differs having as many."""


def by_content(basket: Basket, policy: StackingPolicy) -> Sequence[int]:
    """Return the lines in the order of what they are but for names; as they stand where the shop divides by place."""
    lines = range(len(basket.lines))
    if _is_by_place(policy.arithmetic.remainder):
        return lines
    contents = [line.content for line in basket.lines]
    order = sorted(lines, key=contents.__getitem__)
    return lines if order == list(lines) else order


def by_membership(basket: Basket, near: Sequence[Ready], policy: StackingPolicy) -> Sequence[int]:
    """Return the lines of a basket that stand `by_content` in an order that depends only on what they are.

    `near` are the offers that could concern the basket. Equal lines come by the offers that they belong to; only those
    that no offer can tell apart come by name.
    """
    lines = range(len(basket.lines))
    contents = [line.content for line in basket.lines]
    if len(set(contents)) == len(lines) or _is_by_place(policy.arithmetic.remainder):
        return lines
    groups = [list(group) for _, group in groupby(lines, key=contents.__getitem__)]
    ranks, scopes = _ranks(groups, len(lines)), dict[int, Scope]()
    for ready in near:
        for scope in ready.scopes if len(ready.scopes) == 1 else _in_order(ready.scopes, ranks, basket):
            scopes[id(scope)] = scope
    signs, order = _memberships(basket, list(scopes.values())), list[int]()
    for group in groups:
        order += sorted(group, key=lambda line: (signs[line], basket.lines[line].names)) if group[1:] else group
    return lines if order == list(lines) else order


def _ranks(groups: Sequence[Sequence[int]], n: int) -> list[int]:
    """Return by line the number of its group."""
    ranks = [0] * n
    for number, group in enumerate(groups):
        for line in group:
            ranks[line] = number
    return ranks


def _in_order(scopes: Sequence[Scope], ranks: Sequence[int], basket: Basket) -> Sequence[Scope]:
    """Return several scopes in an order that depends only on their lines, and on names where these are equal.

    `ranks` are equal for lines that say the same but for their names.
    """
    by_lines = {id(lines): scope for scope in scopes if (lines := scope.lines(basket)) and lines is not basket.live}
    if len(by_lines) < 2:
        return scopes
    keys = [(sorted([ranks[line] for line in scope.lines(basket)]), scope) for scope in by_lines.values()]
    keys.sort(key=itemgetter(0))
    if any(one[0] == other[0] for one, other in pairwise(keys)):
        names = {line: (ranks[line], basket.lines[line].names) for _, scope in keys for line in scope.lines(basket)}
        keys.sort(key=lambda one: (one[0], sorted([names[line] for line in one[1].lines(basket)])))
    return [scope for _, scope in keys]


def _is_by_place(remainder: Remainder) -> bool:
    """Whether lines come as they stand in the basket."""
    return remainder in (Remainder.FIRST_UNIT, Remainder.LAST_LINE)


def _memberships(basket: Basket, scopes: Sequence[Scope]) -> list[list[int]]:
    """Return by line the scopes that it belongs to, but for those of all lines."""
    memberships: list[list[int]] = [[] for _ in basket.lines]
    list_of_id: dict[int, Sequence[int]] = {id(basket.live): basket.live}
    for number, scope in enumerate(scopes):
        lines = scope.lines(basket)
        if id(lines) not in list_of_id:
            list_of_id[id(lines)] = lines
            for line in lines:
                memberships[line].append(number)
    return memberships


def find_ways(order: Sequence[Candidate], basket: Basket) -> bool:
    """Note for each offer the other orders in which it can take lines that tie; whether these are all."""
    groups = basket.ties
    places = next((one.places for one in order if one.places), ()) if groups else ()
    if not places or _is_by_place(places[0][1].arithmetic.remainder):
        return True
    signs = _memberships(basket, [scope for one in order for scope in one.ready.scopes])
    labels = {line: (number, tuple(signs[line])) for number, group in enumerate(groups) for line in group}
    complete = True
    for candidate in order:
        tied = [[line for line in group if candidate.touched >> line & 1] for group in groups]
        tied = [group for group in tied if len({labels[line] for line in group}) > 1]
        if tied and _depends_on_order(candidate):
            ways = list(islice(_arrangements(tied, labels), _MOST_WAYS + 1))
            complete = complete and len(ways) <= _MOST_WAYS
            candidate.rearranged = tuple([_rearranged(candidate, ranks, basket) for ranks in ways[1:_MOST_WAYS]])
    return complete


def _depends_on_order(candidate: Candidate) -> bool:
    return any(candidate.uses is SOME or effect.uses is not EACH for effect, _ in candidate.places)


def _arrangements(
    tied: Sequence[Sequence[int]], labels: dict[int, tuple[int, tuple[int, ...]]]
) -> Iterator[dict[int, int]]:
    """Ranks of lines in each order that differs, beginning with that in which they stand."""
    for some in product(*[list(islice(_orders(group, labels), _MOST_WAYS + 1)) for group in tied]):
        yield {
            line: rank for group, lines in zip(tied, some, strict=True) for line, rank in zip(lines, group, strict=True)
        }


def _orders(lines: Sequence[int], labels: dict[int, tuple[int, tuple[int, ...]]]) -> Iterator[list[int]]:
    if not lines:
        yield []
    tried = set()
    for at, line in enumerate(lines):
        if labels[line] not in tried:
            tried.add(labels[line])
            yield from ([line, *rest] for rest in _orders([*lines[:at], *lines[at + 1 :]], labels))


def _rearranged(candidate: Candidate, ranks: dict[int, int], basket: Basket) -> Candidate:
    by_line = [ranks.get(line, line) for line in range(len(basket.lines))]
    places = [
        (effect, replace(at, lines=sorted(at.lines, key=by_line.__getitem__), ranks=by_line))
        for effect, at in candidate.places
    ]
    return replace(candidate, places=places)
