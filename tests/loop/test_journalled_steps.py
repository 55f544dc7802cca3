"""Loops whose journals earlier versions wrote go on."""

from offerloop.loop import learn_once
from offerloop.store import Journal


class LearnedPeriod:
    """Learns the same of each period."""

    def __init__(self, learned):
        self.learned = learned

    def learn(self, _period, _decided):
        return self.learned


def learned_with(**alarm):
    alarms = [{**alarm, "change": 0.2, "p_value": 0.001}]
    return {"value_minor": 1.0, "cost_minor": 0.0, "guardrails": None, "reasons": [], "alarms": alarms}


def test_an_alarm_that_an_earlier_version_recorded_is_the_reading_of_now(tmp_path):
    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}", "spring")
    recorded = learned_with(sign="value")
    journal.once(0, "learn", lambda: recorded)
    assert learn_once(LearnedPeriod(learned_with(indicator="value")), journal, 0, {}) == recorded
    changed = learned_with(indicator="cuts")
    assert learn_once(LearnedPeriod(changed), journal, 0, {}) == changed
    journal.engine.dispose()
