"""A command as it is typed, in the process of the test; fixtures of any scope may call it."""

import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from offerloop.cli import main


def offerloop(*arguments, cwd=None):
    """Exit code, what was printed and what was said of errors."""
    printed, said = StringIO(), StringIO()
    typed = patch.object(sys, "argv", ["offerloop", *map(str, arguments)])
    streams = redirect_stdout(printed), redirect_stderr(said)
    with typed, chdir(cwd or Path.cwd()), streams[0], streams[1], pytest.raises(SystemExit) as done:
        main()
    return done.value.code or 0, printed.getvalue(), said.getvalue()
