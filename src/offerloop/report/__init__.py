"""Charts and one self-contained page from what a run found, and the same figures for machines."""

from offerloop.report.findings import CampaignFindings, Findings
from offerloop.report.page import render
from offerloop.report.summary import summarise

__all__ = ["CampaignFindings", "Findings", "render", "summarise"]
