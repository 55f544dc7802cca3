"""Files that people uploaded, and the jobs that read them; a file is deleted once the end of its job is on record."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from offerloop.config import load_config
from offerloop.errors import InputError
from offerloop.events import with_variables
from offerloop.message import Message
from offerloop.offers import stream_code_list
from offerloop.store import Ledger, import_code_stream

IMPORT_CODES = "import_codes"
"""The kind of job that makes coupons of an uploaded list of codes."""
_SAID = "codes.csv"
"""What messages call a list, whose place on the server is nobody's business."""
KEPT_SECONDS = 7 * 86_400
"""How long a file stays whose job was cancelled."""


def new_upload(shop: Path) -> Path:
    """Return the place of a new file, whose folder is there; files that no job has read for long are deleted."""
    folder = shop / "runs" / ".uploads"
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.csv"):
        if left.stat().st_mtime < time.time() - KEPT_SECONDS:
            left.unlink(missing_ok=True)
    return folder / f"{secrets.token_hex(12)}.csv"


def forget_upload(shop: Path, request: Mapping[str, Any]) -> None:
    """Delete the file of a job whose end is on record: one that was killed before reads it again."""
    _upload(shop, request).unlink(missing_ok=True)


def _upload(shop: Path, request: Mapping[str, Any]) -> Path:
    return shop / "runs" / ".uploads" / Path(request["file"]).name


def import_uploaded(
    shop: Path, request: Mapping[str, Any], note: Callable[[Mapping[str, Any]], None]
) -> dict[str, Any]:
    """Make coupons of the codes of a file; `note` gets how many are done.

    Raises InputError for a list that cannot be imported; one that is interrupted is imported again.
    """
    path = _upload(shop, request)
    if not path.is_file():
        raise InputError(Message("the uploaded file is gone; upload it again"))
    ledger = Ledger.open(with_variables(load_config(shop).data.url, "data.store"))
    try:
        done = import_code_stream(
            ledger, request["template_id"], lambda: stream_code_list(path),
            lambda codes, total: note({"done": codes, "total": total}),
        )  # fmt: skip
    except InputError as error:
        raise InputError(error.message.with_texts(lambda text: text.replace(str(path), _SAID))) from None
    finally:
        ledger.engine.dispose()
    return {"template_id": done.template_id, "issued": done.n_issued, "there": done.n_there, "erased": done.n_erased}
