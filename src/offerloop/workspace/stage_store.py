"""Results of finished stages on disk, each under a key of everything that it was computed from.

The key of a result is a hash of the program, the stage's name and the keys of its inputs; that of a configuration
is its text with the bytes of every file that it names. So a run goes on where another was interrupted, and a changed
budget does not fit the response again. An entry is written beside its place and renamed: it is whole or absent, or
after a power cut damaged, and then computed again.

Objects are pickled, lazy tables are Parquet and large tables in memory are columns beside them. Unpickling runs code,
so a store is as trusted as the program: it lies in the shop's own `runs/.stages`, and nothing from elsewhere belongs
there.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import logging
import os
import pickle
import shutil
import sys
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, is_dataclass, replace
from functools import cache, partial
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import narwhals as nw
import polars as pl
import pyarrow as pa

from offerloop.config import Config
from offerloop.engine import Engine, Extendable, Resumable, TableHolder, data_files
from offerloop.errors import ContractError, InputError, RereadError
from offerloop.message import Message
from offerloop.part_catalogue import installed_parts
from offerloop.workspace.folder_growth import ResultOrigin, lines_folder

LARGE_TABLES = 64_000_000
"""Tables of a result with more bytes than this are read from their files again, rather than held where they were made
together with everything that they were made of."""
LARGE_FRAMES = 1_000_000
"""Tables in memory with more bytes than this are written beside the pickled object, a column at a time: a pickler holds
the bytes of everything that it wrote until it is done."""
_OF_THE_SYSTEM = (errno.EACCES, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EPERM, errno.ESTALE)
"""Errors of reading that say nothing of what a file holds."""
_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")
Inputs = ParamSpec("Inputs")
PACKAGES = (
    "offerloop", "duckdb", "narwhals", "polars", "pyarrow", "python-calamine", "numpy", "scipy", "lightgbm", "implicit",
)  # fmt: skip
OPTIONAL_PACKAGES = ("faiss-cpu", "gensim", "jax", "optax", "pyspark")
RESULT = "result.pickle.zst"
NOT_OF_STAGES = (
    "api",
    "background",
    "cli.py",
    "client",
    "commands",
    "mapping",
    "publishing",
    "report",
    "serving",
    "testing.py",
    "web",
)
"""What asks for stages and shows their results, so that a changed page refits nothing."""


@dataclass
class StageStore:
    """A folder of results, and the keys of those that are in memory."""

    folder: Path
    engine: Engine
    anew: bool = False
    """Compute every stage, and replace what is there."""
    used: set[str] = field(default_factory=set)
    followed: Mapping[str, str] = field(default_factory=dict)
    """Keys of results of a finished run, by stage, which are taken whatever the inputs are now (see `follow`)."""
    keys: dict[str, str] = field(default_factory=dict)
    """The key of each stage's result that was asked for, which `follow` takes."""
    remarks: dict[str, Message] = field(default_factory=dict)
    """How a stage's result came from an earlier one, or why not, for who follows the run."""
    _keys: dict[int, str] = field(default_factory=dict)
    _files: dict[int, Path] = field(default_factory=dict)
    """Where tables lie, by identity."""
    _earlier: dict[str, str] = field(default_factory=dict)
    """Keys of results that others were extended from."""
    _alive: list[object] = field(default_factory=list)
    """Keyed objects whose end cannot be noticed, so that no later one gets the identity of one that is gone."""

    def get(
        self, name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs
    ) -> tuple[Result, bool]:
        """The stage's result, and whether it was there."""
        key, entry = self._entry(name, *inputs, **named)
        kept = None
        if self.holds(name):
            kept = self._kept(name, self._place(name, self.followed[name]))
        if kept is not None:
            key, entry = self.followed[name], self._place(name, self.followed[name])
        elif not self.anew:
            kept = self._kept(name, entry)
        self.keys[name] = key
        if kept is not None:
            result: Result = kept[0]
        else:
            origin = self._origin_of(name, key, work, inputs)
            before = self.engine.n_kept() if isinstance(self.engine, TableHolder) else 0
            result, origin = self._computed(name, origin, self._going_on(work, entry), *inputs, **named)
            self._save(entry, result, origin)
            if isinstance(work, Resumable):
                result = self._load(entry)
                shutil.rmtree(_parts_of(entry), ignore_errors=True)
            if isinstance(self.engine, TableHolder) and _are_large(entry):
                del result
                result = self._load(entry)
                self.engine.forget(before)
        self._remember(result, key)
        self._note_earlier(entry)
        return result, kept is not None

    def _going_on(self, work: Callable[Inputs, Result], entry: Path) -> Callable[Inputs, Result]:
        """Return the work, or what goes on with it where an earlier process left parts of its result."""
        if not isinstance(work, Resumable):
            return work
        parts = _parts_of(entry)
        if self.anew:
            shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True, exist_ok=True)
        return partial(work.go_on, parts)

    def _origin_of(self, name: str, key: str, work: object, inputs: Sequence[object]) -> ResultOrigin | None:
        """Return by what a result may grow: files of a configuration's order lines, or what other results gain."""
        if not isinstance(work, Extendable):
            return None
        files: dict[str, str] = {}
        parts = []
        for source in inputs:
            folder = lines_folder(source) if isinstance(source, Config) else None
            if isinstance(source, Config) and folder is not None:
                files |= {str(file): sha256(file) for file in data_files(folder)}
                parts.append(config_key(source, without=folder))
            else:
                parts.append(self._key(source))
        return ResultOrigin(key, _hash(name, parts), files)

    def _computed(
        self, name: str, origin: ResultOrigin | None, work: Callable[Inputs, Result], *inputs: Inputs.args,
        **named: Inputs.kwargs,
    ) -> tuple[Result, ResultOrigin | None]:  # fmt: skip
        """Extend an earlier result where there is one and it can be, else do the work on everything."""
        before = None if self.anew or origin is None or named else self._before(name, origin, inputs)
        if before is None or origin is None or not isinstance(work, Extendable):
            why = None if self.anew or origin is None or not origin.files else origin.why_anew(self._entries(name))
            if why is not None:
                self.remarks[name] = Message("everything is read again: {why}", why=why)
            return work(*inputs, **named), origin
        entry, earlier = before
        kept = self._kept(name, entry)
        if kept is None:
            return work(*inputs, **named), origin
        new = [Path(file) for file in sorted(origin.files.keys() - earlier.files.keys())]
        try:
            result = work.extend(kept[0], *([new] if new else []), *inputs)
        except RereadError as error:
            self.remarks[name] = Message("everything is read again: {why}", why=error.message)
            return work(*inputs, **named), origin
        self.remarks[name] = Message("only what is new")
        return result, replace(origin, earlier=earlier.key)

    def _before(self, name: str, origin: ResultOrigin, inputs: Sequence[object]) -> tuple[Path, ResultOrigin] | None:
        """Return an earlier result, with what it was computed from."""
        if origin.files:
            return origin.newest_before(self._entries(name))
        keys = [self._key(one) for one in inputs]
        before = [self._earlier.get(one, one) for one in keys]
        key = _hash(name, before)
        entry = self._place(name, key)
        return (entry, ResultOrigin(key, "", {})) if before != keys and (entry / RESULT).is_file() else None

    def _entries(self, name: str) -> Iterator[Path]:
        return self.folder.glob(f"{name.replace(' ', '-')}-*")

    def _note_earlier(self, entry: Path) -> None:
        origin = ResultOrigin.read(entry)
        if origin is not None and origin.earlier is not None:
            self._earlier[origin.key] = origin.earlier

    def find(self, name: str, *inputs: object) -> Any | None:  # noqa: ANN401 - whatever the stage gave
        """The stage's result where it was kept, else None; nothing is computed."""
        _, entry = self._entry(name, *inputs)
        kept = self._kept(name, entry)
        return None if kept is None else kept[0]

    def retain(self, name: str, *inputs: object) -> None:
        """Let the result of another command's stage survive `prune` as long as its inputs are these."""
        self._entry(name, *inputs)

    def _entry(self, name: str, *inputs: object, **named: object) -> tuple[str, Path]:
        """Key and folder of a stage's result, which counts as used."""
        key = _hash(name, [*map(self._key, inputs), *(f"{k}={self._key(v)}" for k, v in sorted(named.items()))])
        entry = self._place(name, key)
        self.used.add(entry.name)
        return key, entry

    def _place(self, name: str, key: str) -> Path:
        return self.folder / f"{name.replace(' ', '-')}-{key[:24]}"

    def written_keys(self) -> dict[str, Any]:
        """Return what a manifest keeps of the results that a run used, for `follow`."""
        return {"program": _program(), "keys": dict(self.keys)}

    def follow(self, written: Mapping[str, Any], names: Collection[str]) -> None:
        """Take the results of stages from the run whose manifest has these keys, as far as they are still kept.

        So a plan for another campaign rests on the data of that run, though newer ones have come in since. Results of
        another program are left alone.
        """
        if written.get("program") == _program():
            self.followed = {name: key for name, key in written["keys"].items() if name in names}

    def holds(self, name: str) -> bool:
        """Whether a followed result of a stage is still kept."""
        return name in self.followed and (self._place(name, self.followed[name]) / RESULT).is_file()

    def prune(self) -> None:
        """Remove the entries that this run did not need."""
        for entry in self.folder.iterdir():
            if entry.is_dir() and entry.name not in self.used:
                shutil.rmtree(entry, ignore_errors=True)

    def _remember(self, result: object, key: str) -> None:
        members = enumerate(result) if isinstance(result, tuple) else ()
        for member, its_key in [(result, key), *((member, f"{key}:{place}") for place, member in members)]:
            self._keys[id(member)] = its_key
            try:
                weakref.finalize(member, self._keys.pop, id(member), None).atexit = False
            except TypeError:  # plain values and tuples
                self._alive.append(member)

    def _key(self, value: object) -> str:
        if _are_offers(value):
            return repr(value)
        if id(value) in self._keys:
            return self._keys[id(value)]
        if isinstance(value, Config):
            return config_key(value)
        if hasattr(value, "model_dump_json"):
            return str(value.model_dump_json())
        if isinstance(value, str | int | float | None):
            return repr(value)
        if isinstance(value, frozenset):
            return repr(sorted(value))
        if value is self.engine:
            return type(value).__name__
        raise ContractError(f"a stage was given a {type(value).__name__} that no stage made: its result has no key")

    def _save(self, entry: Path, result: object, origin: ResultOrigin | None) -> None:
        partial = entry.with_name(f".{entry.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with _compressed(partial / RESULT) as file:
            pickler = _Pickler(file, partial, self.engine, self._files)
            pickler.dump(result)
        if origin is not None:
            origin.write(partial)
        shutil.rmtree(entry, ignore_errors=True)
        partial.rename(entry)
        self._lie_in(entry, pickler.frames)

    def linked(self, frame: object, path: Path) -> bool:
        """Give the file of a result's table a second name. Return whether it has a file and the disk can do so."""
        there = self._files.get(id(frame))
        return there is not None and _linked(there, path)

    def _lie_in(self, entry: Path, frames: Mapping[int, object]) -> None:
        """Know the files of tables, so that another result which holds them shares the files."""
        self._alive.extend(frames.values())
        self._files.update({id(frame): entry / _table_name(number) for number, frame in frames.items()})

    def _kept(self, name: str, entry: Path) -> tuple[Any] | None:
        """Return the result that an entry holds; None where there is none or, as after a power cut, a damaged one."""
        if not (entry / RESULT).is_file():
            return None
        try:
            return (self._load(entry),)
        except MemoryError:
            raise
        except Exception as error:  # what a damaged pickle raises can be anything
            if isinstance(error, OSError) and error.errno in _OF_THE_SYSTEM:
                raise
            _LOG.warning("'%s' is damaged and computed again: %r", entry, error)
            self.remarks[name] = Message("what was kept is damaged and is computed again")
            return None

    def _load(self, entry: Path) -> Any:  # noqa: ANN401 - whatever the stage gave
        with _decompressed(entry / RESULT) as file:
            unpickler = _Unpickler(file, entry, self.engine)
            result = unpickler.load()
        self._lie_in(entry, unpickler.frames)
        return result


def _parts_of(entry: Path) -> Path:
    """Where a `Resumable` step leaves parts of its result until the result is kept."""
    return entry.with_name(f".{entry.name}.parts")


def _are_offers(value: object) -> bool:
    """Return whether it is a tuple of offers, which are plain values and say all of themselves."""
    return isinstance(value, tuple) and all(is_dataclass(one) and hasattr(one, "offer_id") for one in value)


Files = Mapping[int, Path]
"""Where tables lie, by identity."""


class _Pickler(pickle.Pickler):
    """Writes lazy tables as Parquet and their number in their place; a file of one that has one gets a second name.

    Large tables in memory are written to files too, whose names stand in their place.
    """

    def __init__(self, file: Any, folder: Path, engine: Engine, files: Files) -> None:  # noqa: ANN401 - a binary file
        super().__init__(file, protocol=5)
        self.folder, self.engine, self.files = folder, engine, files
        self.frames: dict[int, object] = {}
        self.held: dict[int, tuple[str, pl.DataFrame]] = {}
        """Names of files of tables in memory, by identity, with the tables, which thus stay what they are."""

    def persistent_id(self, obj: object) -> int | str | None:
        if isinstance(obj, pl.DataFrame):
            return self._file_beside(obj) if obj.estimated_size() > LARGE_FRAMES else None
        if not isinstance(obj, nw.LazyFrame):
            return None
        number = len(self.frames) + 1
        self.frames[number] = obj
        path, there = self.folder / _table_name(number), self.files.get(id(obj))
        if there is None and isinstance(self.engine, TableHolder):
            there = self.engine.file_of(obj)
        if there is None or not _linked(there, path):
            self.engine.write(obj, path)
        return number

    def _file_beside(self, table: pl.DataFrame) -> str:
        """Write a table once, and return the name of its file."""
        if id(table) not in self.held:
            name = f"frame-{len(self.held) + 1}.zst"
            with _compressed(self.folder / name) as file:
                pickle.dump(table.width, file)
                for column in table:
                    pickle.dump(column, file, protocol=5)
            self.held[id(table)] = name, table
        return self.held[id(table)][0]


def _are_large(entry: Path) -> bool:
    """Return whether the tables of a result are better left in their files."""
    return sum(file.stat().st_size for file in entry.glob(_table_name("*"))) > LARGE_TABLES


def _table_name(number: int | str) -> str:
    return f"table-{number}.parquet"


def _linked(file: Path, path: Path) -> bool:
    """Give a file a second name. Return whether it is there and its disk can do so."""
    try:
        path.hardlink_to(file)
    except OSError:
        return False
    return True


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, folder: Path, engine: Engine) -> None:  # noqa: ANN401 - a binary file
        super().__init__(file)
        self.folder, self.engine = folder, engine
        self.frames: dict[int, object] = {}
        self.held: dict[str, pl.DataFrame] = {}

    def persistent_load(self, pid: int | str) -> object:
        if isinstance(pid, str):
            if pid not in self.held:
                with _decompressed(self.folder / pid) as file:
                    self.held[pid] = pl.DataFrame(pickle.load(file) for _ in range(pickle.load(file)))
            return self.held[pid]
        self.frames[pid] = self.engine.read(self.folder / _table_name(pid))
        return self.frames[pid]


def _compressed(path: Path) -> Any:  # noqa: ANN401 - a binary file
    return pa.output_stream(str(path), compression="zstd")


def _decompressed(path: Path) -> io.BufferedReader:
    return io.BufferedReader(pa.input_stream(str(path), compression="zstd"))


def _hash(name: str, parts: Sequence[str]) -> str:
    """The key of a stage's result, by the keys of its inputs."""
    return hashlib.sha256("\n".join([_program(), name, *parts]).encode()).hexdigest()


def config_key(config: Config, without: Path | None = None) -> str:
    """The known sections, with a hash of every file or folder that they name, but one."""
    settings, named = config.model_dump(mode="json"), config.files
    if without is not None:
        named.remove(without)  # once: where another source names it too, it counts
    files = [f"{path.name} {sha256(path)}" for path in named if path.is_file() or path.is_dir()]
    secret = config.privacy.key_env if "privacy" in config.__dict__ else None
    held = hashlib.sha256(os.environ.get(secret, "").encode()).hexdigest() if secret else ""
    return hashlib.sha256("\n".join([repr(sorted(settings.items())), *files, held]).encode()).hexdigest()


@contextmanager
def lock_stages(folder: Path) -> Iterator[None]:
    """Hold the folder of kept stages for one run: two at once would remove each other's entries.

    Raises InputError when another run holds it; a run that was killed holds nothing.
    """
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                Message("another run of this configuration is under way; wait until it is finished")
            ) from None
        yield


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on beside their inputs.

    Those of optional packages and of third parties' parts are there where they are installed.
    """
    packages = {"python": sys.version.split()[0], **{name: version(name) for name in PACKAGES}}
    for name in OPTIONAL_PACKAGES:
        with suppress(PackageNotFoundError):
            packages[name] = version(name)
    return packages | installed_parts()


@cache
def _program() -> str:
    """Return a hash of the code that stages run and of the versions of what it computes with."""
    digest = hashlib.sha256(repr(versions()).encode())
    for path in program_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def program_files() -> list[Path]:
    """Return the files of the package that the result of a stage may depend on: its code and its lists of words."""
    root = Path(str(resources.files("offerloop")))
    return sorted(
        path
        for pattern in ("*.py", "*.toml")
        for path in root.rglob(pattern)
        if path.relative_to(root).parts[0] not in NOT_OF_STAGES
    )


def sha256(path: Path) -> str:
    """Hash a file's bytes, once for each state of it that this process meets; of a folder the files that are read of it
    and their names."""
    if path.is_dir():
        parts = (f"{file.relative_to(path)} {sha256(file)}" for file in data_files(path))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
    state = path.stat()
    return _sha256(path, state.st_mtime_ns, state.st_size)


@cache
def _sha256(path: Path, modified_ns: int, size: int) -> str:  # noqa: ARG001 - they tell states apart
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
