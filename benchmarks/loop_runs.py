"""What `offerloop loop`, each of whose periods is a run, earns in simulated shops, beside the loop of one belief.

The worlds are those of `benchmarks/loop.py`: a log of 12 weeks, then 14 scored weeks at the same budget of liabilities,
true expected profit, and the fair ceiling. The shop's tables are written to disk after every week, and the command is
asked to go on, as it would be in a shop. `--cold` leaves the log out.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from loop import FULL, scored
from offerloop.commands.loop.task import take_steps
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.loop import loop_policy
from offerloop.market import Given, Market, load_preset
from offerloop.market.periods import Setting, past, policy_of


@dataclass
class RunLoop:
    """The command as a policy of a simulated shop."""

    folder: Path
    send: str
    cold: bool
    ready: bool = False

    def __call__(self, market: Market, budget: int, rng: np.random.Generator) -> Given:
        """Write the tables as they are, go on, and read the assignments of the coming week."""
        del rng
        if not self.ready:
            write_shop(market, self.folder)
            self._configure(budget)
            self.ready = True
        for name, table in market.observe().items():
            kept = table.clear() if self.cold and name == "exposures" else table
            kept.write_parquet(self.folder / f"{name}.parquet")
        file = take_steps(self.folder, None, once=True).file
        if file is None:
            raise RuntimeError("the loop decided nothing")
        told = pl.read_csv(file).with_columns(pl.col("customer_id").cast(pl.Int64)).sort("customer_id")
        chance = np.ones(market.customers)
        chance[told["customer_id"].to_numpy() - market.first] = told["propensity"].to_numpy()
        return Given(market.positions(told), chance)

    def _configure(self, budget: int) -> None:
        """The budget of the policies, a twentieth of it for exploration."""
        path = self.folder / "offerloop.toml"
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'(?m)^budget = ".*"$', f'budget = "{0.95 * budget / 100:.2f}"\nsend = "{self.send}"', text)
        text = re.sub(r'(?m)^explore_budget = ".*"$', f'explore_budget = "{0.05 * budget / 100:.2f}"', text)
        path.write_text(text, encoding="utf-8")


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, nargs="+", default=[1])
    parser.add_argument("--presets", nargs="+", default=["grocery", "fashion"])
    parser.add_argument("--send", nargs="+", default=["proven", "expected"])
    parser.add_argument("--cold", action="store_true")
    asked = parser.parse_args()
    for preset in asked.presets:
        for world in asked.worlds:
            size = (FULL.customers, FULL.products, FULL.before, FULL.periods, FULL.log, FULL.fresh)
            setting = Setting(load_preset(preset), *size)
            start, log = past(setting, [], world, learns=True)
            budget = setting.budget_minor
            rules = {
                "ceiling": policy_of("ceiling", start, log, setting, lambda: None).rule,
                "one belief": loop_policy(start, log, budget),
            }
            for send in asked.send:
                folder = Path(tempfile.mkdtemp()) / "shop"
                rules[f"runs, {send}"] = RunLoop(folder, send, asked.cold)
            profit = {name: scored(start, rule, budget, FULL.periods, world)[:, 0] for name, rule in rules.items()}
            shares = {name: float(one.sum() / profit["ceiling"].sum()) for name, one in profit.items()}
            print(preset, world, {name: round(share, 3) for name, share in shares.items()}, flush=True)


if __name__ == "__main__":
    main()
