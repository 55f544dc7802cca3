"""How often a log of offers was written: whether all customers were shown something every so many days."""

from __future__ import annotations

from offerloop.events import DAY
from offerloop.mapping.matching import ColumnMatch
from offerloop.mapping.times import TimeForm, column_values, forms_of, seconds_of
from offerloop.workspace import SampleRows

_FEWEST_GAPS = 2
_NEARLY_ALL = 0.9
"""Share of the gaps between days with exposures that must be equal."""


def days_between_rounds(match: ColumnMatch, sample: SampleRows, form: TimeForm | None) -> int | None:
    """Return how many days apart the rounds are in which offers were shown; None where there are no rounds."""
    forms = [form.form] if form else forms_of(match, "at", sample)
    cells = column_values(sample.sampled, match.guesses["at"].written, sample.decimal)
    days = (seconds_of(cells, forms[0] if forms else None) // DAY).drop_nulls().unique().sort()
    gaps = days.diff().drop_nulls()
    if gaps.len() < _FEWEST_GAPS:
        return None
    commonest = int(gaps.mode().sort()[0])
    return commonest if float((gaps == commonest).mean() or 0) >= _NEARLY_ALL else None  # type: ignore[arg-type]
