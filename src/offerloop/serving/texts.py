"""Many short texts in one memory-mapped file: their UTF-8 bytes in a row, and where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from offerloop.arrays import Ints


@dataclass(frozen=True)
class Texts:
    """Texts by position; processes that map the same files share their memory."""

    starts: Ints
    """(texts + 1,): positions of bytes."""
    blob: np.ndarray[tuple[int], np.dtype[np.uint8]]

    def __getitem__(self, place: int) -> str:
        return self.encoded(place).decode()

    def encoded(self, place: int) -> bytes:
        """Return the UTF-8 bytes of a text."""
        starts, blob = self._views
        return bytes(blob[starts[place] : starts[place + 1]])

    @cached_property
    def _views(self) -> tuple[memoryview, memoryview]:
        """The same memory; a piece of NumPy's arrays takes ten times as long."""
        return self.starts.data, self.blob.data

    @classmethod
    def open(cls, folder: Path, name: str) -> Texts:
        """Map what `write_texts` wrote."""
        return cls(mapped(folder / f"{name}_starts.npy"), mapped(folder / f"{name}.npy"))


def write_texts(folder: Path, name: str, texts: Sequence[str]) -> None:
    """Write texts to two files of a folder."""
    encoded = [one.encode() for one in texts]
    lengths = np.fromiter((len(one) for one in encoded), dtype=np.int64, count=len(encoded))
    np.save(folder / f"{name}_starts.npy", np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
    np.save(folder / f"{name}.npy", np.frombuffer(b"".join(encoded), dtype=np.uint8))


def mapped(path: Path) -> np.ndarray[tuple[int], np.dtype[Any]]:
    """Return an array whose pages are read when they are touched."""
    array: np.ndarray[tuple[int], np.dtype[Any]] = np.asarray(np.load(path, mmap_mode="r"))
    return array
