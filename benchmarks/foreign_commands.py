"""The plan of a foreign shop as `offerloop init` and `run` give it, judged among the customers whom they may reach."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from typer.testing import CliRunner

from equal_spend import Effects
from foreign_files import World, names
from offerloop.arrays import Bools, Floats
from offerloop.cli import app
from offerloop.config import SourceName
from offerloop.evaluation import Z95

OPTIONS: dict[SourceName, str] = {
    "order_lines": "--orders", "products": "--products", "exposures": "--exposures", "offers": "--offers"
}  # fmt: skip
LEARNED = ("value_minor", "cost_expected_micro")


@dataclass(frozen=True, eq=False)
class RunOfCommands:
    """What the two commands left."""

    folder: Path
    world: World
    summary: dict[str, Any]

    @classmethod
    def of(cls, world: World, folder: Path, budget: float) -> RunOfCommands:
        """Let `init` read the files of a world, and `run` plan with a budget in major units."""
        shop, files = folder / "shop", world.write(folder)
        options = [word for name, place in files.items() for word in (OPTIONS[name], place)]
        _say("init", str(shop), *options, "--budget", f"{budget:.2f}", "--currency", "USD", "--margin", "40%")
        _say("run", str(shop))
        (run,) = (shop / "runs").glob("2*")
        return cls(run, world, json.loads((run / "summary.json").read_text())["campaigns"][0])

    def reached(self) -> Bools:
        """(customers,): who is not in the holdout."""
        places, assigned = self._assigned()
        found = np.zeros(self.world.size, dtype=bool)
        found[places] = (assigned["arm"] != "holdout").to_numpy()
        return found

    def given(self, column: str) -> Floats:
        """(customers, offers): 1 for what each is given by a column of the assignments."""
        places, assigned = self._assigned()
        place = {name: position for position, name in enumerate(names(self.world.offers))}
        offers = assigned[column].fill_null("none").replace_strict(place, return_dtype=pl.Int64).to_numpy()
        return np.eye(len(place))[offers][np.argsort(places), 1:]

    def figures(self, true: Effects) -> dict[str, float]:
        """Of what is sent, in minor units for each customer of the shop whom it may reach."""
        here, is_sent = self.reached(), bool(self.summary["send"])
        given = self.given("offer_id")[here]
        profit, spend = (float((given * part[here]).sum() / here.sum()) for part in (true.profit, true.cost))
        told = self.summary["as_sent"]
        major = [*(told["profit"][name] for name in ("value", "low", "high")), told["expected_spend"]]
        forecast, low, high, planned = (100 * float(one) / here.sum() * is_sent for one in major)
        return {
            "plan": profit, "as sent": profit, "planned spend": planned, "true spend": spend,
            "forecast": forecast, "se": (high - low) / 2 / Z95, "sent": float(is_sent), "proven": float(low > 0),
            "chance": self.summary["chance_of_overspending"] or 0.0,
        }  # fmt: skip

    def apart_from(self, learned: pl.DataFrame) -> float:
        """The largest difference between the run's effects and others, as a share of the largest of these."""
        key = ["customer_id", "offer_id"]
        own, others = (one.sort(key).select(*key, *LEARNED) for one in (self._effects(), learned))
        if not own.select(key).equals(others.select(key)):
            return float("inf")
        return max(_share(own[name], others[name]) for name in LEARNED)

    def _effects(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "effects.parquet")

    def _assigned(self) -> tuple[Any, pl.DataFrame]:
        assigned = pl.read_parquet(self.folder / "assignments.parquet")
        return assigned["customer_id"].str.slice(1).cast(pl.Int64).to_numpy(), assigned


def _share(own: pl.Series, others: pl.Series) -> float:
    return float((own - others).abs().max() or 0.0) / max(float(others.abs().max() or 0.0), 1e-9)  # type: ignore[arg-type]


def _say(*words: str) -> None:
    answer = CliRunner().invoke(app, words)
    if answer.exit_code:
        raise RuntimeError(f"offerloop {' '.join(words)}: {answer.output}")
