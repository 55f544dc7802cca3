"""The stage that learns and keeps which products of a shop are related, and what its result depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offerloop.config import Config, SectionName
from offerloop.engine import Engine, Shards
from offerloop.recommenders import ProductRelations

if TYPE_CHECKING:
    from offerloop.workspace.stages import Recorder

SIMILAR_PRODUCTS = "similar products"
_SECTIONS: tuple[SectionName, ...] = ("shop", "sources", "clean", "profiles", "privacy", "evaluate", "recommend")
"""Sections of the configuration that the relations depend on."""


def similar_products_inputs(config: Config, engine: Engine) -> tuple[Config, Engine]:
    """Return what the kept relations of a shop depend on."""
    return config.only(*_SECTIONS), engine


def relate_products(settings: Config, engine: Engine, stage: Recorder) -> ProductRelations:
    """Learn from all baskets, in a large shop from those of a sample of customers.

    The result is kept under what it depends on, the settings with the sources.
    """
    from offerloop.flow import (  # only learning needs these, not a question about what was kept
        clean,
        interactions_of,
        preference_events,
        purchases_of,
    )
    from offerloop.recommenders import learn_relations

    events = clean(settings, engine, stage)

    def learn(options: Config, engine: Engine) -> ProductRelations:
        preferences = Shards.of(preference_events(events, purchases_of(events, engine)), engine)
        return learn_relations(interactions_of(preferences, events, options))

    return stage(SIMILAR_PRODUCTS, learn, settings, engine)
