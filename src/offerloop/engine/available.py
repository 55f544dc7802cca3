"""The engines that there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.part_catalogue import Catalogue

if TYPE_CHECKING:
    from offerloop.engine.base import Engine

DEFAULT_ENGINE = "duckdb"
ENGINES = Catalogue(
    "engine",
    {"duckdb": "offerloop.engine.duckdb:DuckDBEngine", "spark": "offerloop.engine.spark:SparkEngine"},
)
SPARK = "spark"
_MASTER = re.compile(r"(spark|k8s|mesos)://|local(\[|$)|yarn$")
"""Addresses by which Spark itself names where it works."""
EngineChoice = Any
"""Where a command works: the name of an engine, the address of a Spark Connect server (sc://), or a live session."""


def engine_of(choice: EngineChoice, shards: int | None = None) -> Engine:
    """A new engine, for customers in so many shards, by default as many as keep a shard small.

    Raises InputError when there is none of that name, or nothing that it needs.
    """
    if not isinstance(choice, str):
        if not hasattr(choice, "createDataFrame"):
            raise InputError(
                Message(
                    "'spark' must be a live Spark session such as SparkSession.builder.getOrCreate(), and is a {kind}",
                    kind=type(choice).__name__,
                )
            )
        engine: Engine = ENGINES.load(SPARK)(choice)
    elif _MASTER.match(choice):
        raise InputError(
            Message(
                "'{address}' is the address of a Spark master; run the program by spark-submit --master {address}, or "
                "set the variable MASTER to it, and use --engine spark; or name a Spark Connect server as sc://host",
                address=choice,
            )
        )
    elif choice.startswith("sc://"):
        engine = ENGINES.load(SPARK)(address=choice)
    else:
        engine = ENGINES.load(choice)()
    engine.shards = shards
    return engine


def engine_name(choice: EngineChoice) -> str:
    """What the manifest of a run calls it; an address may hold a token."""
    return choice if isinstance(choice, str) and "://" not in choice else SPARK
