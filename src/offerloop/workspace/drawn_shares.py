"""The shares of customers with which a run drew its random groups, from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offerloop.config import Config

EARLIER_HOLDOUT = 0.10
"""The default when manifests did not yet hold the shares."""


def shares_of(config: Config) -> dict[str, float]:
    """Return what the manifest of a run holds."""
    usual = config.business_as_usual
    return {"holdout": config.experiment.holdout, "usual": 0.0 if usual is None else usual.share}


def held_back_of(manifest: Mapping[str, Any]) -> float:
    """Return the share of planned customers from whom a period of a loop held their offer back; 0 in other runs."""
    return float(manifest.get("shares", {}).get("holdback", 0.0))


def holdout_of(manifest: Mapping[str, Any], written: Mapping[str, Any]) -> float:
    """Return the share of the holdout of a run; `written` is its configuration as it stands in the file."""
    shares = manifest.get("shares", {})
    return float(shares.get("holdout", written.get("experiment", {}).get("holdout", EARLIER_HOLDOUT)))
