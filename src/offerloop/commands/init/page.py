"""The mapping that `offerloop init` wrote, source by source, for people."""

from __future__ import annotations

from rich.cells import cell_len

from offerloop.commands.init.configuration import named
from offerloop.commands.init.findings import InitResult
from offerloop.config import padded


def page(started: InitResult) -> str:
    """Return what a reader should know: the mapping, what is missing, and what comes next."""
    shop = started.shop
    if shop is None:
        return started.sentence
    lines = [f"Wrote {started.config}.", *([f"note: {shop.currency.doubt}"] if shop.currency.doubt else [])]
    for source in shop.sources:
        rows = [(ours, one.written, one.why) for ours, one in source.mapping()]
        width = [max(cell_len(row[place]) for row in rows) for place in (0, 1)]
        lines += ["", f"{source.name} from {source.sample.place}:"]
        lines += [f"  {padded(ours, width[0])} <- {padded(theirs, width[1])}  ({why})" for ours, theirs, why in rows]
        lines += [f"  note: {note}" for note in (*source.match.notes, *source.notes)]
        lines += [f"  only rows where {one.written}: {one.why}" for one in source.filters if one.active]
        if source.unused:
            lines.append(f"  not used: {named(source.unused)}")
        if absent := source.absent():
            lines.append(f"  not found: {', '.join(absent)}")
    lines += ["", f"Note: {shop.size.note}."] if shop.size.note else []
    lines += ["", *shop.missing, ""] if shop.missing else [""]
    return "\n".join([*lines, f"Next: offerloop check {started.config}"])
