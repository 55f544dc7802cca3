"""Learns which products of a shop are related, as a stage that is kept."""

from __future__ import annotations

from offerloop.config import Config
from offerloop.engine import Engine
from offerloop.events.prepare import Events
from offerloop.flow import clean, interact
from offerloop.recommenders.learn_relations import learn_relations
from offerloop.recommenders.relations import ProductRelations
from offerloop.service.similar import STAGE
from offerloop.service.stages import Recorder


def relate(settings: Config, engine: Engine, stage: Recorder) -> ProductRelations:
    """Learn from all baskets and keep the result under what it depends on, the settings with the sources."""
    events = clean(settings, engine, stage)
    return stage(STAGE, lambda known, _: _learn(events, known), settings, engine)


def _learn(events: Events, settings: Config) -> ProductRelations:
    _, interactions = interact(events, settings)
    return learn_relations(interactions)
