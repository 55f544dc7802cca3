import pytest
from terminal_texts import check_plain, right_edges

from offerloop.commands.loop.findings import LoopState
from offerloop.commands.loop.task import facts_of
from offerloop.commands.loop.terminal_text import screen, urgent
from offerloop.message import Message
from offerloop.report import Localizer


def forecast(campaign, low=-150, high=350):
    return {"campaign": campaign, "profit_minor": 100, "low_minor": low, "high_minor": high}


def decided(period, sent=(), state="trial", **more):
    return {
        "period": period, "missed": False, "state": state, "customers": 1500, "offered": 40, "explorers": 30,
        "held_back": 4, "sent": list(sent), "forecasts": [forecast("春季"), forecast("summer")], **more,
    }  # fmt: skip


def text_of(*periods, **more):
    text = screen(LoopState(list(periods), more.pop("waits_for", None), None, [], "USD", **more))
    check_plain(text)
    return text


def test_the_newest_period_is_told_and_every_plan_has_a_row():
    learned = decided(0, cost_minor=1234, guardrails="go on", reasons=["guardrail_open margin"], alarms=[])
    assert text_of(learned, decided(1, ["summer"]), waits_for=Message("wait", context="test")).splitlines() == [
        "In period 1, 40 of 1,500 customers got an offer. For 30 customers, an offer or none was drawn at random. "
        "Plans sent: summer.",
        "period  customers  with an offer  at random  held back  campaign  plan      "
        "expected profit [95 % interval]  realised cost of offers  guardrails",
        "0           1,500             40         30          4  春季      not sent                       $1 [−2, 4]  "
        "                 $12.34  go on: the guardrail 'margin' may still be worse than its margin",
        "                                                        summer    not sent                       $1 [−2, 4]",
        "1           1,500             40         30          4  春季      not sent                       $1 [−2, 4]",
        "                                                        summer    sent                           $1 [−2, 4]",
        "wait",
    ]


@pytest.mark.parametrize(
    ("state", "says"), [("trial", "No plan was sent."), ("rest", "rolled back"), ("stopped", "not those that")]
)
def test_it_says_why_no_plan_was_sent(state, says):
    assert says in text_of(decided(0, state=state)).splitlines()[0]


def test_a_missed_period_has_no_figures():
    text = text_of(decided(0), {"period": 1, "missed": True, "state": "trial", "cost_minor": 0.0, "reasons": []})
    assert text.startswith("Period 1 was over before it was decided: nobody got an offer.")
    assert text.endswith("over before it was decided")


@pytest.mark.parametrize(
    ("indicator", "change", "says"),
    [
        ("value", 0.25, "margin beyond the forecast changed by +28 %"),
        ("orders of the plan", -0.25, "orders in periods with a plan changed by −22 %"),
        ("price response", -0.25, "price response changed by −0.25"),
    ],
)
def test_an_alarm_is_a_sentence_with_logarithms_in_per_cent(indicator, change, says):
    text = text_of(decided(0, alarms=[{"indicator": indicator, "change": change, "p_value": 0.001}]))
    assert text.endswith(f"Alarm in period 0: {says}. Earlier data counts a quarter, and more is explored.")


def test_guardrails_that_end_something_are_told_in_the_language_of_the_shop():
    ended = decided(3, alarms=[], guardrails="roll back", reasons=["worse margin"])
    [english], [chinese] = (list(urgent(ended, Localizer(language))) for language in ("en", "zh"))
    assert english.startswith("Period 3: roll it back: ")
    assert chinese.startswith("第 3 期：")
    assert not list(urgent(decided(3, alarms=[], guardrails="go on"), Localizer("en")))


def test_columns_line_up_beside_wide_characters():
    names, rows = right_edges(text_of(decided(0), decided(1)))
    assert len(rows) == 4
    assert all(row == names for row in rows)


def alarms_of(period, earlier=()):
    return LoopState([period], None, None, [], "USD", earlier=earlier).alarms(Localizer("en"))


def test_another_reading_of_a_period_is_said_beside_the_first_one_and_told_again():
    first = decided(0, cost_minor=1, guardrails="go on", reasons=[], alarms=[])
    now = first | {"guardrails": "roll back", "reasons": ["worse profit"], "guardrails_before": "go on"}
    assert "roll it back: 'profit' is worse (read before: go on)" in text_of(now)
    (told,) = alarms_of(now, [first])
    assert told.startswith("Period 0: roll it back")
    assert alarms_of(now, [now]) == []
    taken_back = first | {"guardrails_before": "roll back"}
    assert len(alarms_of(taken_back, [now])) == 1


def test_an_alarm_of_a_journal_of_an_earlier_version_is_told_like_another():
    body = decided(3, cost_minor=1, guardrails="go on", reasons=[])
    alarms = [{name: "value", "change": 0.25, "p_value": 0.001} for name in ("sign", "indicator")]
    earlier, newer = (facts_of([(3, "learn", body | {"alarms": [alarm]})]) for alarm in alarms)
    assert earlier == newer
    (alarm,) = alarms_of(*earlier)
    assert alarm.startswith("Alarm in period 3: ")


def test_an_alarm_of_drift_is_not_repeated_where_only_the_guardrails_of_its_period_are_read_otherwise():
    drifted = [{"indicator": "value", "change": 0.25, "p_value": 0.001}]
    first = decided(3, cost_minor=1, guardrails="go on", reasons=[], alarms=drifted)
    now = first | {"guardrails": "stop", "reasons": ["worse profit"], "guardrails_before": "go on"}
    (alarm,) = alarms_of(first)
    assert alarm.startswith("Alarm in period 3: ")
    (told,) = alarms_of(now, [first])
    assert told.startswith("Period 3: stop")
