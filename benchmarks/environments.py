"""Environments of peers, and processes that run in them, on one thread unless told otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BENCH = HERE.parent / ".bench"
THREADS = (
    *(f"{name}_NUM_THREADS" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON")),
    "POLARS_MAX_THREADS",
    "LK_NUM_PROCS",
)
"""Variables that say how many there are."""


class TooLongError(SystemExit):
    """A process was ended, for it took longer than it may."""


def call(command: list[str], log: Path, *, threads: int = 1, seconds: float | None = None) -> None:
    """Runs it in this folder and keeps what it says.

    SystemExit with the end of that if it fails; TooLongError if it takes longer than `seconds`.
    """
    variables = os.environ | dict.fromkeys(THREADS, str(threads))
    with log.open("w", encoding="utf-8") as said:
        try:
            failed = subprocess.run(
                command, stdout=said, stderr=subprocess.STDOUT, check=False, cwd=HERE, env=variables, timeout=seconds
            ).returncode
        except subprocess.TimeoutExpired as late:
            raise TooLongError(f"{' '.join(command)} was ended after {seconds:.0f} s") from late
    if failed:
        tail = log.read_text(encoding="utf-8")[-2_000:]
        raise SystemExit(f"{' '.join(command)} ended with {failed}:\n{tail}")


def python(name: str, needs: str) -> Path:
    """The interpreter of an environment, made where it is not as it should be; our own where nothing is needed."""
    if not needs:
        return Path(sys.executable)
    place = BENCH / name
    found, mark = place / "bin" / "python", place / "installed.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != needs:
        print(f"installing {needs} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        pip = [str(found), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *needs.split()]
        subprocess.run(pip, check=True)
        mark.write_text(needs, encoding="utf-8")
    return found
