"""The words of reports and explanations in Chinese, a file for each kind of page."""

from __future__ import annotations

from offerloop.report.words.zh import (
    budget,
    evaluation,
    explanations,
    page,
    past_campaigns,
    planning,
    readout,
    replay,
    simulation,
    study,
    terms,
)

WORDS: dict[str, str] = {
    **explanations.WORDS,
    **page.WORDS,
    **past_campaigns.WORDS,
    **study.WORDS,
    **terms.WORDS,
    **readout.WORDS,
    **simulation.WORDS,
    **evaluation.WORDS,
    **budget.WORDS,
    **replay.WORDS,
    **planning.WORDS,
}
