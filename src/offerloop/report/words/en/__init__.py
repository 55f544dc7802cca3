"""The words of reports and explanations in English, a file for each kind of page."""

from __future__ import annotations

from offerloop.report.words.en import (
    budget,
    explanations,
    page,
    past_campaigns,
    study,
    terms,
)

WORDS: dict[str, str] = {
    **explanations.WORDS,
    **page.WORDS,
    **past_campaigns.WORDS,
    **study.WORDS,
    **terms.WORDS,
    **budget.WORDS,
}
