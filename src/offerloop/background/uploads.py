"""Files that people uploaded, and the jobs that read them; a file is deleted once the end of its job is on record."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from offerloop.config import load_config
from offerloop.errors import InputError
from offerloop.events import with_variables
from offerloop.message import Message
from offerloop.offers import stream_code_list
from offerloop.store import OVER, Job, Ledger, import_code_stream
from offerloop.workspace import UPLOADS

IMPORT_CODES = "import_codes"
"""The kind of job that makes coupons of an uploaded list of codes."""
_SAID = "codes.csv"
"""What messages call a list, whose place on the server is nobody's business."""
KEPT_SECONDS = 7 * 86_400
"""How long a file stays whose upload broke off, or whose job was cancelled before it began."""
WRITTEN_SECONDS = 60
"""After so long without a further piece, an upload that no job knows has broken off."""


def new_upload(shop: Path) -> Path:
    """Return the place of a new file, whose folder is there; files that no job has read for long are deleted."""
    folder = _folder(shop)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.csv"):
        if left.stat().st_mtime < time.time() - KEPT_SECONDS:
            left.unlink(missing_ok=True)
    return folder / f"{secrets.token_hex(12)}.csv"


def forget_uploads(shop: Path, jobs: Iterable[Job]) -> None:
    """Delete the files that no job will read: those of jobs that are over, and those that nobody writes any more."""
    is_over = {job.request["file"]: job.state in OVER for job in jobs if job.kind == IMPORT_CODES}
    for left in _folder(shop).glob("*.csv"):
        with suppress(FileNotFoundError):
            if is_over.get(left.name, left.stat().st_mtime < time.time() - WRITTEN_SECONDS):
                left.unlink()


def forget_upload(shop: Path, request: Mapping[str, Any]) -> None:
    """Delete the file of a job whose end is on record: one that was killed before reads it again."""
    _upload(shop, request).unlink(missing_ok=True)


def _upload(shop: Path, request: Mapping[str, Any]) -> Path:
    return _folder(shop) / Path(request["file"]).name


def _folder(shop: Path) -> Path:
    return shop / "runs" / UPLOADS


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
