"""Rules over features, tags and attributes."""

import polars as pl
import pytest
from pydantic import ValidationError

from offerloop.config import AudienceRule
from offerloop.errors import ConfigError
from offerloop.profiles.audience import members

KNOWN = pl.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d"],
        "spend_minor": [100, 2000, 5000, None],
        "share": [0.1, 0.5, 0.9, 0.5],
        "segment": ["gold", "silver", None, "gold plus"],
        "vip": ["true", "false", None, "true"],
        "tags": [["loyal", "growing"], [], ["lapsing"], ["loyal"]],
    }
)


def who(**rule):
    return "".join(members(AudienceRule.model_validate(rule), KNOWN, "test"))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"field": "segment", "equals": "gold"}, "a"),
        ({"field": "segment", "in": ["gold", "silver"]}, "ab"),
        ({"field": "segment", "matches": "gold*"}, "ad"),
        ({"field": "segment", "matches": "*old*"}, "ad"),
        ({"field": "segment", "matches": "*o*d*p*us"}, "d"),
        ({"field": "segment", "matches": "[g]old"}, ""),
        ({"field": "segment", "exists": True}, "abd"),
        ({"field": "segment", "exists": False}, "c"),
        ({"field": "vip", "equals": True}, "ad"),
        ({"field": "spend_minor", "above": 2000}, "c"),
        ({"field": "spend_minor", "below": 2000}, "a"),
        ({"field": "spend_minor", "between": [100, 2000]}, "ab"),
        ({"field": "spend_minor", "equals": 2000}, "b"),
        ({"field": "spend_minor", "equals": 2000.0}, "b"),
        ({"field": "share", "in": [0.5, 1]}, "bd"),
        ({"field": "tags", "equals": "loyal"}, "ad"),
        ({"field": "tags", "in": ["growing", "lapsing"]}, "ac"),
        ({"field": "tags", "matches": "l*"}, "acd"),
        ({"field": "tags", "exists": False}, "b"),
        ({"not": {"field": "segment", "equals": "gold"}}, "bcd"),
        ({"not": {"field": "spend_minor", "above": 0}}, "d"),
        ({"all": [{"field": "share", "above": 0.2}, {"field": "tags", "equals": "loyal"}]}, "d"),
        ({"any": [{"field": "share", "above": 0.8}, {"field": "tags", "equals": "growing"}]}, "ac"),
        ({"all": []}, "abcd"),
        ({"any": []}, ""),
        (
            {"all": [{"not": {"any": [{"field": "segment", "equals": "gold"}, {"field": "share", "below": 0.6}]}}]},
            "c",
        ),
    ],
)
def test_rules(rule, expected):
    assert who(**rule) == expected


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"field": "spend"}, "needs one test"),
        ({"field": "spend", "above": 1, "below": 2}, "needs one test"),
        ({"above": 1}, "a rule is either"),
        ({"all": [], "above": 1}, "'above' needs a 'field'"),
        ({"all": [], "any": []}, "a rule is either"),
        ({}, "a rule is either"),
        ({"field": "spend", "between": [2, 1]}, "holds nothing"),
        ({"field": "spend", "abov": 2}, "Extra inputs"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(rule, said):
    with pytest.raises(ValidationError, match=said):
        AudienceRule.model_validate(rule)


def test_an_unknown_field_is_answered_with_the_nearest_name():
    with pytest.raises(ConfigError, match="there is no field 'spend_minr', did you mean 'spend_minor'"):
        who(any=[{"field": "spend_minr", "above": 1}])


def test_a_number_is_not_asked_of_a_text():
    with pytest.raises(ConfigError, match="'segment' holds String, not numbers"):
        who(field="segment", above=1)


UNKNOWN = KNOWN.with_columns(p_active=pl.lit(None, pl.Float64), age=pl.lit(None, pl.Int64))


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"not": {"field": "p_active", "above": 0.5}}, "'p_active', which"),
        ({"any": [{"field": "tags", "equals": "lapsing"}]}, r"'p_active' \(a tag rests on it\), which"),
        ({"field": "tags", "matches": "loy*"}, r"'p_active' \(a tag rests on it\), which"),
        ({"field": "age", "below": 18}, "'age', which"),
    ],
)
def test_a_rule_over_what_is_known_of_nobody_stops(rule, field):
    """`exclude` by it would let everybody in."""
    with pytest.raises(ConfigError, match=rf"audiences.test asks for {field} is not known of any of the 4 customers"):
        members(AudienceRule.model_validate(rule), UNKNOWN, "test")


def test_other_tags_and_the_question_whether_something_is_known_go_on():
    for rule in ({"field": "tags", "equals": "growing"}, {"field": "age", "exists": False}):
        assert len(members(AudienceRule.model_validate(rule), UNKNOWN, "test")) >= 1
