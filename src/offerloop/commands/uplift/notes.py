"""What a reader must know before acting on the study of one trial."""

from __future__ import annotations

from offerloop.commands.uplift.findings import Note, NoteKind, UpliftFindings
from offerloop.message import Message
from offerloop.report import Localizer

NAMED = 12
"""Columns named in a note at most."""
NOTES: dict[NoteKind, Message] = {
    "ignored_id": Message(
        "Left out, because it names customers, households or stores rather than describing them: {names}."
    ),
    "repeated_id": Message(
        "The same value of {names} stands in several rows. If these rows belong to one customer or household, run the "
        "study again with this column as the cluster: otherwise the ranges on this page are too narrow."
    ),
    "kept_distinct": Message(
        "Used as a number, although nearly every customer has a value of their own: {names}. If it is an id, leave "
        "it out and run the study again."
    ),
    "ignored_outcome_like": Message(
        "Left out, because it looks like something that happened after the offer, such as another outcome: {names}."
    ),
    "ignored_date": Message("Left out, because it holds dates: {names}."),
    "ignored_constant": Message("Left out, because it is the same for all customers: {names}."),
    "ignored_many_values": Message("Left out, because it has too many different texts to learn from: {names}."),
    "filled_missing": Message("Missing cells filled in, and marked as such for the estimators: {n} in {names}."),
    "small_arm": Message("Arms left out, because they have too few customers: {names}."),
    "shares_not_checked": Message(
        "The planned shares of the arms were not given, so nobody can tell whether rows of an arm were lost."
    ),
    "no_cost": Message(
        "No cost was given, so an expensive offer looks as good as a cheap one, and an offer is said to pay as "
        "soon as it brings anything."
    ),
    "sampled": Message(
        "To save time, estimators were compared on {n} of the customers to learn from, drawn at random; the chosen one "
        "learned from all of these.",
    ),
    "learned_from_part": Message(
        "Columns, estimator and choice of customers were learned from {n} customer drawn at random. The forecast and "
        "the worth of that choice come from all others; arms, offers for everybody, audits and checks come from all "
        "customers. The curve, the tenths, the response types, the cost that changes nothing, who responds, and the "
        "numbers of missing cells and of costs below zero come from those {n}.",
        plural="Columns, estimator and choice of customers were learned from {n} customers drawn at random. The "
        "forecast and the worth of that choice come from all others; arms, offers for everybody, audits and checks "
        "come from all customers. The curve, the tenths, the response types, the cost that changes nothing, who "
        "responds, and the numbers of missing cells and of costs below zero come from those {n}.",
    ),
    "trimmed": Message(
        "Customers who could hardly have got one of the arms, left out of the estimates: {n}. "
        "The findings do not hold for them."
    ),
    "few_events": Message(
        "Only {n} customer has the outcome: intervals are wide, and single effects rough.",
        plural="Only {n} customers have the outcome: intervals are wide, and single effects rough.",
    ),
    "negative_cost": Message("Customers with a cost below zero, taken as they are: {n}. Check that they are meant."),
    "no_types": Message(
        "This page cannot tell how many customers respond only because of the offer: for amounts it shows no response "
        "types, only for outcomes that happen or do not."
    ),
    "few_clusters": Message(
        "There is only {n} cluster of rows: its intervals are rough.",
        plural="There are only {n} clusters of rows: intervals are wide, and rough.",
    ),
}
"""The note of each kind."""


def notes(findings: UpliftFindings, _: Localizer) -> tuple[str, ...]:
    """Return what a reader must know before acting on it."""
    own = [note(one, _) for one in findings.notes]
    if findings.features:
        own.append(
            _(
                "The estimators learn from {n} column: {names}.",
                plural="The estimators learn from {n} columns: {names}.",
                n=len(findings.features),
                names=_names(findings.features, _),
            )
        )
    return (
        *own,
        _(
            "All intervals are about groups of customers. The prediction for one person is rough: do not "
            "decide about a single person by it."
        ),
        _("The forecast holds for customers like those of the table, for offers like these, and for the same season."),
    )


def note(note: Note, _: Localizer) -> str:
    """Return one note as a sentence."""
    return _(NOTES[note.kind], names=_names(note.names, _), n=note.n)


def _names(names: tuple[str, ...], _: Localizer) -> str:
    listed = _.listed(_.quoted(one) for one in names[:NAMED])
    if len(names) <= NAMED:
        return listed
    return _("{names} and {n} more", context="uplift study", names=listed, n=len(names) - NAMED)
