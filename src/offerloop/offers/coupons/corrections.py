"""Typing errors in codes, corrected where only one code can have been meant.

A code that Offerloop made has a check character, so what differs from it in one place is seldom valid itself: for
these, one wrong, missing or added character and a swap of two neighbours are corrected. Codes of other origin may
differ in one character on purpose (SAVE10, SAVE20); for these only signs are corrected that look alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import product

from offerloop.offers.coupons.codes import ALPHABET, LOOK_ALIKES, is_valid_code, normalise_code

_SIGNS = {sign: group for group in LOOK_ALIKES for sign in group}
_MOST_SPELLINGS = 256
"""Spellings with look-alikes that are looked up; a code with more of these signs is not corrected by them."""


def correct_code(typed: str, find_codes: Callable[[Collection[str]], Collection[str]]) -> str | None:
    """Return the code that was meant, as it was made: the typed one, else the only one it can be a typing error of.

    `find_codes` tells which of some codes there are. None where no code can have been meant, and where several can.
    """
    plain = normalise_code(typed)
    if not plain:
        return None
    if find_codes({plain}):
        return plain
    matches = set(find_codes(set(spellings(plain)) | set(neighbours(plain))))
    return matches.pop() if len(matches) == 1 else None


def spellings(code: str) -> Iterator[str]:
    """Yield the code with each choice of signs that look alike: 0 and O, 1, I and L."""
    choices = [_SIGNS.get(sign, sign) for sign in code]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count <= _MOST_SPELLINGS:
        yield from map("".join, product(*choices))


def neighbours(code: str) -> Iterator[str]:
    """Yield the valid codes that one wrong, missing or added character or a swap of two neighbours makes of it."""
    return (one for one in _one_slip_away(code) if one != code and is_valid_code(one))


def _one_slip_away(code: str) -> Iterator[str]:
    for place in range(len(code) + 1):
        before, behind = code[:place], code[place:]
        for sign in ALPHABET:
            yield before + sign + behind
            yield before + sign + behind[1:]
        yield before + behind[1:]
        yield before + behind[1:2] + behind[:1] + behind[2:]
