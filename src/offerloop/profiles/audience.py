"""Who belongs to an audience: rules of the configuration over features, tags and attributes."""

from __future__ import annotations

import polars as pl

from offerloop.config import AudienceRule, pattern_expression
from offerloop.errors import ConfigError, near_miss
from offerloop.message import Message
from offerloop.profiles.tags import TAGS


def members(rule: AudienceRule, customers: pl.DataFrame, name: str) -> pl.Series:
    """customer_id of those for whom the rule holds. `customers`: one row per customer with every field.

    A test of something that is not known of a customer does not hold. Raises ConfigError for an unknown field, for a
    number asked of a text, and for a field or tag that is not known of anybody: such a rule would let everybody in, or
    nobody, without a word.
    """
    for field in rule.fields:
        if field not in customers.columns:
            raise ConfigError(
                Message(
                    "audiences.{name}: there is no field '{field}'{near}; fields are the features of "
                    "docs/reference/profiles.md, 'tags', 'segment' and the attributes of sources.customers",
                    name=name,
                    field=field,
                    near=near_miss(field, customers.columns),
                )
            )
    _check_known(rule, customers, name)
    return customers.filter(_holds(rule, customers, name))["customer_id"]


def _check_known(rule: AudienceRule, customers: pl.DataFrame, name: str) -> None:
    for test in rule.tests:
        needed = {test.field} if test.field != "tags" else {tag.rests_on for tag in TAGS if _asks_for(test, tag.name)}
        for field in sorted(one for one in needed if one is not None):
            if (
                test.exists is None
                and field in customers.columns
                and customers[field].is_null().all()
                and customers.height
            ):
                tag = Message(" (a tag rests on it)") if test.field == "tags" else ""
                raise ConfigError(
                    Message(
                        "audiences.{name} asks for '{field}'{tag}, which is not known of any of the {n_customers} "
                        "customers; use another field, such as recency_days, or give data from which it can be known",
                        name=name,
                        field=field,
                        tag=tag,
                        n_customers=customers.height,
                    )
                )


def _asks_for(test: AudienceRule, tag: str) -> bool:
    """Return whether a test of `tags` can hold because of this one."""
    return not pl.DataFrame({"tag": [tag]}).filter(_test(test, pl.col("tag"), pl.String())).is_empty()


def _holds(rule: AudienceRule, customers: pl.DataFrame, name: str) -> pl.Expr:
    if rule.all is not None:
        return pl.all_horizontal(pl.lit(value=True), *(_holds(one, customers, name) for one in rule.all))
    if rule.any is not None:
        return pl.any_horizontal(pl.lit(value=False), *(_holds(one, customers, name) for one in rule.any))
    if rule.negated is not None:
        return ~_holds(rule.negated, customers, name)
    field = rule.field or ""
    if isinstance(customers.schema[field], pl.List):
        if rule.exists is not None:
            return (pl.col(field).list.len() > 0) == rule.exists
        return pl.col(field).list.eval(_test(rule, pl.element(), pl.String())).list.any().fill_null(value=False)
    needs_number = any(part is not None for part in (rule.above, rule.below, rule.between))
    if needs_number and not customers.schema[field].is_numeric():
        raise ConfigError(
            Message(
                "audiences.{name}: '{field}' holds {type}, not numbers; use equals, in or matches",
                name=name,
                field=field,
                type=str(customers.schema[field]),
            )
        )
    return _test(rule, pl.col(field), customers.schema[field]).fill_null(value=False)


def _test(rule: AudienceRule, value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    text = value.cast(pl.String)
    if rule.exists is not None:
        return value.is_not_null() if rule.exists else value.is_null()
    if rule.matches is not None:
        return text.str.contains(pattern_expression(rule.matches))
    if rule.equals is not None:
        return _same(value, text, kind, rule.equals)
    if rule.among is not None:
        return pl.any_horizontal(pl.lit(value=False), *(_same(value, text, kind, one) for one in rule.among))
    if rule.between is not None:
        return value.is_between(*rule.between)
    return value > rule.above if rule.above is not None else value < rule.below


def _same(value: pl.Expr, text: pl.Expr, kind: pl.DataType, wanted: object) -> pl.Expr:
    """Numbers by value, everything else as text: a rule in TOML need not know how a file writes its ids."""
    if kind.is_numeric() and isinstance(wanted, int | float):
        return value == wanted
    return text == (str(wanted).lower() if isinstance(wanted, bool) else str(wanted))
