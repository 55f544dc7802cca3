"""Two readings of the same sources, which must give the same tables."""

from dataclasses import fields

from offerloop.engine import collect
from offerloop.events import Events

KINDS = {field.name: field.type for field in fields(Events)}
LAZY = ["order_lines", *(name for name, kind in KINDS.items() if kind == "Frame")]
EAGER = [name for name, kind in KINDS.items() if kind == "pl.DataFrame"]
VALUES = ["notes", "agreement", "offers", "splits_discounts", "coupons_apart", "first_day", "as_of_day"]
LEFT_OUT = {"line_parts", "read_so_far"}
"""Lines may lie in other parts, and what is kept for later files shows in what these give."""


def assert_same_events(ours, theirs):
    assert {*LAZY, *EAGER, *VALUES, *LEFT_OUT} == {*KINDS, "order_lines"}
    for name in LAZY:
        frame, expected = collect(getattr(ours, name)), collect(getattr(theirs, name))
        assert frame.select(expected.columns).schema == expected.schema, name
        assert _sorted(frame, expected.columns).equals(_sorted(expected, expected.columns)), name
    for name in EAGER:
        expected = getattr(theirs, name)
        assert _sorted(getattr(ours, name), expected.columns).equals(_sorted(expected, expected.columns)), name
    assert [getattr(ours, name) for name in VALUES] == [getattr(theirs, name) for name in VALUES]


def _sorted(table, columns):
    return table.select(columns).sort(columns)
