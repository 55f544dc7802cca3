"""Where table work runs. Expressions are written once, as narwhals; an engine gives them a place to run."""

from offerloop.catalogue import Catalogue
from offerloop.engine.base import Engine, collect

DEFAULT_ENGINE = "duckdb"
ENGINES = Catalogue("engine", {"duckdb": "offerloop.engine.duckdb:DuckDBEngine"})

__all__ = ["DEFAULT_ENGINE", "ENGINES", "Engine", "collect"]
