"""The engines that there are."""

from __future__ import annotations

from offerloop.catalogue import Catalogue

DEFAULT_ENGINE = "duckdb"
ENGINES = Catalogue("engine", {"duckdb": "offerloop.engine.duckdb:DuckDBEngine"})
