"""Plain text for terminals and pipes."""

from offerloop.report import figure_text, text_page, text_table


def test_columns_line_up_with_wide_characters():
    shown = text_page(text_table(("活动", "profit"), [("满200减20", "7"), ("a", "1,000")]))
    assert shown.splitlines() == ["活动       profit", "满200减20       7", "a           1,000"]


def test_a_pipe_gets_whole_sentences_without_spaces_at_the_end():
    sentence = "word " * 100
    assert text_page(sentence, text_table(("name", "what"), [("x" * 150, "[b]")], ("name", "what"))) == (
        f"{sentence.strip()}\n{'name':<150}  what\n{'x' * 150}  [b]"
    )


def test_figures_are_rounded():
    shown = [figure_text(one) for one in (0.123456, 12.0, 2.18, 999.94, 999.96, 123456.7, None, "a", 3)]
    assert shown == ["0.1235", "12.00", "2.180", "999.9", "1,000", "123,457", "", "a", "3"]
