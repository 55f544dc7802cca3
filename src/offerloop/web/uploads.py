"""Uploads, written to disk piece by piece, within the bound of `[serve] max_upload`."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from offerloop.web.limits import MOST_SECONDS
from offerloop.web.problems import HttpProblem

LEAST_PIECE = 1_000_000
"""Bytes that are gathered before they are written."""


@dataclass(frozen=True)
class Saved:
    """What was written of a body."""

    n_bytes: int
    digest: str
    """SHA-256 of it."""


async def save_upload(request: Request, path: Path, most_bytes: int) -> Saved:
    """Write the body of a request to a file.

    Raises HttpProblem for one that is too large, packed, no text, or that stops arriving; then no file is left.
    """
    _check_headers(request, most_bytes)
    try:
        return await _written(request, path, most_bytes)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


async def _written(request: Request, path: Path, most_bytes: int) -> Saved:
    size, digest, pieces, waiting = 0, hashlib.sha256(), request.stream(), bytearray()
    path.touch()
    while True:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                piece = await anext(pieces, None)
        except TimeoutError:
            raise HttpProblem("too_slow") from None
        except ClientDisconnect:
            raise HttpProblem("bad_request") from None
        waiting += piece or b""
        digest.update(piece or b"")
        size += len(piece or b"")
        if size > most_bytes:
            raise HttpProblem("too_large")
        if waiting and (piece is None or len(waiting) >= LEAST_PIECE):
            await run_in_threadpool(_append, path, bytes(waiting))
            waiting.clear()
        if piece is None:
            return Saved(size, digest.hexdigest())


def _append(path: Path, piece: bytes) -> None:
    """Add a piece to a file. Raises HttpProblem for one that was deleted, whose beginning is gone."""
    try:
        with path.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(piece)
    except FileNotFoundError:
        raise HttpProblem("too_slow") from None


def _check_headers(request: Request, most_bytes: int) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most_bytes:
        raise HttpProblem("too_large")
    is_text = re.fullmatch(r"text/(csv|plain)(\s*;.*)?", request.headers.get("content-type", ""), re.IGNORECASE)
    if request.headers.get("content-encoding", "identity") != "identity" or is_text is None:
        raise HttpProblem("unsupported_media")
