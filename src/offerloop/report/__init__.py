"""A toolkit for pages that knows no command: blocks, charts, numbers, words, and the frame of every page."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.report.blocks import Block, Bullets, Details, Figure, NotKnown, Section, Table, Text, Tile
    from offerloop.report.charts.bars import Bar, bars, histogram
    from offerloop.report.charts.columns import MONDAY, MOST_DAYS, WEEK, ColumnPart, columns
    from offerloop.report.charts.courses import courses
    from offerloop.report.charts.drawing import (
        PLAIN_LABELS,
        Axes,
        Build,
        day_labels,
        figure,
        money_labels,
        percent_labels,
    )
    from offerloop.report.charts.forest import Dot, Upright, forest, upright
    from offerloop.report.charts.lines import Level, LinePoint, Straight, line
    from offerloop.report.charts.panels import ChartPanel, PanelLine, panels
    from offerloop.report.charts.vega import CONTROL, OURS, Chart, category, mark, quantity
    from offerloop.report.glossary import (
        Entry,
        glossary_terms,
        other_languages,
        terms_block,
        words_section,
    )
    from offerloop.report.localizer import Localizer
    from offerloop.report.numbers import MACHINE_DIGITS, Money, count, iso_day, language_name, percent, rounded
    from offerloop.report.phrases import BASES_OF_EFFECTS, BUDGET_BASES, capital, headings, p_words, period_text
    from offerloop.report.progress_display import QUIET, ProgressDisplay
    from offerloop.report.results import FolderResult, Result, first_chart
    from offerloop.report.scored_tables import scored_table
    from offerloop.report.skeleton import Opening, environment, kept_together, study_page
    from offerloop.report.spacing import filled
    from offerloop.report.template_texts import template_environment, text_functions
    from offerloop.report.text_tables import figure_text, text_page, text_table
    from offerloop.report.translated_texts import in_all_languages, in_language

__all__ = [
    "BASES_OF_EFFECTS",
    "BUDGET_BASES",
    "CONTROL",
    "MACHINE_DIGITS",
    "MONDAY",
    "MOST_DAYS",
    "OURS",
    "PLAIN_LABELS",
    "QUIET",
    "WEEK",
    "Axes",
    "Bar",
    "Block",
    "Build",
    "Bullets",
    "Chart",
    "ChartPanel",
    "ColumnPart",
    "Details",
    "Dot",
    "Entry",
    "Figure",
    "FolderResult",
    "Level",
    "LinePoint",
    "Localizer",
    "Money",
    "NotKnown",
    "Opening",
    "PanelLine",
    "ProgressDisplay",
    "Result",
    "Section",
    "Straight",
    "Table",
    "Text",
    "Tile",
    "Upright",
    "bars",
    "capital",
    "category",
    "columns",
    "count",
    "courses",
    "day_labels",
    "environment",
    "figure",
    "figure_text",
    "filled",
    "first_chart",
    "forest",
    "glossary_terms",
    "headings",
    "histogram",
    "in_all_languages",
    "in_language",
    "iso_day",
    "kept_together",
    "language_name",
    "line",
    "mark",
    "money_labels",
    "other_languages",
    "p_words",
    "panels",
    "percent",
    "percent_labels",
    "period_text",
    "quantity",
    "rounded",
    "scored_table",
    "study_page",
    "template_environment",
    "terms_block",
    "text_functions",
    "text_page",
    "text_table",
    "upright",
    "words_section",
]

__getattr__, __dir__ = lazy_exports(__name__)
