"""What the random arms of customers are called on pages."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.web.console.cells import Badge

ARMS = {
    "plan": Badge("plan", Message("plan", context="random arm"), "good"),
    "explore": Badge("explore", Message("random test offer", context="random arm")),
    "holdback": Badge("holdback", Message("held back", context="random arm")),
    "holdout": Badge("holdout", Message("never gets offers", context="random arm")),
    "usual": Badge("usual", Message("what the shop does today", context="random arm")),
}
