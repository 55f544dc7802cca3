"""Where table work runs. Expressions are written once, as narwhals; an engine gives them a place to run."""

from offerloop.catalogue import Catalogue
from offerloop.engine.base import Engine, collect

ENGINES = Catalogue("engine", {"duckdb": "offerloop.engine.duckdb:DuckDBEngine"})

__all__ = ["ENGINES", "Engine", "collect"]
