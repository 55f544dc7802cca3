"""Try an installed Offerloop, away from its checkout: the commands, the Python API, and files that are packed with it.

    python scripts/smoke_test.py FOLDER

Plays a small simulated shop into the folder, which must not exist yet, and makes a plan and a report from it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl

import offerloop
from offerloop.locale import FOLDER, languages, translations


def command(*arguments: str) -> str:
    """Run `offerloop` as a person would, and return what it prints."""
    done = subprocess.run(["offerloop", *arguments], check=True, capture_output=True, text=True, encoding="utf-8")
    return done.stdout


def try_commands(folder: Path) -> None:
    """Check the version, a command without files, and the way from a shop to its report."""
    assert command("--version").strip() == f"offerloop {offerloop.__version__}"
    assert "spend_and_save" in command("parse-offer", "满200减20")
    command(
        "simulate", "--out", str(folder), "--customers", "300", "--products", "100", "--periods", "2", "--worlds", "1"
    )
    command("check", str(folder))
    command("run", str(folder))
    (run,) = (path for path in (folder / "runs").iterdir() if not path.name.startswith("."))
    assert "<svg" in (run / "report.html").read_text(encoding="utf-8")
    assert pl.read_csv(run / "assignments.csv").height > 0


def try_languages() -> None:
    """Check that the catalogues are packed, and compiled."""
    assert languages() == ("en", "zh")
    assert list(FOLDER.glob("*/*/*.mo")), "no compiled catalogue"
    text = "The data run from {first} to {last}."
    assert translations("zh").gettext(text) != text


def try_python() -> None:
    """Check a function of the Python API."""
    offers = pl.DataFrame({"customer_id": [1, 2], "offer_id": "coupon", "value": [3.0, 5.0], "cost": [2.0, 2.0]})
    assert offerloop.allocate(offers, budget=2).table["offer_id"].to_list() == ["none", "coupon"]


if __name__ == "__main__":
    package = Path(offerloop.__file__).parent
    assert "site-packages" in package.parts, f"{package} is not installed"
    try_python()
    try_languages()
    try_commands(Path(sys.argv[1]))
    sys.stdout.write(f"offerloop {offerloop.__version__} works\n")
