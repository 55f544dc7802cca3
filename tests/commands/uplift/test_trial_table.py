"""`offerloop uplift`: what it says of a trial whose truth is known, and of all that can be wrong with a table."""

import json
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_trial import made, with_dates

import offerloop
from offerloop.commands.uplift.facts import FindingsBuilder
from offerloop.commands.uplift.files import write
from offerloop.commands.uplift.page import render_uplift
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.task import OtherCustomers, uplift
from offerloop.commands.uplift.trial import prepare
from offerloop.commands.uplift.usual_areas import usual_areas
from offerloop.errors import EvidenceError, InputError, SourceError
from offerloop.workspace import CheckedRows, TableParts, planned_shares, table_rows

ASKED = {"treatment": "arm", "outcome": "bought", "id": "customer", "ignore": ("margin", "cost")}


@pytest.fixture(scope="module")
def found():
    asked = UpliftRequest("arm", "bought", value="margin", cost="cost", id="customer", audit=("town",))
    return uplift(made(), asked)


def asked(**options):
    return UpliftRequest(**(ASKED | options))


def prepared(table, **options):
    """What the study is given: what is refused, left out or noted in a table shows before anything is fitted."""
    rows, path = table_rows(table)
    return prepare(rows, asked(**options), path)


def notes_of(trial):
    return {note.kind: note for note in trial.notes}


def test_it_finds_whom_to_treat(found):
    """Profit is 10 of margin less 2 of cost: the coupon pays for who bought long ago, and loses on the others."""
    told = found.findings
    assert told.verdict == "targeted"
    assert told.forecast.profit.low > 0
    assert told.policies[-1].profit.value > told.policies[0].profit.value
    scores = found.scores().join(made(), on="customer")
    long_ago = scores.filter(pl.col("recency") > 6)["offer"]
    assert (long_ago == "coupon").mean() > 0.9
    assert (scores.filter(pl.col("recency") <= 6)["offer"] == "none").mean() > 0.7


def test_effects_of_arms_deciles_types_and_groups_are_told_with_intervals(found):
    told = found.findings
    assert [arm.name for arm in told.arms] == ["none", "coupon"]
    effect = told.arms[1].effect
    assert effect.low < 0.25 * (0.5 - 0.3 * 0.5) < effect.high
    assert told.deciles[-1].realised.low > told.deciles[0].realised.high
    assert sum(one.share.value for one in told.types) == pytest.approx(1)
    sleeping = next(one for one in told.types if one.name == "sleeping_dog")
    assert sleeping.share.low > 0
    assert {one.group for one in told.groups} == {"north", "south", "west"}
    assert "town" not in told.features
    assert 0 < told.unchanged_cost.value < 1
    assert 0 < told.unchanged_money.value < 2
    assert told.curve[-1].share == 1
    assert {note.kind for note in told.notes} == set()


def test_the_money_that_changes_nothing_is_its_share_of_what_the_policy_costs():
    told = uplift(made(1_500), asked(value="margin", cost="0.8", ignore=("cost",))).findings
    (share,) = (one.treated_share for one in told.policies if one.kind == told.policy == "targeted")
    cost = 0.8 * share
    assert told.unchanged_money.value == pytest.approx(told.unchanged_cost.value * cost, rel=1e-6)


def test_the_budget_bounds_what_the_policy_spends():
    request = UpliftRequest("arm", "bought", value="margin", cost="cost", id="customer", budget=75.0)
    cost = uplift(made(1_500), request).findings.forecast.cost
    assert cost.value * 1_500 < 112


def test_it_says_so_where_an_offer_does_nothing():
    verdicts = [uplift(made(1_500, seed, effect=0.0), asked()).findings.verdict for seed in range(1, 6)]
    assert verdicts.count("nothing") >= 4


def test_it_writes_a_folder_and_scores_other_customers(tmp_path, found):
    others = tmp_path / "others.csv"
    made(50, seed=9).select("customer", "recency", "spend_before", "member", "town").write_csv(others)
    found = uplift(made(), found.request, apply=others)
    done = write(found, tmp_path / "out")
    assert {one.name for one in done.folder.iterdir()} == {
        "report.html", "uplift.json", "scores.csv", "scores.parquet", "applied.csv", "applied.parquet",
    }  # fmt: skip
    assert pl.read_parquet(done.folder / "applied.parquet").height == 50
    assert json.loads((done.folder / "uplift.json").read_text())["verdict"] == "targeted"
    assert "“coupon”" in done.summary["sentence"]


def test_a_file_to_apply_that_is_damaged_after_the_study_does_not_lose_it(tmp_path, found):
    path = tmp_path / "others.parquet"
    path.write_bytes(b"PAR1")
    parts = TableParts(path, pl.scan_parquet(path, glob=False), 50)
    with pytest.raises(InputError, match=r"others\.parquet.* damaged one.*the study itself is in") as refusal:
        write(replace(found, others=OtherCustomers(parts, CheckedRows(50, {}))), tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    assert str(folder) in str(refusal.value)
    assert {one.name for one in folder.iterdir()} == {"report.html", "uplift.json", "scores.csv", "scores.parquet"}


def test_the_same_table_in_another_order_tells_the_same_of_the_arms(found):
    shuffled = made().sample(fraction=1.0, shuffle=True, seed=3)
    other = uplift(shuffled, found.request).findings
    assert other.verdict == found.findings.verdict
    assert other.arms[1].effect.value == pytest.approx(found.findings.arms[1].effect.value, abs=0.01)


def test_a_column_measured_after_the_treatment_is_refused_by_its_times():
    table = with_dates(made(), late=True)
    with pytest.raises(InputError, match=r"row 8: 'last_visit' is later than the treatment.*--ignore last_visit"):
        uplift(table, asked(treated_at="treated_on"))
    notes = notes_of(prepared(with_dates(made(1_000)), treated_at="treated_on"))
    assert notes["ignored_date"].names == ("last_visit",)


def test_a_time_of_day_and_a_duration_are_later_than_no_treatment():
    table = with_dates(made(1_000)).with_columns(called=pl.lit(time(23)), stayed=pl.lit(timedelta(days=400_000)))
    assert prepared(table, treated_at="treated_on") is not None
    with pytest.raises(InputError, match=r"'called' .--treated-at. holds no dates"):
        uplift(table, asked(treated_at="called"))


def test_a_column_that_the_treatment_moved_is_refused():
    table = made().with_columns(clicks=pl.col("arm").eq("coupon") * 2 + pl.col("recency") % 3)
    with pytest.raises(EvidenceError, match=r"'clicks' differs between 'coupon' and 'none'.*after the treatment"):
        uplift(table, asked())


def test_a_column_measured_with_the_outcome_is_left_out_and_said():
    trial = prepared(made(), ignore=())
    assert trial.encoding.names == ("recency", "spend_before", "town", "member")
    assert notes_of(trial)["ignored_outcome_like"].names == ("margin", "cost")


def test_costs_below_zero_have_the_wrong_sign():
    table = made().with_columns(-pl.col("cost"))
    with pytest.raises(InputError, match=r"'cost' is -2, and most costs are below 0.*change the sign"):
        uplift(table, asked(cost="cost", ignore=("margin",)))


def test_the_public_functions_name_arguments_and_no_options(tmp_path):
    with pytest.raises(InputError, match=r"has no column 'who' \(customer_id\)"):
        offerloop.uplift(made(), "arm", "bought", customer_id="who")
    found = offerloop.uplift(made(), "arm", "bought", customer_id="customer", ignore=("margin", "cost"))
    with pytest.raises(InputError, match=r"no column 'customer', .* \(customer_id in Python, --id on"):
        found.scores(made().drop("customer"))
    with pytest.raises(InputError, match=r"name your order lines with orders FILE"):
        offerloop.init(tmp_path / "shop")


def test_log_odds_are_no_probability():
    table = made().with_columns(p=pl.Series(np.random.default_rng(1).normal(size=4_000)))
    with pytest.raises(InputError, match=r"the probability of what was given is above 0.*log-odds"):
        uplift(table, asked(propensity="p"))


def test_a_propensity_by_which_one_row_is_most_of_an_arm_is_refused():
    table = made().with_columns(p=pl.when(pl.col("customer") == 5).then(1e-9).otherwise(0.5))
    with pytest.raises(InputError, match="'table', row 5: 'p' is 1e-09, so this row counts for more than all others"):
        uplift(table, asked(propensity="p"))


def test_a_column_that_tells_the_arms_exactly_is_no_feature():
    table = made().with_columns(sent=pl.col("arm") != "none")
    with pytest.raises(EvidenceError, match="either a column was measured after the treatment"):
        uplift(table, asked())


def test_a_column_that_is_called_as_the_number_of_a_row_is_refused():
    with pytest.raises(SourceError, match="the table has a column '_row'"):
        uplift(made().with_columns(_row=pl.lit(1)), asked())


def test_names_that_two_columns_of_the_scores_would_have_are_refused():
    arm = pl.when(pl.col("customer") % 2 == 0).then(pl.col("arm")).otherwise(pl.col("arm") + "_low")
    low = made().with_columns(arm=pl.when(pl.col("arm") == "none").then(pl.col("arm")).otherwise(arm))
    with pytest.raises(InputError, match=r"two columns 'profit_\w+_low', by the names of the arms"):
        prepared(low)
    with pytest.raises(InputError, match="two columns 'offer'"):
        prepared(made().rename({"customer": "offer"}), id="offer")


def test_missing_propensities_are_named():
    table = made().with_columns(p=pl.when(pl.col("customer") == 5).then(None).otherwise(0.5))
    with pytest.raises(InputError, match=r"'table', row 5: 'p' is empty"):
        uplift(table, asked(propensity="p"))
    with pytest.raises(InputError, match=r"row 5: 'p' is 1, so nobody like this customer"):
        uplift(table.with_columns(pl.col("p").fill_null(1.0)), asked(propensity="p"))


def test_known_propensities_that_differ_undo_a_lot_that_favoured_some():
    """Who bought long ago was treated more often; without the propensities the table is refused."""
    rng = np.random.default_rng(4)
    table = made(8_000, effect=0.2)
    chance = np.where(table["recency"] > 6, 0.8, 0.3)
    keep = rng.random(8_000) < np.where(table["arm"] == "coupon", chance, 1 - chance)
    kept = table.with_columns(p=pl.Series(np.where(table["arm"] == "coupon", chance, 1 - chance))).filter(keep)
    with pytest.raises(EvidenceError, match="'recency' differs"):
        uplift(kept.drop("p"), asked())
    found = uplift(kept, asked(propensity="p")).findings
    assert found.design == "known"
    assert found.arms[1].effect.low < 0.2 * 0.35 < found.arms[1].effect.high
    observed = uplift(kept.drop("p"), asked(observational=True)).findings
    assert observed.overlap
    assert observed.arms[1].effect.low < 0.2 * 0.35 < observed.arms[1].effect.high


def test_a_negative_control_that_moves_is_told():
    table = made().with_columns(before=pl.col("spend_before") + 8 * pl.col("arm").eq("coupon"))
    found = uplift(table, asked(negative_controls=("before",))).findings
    assert found.negative_controls["before"].low > 0


def test_arms_that_are_not_of_the_planned_size_are_refused():
    table = made(share=0.45)
    with pytest.raises(EvidenceError, match="not the sizes that were planned"):
        uplift(table, asked(shares=planned_shares("none=0.5,coupon=0.5")))
    assert prepared(table, shares=planned_shares("none=0.55,coupon=0.45")).ratio_p > 1e-4


def test_unbalanced_arms_are_no_obstacle_where_chance_made_them():
    found = uplift(made(6_000, share=0.1), asked()).findings
    assert found.arms[1].effect.low < 0.25 * 0.35 < found.arms[1].effect.high
    assert "shares_not_checked" in {note.kind for note in found.notes}


def test_an_arm_of_twenty_rows_is_left_out_and_said():
    table = made().with_columns(arm=pl.when(pl.col("customer") <= 20).then(pl.lit("gift")).otherwise("arm"))
    notes = notes_of(prepared(table))
    assert notes["small_arm"].names == ("gift",)
    few = pl.concat([table.filter(arm="none"), table.filter(arm="coupon").head(20)])
    with pytest.raises(EvidenceError, match=r"100 each at least.*'coupon' 20"):
        uplift(few, asked())


def test_a_constant_outcome_shows_nothing():
    with pytest.raises(EvidenceError, match="'bought' is 0 everywhere"):
        uplift(made().with_columns(bought=0), asked())


def test_one_category_per_customer_tells_nobody_apart():
    table = made().with_columns(motto=pl.format("c{} says hello", "customer"))
    assert notes_of(prepared(table))["ignored_many_values"].names == ("motto",)
    notes = notes_of(prepared(table, id=None))
    assert notes["ignored_id"].names == ("customer",)


def test_a_column_of_objects_is_left_out_as_in_a_file():
    """Polars has hardly any operation for it."""
    objects = made().with_columns(thing=pl.Series([object()] * 4_000, dtype=pl.Object))
    assert prepared(objects).encoding.names == prepared(made()).encoding.names


def test_missing_features_are_filled_in_openly_and_missing_outcomes_refused():
    holes = made().with_columns(spend_before=pl.when(pl.col("customer") % 7 == 0).then(None).otherwise("spend_before"))
    notes = notes_of(prepared(holes))
    assert (notes["filled_missing"].names, notes["filled_missing"].n) == (("spend_before",), 571)
    with pytest.raises(InputError, match=r"row 3: 'bought' is empty"):
        uplift(made().with_columns(bought=pl.when(pl.col("customer") == 3).then(None).otherwise("bought")), asked())
    for empty, column in ((None, "arm"), (" ", "arm"), (None, "customer")):
        hole = pl.when(pl.int_range(pl.len()) == 2).then(pl.lit(empty)).otherwise(column).alias(column)
        with pytest.raises(InputError, match=rf"row 3: '{column}'( \(--id\))? is empty"):
            uplift(made().with_columns(hole), asked())


def test_a_customer_in_two_rows_is_refused():
    table = pl.concat([made(), made().head(1)])
    with pytest.raises(InputError, match=r"rows 1 and 4001: both are 'customer' 1"):
        uplift(table, asked())


def test_an_arm_that_lost_nearly_all_its_rows_is_held_against_the_plan():
    draw = pl.Series(np.random.default_rng(3).choice(["none", "coupon", "letter"], 4_000, p=[0.4, 0.4, 0.2]))
    table = made().with_columns(arm=draw)
    lost = pl.concat([table.filter(pl.col("arm") != "letter"), table.filter(arm="letter").head(60)])
    planned = planned_shares("none=0.4,coupon=0.4,letter=0.2")
    assert prepared(table, shares=planned).ratio_p > 1e-4
    with pytest.raises(EvidenceError, match="not the sizes that were planned"):
        prepared(lost, shares=planned)
    with pytest.raises(InputError, match="must name every arm once: none, coupon, letter"):
        prepared(lost, shares=planned_shares("none=0.4,letter=0.6"))
    rare = planned_shares("none=0.49,coupon=0.49,letter=0.02")
    assert notes_of(prepared(lost, shares=rare))["small_arm"].names == ("letter",)
    assert prepared(lost).ratio_p is None
    assert "shares_not_checked" in notes_of(prepared(lost))


@pytest.mark.parametrize(
    "options, says",
    [
        ({"treatment": "arms"}, "no column 'arms'.*did you mean 'arm'"),
        ({"outcome": "town"}, "'town' is 'north|'town' is 'south|'town' is 'west"),
        ({"treatment": "spend_before"}, "too many for the arms"),
        ({"control": "nobody"}, "no arm 'nobody'"),
        ({"treatment": "town"}, "name it with --control"),
        ({"shares": (("none", 0.5),)}, "must name every arm once"),
        ({"cost": "nan"}, "no column 'nan' "),
        ({"cost": "coupon=inf"}, "must be like coupon=2,letter=0.5"),
        ({"cost": "coupon=1,coupon=2"}, "names 'coupon' twice"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_one_sentence(options, says):
    with pytest.raises(InputError, match=says):
        uplift(made(600), asked(**options))


def test_depths_are_read_from_the_names_of_arms():
    table = made(3_000).with_columns(arm=pl.Series(np.random.default_rng(99).choice(["0", "10%", "20 % off"], 3_000)))
    offers = prepared(table).arms.offers
    assert [one.depth for one in offers] == [0.0, 0.1, 0.2]
    assert {one.kind for one in offers[1:]} == {"depth"}
    codes = table.with_columns(arm=pl.col("arm").replace({"10%": "1", "20 % off": "2"}))
    assert [(one.kind, one.depth) for one in prepared(codes).arms.offers[1:]] == [("1", 1.0), ("2", 1.0)]


@pytest.mark.parametrize("control, few", [(None, "2"), ("1", None), (None, None)])
def test_arms_that_are_counted_are_names_whichever_are_left_out(control, few):
    """One arm that crosses 100 rows changes nothing for the others, nor does which one is the control."""
    draw = pl.Series(np.random.default_rng(98).choice(["1", "2", "3"] if control else ["0", "1", "2", "3"], 3_000))
    table = made(3_000).with_columns(arm=draw)
    if few:
        table = pl.concat([table.filter(pl.col("arm") != few), table.filter(arm=few).head(90)])
    arms = prepared(table, control=control).arms
    assert [one.kind for one in arms.offers[1:]] == list(arms.names[1:])


def test_the_command_tells_the_finding_and_where_the_page_is(tmp_path, command):
    path = tmp_path / "trial.csv"
    made(1_200).write_csv(path)
    code, told, _ = command(
        "uplift", path, "--treatment", "arm", "--outcome", "bought", "--value", "margin", "--cost", "cost", "--id",
        "customer", "--out", tmp_path / "out", "--language", "zh",
    )  # fmt: skip
    assert code == 0
    verdict, *table, page = told.strip().splitlines()
    assert verdict.endswith("。")
    assert any(row.startswith("coupon ") for row in table)
    assert 'lang="zh' in Path(page).read_text(encoding="utf-8")


def test_the_command_ends_with_2_where_the_table_is_wrong(tmp_path, command):
    code, told, said = command("uplift", tmp_path / "none.csv", "--treatment", "arm", "--outcome", "bought")
    assert (code, told) == (2, "")
    assert said.startswith("there is no table")


def test_an_unknown_language_is_refused_before_anything_is_computed(tmp_path, command):
    code, _, said = command("uplift", tmp_path / "t.csv", "--treatment", "a", "--outcome", "b", "--language", "fr")
    assert code == 2
    assert said == "there is no language 'fr' (known: en, zh)"


def test_a_score_of_the_readers_own_is_compared_and_never_learned_from():
    table = made(2_000).with_columns(mine=-pl.col("recency"), same=pl.lit(1.0))
    bad = uplift(table, asked(score="mine", ignore=("margin", "cost", "same"))).findings
    assert "mine" not in bad.features
    assert bad.against_score.low > 0
    mine = next(one for one in bad.ranked if one.is_score)
    assert mine.over_random.high < 0
    assert [one.is_score for one in bad.usual_areas] == [False, True]
    chosen, own = bad.usual_areas
    assert chosen.auuc.value > 0.5 > own.auuc.value
    assert chosen.qini.value > 0 > own.qini.value
    page = render_uplift(bad)
    assert "Your score “mine” orders customers clearly worse than" in page
    assert "Qini coefficient" in page


def test_usual_areas_are_those_of_other_libraries():
    table, rng = made(1_000), np.random.default_rng(1)
    trial, order = prepared(table), rng.normal(size=1_000)
    (areas,) = usual_areas("mine", order, trial, 1, is_score=True)
    treated, bought = (table[name].to_numpy()[np.argsort(-order)] for name in ("arm", "bought"))
    arm = treated == "coupon"
    number, control = np.cumsum(arm), np.cumsum(~arm)
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = np.nan_to_num(np.cumsum(bought * arm) / number) - np.nan_to_num(np.cumsum(bought * ~arm) / control)
    curve = np.concatenate([[0.0], gain * np.arange(1, 1_001)])
    assert areas.auuc.value == pytest.approx(np.trapezoid(curve) / 1_000 / abs(curve[-1]))


def test_at_most_a_share_is_treated_without_a_cost():
    found = uplift(made(2_000), asked(top=0.3, ignore=("margin", "cost"))).findings
    assert found.policy == "targeted"
    assert next(one for one in found.policies if one.kind == "targeted").treated_share == pytest.approx(0.3, abs=0.01)
    assert next(one for one in found.policies if one.kind == "everyone").treated_share == pytest.approx(0.3)
    assert found.forecast.treated_share <= 0.3 + 1e-9
    assert "At most 30 % of the customers are treated." in render_uplift(found).replace("\u00a0", " ")
    with pytest.raises(InputError, match="name one"):
        asked(top=0.3, budget=5.0, cost="cost")
    with pytest.raises(InputError, match="between 0 and 1"):
        asked(top=20)


def test_a_column_may_be_called_count():
    table = made(400).rename({"arm": "count"})
    rows, path = table_rows(table)
    assert prepare(rows, asked(treatment="count"), path).arms.names == ("none", "coupon")


def test_audited_groups_may_be_called_count(found):
    renamed = replace(found.trial, table=found.trial.table.rename({"town": "count"}))
    groups = FindingsBuilder(renamed, found.study, replace(found.request, audit=("count",))).findings("t").groups
    assert [one.group for one in groups] == [one.group for one in found.findings.groups]
    assert {one.column for one in groups} == {"count"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"outcome": "arm"}, "'arm' is given for both --treatment and --outcome; name another column"),
        ({"cost": "bought"}, "'bought' is given for both --outcome and --cost"),
        ({"value": "cost", "cost": "cost"}, "'cost' is given for both --cost and --value"),
        ({"score": "bought"}, "'bought' is given for both --outcome and --score"),
    ],
)
def test_a_column_has_one_role(options, words):
    with pytest.raises(InputError, match=words):
        asked(**options)
    assert asked(value="bought", cluster="customer").value == "bought"


@pytest.mark.parametrize("option", ["value", "cost"])
def test_a_number_that_is_also_a_column_is_refused(option):
    table = made(400).with_columns(pl.lit(3).alias("2024"))
    with pytest.raises(InputError, match=rf"has a column '2024', so --{option} 2024 may be .* such as 2024\.0"):
        prepared(table, **{option: "2024"})
    assert prepared(table, **{option: "2024.0"})


def test_the_folder_is_tried_before_anything_is_fitted(tmp_path, command, monkeypatch):
    monkeypatch.setattr("offerloop.commands.uplift.task.study_trial", lambda *_, **__: pytest.fail("it learned first"))
    made(400).write_csv(tmp_path / "t.csv")
    (tmp_path / "file").touch()
    for out, words in ((tmp_path / "file", "is a file"), (tmp_path / "file" / "below", "cannot be made")):
        code, _, err = command("uplift", tmp_path / "t.csv", "--treatment", "arm", "--outcome", "bought", "--out", out)
        assert (code, words in err) == (2, True)
