"""Sentences that rooms write in English are known in each language."""

from offerloop.report.words import in_language


def test_sentences_of_other_rooms_are_told_one_by_one():
    both = "No earlier period is left for a placebo. The campaign runs on after the last day known."
    assert in_language(both, "zh") == "没有更早的时期可做安慰剂检验。活动在已知的最后一天之后仍在进行。"
    assert in_language("nothing that anybody has said", "zh") == "nothing that anybody has said"
    assert in_language(both, "en") == both
