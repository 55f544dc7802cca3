"""Learns which products of a shop are related, as a stage that is kept."""

from __future__ import annotations

from offerloop.config import Config
from offerloop.engine import Engine
from offerloop.flow import clean, interact
from offerloop.recommenders.learn_relations import learn_relations
from offerloop.recommenders.relations import ProductRelations
from offerloop.workspace.product_relations import STAGE
from offerloop.workspace.stages import Recorder


def relate(settings: Config, engine: Engine, stage: Recorder) -> ProductRelations:
    """Learn from all baskets and keep the result under what it depends on, the settings with the sources."""
    events = clean(settings, engine, stage)
    return stage(STAGE, lambda known, _: learn_relations(interact(events, known)), settings, engine)
