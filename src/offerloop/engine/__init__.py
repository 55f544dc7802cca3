"""Where table work runs. Expressions are written once, as narwhals; an engine gives them a place to run."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.engine.available import DEFAULT_ENGINE, ENGINES, EngineChoice, engine_name, engine_of
    from offerloop.engine.base import (
        BrokenFileError,
        Engine,
        Frame,
        TableHolder,
        TableReader,
        collect,
        count_rows,
        distinct,
        extended,
        temporary_folder,
    )
    from offerloop.engine.batching import Batch, batches, in_order
    from offerloop.engine.extendable import Extendable, Resumable, with_part
    from offerloop.engine.folder_tables import (
        ParquetTable,
        check_names_apart,
        check_names_differ,
        check_parquet_names,
        check_tables,
        data_files,
        parquet_table,
    )
    from offerloop.engine.memory import InMemoryEngine
    from offerloop.engine.ranks import order_statistics
    from offerloop.engine.sharded_tables import ShardedTables, ShardRows
    from offerloop.engine.shards import FIT_CUSTOMERS, FIT_ROWS, SHARD_CUSTOMERS, Shards, is_small

__all__ = [
    "DEFAULT_ENGINE",
    "ENGINES",
    "FIT_CUSTOMERS",
    "FIT_ROWS",
    "SHARD_CUSTOMERS",
    "Batch",
    "BrokenFileError",
    "Engine",
    "EngineChoice",
    "Extendable",
    "Frame",
    "InMemoryEngine",
    "ParquetTable",
    "Resumable",
    "ShardRows",
    "ShardedTables",
    "Shards",
    "TableHolder",
    "TableReader",
    "batches",
    "check_names_apart",
    "check_names_differ",
    "check_parquet_names",
    "check_tables",
    "collect",
    "count_rows",
    "data_files",
    "distinct",
    "engine_name",
    "engine_of",
    "extended",
    "in_order",
    "is_small",
    "order_statistics",
    "parquet_table",
    "temporary_folder",
    "with_part",
]

__getattr__, __dir__ = lazy_exports(__name__)
