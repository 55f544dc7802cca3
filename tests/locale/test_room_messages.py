"""What rooms say of data reaches pages as messages, and is Chinese on a Chinese page."""

import ast
import re
from collections import Counter

from translatable_texts import SOURCE, extract

from offerloop.events import AFTER_PLAN, AFTER_WINDOW, BEFORE_WINDOW, NON_MERCHANDISE, RETENTION, RULE_NAMES, SCANNED
from offerloop.message import Message
from offerloop.report import Localizer

ROOMS = ("events", "profiles", "recommenders", "response", "offers", "evaluation", "flow")
ERRORS = {
    name
    for path in SOURCE.rglob("*.py")
    for name in re.findall(r"^class (\w+Error)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
} - {"ContractError"}
"""Errors of ours, without the one that says what is wrong with our own code."""
ENGLISH = re.compile(r"[A-Za-z][a-z']+ [a-z']+ [a-z']+")


def files():
    return [path for room in ROOMS for path in ((SOURCE / room).rglob("*.py") if "." not in room else [SOURCE / room])]


PLAIN = {"client": 1}
"""Rooms whose refusals are still text, and at most how many."""


def texts_of_errors():
    """The rooms of all calls that make an error of ours from text."""
    written = {path: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
    for path, text in written.items():
        for node in ast.walk(ast.parse(text)) if "Error(" in text else ():
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if name in ERRORS and any(is_text(one) for one in node.args[:1]):
                parts = path.relative_to(SOURCE).parts
                yield "/".join(parts[:2] if parts[0] == "commands" else parts[:1])


def is_text(node):
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_refusals_are_messages():
    found = Counter(texts_of_errors())
    assert {room: n for room, n in found.items() if n > PLAIN.get(room, 0)} == {}


def seen_in_chinese(text):
    message = Message(text.template, context=text.context, plural=text.plural)
    values = dict.fromkeys(re.findall(r"{(\w+)}", text.template + (text.plural or "")), 7)
    return Localizer("zh", "EUR")(message.with_values(**values))


def test_what_a_room_says_is_chinese_on_a_chinese_page():
    ours = {path.relative_to(SOURCE.parent.parent).as_posix() for path in files()}
    texts = [text for text in extract()[0] if text.place in ours]
    assert len(texts) > 500
    assert [text for text in texts if ENGLISH.search(seen_in_chinese(text))] == []


def names_of_rules():
    """What code calls a cleaning rule."""
    position = {"note": 0, "CleaningRule": 0, "quality_row": 1, "add_quality": 1}
    for path in [*(SOURCE / "events").rglob("*.py"), SOURCE / "commands" / "replay" / "orders.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                at = position.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
                name = node.args[at] if at is not None and len(node.args) > at else None
                if isinstance(name, ast.Constant):
                    yield name.value


def test_every_cleaning_rule_has_a_name_that_pages_translate():
    names = {*names_of_rules(), SCANNED, RETENTION, AFTER_PLAN, NON_MERCHANDISE, BEFORE_WINDOW, AFTER_WINDOW}
    assert len(names) > 20
    assert names <= RULE_NAMES.keys()
