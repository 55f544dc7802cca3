"""Who is in which random group, decided by a hash of the customer: the same answer in every run and on every machine.

FNV-1a in its second published version: hash(hash(seed + value)), ten thousand buckets. One hash alone is not
enough, because groups of two experiments with related seeds would overlap more than chance.
"""

from __future__ import annotations

BUCKETS = 10_000
_OFFSET, _PRIME, _BITS = 0x811C9DC5, 0x01000193, 0xFFFFFFFF


def fnv1a(text: str) -> int:
    """32-bit FNV-1a of the UTF-8 bytes."""
    value = _OFFSET
    for byte in text.encode():
        value = ((value ^ byte) * _PRIME) & _BITS
    return value


def bucket(customer_id: str, seed: str) -> float:
    """A number in [0, 1), in steps of 1 / 10,000, that is fixed for a customer and a seed."""
    return fnv1a(str(fnv1a(seed + customer_id))) % BUCKETS / BUCKETS


def in_holdout(customer_id: str, seed: str, share: float) -> bool:
    """Whether the customer belongs to the permanent holdout; a larger share keeps everyone of a smaller one."""
    return bucket(customer_id, seed) < share
