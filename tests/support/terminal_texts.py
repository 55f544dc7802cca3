"""What texts for a terminal have in common: plain, filled, and with columns that line up."""

import re
from itertools import takewhile

from rich.cells import cell_len

from offerloop.report import Localizer


def check_plain(text):
    """No ANSI code, no empty place, no space at the end of a line."""
    assert "\x1b" not in text
    assert not re.search(r"[{}]|\bNone\b|\bnan\b|[ \t]+$", text, re.MULTILINE)


def right_edges(text, language="en"):
    """Where the names of a table's columns with intervals end, and where its intervals do, row by row."""
    mark = re.escape(Localizer(language)("{name} [95 % interval]", context="column title", name="").strip())
    lines = text.splitlines()
    begin = next(n for n, line in enumerate(lines) if re.search(mark, line))
    names = [cell_len(lines[begin][: one.end()]) for one in re.finditer(mark, lines[begin])]
    table = takewhile(lambda line: "  " in line, lines[begin + 1 :])
    rows = [[cell_len(line[: one.end()]) for one in re.finditer(r"\d\]", line)] for line in table]
    return names, [row for row in rows if len(row) == len(names)]
