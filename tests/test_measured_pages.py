"""Figures in the pages of recommenders are those of the benchmark's JSON."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALL, NEW = "The Complete Journey, all", "The Complete Journey, new"
FIGURES = {"tuning nDCG@10": "", "nDCG@10": "", "nDCG@20": "", "fit": "CPU s", "novelty": "bits", "peak": "GB"}


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("measured_pages")


@pytest.fixture
def write(monkeypatch, tmp_path):
    """Writes a record as benchmarks do."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    record = importlib.import_module("record")

    def written(name="recommenders"):
        values = {
            ("offerloop als", ALL): [0.3, 0.2254, 0.21, 12.34, 5.0, 0.4567],
            ("implicit ALS", ALL): [0.2, 0.4, 0.22, 1234.5, 5.0, 1.0],
            ("offerloop als", NEW): [0.1, 0.0456, 0.05, 12.34, 9.999, 0.4567],
        }
        results = [
            record.Result(system, case, metric, value, unit)
            for (system, case), row in values.items()
            for (metric, unit), value in zip(FIGURES.items(), row, strict=True)
        ]
        claims = [
            record.Claim("x: a over b", 1.02345, 0.98765, 1.0567),
            record.Claim("y: a over b", 1.5),
            record.Claim.at_least("c", 1.5, 1.25, 1.4, 1.6),
            record.Claim.at_most("d", 3.0, 2.5),
        ]
        chosen = {ALL: {"offerloop als": {"settings": {"reg": 0.01, "threads": 1}, "versions": {}}}}
        machine = {"processor": "A processor", "cores": 2, "memory_gb": 7.5, "systems": chosen}
        record.Record(machine, results, claims).write(tmp_path / f"{name}.json")
        return tmp_path

    return written


def marked(name, between=""):
    return f"Before.\n\n<!-- measured: {name} -->\n{between}<!-- end -->\n\nAfter.\n"


def between(page):
    return page.split(" -->\n", 1)[1].split("<!-- end -->")[0].strip().splitlines()


@pytest.mark.parametrize("name", ["als", "recommenders", "claims", "topk"])
def test_without_the_file_nothing_stands_between_the_markers(measured, tmp_path, name):
    assert measured.filled(marked(name, "\nold figures\n\n"), tmp_path) == marked(name)


def test_a_recommender_has_a_row_for_each_case_with_what_was_chosen(measured, write):
    assert between(measured.filled(marked("als"), write())) == [
        "| case | nDCG@10 | nDCG@20 | Recall@20 | coverage | novelty (bits) | fit (CPU s) | recommend | memory (GB)"
        " | settings |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
        f"| {ALL} | 0.225 | 0.210 | - | - | 5.00 | 12.3 | - | 0.457 | `reg=0.01` |",
        f"| {NEW} | 0.0456 | 0.0500 | - | - | 10.0 | 12.3 | - | 0.457 | - |",
    ]


def test_a_recommender_that_was_not_measured_says_so(measured, write):
    assert between(measured.filled(marked("ease"), write())) == ["Not measured."]


def test_all_systems_stand_in_a_table_for_each_case_best_first(measured, write):
    lines = between(measured.filled(marked("recommenders"), write()))
    assert lines[0] == "Measured by `scripts/bench recommenders` on: A processor, 2 cores, 7.5 GB."
    assert [line for line in lines if line.startswith("**")] == [f"**{ALL}**", f"**{NEW}**"]
    assert [line.split(" | ")[0] for line in lines if "ALS" in line or "als" in line] == [
        "| implicit ALS", "| [offerloop als](als.md)", "| [offerloop als](als.md)",
    ]  # fmt: skip
    assert any("| 1,230 |" in line for line in lines)


def test_claims_say_whether_they_are_reached_where_they_have_a_target(measured, write):
    claims = ["- c: 1.50 [1.40, 1.60]; target 1.25: reached", "- d: 3.00; target 2.5: not reached"]
    ratios = ["", "| ratio | x | y |", "| --- | --: | --: |", "| a over b | 1.02 [0.988, 1.06] | 1.50 |"]
    others = ["- x: a over b: 1.02 [0.988, 1.06]", "- y: a over b: 1.50"]
    assert between(measured.filled(marked("claims"), write())) == [*claims, *ratios]
    assert between(measured.filled(marked("topk"), write("topk")))[2:] == [*claims, *others]


def test_filling_again_changes_nothing_and_touches_only_what_is_marked(measured, write):
    folder = write()
    once = measured.filled(marked("claims") + marked("als"), folder)
    assert measured.filled(once, folder) == once
    assert once.startswith("Before.\n\n<!-- measured: claims -->\n\n- ")
    assert once.endswith("|\n\n<!-- end -->\n\nAfter.\n")


@pytest.mark.parametrize(
    "value, text", [(0.00012345, "0.000123"), (0.9996, "1.00"), (99.96, "100"), (123456.0, "123,000"), (0.0, "0.00")]
)
def test_three_digits_and_no_exponent(measured, value, text):
    assert measured.short(value) == text


def test_policies_of_the_loop_stand_beside_what_was_claimed(measured, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    record = importlib.import_module("record")
    earned = {"profit": 12.34, "cost": 5.0, "more sales": 0.012, "more buyers": -0.001}
    results = [record.Result("loop", "grocery", metric, value, "") for metric, value in earned.items()]
    results.append(record.Result("loop", "grocery, regret", "after week 1", 3.0, "money"))
    machine = {"processor": "A processor", "cores": 2, "memory_gb": 7.5}
    record.Record(machine, results, [record.Claim.at_least("c", 1.5, 1.25, 1.4, 1.6)]).write(tmp_path / "loop.json")
    assert between(measured.filled(marked("loop"), tmp_path)) == [
        "Measured by `scripts/bench loop` on: A processor, 2 cores, 7.5 GB.",
        "",
        "| preset | policy | profit a week | cost a week | more sales | more buyers |",
        "| --- | --: | --: | --: | --: | --: |",
        "| grocery | `loop` | 12.3 | 5.0 | +1.2% | -0.1% |",
        "",
        "- c: 1.50 [1.40, 1.60]; target 1.25: reached",
    ]
