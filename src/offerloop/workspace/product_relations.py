"""The stage that keeps which products of a shop are related, and what its result depends on."""

from __future__ import annotations

from offerloop.config import Config
from offerloop.engine import Engine

STAGE = "similar products"
_SECTIONS = ("shop", "sources", "clean", "profiles", "privacy", "evaluate", "recommend")
"""Sections of the configuration that the relations depend on."""


def stage_inputs(config: Config, engine: Engine) -> tuple[Config, Engine]:
    """Return what the kept relations of a shop depend on."""
    return config.only(*_SECTIONS), engine
