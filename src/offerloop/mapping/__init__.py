"""Which column of a shop's files is which of ours: found by names and contents, with the reason for each."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.mapping.consent_columns import unmapped_answers
    from offerloop.mapping.contents import SourceColumn
    from offerloop.mapping.doubts import encoding_notes, mapping_notes, orders_of
    from offerloop.mapping.identity.customer_ids import anonymous_ids, case_variants, customer_notes, surely_same
    from offerloop.mapping.identity.identifiers import has_few_rows_each, is_identifier, is_mostly_distinct
    from offerloop.mapping.matching import (
        BY_CONTENTS,
        GIVEN,
        SAME,
        ColumnMatch,
        Guess,
        columns_of,
        language_of,
        match,
        name_score,
        reference,
        unfit_columns,
    )
    from offerloop.mapping.misfit import (
        OpenColumn,
        notes_with_misfits,
        open_column_notes,
        open_columns,
        unfit_notes,
        unreadable_numbers,
        unreadable_times,
    )
    from offerloop.mapping.other_sources import FurtherColumns, customer_attributes
    from offerloop.mapping.rounds import days_between_rounds
    from offerloop.mapping.shop import GuessedValue, currency_evidence, guess_currency, guess_zone
    from offerloop.mapping.shown import carried_terms, check_validity
    from offerloop.mapping.sources import infer_mapping, sample_sources
    from offerloop.mapping.status import RowFilter, only_sales, row_filters
    from offerloop.mapping.times import (
        TimeForm,
        column_values,
        decided_form,
        forms_of,
        note_on_two_readings,
        seconds_of,
        time_format,
    )

__all__ = [
    "BY_CONTENTS",
    "GIVEN",
    "SAME",
    "ColumnMatch",
    "FurtherColumns",
    "Guess",
    "GuessedValue",
    "OpenColumn",
    "RowFilter",
    "SourceColumn",
    "TimeForm",
    "anonymous_ids",
    "carried_terms",
    "case_variants",
    "check_validity",
    "column_values",
    "columns_of",
    "currency_evidence",
    "customer_attributes",
    "customer_notes",
    "days_between_rounds",
    "decided_form",
    "encoding_notes",
    "forms_of",
    "guess_currency",
    "guess_zone",
    "has_few_rows_each",
    "infer_mapping",
    "is_identifier",
    "is_mostly_distinct",
    "language_of",
    "mapping_notes",
    "match",
    "name_score",
    "note_on_two_readings",
    "notes_with_misfits",
    "only_sales",
    "open_column_notes",
    "open_columns",
    "orders_of",
    "reference",
    "row_filters",
    "sample_sources",
    "seconds_of",
    "surely_same",
    "time_format",
    "unfit_columns",
    "unfit_notes",
    "unmapped_answers",
    "unreadable_numbers",
    "unreadable_times",
]

__getattr__, __dir__ = lazy_exports(__name__)
