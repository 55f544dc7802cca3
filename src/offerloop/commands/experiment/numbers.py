"""How the figures of an experiment are written."""

from __future__ import annotations

import math

from offerloop.evaluation import Estimate
from offerloop.report import Localizer

ALMOST = 0.999
"""A chance to win beyond it, or its opposite, is told no more exactly."""


def estimate_text(estimate: Estimate, _: Localizer) -> str:
    """A difference with its interval, where anything is known of it."""
    if not math.isfinite(estimate.high - estimate.low):
        return _("nothing known yet", context="table cell")
    return _.numbers(estimate.text())


def percent_text(share: Estimate | None, _: Localizer) -> str:
    """The same as a percentage of the control's value; nothing where that is zero."""
    if share is None:
        return ""
    if not math.isfinite(share.high - share.low):
        return _("nothing known yet", context="table cell")
    return _.shares(share.times(100))


def win_text(chance: float | None, _: Localizer) -> str:
    """A chance to win, which is never quite nothing or all."""
    if chance is None:
        return ""
    if chance > ALMOST:
        return _("over {share}", context="chance to win", share=_.numbers("99.9 %"))
    if chance < 1 - ALMOST:
        return _("under {share}", context="chance to win", share=_.numbers("0.1 %"))
    return _.numbers(f"{100 * chance:.1f} %")
