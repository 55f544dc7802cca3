"""Codes that can be read aloud, typed and not guessed.

A code is a prefix, random characters and one check character. All of them come from 31 signs without look-alikes (no
0, 1, I, L, O). The check holds for the whole code: with the values 0 to 35 of 0-9 and A-Z, and the weights 1, 2, 4, ...
from the right, the sum is divisible by 37. Because 37 is prime and no weight up to the 36th repeats or is divisible by
it, every single wrong character and every swap of two characters is found.
"""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from offerloop.errors import InputError, unwritable
from offerloop.message import Message

_LOG = logging.getLogger(__name__)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs of random and check characters."""
LOOK_ALIKES = ("0O", "1IL")
"""Signs that people mistake for each other, in groups."""
LENGTH = 12
"""Characters after the prefix, the check character among them."""
LONGEST_CODE = 36
"""Characters of a whole code, up to which every swap is found."""
MOST_GUESSABLE = 1e-6
"""The chance of one guess, above which no codes are made."""

_MODULUS = 37
_VALUES = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_CHECKS = {_VALUES[sign]: sign for sign in ALPHABET}
_EVEN = 256 // len(ALPHABET) * len(ALPHABET)
"""Random bytes below it fall on every sign equally often; the others are thrown away."""
_TO_SIGN = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNEVEN = bytes(range(_EVEN, 256))
_AT_ONCE = 3
_SHIFT = 2**_AT_ONCE % _MODULUS


def normalise_code(code: str) -> str:
    """Return a typed code in the form in which it was made: capitals, without spaces and hyphens of any script."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Pd", "Zs", "Cf", "Cc"))


def is_valid_code(code: str) -> bool:
    """Return whether a typed code can be valid: only digits and letters, ending in the right check character."""
    plain = normalise_code(code)
    is_readable = 1 < len(plain) <= LONGEST_CODE and all(sign in _VALUES for sign in plain) and plain[-1] in ALPHABET
    return is_readable and _remainder(plain) == 0


def make_codes(count: int, prefix: str = "", length: int = LENGTH) -> list[str]:
    """Return `count` different codes, random from the operating system's source.

    Raises InputError for a prefix that is not made of letters and digits, a code of more than LONGEST_CODE characters,
    and a length at which one guess would hit one of the codes with more than MOST_GUESSABLE.
    """
    prefix = normalise_code(prefix)
    _check_shape(count, prefix, length)
    start, made = _remainder(prefix), dict[str, None]()
    tails = _tails(length - 1)
    while len(made) < count:
        missing = count - len(made)
        signs = os.urandom(missing * (length - 1) * 5 // 4 + 64).translate(_TO_SIGN, _UNEVEN).decode("ascii")
        for place in range(0, len(signs) - length + 2, length - 1):
            body = signs[place : place + length - 1]
            check = _CHECKS.get(-2 * _after(start, body, tails) % _MODULUS)
            if check is not None:
                made[prefix + body + check] = None
            if len(made) == count:
                break
    return list(made)


def code_guess_probability(n_issued: int, length: int = LENGTH, prefix: str = "") -> float:
    """Return the probability that a guess hits one of `n_issued` codes, if it knows prefix, length and rule."""
    counts = [0] * _MODULUS
    counts[_remainder(normalise_code(prefix))] = 1
    for _ in range(length - 1):
        after = [0] * _MODULUS
        for remainder, number in enumerate(counts):
            for value in _CHECKS:
                after[(2 * remainder + value) % _MODULUS] += number
        counts = after
    valid = sum(number for remainder, number in enumerate(counts) if -2 * remainder % _MODULUS in _CHECKS)
    return min(1.0, n_issued / valid) if valid else 1.0


def write_codes(codes: Sequence[str], path: Path) -> None:
    """Write a new file, one code per line. Raises InputError where the file exists: its codes may be in use."""
    try:
        with path.open("x", encoding="ascii") as file:
            file.writelines(f"{code}\n" for code in codes)
        _LOG.info("wrote %s", path)
    except FileExistsError:
        raise InputError(
            Message("{path} is there already and may hold codes in use; name a new file", path=str(path))
        ) from None
    except OSError as error:
        raise unwritable(path, error) from None


def _check_shape(count: int, prefix: str, length: int) -> None:
    if count < 1:
        raise InputError(Message("the number of codes must be at least 1, not {count}", count=str(count)))
    _check_prefix(prefix)
    if not 2 <= length <= LONGEST_CODE - len(prefix):
        raise InputError(
            Message(
                "the length must be from 2 to {most}, so that a code with its prefix has at most {limit} "
                "characters; it is {length}",
                most=str(LONGEST_CODE - len(prefix)),
                limit=str(LONGEST_CODE),
                length=str(length),
            )
        )
    _check_hard_to_guess(count, prefix, length)


def _check_prefix(prefix: str) -> None:
    if strange := [sign for sign in prefix if sign not in _VALUES]:
        raise InputError(Message("the prefix may have the letters A-Z and digits, not '{sign}'", sign=str(strange[0])))
    if alike := [sign for sign in prefix if sign not in ALPHABET]:
        group = next(one for one in LOOK_ALIKES if alike[0] in one)
        others = " or ".join(one for one in group if one != alike[0])
        raise InputError(
            Message(
                "the prefix '{prefix}' has {sign}, which is mistaken for {others}; choose one without 0, 1, "
                "I, L, O, such as '{example}'",
                prefix=prefix,
                sign=str(alike[0]),
                others=str(others),
                example="".join(sign for sign in prefix if sign in ALPHABET) or "TEA",
            )
        )


def _check_hard_to_guess(count: int, prefix: str, length: int) -> None:
    if (chance := code_guess_probability(count, length, prefix)) > MOST_GUESSABLE:
        lengths = range(length, LONGEST_CODE - len(prefix) + 1)
        hard = (more for more in lengths if code_guess_probability(count, more, prefix) <= MOST_GUESSABLE)
        enough = next(hard, None)
        text = (
            Message(
                "with {count} codes of length {length} one guess in {guesses} would be right; take fewer codes or a "
                "shorter prefix, behind which codes may be longer"
            )
            if enough is None
            else Message(
                "with {count} codes of length {length} one guess in {guesses} would be right; ask for a "
                "length of at least {enough}"
            )
        )
        guesses = f"{1 / chance:,.0f}"
        raise InputError(text.with_values(count=str(count), length=str(length), guesses=guesses, enough=str(enough)))


def _remainder(text: str) -> int:
    """The weighted sum modulo 37, by Horner's rule."""
    remainder = 0
    for sign in text:
        remainder = (2 * remainder + _VALUES[sign]) % _MODULUS
    return remainder


def _tails(size: int) -> dict[str, int]:
    """Weighted sums of all texts as long as the pieces into which `_after` cuts texts of `size` signs."""
    sizes = {_AT_ONCE, size % _AT_ONCE} - {0}
    return {"".join(signs): _remainder("".join(signs)) for many in sizes for signs in product(ALPHABET, repeat=many)}


def _after(start: int, body: str, tails: dict[str, int]) -> int:
    """The weighted sum after `start` and then `body`; whole pieces are looked up, for a million codes in seconds."""
    whole = len(body) - len(body) % _AT_ONCE
    for place in range(0, whole, _AT_ONCE):
        start = start * _SHIFT + tails[body[place : place + _AT_ONCE]]
    rest = body[whole:]
    return start * 2 ** len(rest) + tails[rest] if rest else start
