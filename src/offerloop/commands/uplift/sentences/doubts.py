"""Why a table is not to be believed, and what to do about it."""

from __future__ import annotations

from offerloop.commands.uplift.findings import Suspect, UpliftFindings
from offerloop.commands.uplift.soundness import impossible, lost_rows, unlike_arms
from offerloop.message import Message
from offerloop.report import Localizer, p_words

SUSPECTS = {
    "explains": Message(
        "{column} tells the outcome implausibly well ({share} of its spread): leave it out with {ignore} if it was "
        "measured after the offer, or name it with {before} if it was known before."
    ),
    "never_without": Message(
        "The outcome never happens where {column} is {value} ({share} of the customers): leave it out with "
        "{ignore} if it was measured after the offer, or name it with {before} if it was known before."
    ),
    "moved": Message(
        "{column} differs between the arms as if the offer had changed it, and tells {share} of the outcome's spread: "
        "leave it out with {ignore} if it was measured after the offer, or name it with {before} if it was known "
        "before."
    ),
}
"""Why a column is suspected to have been measured after the offer, and what to do."""
SIZES = Message(
    "Chance cannot explain the sizes of the arms (p-value: {p}): find out which rows were lost or added, or give the "
    "planned shares with {option} if the arms were not meant to be equal."
)
SIZES_OF_PROPENSITIES = Message(
    "Chance cannot explain the sizes of the arms (p-value: {p}): find out which rows were lost or added."
)


def doubts(findings: UpliftFindings, _: Localizer) -> list[str]:
    """Why not to believe any of it, and what to do."""
    said = [_suspect(one, _) for one in findings.suspects]
    if lost_rows(findings):
        sizes = SIZES if findings.design == "randomised" else SIZES_OF_PROPENSITIES
        said.append(_(sizes, p=p_words(findings.ratio_p or 0.0, _), option="--shares"))
    if unlike_arms(findings):
        said.append(
            _(
                "The arms differed before the trial by more than chance explains (p-value: {p}): find out who decided "
                "who got what.",
                p=p_words(findings.balance_p, _),
            )
        )
    if moved := impossible(findings):
        said.append(
            _(
                "An effect is seen on {names}, which no offer can have changed: find out what else differed.",
                names=_.listed(_.quoted(one) for one in moved),
            )
        )
    if findings.disagreeing:
        said.append(
            _(
                "For {names} the plain difference and the adjusted one contradict each other: leave out columns that "
                "were measured after the offer, with {option}.",
                names=_.listed(_.quoted(one) for one in findings.disagreeing),
                option="--ignore",
            )
        )
    return said


def _suspect(suspect: Suspect, _: Localizer) -> str:
    share = _.share(suspect.share, 0.01)
    named = {"column": _.quoted(suspect.column), "value": _.quoted(suspect.value), "share": share}
    return _(SUSPECTS[suspect.kind], **named, ignore="--ignore", before="--known-before")
