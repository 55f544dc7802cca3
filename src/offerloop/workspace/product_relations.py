"""The stage that learns and keeps which products of a shop are related, and what its result depends on."""

from __future__ import annotations

from offerloop.config import Config, SectionName
from offerloop.engine import Engine
from offerloop.recommenders import ProductRelations
from offerloop.workspace.stages import Recorder

SIMILAR_PRODUCTS = "similar products"
_SECTIONS: tuple[SectionName, ...] = ("shop", "sources", "clean", "profiles", "privacy", "evaluate", "recommend")
"""Sections of the configuration that the relations depend on."""


def similar_products_inputs(config: Config, engine: Engine) -> tuple[Config, Engine]:
    """Return what the kept relations of a shop depend on."""
    return config.only(*_SECTIONS), engine


def relate_products(settings: Config, engine: Engine, stage: Recorder) -> ProductRelations:
    """Learn from all baskets and keep the result under what it depends on, the settings with the sources."""
    from offerloop.flow import clean, interact  # only learning needs these, not a question about what was kept
    from offerloop.recommenders import learn_relations

    events = clean(settings, engine, stage)
    return stage(SIMILAR_PRODUCTS, lambda options, _: learn_relations(interact(events, options)), settings, engine)
