"""What rooms say of data reaches pages as messages, and is Chinese on a Chinese page."""

import ast
import re
from pathlib import Path

import pytest
from extracted import SOURCE, extract

from offerloop.events import NON_MERCHANDISE, RETENTION, RULE_NAMES, SCANNED
from offerloop.message import Message
from offerloop.report import Localizer

ROOMS = ("events", "profiles", "recommenders", "response", "offers", "evaluation", "flow.py")
ENGLISH = re.compile(r"[A-Za-z][a-z']+ [a-z']+ [a-z']+")


def files():
    return [path for room in ROOMS for path in ((SOURCE / room).rglob("*.py") if "." not in room else [SOURCE / room])]


def texts_of_errors(kind):
    """The arguments of all calls that make an error, with their places."""
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == kind:
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node.args[0]


def test_what_data_cannot_show_is_said_in_messages():
    said = list(texts_of_errors("EvidenceError"))
    assert len(said) > 20
    assert [place for place, text in said if isinstance(text, ast.Constant | ast.JoinedStr)] == []


def texts_of_rooms():
    ours = {path.relative_to(SOURCE.parent.parent).as_posix() for path in files()}
    return [text for text in extract()[0] if text.place in ours]


@pytest.mark.parametrize("text", texts_of_rooms(), ids=lambda text: f"{Path(text.place).stem}-{text.line}")
def test_what_a_room_says_is_chinese_on_a_chinese_page(text):
    message = Message(text.template, context=text.context, plural=text.plural)
    values = dict.fromkeys(re.findall(r"{(\w+)}", text.template + (text.plural or "")), 7)
    assert not ENGLISH.search(Localizer("zh", "EUR")(message.with_values(**values)))


def names_of_rules():
    """What code calls a cleaning rule."""
    position = {"note": 0, "CleaningRule": 0, "quality_row": 1}
    for path in [*(SOURCE / "events").rglob("*.py"), SOURCE / "commands" / "replay" / "orders.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                at = position.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
                name = node.args[at] if at is not None and len(node.args) > at else None
                if isinstance(name, ast.Constant):
                    yield name.value


def test_every_cleaning_rule_has_a_name_that_pages_translate():
    names = {*names_of_rules(), SCANNED, RETENTION, NON_MERCHANDISE}
    assert len(names) > 30
    assert names <= RULE_NAMES.keys()
