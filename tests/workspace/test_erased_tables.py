"""A customer is erased from every table below a folder, whatever a killed process has left there."""

import os
import resource

import polars as pl
import pyarrow.parquet as pq
import pytest
from process_limits import limited

from offerloop.errors import InputError
from offerloop.workspace import erase_from_folder, erased_names, filling, writing


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_read_only_table_is_erased_and_the_draft_of_a_killed_process_removed(tmp_path, suffix):
    table, draft = tmp_path / f"assignments.{suffix}", tmp_path / f".tmp-7-assignments.{suffix}"
    write = pl.DataFrame.write_parquet if suffix == "parquet" else pl.DataFrame.write_csv
    write(pl.DataFrame({"customer_id": ["ann", "bob"]}), table)
    draft.write_bytes(table.read_bytes()[:20])
    table.chmod(0o444)
    assert erase_from_folder(tmp_path, {"ann": "key"}) == 1
    assert not draft.exists()
    assert erased_names(tmp_path) == ({"key"} if suffix == "parquet" else set())
    assert b"ann" not in table.read_bytes()


def test_of_a_table_without_the_name_only_the_ids_are_read(tmp_path):
    path = tmp_path / "effects.parquet"
    pl.DataFrame({"customer_id": ["bob"] * 99, "profit": range(99)}).write_parquet(path)
    column = pq.read_metadata(path).row_group(0).column(1)
    with path.open("r+b") as file:
        file.seek(column.dictionary_page_offset)
        file.write(bytes(column.total_compressed_size))
    with pytest.raises(pl.exceptions.PolarsError):
        pl.read_parquet(path)
    assert erase_from_folder(tmp_path, {"ann": "key"}) == 0


def test_a_folder_that_a_killed_process_filled_is_removed_and_filled_again(tmp_path):
    """In a container the next process has the number of the killed one."""
    left = tmp_path / "20260101-000000" / f".readout-a-b.{os.getpid()}.partial"
    left.mkdir(parents=True)
    (left / "outcomes.parquet").write_bytes(b"PAR1")
    with filling(left.with_name("readout-a-b")) as folder:
        assert not list(folder.iterdir())
    left.mkdir()
    (left / "outcomes.parquet").write_bytes(b"PAR1")
    assert erase_from_folder(tmp_path, {"ann": "key"}) == 0
    assert [path.name for path in left.parent.iterdir()] == ["readout-a-b"]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "notes.csv").write_bytes("customer_id\nä\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"notes\.csv' cannot be read and may name the customer; repair or remove it"):
        erase_from_folder(tmp_path, {"ann": "key"})


def test_a_table_is_not_called_unreadable_where_the_disk_is_full(tmp_path):
    path = tmp_path / "assignments.parquet"
    pl.DataFrame({"customer_id": [f"customer {n}" for n in range(20_000)]}).write_parquet(path)
    before, full = path.read_bytes(), limited(resource.RLIMIT_FSIZE, 4096)
    with pytest.raises(InputError, match=r"cannot be written .* make room"), writing(tmp_path), full:
        erase_from_folder(tmp_path, {"customer 1": "key"})
    assert path.read_bytes() == before
    assert not erased_names(tmp_path)
