"""Rules over features, tags and attributes."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from offerloop.config import AudienceRule, version_key
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
        "city": ["Roma", "ROMA", "roma ", "Oslo"],
        "app": ["2.9", "2.10.1", "v2.10.0-beta.2", "web"],
        "zip": [10115.0, 10117.0, 1067.5, None],
        "news": ["True", "FALSE", None, "true"],
        "member": [1, 0, None, 2],
        "app_user": [1.0, 0.0, None, 1.0],
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
        ({"field": "news", "equals": True}, "ad"),
        ({"field": "news", "in": [False]}, "b"),
        ({"field": "member", "equals": True}, "a"),
        ({"field": "member", "equals": False}, "b"),
        ({"field": "member", "in": [True, False]}, "ab"),
        ({"field": "app_user", "equals": True}, "ad"),
        ({"field": "app_user", "equals": False}, "b"),
        ({"field": "zip", "equals": "10115"}, "a"),
        ({"field": "zip", "in": ["10117.0", "1067.5", "x"]}, "bc"),
        ({"field": "zip", "matches": "101*5"}, "a"),
        ({"field": "zip", "at_least": "10117", "compare": "version"}, "b"),
        ({"field": "zip", "equals": "10115", "compare": "version"}, "a"),
        ({"field": "spend_minor", "above": 2000}, "c"),
        ({"field": "spend_minor", "below": 2000}, "a"),
        ({"field": "spend_minor", "below": "2000"}, "a"),
        ({"field": "spend_minor", "between": [100, 2000]}, "ab"),
        ({"field": "spend_minor", "equals": 2000}, "b"),
        ({"field": "spend_minor", "equals": 2000.0}, "b"),
        ({"field": "share", "in": [0.5, 1]}, "bd"),
        ({"field": "tags", "equals": "loyal"}, "ad"),
        ({"field": "tags", "in": ["growing", "lapsing"]}, "ac"),
        ({"field": "tags", "matches": "l*"}, "acd"),
        ({"field": "tags", "exists": False}, "b"),
        ({"field": "spend_minor", "at_least": 2000}, "bc"),
        ({"field": "spend_minor", "at_most": 2000}, "ab"),
        ({"field": "tags", "all_of": ["growing", "loyal"]}, "a"),
        ({"field": "tags", "all_of": ["loyal"]}, "ad"),
        ({"field": "tags", "all_of": ["LOYAL", "Growing"], "compare": "ignore_case"}, "a"),
        ({"field": "tags", "all_of": []}, "abcd"),
        ({"field": "tags", "equals": 1, "compare": "size"}, "cd"),
        ({"field": "tags", "at_least": 1, "compare": "size"}, "acd"),
        ({"field": "tags", "between": [1, 1], "compare": "size"}, "cd"),
        ({"field": "segment", "equals": "GOLD"}, ""),
        ({"field": "segment", "equals": "GOLD", "compare": "ignore_case"}, "a"),
        ({"field": "segment", "in": ["Gold", "SILVER"], "compare": "ignore_case"}, "ab"),
        ({"field": "segment", "matches": "GOLD*", "compare": "ignore_case"}, "ad"),
        ({"field": "tags", "in": ["GROWING"], "compare": "ignore_case"}, "a"),
        ({"field": "city", "equals": "roma", "compare": "ignore_case"}, "ab"),
        ({"field": "city", "matches": "RO*", "compare": "ignore_case"}, "abc"),
        ({"field": "app", "above": "2.9", "compare": "version"}, "bc"),
        ({"field": "app", "at_least": "2.10", "compare": "version"}, "b"),
        ({"field": "app", "at_least": "2.10.0-beta.2", "compare": "version"}, "bc"),
        ({"field": "app", "below": "2.10", "compare": "version"}, "ac"),
        ({"field": "app", "at_most": "2.9.0", "compare": "version"}, "a"),
        ({"field": "app", "between": ["2.9", "2.10"], "compare": "version"}, "ac"),
        ({"field": "app", "equals": "2.9.0", "compare": "version"}, "a"),
        ({"field": "app", "in": ["2.9.0.0", "2.10.1"], "compare": "version"}, "ab"),
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
        ({"field": "spend", "above": "2.1.0"}, "'above' needs numbers"),
        ({"field": "app", "above": "new", "compare": "version"}, "'new' is no version"),
        ({"field": "app", "between": ["2.10", "2.9"], "compare": "version"}, "holds nothing"),
        ({"field": "app", "matches": "2.*", "compare": "version"}, "'matches' does not go with compare = version"),
        ({"field": "spend", "at_least": 2, "compare": "ignore_case"}, "'at_least' does not go with compare"),
        ({"compare": "size"}, "a rule is either"),
        ({"all": [], "compare": "size"}, "'compare' needs a 'field'"),
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


@pytest.mark.parametrize(
    "rule", [{"field": "segment", "all_of": ["gold"]}, {"field": "segment", "at_least": 1, "compare": "size"}]
)
def test_a_list_is_not_asked_of_a_text(rule):
    with pytest.raises(ConfigError, match="'segment' holds String, not a list"):
        who(**rule)


@pytest.mark.parametrize("bound", [{"at_least": 2}, {"above": 2}, {"below": 2}, {"between": [1, 2]}])
def test_a_number_is_not_asked_of_a_list_but_of_its_size(bound):
    for rule in ({"field": "tags", **bound}, {"not": {"any": [{"field": "tags", **bound}]}}):
        with pytest.raises(ConfigError, match=r"audiences\.test: 'tags' is a list.* add compare"):
            who(**rule)
    assert who(field="tags", compare="size", **bound) is not None


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=6))
def test_versions_are_in_the_order_of_their_numbers(versions):
    texts = [".".join(map(str, one)) for one in versions]
    by_key = sorted(texts, key=version_key)
    assert [tuple(map(int, one.split("."))) for one in by_key] == sorted(map(tuple, versions))


def test_pre_releases_are_in_the_order_of_semantic_versioning():
    """The order that https://semver.org, item 11, gives as an example."""
    published = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"]
    texts = [*(f"1.0.0-{one}" for one in published), "1.0.0", "1.0.1"]
    assert sorted(texts, key=version_key) == texts
    assert sorted(texts) != texts


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
