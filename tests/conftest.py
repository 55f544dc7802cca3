"""What several rooms' tests share."""

import pytest

from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import prepare
from offerloop.service.samples import write_sample


@pytest.fixture(scope="session")
def sample_events(tmp_path_factory):
    """(config, engine, events) of the sample data, cleaned once; for tests marked `sample`."""
    config = load_config(write_sample("complete-journey", tmp_path_factory.mktemp("sample")))
    engine = DuckDBEngine()
    return config, engine, prepare(config, engine)
