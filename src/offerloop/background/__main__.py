"""Carry out the next job of a shop: `python -m offerloop.background SHOP`, with the store in OFFERLOOP_STORE."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

from offerloop.background.carrying import carry_out_next
from offerloop.config import STORE_VARIABLE
from offerloop.store import Database


def main() -> None:
    """SIGTERM and SIGINT stop the job."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    database = Database.open(os.environ[STORE_VARIABLE])
    try:
        carry_out_next(Path(sys.argv[1]), database)
    finally:
        database.close()


if __name__ == "__main__":
    main()
