"""Names in the configuration that a run looks up, so that a slip is told before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from offerloop.config import AudienceRule, Config, fits_pattern
from offerloop.engine import collect
from offerloop.errors import near_miss
from offerloop.events import Events
from offerloop.message import Message
from offerloop.profiles import FEATURES, TAGS
from offerloop.recommenders import RECOMMENDERS
from offerloop.workspace.store_campaigns import has_store

_TAGS = "tags"


def name_problems(config: Config) -> list[Message]:
    """Return one sentence for each recommender, field, tag, team or file that does not exist.

    The store of a shop may have campaigns of any team, also later.
    """
    teams = () if has_store(config) else _teams(config)
    return [*_candidates(config), *_fields(config), *_tags(config), *teams, *_outcomes(config)]


def _teams(config: Config) -> list[Message]:
    teams = {one.team for one in config.campaigns}
    return [
        Message("plan.team_budgets names the team '{team}', but no campaign has team = \"{team}\"", team=team)
        for team in config.plan.team_budgets
        if team not in teams
    ]


def _candidates(config: Config) -> list[Message]:
    others = [one for one in config.recommend.candidates if one not in RECOMMENDERS.builtin]
    names = RECOMMENDERS.names() if others else []  # looking for installed parts takes long
    return [
        Message(
            "recommend.candidates names '{name}', which is no recommender{near} (known: {known})",
            name=candidate,
            near=near_miss(candidate, names),
            known=names,
        )
        for candidate in others
        if candidate not in names
    ]


def _fields(config: Config) -> list[Message]:
    source = config.sources.get("customers")
    own = () if source is None else (*source.columns, *source.attributes)
    field_names = {*(one.name for one in FEATURES), _TAGS, *own} - set(config.profiles.audit_only)
    return [
        Message(
            "audiences.{name} asks for the field '{field}', which nobody has{near}",
            name=name,
            field=field,
            near=near_miss(field, field_names),
        )
        for name, rule in config.audiences.items()
        for field in rule.fields
        if field not in field_names
    ]


def _tags(config: Config) -> list[Message]:
    tag_names = [one.name for one in TAGS]
    return [
        Message(
            "audiences.{name} asks for the tag '{tag}', which does not exist{near}",
            name=name,
            tag=tag,
            near=near_miss(tag, tag_names),
        )
        for name, rule in config.audiences.items()
        for tag in _asked_tags(rule)
        if tag not in tag_names
    ]


def _asked_tags(rule: AudienceRule) -> Iterator[str]:
    if rule.field == _TAGS and rule.compare is None:
        yield from map(str, rule.values)
    for inner in (*(rule.all or ()), *(rule.any or ()), *([rule.negated] if rule.negated else ())):
        yield from _asked_tags(inner)


def _outcomes(config: Config) -> list[Message]:
    return [
        Message(
            "experiment.outcomes names '{path}', which is no file; a read-out writes it as outcomes.parquet",
            path=str(path),
        )
        for path in config.experiment.outcomes
        if not path.is_file()
    ]


def pattern_notes(config: Config, events: Events) -> list[Message]:
    """Return one sentence for each pattern that is to keep something out and matches nothing."""
    listed = {
        ("recommend", "exclude_products", "product_id"): config.recommend.exclude_products,
        ("recommend", "exclude_categories", "category"): config.recommend.exclude_categories,
        ("response", "exclude_categories", "category"): config.response.exclude_categories,
    }
    if not any(listed.values()):
        return []
    products = collect(events.products.select("product_id", "category"))
    return [
        Message(
            "{section}.{key} keeps nothing out by '{pattern}': no {column} matches it{near}",
            section=section,
            key=key,
            pattern=pattern,
            column=column,
            near=near_miss(pattern, values),
        )
        for (section, key, column), patterns in listed.items()
        for values in [products[column].drop_nulls().unique().cast(pl.String).to_list() if patterns else []]
        for pattern in _unmatched(patterns, values)
    ]


def _unmatched(patterns: Iterable[str], values: list[str]) -> list[str]:
    return [one for one in patterns if not any(fits_pattern(value, one) for value in values)]
