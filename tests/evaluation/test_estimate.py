"""An estimate in words."""

import math

from offerloop.evaluation import Estimate


def test_an_unbounded_interval_has_words():
    assert Estimate(1.0, -math.inf, math.inf).text() == "1.00 [−∞, ∞]"
    assert Estimate(1.0, 0.5, math.inf).text() == "1.00 [0.50, ∞]"
