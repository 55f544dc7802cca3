"""What protects customers before anything else sees their data.

In this order: whoever is on the suppression list is left out of every source, ids become keyed hashes, whoever
refuses is left out of every source where the configuration says so, and rows older than the retention are left out.
None of these rows is kept anywhere, not among rejected rows either.
"""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from offerloop.config import Privacy, SourceName
from offerloop.engine import Engine, Frame, collect, count_rows, distinct
from offerloop.errors import SourceError
from offerloop.events.cleaning.matching import check_suppression
from offerloop.events.columns.cells import as_text, blank
from offerloop.events.columns.ids import as_integers, lost_digits
from offerloop.events.privacy.agreement import Agreement, agreement_of
from offerloop.events.privacy.pseudonyms import pseudonym, read_key
from offerloop.events.sources.open import file_source, open_source
from offerloop.message import Message

Sources = dict[SourceName, Frame]


@dataclass(frozen=True)
class ProtectedSources:
    """The sources as everything else sees them, and how many rows each lost."""

    sources: Sources
    suppressed: dict[SourceName, int]
    """Rows of customers on the suppression list."""
    refused: dict[SourceName, int]
    """Rows of customers without consent, where these are not used at all."""
    agreement: Agreement
    """How many customers who bought have agreed."""
    no_consent: pl.DataFrame
    """customer_id of those who have not agreed to personalisation."""
    notes: tuple[Message, ...]
    """Whom a protection does not reach, a sentence each."""


def protected_sources(sources: Sources, privacy: Privacy, least_matched: float, engine: Engine) -> ProtectedSources:
    """The sources without those who must not be in them, and under pseudonyms.

    Raises SourceError where the suppression list would leave out nobody; see `check_suppression`.
    """
    key = read_key(privacy) if privacy.pseudonymise else None
    suppressed: dict[SourceName, int] = {}
    refused: dict[SourceName, int] = {}
    notes = []
    if privacy.suppress is not None:
        listed = _suppressed(privacy, engine)
        missing = check_suppression(listed, _ids_and_pseudonyms(sources, key), str(privacy.suppress), least_matched)
        if missing:
            notes.append(
                Message(
                    "{n_missing} of {n_listed} ids on the list privacy.suppress are nobody's in the sources",
                    n_missing=missing,
                    n_listed=len(listed),
                )
            )
        sources, suppressed = _without_listed(sources, listed, key, engine)
    sources = sources if key is None else _under_pseudonyms(sources, key, engine)
    agreement, no_consent = agreement_of(sources)
    if not privacy.fit_without_consent:
        for name in _with_customers(sources):
            sources, refused[name] = _without(sources, name, engine.table(no_consent))
    return ProtectedSources(sources, suppressed, refused, agreement, no_consent, (*notes, *agreement.notes()))


def _ids_and_pseudonyms(sources: Sources, key: bytes | None) -> pl.Series:
    """Return every customer id of the sources as text, and its pseudonym where there is a key."""
    frames = _with_customers(sources).values()
    ids = pl.concat([collect(distinct(frame, "customer_id"))["customer_id"] for frame in frames])
    texts = ids.drop_nulls().cast(pl.String).unique()
    hidden = [] if key is None else [pseudonym(one, key) for one in texts]
    return pl.concat([texts, pl.Series(hidden, dtype=pl.String)])


def _suppressed(privacy: Privacy, engine: Engine) -> pl.Series:
    """Texts of the ids on the list, raw ones and pseudonyms alike."""
    assert privacy.suppress is not None
    source = file_source(privacy.suppress)
    if not source.file.is_file():
        raise SourceError(
            Message("the suppression list '{file}' does not exist; correct privacy.suppress", file=str(source.file))
        )
    with open_source(source, engine) as raw:
        if "customer_id" not in raw.frame.collect_schema():
            raise SourceError(Message("'{name}': the suppression list needs a column 'customer_id'", name=raw.name))
        listed = as_text(nw.col("customer_id"), raw.frame.collect_schema()["customer_id"])
        ids = raw.frame.select(customer_id=listed.str.strip_chars()).filter(~blank(nw.col("customer_id")))
        short = collect(ids.filter(lost_digits(nw.col("customer_id"))).head(1))["customer_id"]
        if len(short):
            raise SourceError(
                Message(
                    "the suppression list '{name}'{line}: '{cell}' is a number that lost digits in "
                    "scientific notation; export the column as text",
                    name=raw.name,
                    line=raw.line("customer_id", short[0]),
                    cell=str(short[0]),
                )
            )
        texts = collect(as_integers(ids, ["customer_id"]))["customer_id"]
    return (texts.str.to_lowercase() if privacy.ignore_case else texts).unique().sort()


def in_small_letters(sources: Sources) -> Sources:
    """The sources with customer ids that no longer differ by case."""
    folded = nw.col("customer_id").str.to_lowercase().alias("customer_id")
    texts = {
        name: frame.with_columns(folded)
        for name, frame in _with_customers(sources).items()
        if frame.collect_schema()["customer_id"] == nw.String
    }
    return {**sources, **texts}


def _with_customers(sources: Sources) -> Sources:
    return {name: frame for name, frame in sources.items() if "customer_id" in frame.collect_schema()}


def _without_listed(
    sources: Sources, listed: pl.Series, key: bytes | None, engine: Engine
) -> tuple[Sources, dict[SourceName, int]]:
    lost: dict[SourceName, int] = {}
    for name, frame in _with_customers(sources).items():
        customer_ids = collect(distinct(frame, "customer_id"))["customer_id"].drop_nulls()
        texts = customer_ids.cast(pl.String)
        hit = texts.is_in(listed.implode())
        if key is not None:
            hit = hit | pl.Series([pseudonym(one, key) for one in texts], dtype=pl.String).is_in(listed.implode())
        gone = engine.table(pl.DataFrame({"customer_id": customer_ids.filter(hit)}))
        sources, lost[name] = _without(sources, name, gone)
    return sources, lost


def _without(sources: Sources, name: SourceName, gone: Frame) -> tuple[Sources, int]:
    """The sources with one of them less the rows of some customers, and how many rows those are."""
    frame = sources[name]
    lost = count_rows(frame.join(gone, on="customer_id", how="semi"))
    return {**sources, name: frame.join(gone, on="customer_id", how="anti")}, lost


def _under_pseudonyms(sources: Sources, key: bytes, engine: Engine) -> Sources:
    with_customers = _with_customers(sources)
    ids = (
        pl.concat([collect(distinct(frame, "customer_id")) for frame in with_customers.values()]).unique().drop_nulls()
    )
    names = pl.Series("_pseudonym", [pseudonym(one, key) for one in ids["customer_id"]], dtype=pl.String)
    table = engine.table(ids.with_columns(names))
    hidden = {
        name: frame.join(table, on="customer_id", how="left")
        .drop("customer_id")
        .rename({"_pseudonym": "customer_id"})
        .select(frame.collect_schema().names())
        for name, frame in with_customers.items()
    }
    return {**sources, **hidden}
