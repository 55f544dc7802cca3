from pathlib import Path

import pytest
from readout_case import READOUTS
from terminal_texts import check_plain, right_edges

from offerloop.commands.readout.task import ReadoutResult
from offerloop.commands.readout.terminal_text import screen
from offerloop.locale import languages

REPORT = Path("readout/report.html")
PLACES = [(name, language) for name in READOUTS for language in languages()]


def text_of(name, language="en"):
    return screen(ReadoutResult(REPORT.parent, REPORT, {}, READOUTS[name](), language))


@pytest.mark.parametrize(("name", "language"), PLACES)
def test_the_finding_comes_first_and_the_report_last(name, language):
    text = text_of(name, language)
    check_plain(text)
    assert text.splitlines()[-1] == str(REPORT)
    if name != "stopped":
        names, rows = right_edges(text, language)
        assert rows
        assert all(row == names for row in rows)


def test_a_broken_draw_shows_the_checks_and_no_effect():
    first, names, check, _ = text_of("stopped").splitlines()
    assert first.startswith("No effect of the plan's offers is shown")
    assert names.split() == ["check", "in", "the", "group", "expected", "not", "in", "it", "p-value", "verdict"]
    assert check.endswith("failed")


def test_what_the_plan_changed_stands_beside_its_forecast():
    text = text_of("usual")
    assert text.startswith("Is it better than what we do today? Yes")
    assert "The plan less business as usual" in text
    assert "lies inside the forecast's interval" in text
    assert "12 customers of the orders are not in the run" in text
