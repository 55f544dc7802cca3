"""Two readings of the same sources, which must give the same tables."""

from offerloop.engine import collect
from offerloop.events import Events

LAZY = [name for name, kind in Events.__annotations__.items() if kind == "Frame"]
EAGER = [name for name, kind in Events.__annotations__.items() if kind == "pl.DataFrame"]


def assert_same_events(ours, theirs):
    for name in LAZY:
        frame, expected = collect(getattr(ours, name)), collect(getattr(theirs, name))
        assert frame.select(expected.columns).schema == expected.schema, name
        assert _sorted(frame, expected.columns).equals(_sorted(expected, expected.columns)), name
    for name in EAGER:
        expected = getattr(theirs, name)
        assert _sorted(getattr(ours, name), expected.columns).equals(_sorted(expected, expected.columns)), name
    assert (ours.notes, ours.agreement, ours.offers) == (theirs.notes, theirs.agreement, theirs.offers)


def _sorted(table, columns):
    return table.select(columns).sort(columns)
