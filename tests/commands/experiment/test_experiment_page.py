"""Pages and headlines of experiments, in every language."""

import json
import re

import numpy as np
import polars as pl
import pytest
from experiment_tables import segmented, trial
from page_texts import Texts, links_to_nowhere

import offerloop
from offerloop.commands.experiment.headline import headline, lead
from offerloop.locale import languages
from offerloop.report import Localizer


def read_every_way():
    """Readings for each thing that may be done, by its name."""
    rng = np.random.default_rng(6)
    three = ("control", "new", "newer")
    how = {"arm": "arm", "outcome": "spend"}
    return {
        "ship": offerloop.experiment(segmented(), **how, by=["place", "age"]),
        "ship several": offerloop.experiment(trial(rng, gain=0.2, arms=three), **how),
        "roll back": offerloop.experiment(trial(rng, gain=-0.2), **how),
        "roll back all": offerloop.experiment(trial(rng, gain=-0.2, arms=three), **how),
        "go on": offerloop.experiment(trial(rng), **how, sequential=90_000, by="day"),
        "guarded": offerloop.experiment(trial(np.random.default_rng(6), gain=0.1), **how, guardrail={"returned": 0.01}),
        "stop": offerloop.experiment(trial(rng), **how, shares={"control": 0.6, "new": 0.4}),
    }


@pytest.fixture(scope="module")
def readings():
    return read_every_way()


@pytest.mark.parametrize("language", languages())
def test_every_page_is_complete_in_every_language(readings, language):
    for name, reading in readings.items():
        page = reading.page(language).replace("\u00a0", " ")
        assert links_to_nowhere(page) == []
        assert not re.search(r"https?:|//[a-z]|<script|<link|<img", page), name
        assert max(row.count("<th ") for row in re.findall("<thead>.*?</thead>", page)) <= 7
        texts = Texts(page).found
        assert [text for text in texts if re.search(r"[{}]|\bNone\b|\bnan\b|\binf\b", text)] == []
        if language == "zh":
            plain = re.sub('<span lang="en">.*?</span>', "", page)
            assert [text for text in Texts(plain).found if re.search("[A-Za-z]+ [a-z]+ [a-z]+ [a-z]+", text)] == []


def test_the_first_paragraph_of_a_page_has_two_sentences_at_most(readings):
    for reading in readings.values():
        for language, stops in (("en", r"[.](?: |$)"), ("zh", "[。！？]")):
            assert len(re.findall(stops, lead(reading, Localizer(language)))) <= 2


def test_the_headline_of_a_page_says_what_to_do(readings):
    said = {name: headline(reading, Localizer("en")) for name, reading in readings.items()}
    assert said == {
        "ship": "Ship “new”: “spend” is better",
        "ship several": "Ship “newer”: of 2 arms with a better “spend” it gains most",
        "roll back": "Roll back “new”: something is worse",
        "roll back all": "Roll back all arms: in each something is worse",
        "go on": "No arm is shown to be better yet",
        "guarded": "Go on: “spend” is better with “new”, but a guardrail is not yet shown to hold",
        "stop": "Stop, and draw no conclusions: the arms do not have the planned sizes",
    }


def test_the_headline_names_the_arm_to_roll_back_and_the_lead_the_better_one():
    rng, arm = np.random.default_rng(0), np.resize(["control", "harms", "helps", "same"], 4000)
    table = pl.DataFrame({
        "arm": arm,
        "spend": rng.gamma(1, 10, len(arm)) + np.select([arm == "harms", arm == "helps"], [6, 3], 0),
        "returned": rng.random(len(arm)) < np.where(arm == "harms", 0.5, 0.1),
    })  # fmt: skip
    found = offerloop.experiment(table, "arm", "spend", guardrail={"returned": 0.05})
    assert {one.arm: one.action for one in found.arms} == {"harms": "roll back", "helps": "go on", "same": "go on"}
    assert headline(found, Localizer("en")) == "Roll back “harms”; go on with the others"
    assert lead(found, Localizer("en")).startswith("With “helps”, ")


def test_a_report_is_written_where_it_is_asked_for(tmp_path, command):
    segmented().write_csv(tmp_path / "t.csv")
    how = ("--arm", "arm", "--outcome", "spend", "--by", "place", "--out", tmp_path / "reports")
    code, out, err = command("experiment", tmp_path / "t.csv", *how)
    assert (code, err) == (0, "")
    report = out.splitlines()[-1]
    assert report.endswith("report.html")
    assert "“new” does clearly different things in the segments of “place”" in out
    (folder,) = (tmp_path / "reports").iterdir()
    kept = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))
    assert kept["segments"][0]["value"] == "north"
    assert "Customers respond differently by “place”" in (folder / "report.html").read_text(encoding="utf-8")
