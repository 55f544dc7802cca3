"""Environments of peers, and processes that run in them on one thread."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BENCH = HERE.parent / ".bench"
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")} | {
    "POLARS_MAX_THREADS": "1",
    "LK_NUM_PROCS": "1",
}


def call(command: list[str], log: Path) -> None:
    """Runs it in this folder on one thread, and keeps what it says; SystemExit with the end of that if it fails."""
    with log.open("w", encoding="utf-8") as said:
        failed = subprocess.run(
            command, stdout=said, stderr=subprocess.STDOUT, check=False, cwd=HERE, env=os.environ | ONE_THREAD
        ).returncode
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
