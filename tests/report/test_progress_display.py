"""What a terminal shows while a command works is in the language of its reader."""

import io

import pytest
from rich.console import Console

from offerloop.flow import STAGES
from offerloop.message import Message
from offerloop.report import QUIET, ProgressDisplay
from offerloop.workspace import STAGE_NAMES, Recorder


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "✓ coming test         "), ("zh", "✓ 后续检验         ")]
)  # fmt: skip
def test_a_stage_is_named_in_the_language_of_the_reader(language, expected):
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)
    assert Recorder(ProgressDisplay(console, language))("coming test", lambda: 7) == 7
    assert expected in console.file.getvalue()


def test_every_stage_has_a_word():
    assert {*STAGES} <= STAGE_NAMES.keys()


def test_a_bar_is_shown_where_somebody_watches():
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)
    for display in (QUIET, ProgressDisplay(console, "zh")):
        with display.bar(Message("comparing estimators", context="progress"), 1) as advance:
            advance()
    shown = console.file.getvalue()
    assert "正在比较估计方法" in shown
    assert "100%" in shown
