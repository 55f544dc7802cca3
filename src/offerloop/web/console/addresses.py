"""Addresses of pages of the console that lead from one to another, with ids as an address holds them."""

from __future__ import annotations

from urllib.parse import quote


def customer_address(customer_id: str) -> str:
    """Where a customer's profile, offers and explanations are."""
    return f"/console/customer?id={quote(customer_id, safe='')}"


def campaign_address(campaign_id: str) -> str:
    """Where a campaign that people wrote here is edited and approved."""
    return f"/console/campaign?id={quote(campaign_id, safe='')}"


def plan_address(campaign_id: str) -> str:
    """Where the newest plan of a campaign is."""
    return f"/console/plan?campaign={quote(campaign_id, safe='')}"


def recipients_address(run: str, campaign_id: str) -> str:
    """Where it says who gets what of a campaign by the plan of a run."""
    return f"/console/recipients?run={run}&campaign={quote(campaign_id, safe='')}"


def experiment_address(run: str) -> str:
    """Where a run is shown as an experiment."""
    return f"/console/experiment?run={run}"


def report_address(run: str, readout: str | None = None) -> str:
    """Where the report of a run, or of one of its read-outs, is."""
    return f"/console/report?run={run}" + ("" if readout is None else f"&readout={readout}")
