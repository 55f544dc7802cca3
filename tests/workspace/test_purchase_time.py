"""The time of a purchase as people type it."""

import re

import pytest

from offerloop.errors import InputError
from offerloop.workspace import epoch_second


@pytest.mark.parametrize("written", ["2026-11-11", "2026-11-11T20:00", "20261111T200000"])
def test_the_example_of_a_time_with_an_offset_is_one(written):
    with pytest.raises(InputError, match="--now needs an offset, such as ") as refused:
        epoch_second(written)
    (example,) = re.findall("such as (.*), not", str(refused.value))
    assert epoch_second(example) > epoch_second("2026-11-10T23:59:59Z")
