"""How long a plan is for, by the rounds in which a log was written."""

from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from offerloop.mapping.contents import SourceColumn
from offerloop.mapping.matching import BY_CONTENTS, ColumnMatch
from offerloop.mapping.rounds import days_between_rounds

CUSTOMERS = range(500, 520)
MONTHS = (0, 31, 60, 91, 121, 152, 182, 213, 244)
LOGS = {
    "every customer each fortnight": (14, [(one, day) for day in range(0, 85, 14) for one in CUSTOMERS]),
    "a third of them each fortnight": (
        14, [(one, day) for day in range(0, 253, 14) for one in CUSTOMERS if (one * one + day * one // 11) % 3 == 0],
    ),
    "each on days of their own, every ten": (10, [
        (one, one % 9 + day) for day in range(0, 80, 10) for one in CUSTOMERS
    ]),
    "every customer each day": (1, [(one, day) for day in range(30) for one in CUSTOMERS]),
    "every quarter": (91, [(one, day) for day in range(0, 365, 91) for one in CUSTOMERS]),
    "weekly": (7, [(one, day) for day in range(0, 64, 7) for one in CUSTOMERS]),
    "whenever somebody came": (None, [(one, (one * 13 + k * k * 7) % 90) for k in range(6) for one in CUSTOMERS]),
    "on the first of each month": (31, [(one, day) for day in MONTHS for one in CUSTOMERS]),
    "on the first of each month, a third of them": (
        31, [(one, day) for day in MONTHS for one in CUSTOMERS if (one * one + day * one // 11) % 3 == 0],
    ),
    "twice": (None, [(one, day) for day in (0, 21) for one in CUSTOMERS]),
    "once": (None, [(one, 3) for one in CUSTOMERS]),
}  # fmt: skip


@pytest.mark.parametrize("log", LOGS)
def test_rounds_are_as_many_days_apart_as_offers_were_shown(log):
    expected, shown = LOGS[log]
    table = pl.DataFrame(
        [(name, date(2024, 1, 1) + timedelta(days=day)) for name, day in shown], schema=["who", "sent"], orient="row"
    )
    match = ColumnMatch({one.name: SourceColumn(one.name, one) for one in table})
    match.take("customer_id", "who", ("who",), BY_CONTENTS)
    match.take("at", "sent", ("sent",), BY_CONTENTS)
    sample = SimpleNamespace(head=table, sampled=table, decimal=".")
    assert days_between_rounds(match, sample, None) == expected
