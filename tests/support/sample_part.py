"""A fifth of the households of the sample data: real purchases, at a size that tests can afford.

What is known of all households is checked by `make bench NAME=journey`.
"""

from pathlib import Path

import polars as pl

from offerloop.commands.init.sample import write_sample

ONE_IN = 5
"""Households are numbered without regard to what they buy, so every fifth is a random part of them."""
A_HOUSEHOLD = 1401
"""Named in README; it is in the part."""


def write_sample_part(folder: Path) -> Path:
    """Write the sample's shop with a fifth of its households to `folder`; return the path of its configuration."""
    config_path = write_sample("complete-journey", folder)
    keep_part(folder)
    return config_path


def keep_part(folder: Path, one_in: int = ONE_IN) -> None:
    """Leave one in so many households in the tables of a shop that `init --sample` wrote."""
    for path in (folder / "data").glob("*.parquet"):
        table = pl.read_parquet(path)
        if "household_id" in table.columns:
            table.filter(is_in_part(pl.col("household_id"), one_in)).write_parquet(path)


def is_in_part(household_id: pl.Expr, one_in: int = ONE_IN) -> pl.Expr:
    """Return whether a household is in the part."""
    return household_id % one_in == A_HOUSEHOLD % one_in
