"""Does `offerloop evaluate` cover the value of a policy applied repeatedly, and know whether earlier offers matter?

Worlds are the plasmode shops of `foreign_worlds`: real order histories with planted responses, some of which last,
bring purchases forward or tire. Each world's log of shown offers is valued by `offerloop.evaluate`; the truth is what
the same policy would have left a decision if it had decided in all periods of the log. Counted are, by family: how
often the test says that earlier offers matter, and how often 95 % intervals hold the truth, those of one decision and
those of a policy applied repeatedly, both less giving nothing. Orders do not say what suppliers pay, so all of a
discount is cost.

Worlds are appended to `--out` as JSON lines and are not run again. Everything but the order histories is synthetic.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from foreign import designs
from foreign_files import names
from foreign_histories import SHOPS
from foreign_worlds import FAMILIES, MARGIN, Design, World, make
from offerloop import evaluate
from offerloop.commands.init.task import write_shop

KEY = ("shop", "family", "seed", "customers", "periods", "depths")
DEPTHS = (0.10, 0.20, 0.30)
WITHOUT = tuple(name for name, one in FAMILIES.items() if not one.lasts and one.tires == 1.0)
NO_LATER = "no later"
"""Families in which earlier offers do nothing."""
MONEY = "1000.00"
"""A budget, which an evaluation does not look at."""


def kept_profit(world: World, offer: int) -> float:
    """True mean profit of a decision if everybody had this offer (0 for nothing) in all periods of the log."""
    shop = replace(world, action=np.full_like(world.action, offer))
    now, later = (one[:, : world.design.periods] for one in shop.growth())
    growth = later[..., 0] + (now[..., offer - 1] if offer else 0.0)
    depth = world.design.depths[offer - 1] if offer else 0.0
    return float((world.usual()[0] * np.maximum(1 + growth, 0.0)).mean() * (MARGIN - depth))


def judge(world: World, folder: Path) -> dict[str, Any]:
    """What the evaluation says of the world, and the truth; differences from giving nothing, minor units a decision."""
    write_shop(folder / "shop", world.write(folder), MONEY, "USD", margin=f"{100 * MARGIN:.0f}%")
    summary = evaluate(folder / "shop").summary
    base, rows = kept_profit(world, 0), []
    for one in summary["policies"]:
        if one["kind"] == "everyone":
            offer = names(world.offers).index(one["policy"])
            repeated = one["repeated"] or {"method": None, "gain": None}
            rows.append({
                "offer": offer, "truth": kept_profit(world, offer) - base, "one": _ends(one["against"]["nothing"]),
                "repeated": _ends(repeated["gain"]), "method": repeated["method"],
            })  # fmt: skip
    return {"p": summary["earlier_offers"]["p_value"], "policies": rows}


def _ends(gain: dict[str, Any] | None) -> tuple[float, float] | None:
    return None if gain is None else (gain["profit_minor"]["low"], gain["profit_minor"]["high"])


def table(rows: list[dict[str, Any]]) -> str:
    """By family: the test, and how often intervals hold the truth of a policy applied repeatedly."""
    names = ("worlds", "matter", "policies", "repeated", "refused", "one only", "half width", "of one")
    lines = [f"{'family':<14}" + "".join(f"{name:>12}" for name in names)]
    for family, members in {**{one: (one,) for one in FAMILIES}, NO_LATER: WITHOUT, "all": tuple(FAMILIES)}.items():
        mine = [one for one in rows if one["family"] in members]
        every = [policy for one in mine for policy in one["policies"]]
        if every:
            known = [one for one in every if one["repeated"] is not None]
            figures = (
                len(mine), float(np.mean([one["p"] < 0.05 for one in mine])), len(every), _held(known, "repeated"),
                len(every) - len(known), _held(every, "one"),
                _half_width(known, "repeated"), _half_width(every, "one"),
            )  # fmt: skip
            lines.append(f"{family:<14}" + "".join(f"{figure:>12.4g}" for figure in figures))
    return "\n".join(lines)


def _held(policies: list[dict[str, Any]], which: str) -> float:
    return float(np.mean([one[which][0] <= one["truth"] <= one[which][1] for one in policies]))


def _half_width(policies: list[dict[str, Any]], which: str) -> float:
    return float(np.mean([(one[which][1] - one[which][0]) / 2 for one in policies]))


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", nargs="+", choices=tuple(SHOPS), default=["journey"])
    parser.add_argument("--families", nargs="+", choices=tuple(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--depths", type=float, nargs="+", default=list(DEPTHS))
    parser.add_argument("--out", type=Path, default=Path("repeated.jsonl"))
    parser.set_defaults(kinds=False)
    asked = parser.parse_args()
    rows = [json.loads(line) for line in asked.out.read_text().splitlines()] if asked.out.exists() else []
    wanted = []
    for shop, history, plain in designs(asked):
        design: Design = replace(plain, depths=tuple(asked.depths))
        key = [shop, design.family, design.seed, design.customers, design.periods, list(design.depths)]
        wanted.append(key)
        if key not in [[one[name] for name in KEY] for one in rows]:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(dict(zip(KEY, key, strict=True)) | judge(make(history, design), Path(folder)))
            with asked.out.open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    print(table([one for one in rows if [one[name] for name in KEY] in wanted]))


if __name__ == "__main__":
    main()
