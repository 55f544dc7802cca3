"""The words of reports and explanations in Chinese, a file for each kind of page."""

from __future__ import annotations

from offerloop.report.words.zh import (
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
