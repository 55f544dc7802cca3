"""Records whose fields are set at once are dataclasses like all others."""

import pickle
from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from offerloop.offers.record import set_at_once


@set_at_once
@dataclass(frozen=True)
class Mark:
    name: str
    places: tuple[int, ...] = ()
    weight: float | None = None


def test_fields_are_set_by_position_by_name_and_by_default():
    assert Mark("a") == Mark(name="a", places=(), weight=None)
    assert repr(Mark("a", (1,), weight=0.5)) == "Mark(name='a', places=(1,), weight=0.5)"
    assert len({Mark("a"), Mark("a"), Mark("b")}) == 2


def test_they_are_frozen_replaced_and_copied():
    with pytest.raises(FrozenInstanceError):
        Mark("a").name = "b"
    assert replace(Mark("a"), weight=1.0) == Mark("a", (), 1.0) == pickle.loads(pickle.dumps(Mark("a", weight=1.0)))


@pytest.mark.parametrize("arguments", [{}, {"name": "a", "size": 1}])
def test_wrong_arguments_are_refused_by_name_of_the_class(arguments):
    with pytest.raises(TypeError, match=r"Mark\.__init__"):
        Mark(**arguments)
