"""The mapping that `offerloop init` wrote, source by source, for people."""

from __future__ import annotations

from rich.cells import cell_len

from offerloop.commands.init.configuration import SourceText, named
from offerloop.commands.init.findings import InitResult
from offerloop.config import padded
from offerloop.report import Localizer


def page(started: InitResult) -> str:
    """Return what a reader should know: the mapping, what is missing, and what comes next."""
    shop, _ = started.shop, Localizer(started.language)
    if shop is None:
        return started.sentence
    lines = [_("Wrote {path}.", context="init", path=str(started.config))]
    lines += [_("note: {text}", context="init", text=shop.currency.doubt)] if shop.currency.doubt else []
    for source in shop.sources:
        lines += ["", _("{source} from {place}:", context="init", source=source.name, place=str(source.sample.place))]
        lines += [f"  {line}" for line in _source(source, _)]
    notes = [note for note in (shop.size.note, shop.basis_note) if note]
    lines += ["", *(_("Note: {text}.", context="init", text=note) for note in notes)] if notes else []
    lines += ["", *(_(line) for line in shop.missing), ""] if shop.missing else [""]
    return "\n".join([*lines, _("Next: offerloop check {path}", context="init", path=str(started.config))])


def _source(source: SourceText, _: Localizer) -> list[str]:
    """Tell what each column of one source is read from, and what is not read."""
    rows = [(ours, one.written, _(one.why)) for ours, one in source.mapping()]
    width = [max(cell_len(row[place]) for row in rows) for place in (0, 1)]
    lines = [f"{padded(ours, width[0])} <- {padded(theirs, width[1])}  ({why})" for ours, theirs, why in rows]
    lines += [_("note: {text}", context="init", text=note) for note in (*source.match.notes, *source.notes)]
    lines += [
        _("only rows where {condition}: {why}", context="init", condition=condition.written, why=condition.why)
        for condition in source.filters
        if condition.active
    ]
    if source.unused:
        lines.append(_("not used: {columns}", context="init", columns=named(source.unused)))
    if absent := source.absent():
        lines.append(_("not found: {columns}", context="init", columns=absent))
    return lines
