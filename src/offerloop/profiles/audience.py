"""Who belongs to an audience: rules of the configuration over features, tags and attributes."""

from __future__ import annotations

import re

import polars as pl

from offerloop.config import BOUNDS, AudienceRule, ValueComparison, pattern_expression, version_key
from offerloop.errors import ConfigError, near_miss
from offerloop.message import Message
from offerloop.profiles.tags import TAGS

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def members(rule: AudienceRule, customers: pl.DataFrame, name: str, *, is_whole: bool = True) -> pl.Series:
    """customer_id of those for whom the rule holds. `customers`: one row per customer with every field.

    A test of something that is not known of a customer does not hold. Raises ConfigError for an unknown field, for a
    number asked of a text, and for a field or tag that is not known of anybody: such a rule would let everybody in, or
    nobody, without a word. Where `customers` are only some of the shop's (`is_whole`), it may be known of others.
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
    _check_lists(rule, customers, name)
    if is_whole:
        _check_known(rule, customers, name)
    return customers.filter(_holds(rule, customers, name))["customer_id"]


def _check_lists(rule: AudienceRule, customers: pl.DataFrame, name: str) -> None:
    for test in rule.tests:
        if _needs_number(test) and isinstance(customers.schema[test.field or ""], pl.List):
            raise ConfigError(
                Message(
                    "audiences.{name}: '{field}' is a list, not a number; for how many entries it has, add "
                    'compare = "size"',
                    name=name,
                    field=test.field or "",
                )
            )


def _needs_number(rule: AudienceRule) -> bool:
    return rule.compare is None and any(getattr(rule, bound) is not None for bound in BOUNDS)


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
    return (
        test.compare is not ValueComparison.SIZE
        and not pl.DataFrame({"tag": [tag]}).filter(_test(test, pl.col("tag"), pl.String())).is_empty()
    )


def _holds(rule: AudienceRule, customers: pl.DataFrame, name: str) -> pl.Expr:
    if rule.all is not None:
        return pl.all_horizontal(pl.lit(value=True), *(_holds(one, customers, name) for one in rule.all))
    if rule.any is not None:
        return pl.any_horizontal(pl.lit(value=False), *(_holds(one, customers, name) for one in rule.any))
    if rule.negated is not None:
        return ~_holds(rule.negated, customers, name)
    return _field_holds(rule, customers, name)


def _field_holds(rule: AudienceRule, customers: pl.DataFrame, name: str) -> pl.Expr:
    """Whether the one field that a rule names is as it says."""
    field = rule.field or ""
    is_list = isinstance(customers.schema[field], pl.List)
    if rule.compare is ValueComparison.SIZE or rule.all_of is not None:
        if not is_list:
            raise ConfigError(
                Message(
                    "audiences.{name}: '{field}' holds {type}, not a list; leave out 'all_of' and compare = \"size\"",
                    name=name,
                    field=field,
                    type=str(customers.schema[field]),
                )
            )
        return _holds_of_list(rule, pl.col(field))
    if is_list:
        if rule.exists is not None:
            return (pl.col(field).list.len() > 0) == rule.exists
        return pl.col(field).list.eval(_test(rule, pl.element(), pl.String())).list.any().fill_null(value=False)
    if _needs_number(rule) and not customers.schema[field].is_numeric():
        raise ConfigError(
            Message(
                "audiences.{name}: '{field}' holds {type}, not numbers; use equals, in or matches",
                name=name,
                field=field,
                type=str(customers.schema[field]),
            )
        )
    return _test(rule, pl.col(field), customers.schema[field]).fill_null(value=False)


def _holds_of_list(rule: AudienceRule, value: pl.Expr) -> pl.Expr:
    """Whether a list as a whole has the size, or all of the entries, that a rule asks for."""
    if rule.compare is ValueComparison.SIZE:
        return _test(rule, value.list.len(), pl.UInt32()).fill_null(value=False)
    each = (
        value.list.eval(
            _same(pl.element(), _text(rule, pl.element(), pl.String()), pl.String(), _wanted(rule, part))
        ).list.any()
        for part in rule.all_of or ()
    )
    return pl.all_horizontal(pl.lit(value=True), *(one.fill_null(value=False) for one in each))


def _test(rule: AudienceRule, value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if rule.exists is not None:
        return value.is_not_null() if rule.exists else value.is_null()
    text = _text(rule, value, kind)
    kind = pl.String() if rule.compare is ValueComparison.VERSION else kind
    if rule.matches is not None:
        return text.str.contains(pattern_expression(str(_wanted(rule, rule.matches))))
    if rule.equals is not None:
        return _same(value, text, kind, _wanted(rule, rule.equals))
    among = rule.all_of if rule.among is None else rule.among
    if among is not None:
        wanted = (_wanted(rule, one) for one in among)
        return pl.any_horizontal(pl.lit(value=False), *(_same(value, text, kind, one) for one in wanted))
    return _within(rule, text if rule.compare is ValueComparison.VERSION else value)


def _within(rule: AudienceRule, value: pl.Expr) -> pl.Expr:
    bounds = [version_key(str(one)) if rule.compare is ValueComparison.VERSION else float(one) for one in rule.values]
    if rule.between is not None:
        return value.is_between(pl.lit(bounds[0]), pl.lit(bounds[1]))
    (bound,) = map(pl.lit, bounds)
    if rule.above is not None:
        return value > bound
    if rule.below is not None:
        return value < bound
    return value >= bound if rule.at_least is not None else value <= bound


def _text(rule: AudienceRule, value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """Return a value as text that can be compared as the rule says; whole numbers have no point."""
    text = value.cast(pl.String)
    text = text.str.strip_suffix(".0") if kind.is_float() else text
    if rule.compare is ValueComparison.VERSION:
        return text.map_elements(version_key, return_dtype=pl.String)
    return text.str.to_lowercase() if rule.compare is ValueComparison.IGNORE_CASE else text


def _wanted(rule: AudienceRule, value: object) -> object:
    """Return what a rule compares with, in the same form."""
    if rule.compare is ValueComparison.VERSION:
        return version_key(str(value))
    return value.lower() if rule.compare is ValueComparison.IGNORE_CASE and isinstance(value, str) else value


def _same(value: pl.Expr, text: pl.Expr, kind: pl.DataType, wanted: object) -> pl.Expr:
    """Numbers by value, everything else as text: a rule in TOML need not know how a file writes its ids."""
    if isinstance(wanted, bool):
        if kind.is_numeric():  # flags are written 1 and 0, too
            return value == int(wanted)
        return text.str.to_lowercase() == str(wanted).lower()
    if kind.is_numeric() and (number := _number(wanted)) is not None:
        return value == number
    return text == str(wanted)


def _number(wanted: object) -> int | float | None:
    """Return what a rule compares with as a number; None where it is none, however its digits are quoted."""
    if isinstance(wanted, int | float):
        return wanted
    text = str(wanted)
    return (float(text) if "." in text else int(text)) if _NUMBER.fullmatch(text) else None
