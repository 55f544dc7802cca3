"""A kept result belongs to the code that computed it, and to no page that shows it."""

import errno
import os
import resource
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path

import duckdb
import polars as pl
import pytest
from process_limits import limited

import offerloop
from offerloop.engine import InMemoryEngine, collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import ContractError, InputError
from offerloop.workspace import stage_store, writing
from offerloop.workspace.stage_store import StageStore, program_files

ROOT = Path(offerloop.__file__).parent
LOADED = """
import sys
import weakref
import offerloop.flow, offerloop.recommenders.serving.learn_relations, offerloop.workspace.product_relations
print(*sorted(m.__file__ for name, m in sys.modules.items() if name.startswith("offerloop.")), sep="\\n")
"""


WRITERS = {
    "polars": lambda: pl.DataFrame({"n": range(9)}).write_parquet("/dev/full"),
    "duckdb": lambda: duckdb.sql("copy (select 1) to '/dev/full' (format csv)"),
    "python": lambda: Path("/dev/full").write_text("n"),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_full_disk_is_one_sentence_whoever_writes(tmp_path, write):
    with pytest.raises(InputError, match=r"No space left on device.*make room"), writing(tmp_path):
        write()


def test_a_file_that_may_not_be_read_is_not_one_that_cannot_be_written(tmp_path):
    runs, orders = tmp_path / "runs", tmp_path / "orders.csv"
    refused = PermissionError(errno.EACCES, "Permission denied", str(orders))
    with pytest.raises(InputError, match=r"orders.csv' cannot be opened .*may be read, then run again"), writing(runs):
        raise refused
    refused.filename = str(runs / ".stages")
    with pytest.raises(InputError, match=r".stages' cannot be written .*make the folder writable"), writing(runs):
        raise refused


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOENT, errno.ENOTDIR, errno.EMFILE])
def test_a_source_that_goes_away_is_one_sentence(tmp_path, number):
    file = str(tmp_path / "orders.csv")
    with pytest.raises(InputError, match=r"orders.csv' cannot be opened .*run again"), writing(tmp_path / "runs"):
        raise OSError(number, "gone", file)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ESTALE])
def test_files_that_fail_without_a_name_are_one_sentence(tmp_path, number):
    with pytest.raises(InputError, match=r"runs' cannot be opened .*run again"), writing(tmp_path / "runs"):
        raise OSError(number, "gone")


def test_a_host_that_is_away_has_nothing_to_do_with_the_disk(tmp_path):
    with pytest.raises(OSError, match="No route"), writing(tmp_path):
        raise OSError(errno.EHOSTUNREACH, "No route to host")


def test_a_connection_that_is_refused_has_nothing_to_do_with_the_disk(tmp_path):
    with pytest.raises(ConnectionRefusedError), writing(tmp_path):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def test_a_changed_page_or_command_refits_nothing():
    rooms = {path.relative_to(ROOT).parts[0] for path in program_files()}
    assert not rooms & {"api", "cli.py", "commands", "mapping", "publishing", "report"}
    assert {"flow", "events", "response", "allocation", "offers"} <= rooms


def test_all_code_that_stages_load_is_in_the_key():
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split()) - {str(ROOT / "__init__.py")}
    assert len(loaded) > 50
    assert loaded <= {str(path) for path in program_files()}


def test_lists_of_words_are_in_the_key():
    assert ROOT / "events" / "cleaning" / "non_merchandise.toml" in program_files()


def numbers(engine, n):
    """A table that was made of others, which nobody needs any more."""
    made_of = engine.keep(engine.table(pl.DataFrame({"n": range(2 * n)})))
    return engine.keep(made_of.head(n))


@pytest.mark.parametrize("engine", [DuckDBEngine(), InMemoryEngine()])
@pytest.mark.parametrize("most", [0, stage_store.LARGE_TABLES])
def test_results_are_the_same_whether_their_tables_are_large(engine, most, tmp_path, monkeypatch):
    monkeypatch.setattr(stage_store, "LARGE_TABLES", most)
    store = StageStore(tmp_path, engine)
    first, _ = store.get("first", lambda n: numbers(engine, n), 3)
    second, _ = store.get("second", lambda before: engine.keep(before.head(2)), first)
    assert [collect(one, "n")["n"].to_list() for one in (first, second)] == [[0, 1, 2], [0, 1]]
    assert store.linked(first, tmp_path / "first.parquet")
    assert pl.read_parquet(tmp_path / "first.parquet")["n"].to_list() == [0, 1, 2]
    assert not store.linked(engine.table(pl.DataFrame({"n": [1]})), tmp_path / "other.parquet")


def test_a_large_result_leaves_no_table_with_the_engine(tmp_path, monkeypatch):
    monkeypatch.setattr(stage_store, "LARGE_TABLES", 0)
    engine = DuckDBEngine()
    before = engine.table(pl.DataFrame({"n": [7]}))
    StageStore(tmp_path, engine).get("first", lambda n: numbers(engine, n), 3)
    assert engine._connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(1,)]
    assert collect(before)["n"].to_list() == [7]


def test_the_file_of_a_large_table_becomes_the_result_by_a_second_name(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    engine = DuckDBEngine()
    large, small = engine.keep_large(engine.table(pl.DataFrame({"n": [1, 2]}))), numbers(engine, 1)
    assert collect(large)["n"].to_list() == [1, 2]
    assert engine.file_of(small) is None
    StageStore(tmp_path / "stages", engine).get("first", lambda: (large, small))
    written = [tmp_path.glob(f"stages/first-*/table-{number}.parquet") for number in (1, 2)]
    (first,), (second,) = written
    assert first.samefile(engine.file_of(large))
    assert pl.read_parquet(second)["n"].to_list() == [0]


def test_a_large_table_leaves_no_file_with_the_engine(tmp_path, monkeypatch):
    """Also where the disk of the stages is another one, which cannot give it a second name."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(stage_store, "LARGE_TABLES", 0)
    monkeypatch.setattr(stage_store, "_linked", lambda *_: False)
    engine = DuckDBEngine()
    before = engine.keep_large(engine.table(pl.DataFrame({"n": [7]})))
    store = StageStore(tmp_path / "stages", engine)
    made, _ = store.get("first", lambda n: engine.keep_large(engine.table(pl.DataFrame({"n": [n]}))), 3)
    assert collect(made)["n"].to_list() == [3]
    assert [pl.read_parquet(file)["n"].to_list() for file in tmp_path.rglob("table.parquet")] == [[7]]
    assert collect(before)["n"].to_list() == [7]


def test_a_result_that_nobody_needs_is_freed_and_no_other_object_is_taken_for_it(tmp_path):
    store = StageStore(tmp_path, InMemoryEngine())
    for number in range(50):
        made, _ = store.get(f"stage {number}", lambda n: pl.DataFrame({"n": [n]}), number)
        is_there = weakref.ref(made)
        del made
        assert is_there() is None
        with pytest.raises(ContractError, match="no stage made"):
            store.get("other", lambda table: table, pl.DataFrame({"n": [-1]}))


def test_a_large_table_in_memory_is_no_part_of_the_pickled_object(tmp_path, monkeypatch):
    monkeypatch.setattr(stage_store, "LARGE_FRAMES", 100)
    large, small = pl.DataFrame({"n": range(50), "t": ["word"] * 50}), pl.DataFrame({"n": [1]})
    StageStore(tmp_path, InMemoryEngine()).get("first", lambda: {"a": large, "b": (large, small)})
    assert len(list(tmp_path.glob("first-*/frame-*"))) == 1
    loaded, was_there = StageStore(tmp_path, InMemoryEngine()).get("first", lambda: pytest.fail("computed again"))
    assert was_there
    assert loaded["a"].equals(large)
    assert loaded["a"] is loaded["b"][0]
    assert loaded["b"][1].equals(small)


@pytest.mark.parametrize("file", ["result.pickle.zst", "table-1.parquet", "origin.json"])
def test_a_result_that_a_power_cut_left_empty_is_computed_again(file, tmp_path):
    engine = InMemoryEngine()
    StageStore(tmp_path, engine).get("first", lambda: numbers(engine, 2))
    (entry,) = tmp_path.glob("first-*")
    (entry / file).write_bytes(b"")
    store = StageStore(tmp_path, engine)
    assert (store.find("first") is None) == (file != "origin.json")
    again, was_kept = store.get("first", lambda: numbers(engine, 3))
    assert (was_kept, "damaged" in str(store.remarks.get("first"))) == ((True, False), (False, True))[
        file != "origin.json"
    ]
    assert collect(again)["n"].to_list() == [0, 1, 2][: 2 if was_kept else 3]
    assert StageStore(tmp_path, engine).find("first") is not None


def test_a_result_that_cannot_be_opened_for_a_moment_is_kept(tmp_path):
    """As on a network drive that is away: fitting an hour again would be no remedy."""
    engine = InMemoryEngine()
    StageStore(tmp_path, engine).get("first", lambda: numbers(engine, 2))
    place = os.open(os.devnull, os.O_RDONLY)
    os.close(place)
    store, busy = StageStore(tmp_path, engine), limited(resource.RLIMIT_NOFILE, place)
    with pytest.raises(InputError, match=r"cannot be opened \(Too many open files\)"), writing(tmp_path), busy:
        store.find("first")
    assert store.get("first", lambda: pytest.fail("computed again"))[1]
