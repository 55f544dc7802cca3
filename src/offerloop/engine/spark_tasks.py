"""What a worker of Spark does with an item of work. It imports little: each worker begins with it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pyarrow as pa

RESULT = "place long, pickled binary"
"""The columns of both sides, as Spark writes them."""


def carry_out(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Call each pickled function with its item."""
    from pyspark.cloudpickle import dumps

    for batch in batches:
        for place, pickled in zip(*batch.to_pydict().values(), strict=True):
            function, item = pickle.loads(pickled)
            yield pa.RecordBatch.from_pydict({"place": [place], "pickled": [dumps(function(item))]})
