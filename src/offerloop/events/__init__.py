"""The stage of events: read the sources, clean them by written rules, and say what was done."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.events.business_as_usual import BUSINESS_AS_USUAL, read_business_as_usual, usual_file
    from offerloop.events.clean_events import Events
    from offerloop.events.cleaning.clean import COPY, LINE, SCANNED, Cleaned, apply_rules, merge_scans
    from offerloop.events.cleaning.event_kinds import CART, PURCHASE, VIEW, WISH, known_kind
    from offerloop.events.cleaning.large_quantities import are_noticeable
    from offerloop.events.cleaning.non_merchandise import kind_of, product_label
    from offerloop.events.cleaning.outliers import outliers, today_in
    from offerloop.events.cleaning.quality_notes import quality_notes
    from offerloop.events.cleaning.rule_names import ACTION_NAMES, RULE_NAMES, SOURCE_NAMES
    from offerloop.events.cleaning.rules import (
        AFTER_WINDOW,
        BEFORE_WINDOW,
        NOT_RETURNED,
        CleaningRule,
        is_return,
        rules_for,
    )
    from offerloop.events.cleaning_stage import AFTER_PLAN, NON_MERCHANDISE, RETENTION
    from offerloop.events.columns.calendar import DAY, EPOCH, epoch_day, to_utc, with_day
    from offerloop.events.columns.cells import BLANKS, as_text, blank, looks_like_number, parse_number
    from offerloop.events.columns.column_words import (
        has_hangul,
        has_kana,
        has_signs,
        holds_words,
        is_traditional,
        words_of,
    )
    from offerloop.events.columns.compiled import minor_units
    from offerloop.events.columns.contracts import CONTRACTS, ONE_PERCENT, TIME_COLUMNS, VALIDITY
    from offerloop.events.columns.currencies import (
        CURRENCY_CODES,
        CURRENCY_SIGNS,
        are_mixed,
        is_other_currency,
        named_currency,
        signs_in,
    )
    from offerloop.events.columns.expression import Wording, columns_in, compile_condition, compile_expression
    from offerloop.events.columns.ids import alike, as_integers
    from offerloop.events.columns.months import MONTH
    from offerloop.events.columns.read import SourcesRead, read_all, read_source
    from offerloop.events.columns.standard_columns import money_columns, with_all_money
    from offerloop.events.columns.times import (
        ISO,
        MICROSECONDS,
        MILLISECONDS,
        REPUBLIC,
        SECONDS,
        likely_formats,
        of_like_shape,
        typed_times,
        written_as,
    )
    from offerloop.events.columns.unreadable import WRONG_CELL, WRONG_COLUMN
    from offerloop.events.customer_shards import CustomerShards, without_tables
    from offerloop.events.loop_exposures import LoopExposures
    from offerloop.events.offers_table import ZERO_OFFER, listed_offers
    from offerloop.events.preparation import extend_events, prepare
    from offerloop.events.prices.order_discounts import has_coupons
    from offerloop.events.privacy.agreement import Agreement
    from offerloop.events.privacy.consent import ACCEPTED_ANSWERS, ANSWER_COLUMNS, is_state, is_unclear
    from offerloop.events.privacy.consent_names import check_direction, consent_names, says_opt_in, says_opt_out
    from offerloop.events.privacy.pseudonyms import pseudonym, pseudonyms, read_key
    from offerloop.events.side_file import open_side_file, under_ids_of
    from offerloop.events.sources.csv_lines import broken_line, line_of
    from offerloop.events.sources.database import (
        connect,
        database_name,
        driver_message,
        frame_of,
        masked,
        reading,
        snapshot,
        with_variables,
    )
    from offerloop.events.sources.dialect import Dialect, as_utf8, decimal_mark, likely_encodings, sniff
    from offerloop.events.sources.open import file_source, instead_of_copies, open_source
    from offerloop.events.sources.raw import Raw
    from offerloop.events.sources.store import open_event_log, redeemed_offers, store_sources
    from offerloop.events.sources.unpack import Readable, SeveralPartsError, TooMuchUnpackedError, readable, split_part

__all__ = [
    "ACCEPTED_ANSWERS",
    "ACTION_NAMES",
    "AFTER_PLAN",
    "AFTER_WINDOW",
    "ANSWER_COLUMNS",
    "BEFORE_WINDOW",
    "BLANKS",
    "BUSINESS_AS_USUAL",
    "CART",
    "CONTRACTS",
    "COPY",
    "CURRENCY_CODES",
    "CURRENCY_SIGNS",
    "DAY",
    "EPOCH",
    "ISO",
    "LINE",
    "MICROSECONDS",
    "MILLISECONDS",
    "MONTH",
    "NON_MERCHANDISE",
    "NOT_RETURNED",
    "ONE_PERCENT",
    "PURCHASE",
    "REPUBLIC",
    "RETENTION",
    "RULE_NAMES",
    "SCANNED",
    "SECONDS",
    "SOURCE_NAMES",
    "TIME_COLUMNS",
    "VALIDITY",
    "VIEW",
    "WISH",
    "WRONG_CELL",
    "WRONG_COLUMN",
    "ZERO_OFFER",
    "Agreement",
    "Cleaned",
    "CleaningRule",
    "CustomerShards",
    "Dialect",
    "Events",
    "LoopExposures",
    "Raw",
    "Readable",
    "SeveralPartsError",
    "SourcesRead",
    "TooMuchUnpackedError",
    "Wording",
    "alike",
    "apply_rules",
    "are_mixed",
    "are_noticeable",
    "as_integers",
    "as_text",
    "as_utf8",
    "blank",
    "broken_line",
    "check_direction",
    "columns_in",
    "compile_condition",
    "compile_expression",
    "connect",
    "consent_names",
    "database_name",
    "decimal_mark",
    "driver_message",
    "epoch_day",
    "extend_events",
    "file_source",
    "frame_of",
    "has_coupons",
    "has_hangul",
    "has_kana",
    "has_signs",
    "holds_words",
    "instead_of_copies",
    "is_other_currency",
    "is_return",
    "is_state",
    "is_traditional",
    "is_unclear",
    "kind_of",
    "known_kind",
    "likely_encodings",
    "likely_formats",
    "line_of",
    "listed_offers",
    "looks_like_number",
    "masked",
    "merge_scans",
    "minor_units",
    "money_columns",
    "named_currency",
    "of_like_shape",
    "open_event_log",
    "open_side_file",
    "open_source",
    "outliers",
    "parse_number",
    "prepare",
    "product_label",
    "pseudonym",
    "pseudonyms",
    "quality_notes",
    "read_all",
    "read_business_as_usual",
    "read_key",
    "read_source",
    "readable",
    "reading",
    "redeemed_offers",
    "rules_for",
    "says_opt_in",
    "says_opt_out",
    "signs_in",
    "snapshot",
    "sniff",
    "split_part",
    "store_sources",
    "to_utc",
    "today_in",
    "typed_times",
    "under_ids_of",
    "usual_file",
    "with_all_money",
    "with_day",
    "with_variables",
    "without_tables",
    "words_of",
    "written_as",
]

__getattr__, __dir__ = lazy_exports(__name__)
