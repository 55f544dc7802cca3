"""Set a shop up without a terminal: upload its files, correct the guessed columns, and start the first run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from offerloop.background import new_upload
from offerloop.commands.init.findings import is_draft
from offerloop.commands.init.request import InitRequest, init
from offerloop.config import Serve, SourceName
from offerloop.errors import InputError, SourceError
from offerloop.events import CONTRACTS, SOURCE_NAMES, TooMuchUnpackedError, readable
from offerloop.mapping import (
    ColumnMatch,
    guess_currency,
    infer_mapping,
    language_of,
    notes_with_misfits,
    sample_sources,
)
from offerloop.message import Message
from offerloop.web.answering import json_response
from offerloop.web.api.jobs import JobRequest, queue_job
from offerloop.web.auth import caller_with
from offerloop.web.console.blocks import (
    Block,
    Form,
    Heading,
    Input,
    Notice,
    PageTable,
    TableColumn,
    Uploads,
    View,
    Words,
)
from offerloop.web.console.cells import Cell
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.console.setup.field_names import FIELD_NAMES
from offerloop.web.problems import HttpProblem
from offerloop.web.roles import Permission
from offerloop.web.uploads import save_upload
from offerloop.workspace import SampleRows

OF_PRODUCTS = ("category", "subcategory", "brand")
"""What order lines may say of their products, where these have no file of their own."""
TITLE = Message("Set up the shop", context="page title")
FOLDER, MOST_BYTES = "data", Serve().most_bytes
SAMPLED_ROWS, SAMPLED_SIGNS, MOST_NOTES = 5, 60, 3
SOURCES: dict[SourceName, Message] = {
    "order_lines": Message("Order lines: who bought what, when, for how much"),
    "products": Message("Products with categories", context="file to upload"),
    "customers": Message("Customers with attributes and consent"),
}
_LEFT_OUT = Message("{file} (may be left out)", context="file to upload")
ORDERS, CONFIG_FILE = "orders", "offerloop.toml"
"""The file that is joined to the order lines, and the one that a finished setup leaves."""
UPLOADS: dict[str, Message] = {
    "order_lines": SOURCES["order_lines"],
    **{name: _LEFT_OUT.with_values(file=SOURCES[name]) for name in ("products", "customers")},
    ORDERS: _LEFT_OUT.with_values(file=Message("Orders with customer and time, where the order lines have none")),
}


def view(request: PageRequest) -> View:
    """Return the next step: uploading, looking at columns, or running."""
    if request.config is not None:
        done = Message("The shop is set up. Its settings stand in offerloop.toml.")
        overview = Message("Go to the overview", context="link")
        return View(TITLE, "", (Notice(done, "good", "/console/overview", overview),))
    folder = request.worker.settings.shop / FOLDER
    files = _uploaded(folder)
    files_taken = tuple((name, words, (folder / f"{name}.csv").is_file()) for name, words in UPLOADS.items())
    blocks: list[Block] = [Uploads("uploads", files_taken, MOST_BYTES)]
    if "order_lines" not in files:
        return View(TITLE, _FIRST, tuple(blocks))
    try:
        blocks += _columns(request, files, _joined(folder))
    except InputError as error:
        why = _with_names(request, error.message)
        blocks.append(Notice(Message("{why}. Choose another file in its place.", context="error", why=why), "bad"))
        return View(TITLE, _UNREADABLE, tuple(blocks))
    return View(TITLE, Message("Look at what each column was taken for, then start the first run."), tuple(blocks))


_FIRST = Message(
    "Give the shop's order lines as a CSV or Excel file: choose it, or drag it in. Nothing leaves this machine."
)
_UNREADABLE = Message("A file could not be read.", context="lead of a page")


def _with_names(request: PageRequest, error: Message) -> Message:
    """Return an error that names a file by what it was uploaded as rather than by its place on the server."""
    folder, _ = request.worker.settings.shop / FOLDER, request.localizer
    names = {str(folder / f"{name}.csv"): _(SOURCE_NAMES[name]) for name in SOURCES}
    names[str(folder / f"{ORDERS}.csv")] = f"{ORDERS}.csv"

    def named(text: str) -> str:
        for path, name in names.items():
            text = text.replace(path, name)
        return text

    return error.with_texts(named)


def _uploaded(folder: Path) -> dict[SourceName, Path]:
    return {name: folder / f"{name}.csv" for name in SOURCES if (folder / f"{name}.csv").is_file()}


def _joined(folder: Path) -> list[str]:
    """Return the file that is joined to the order lines, if it is there."""
    orders = folder / f"{ORDERS}.csv"
    return [str(orders)] if orders.is_file() else []


@contextmanager
def _sampled(files: Mapping[SourceName, Path], joined: Sequence[str]) -> Iterator[dict[SourceName, SampleRows]]:
    with TemporaryDirectory(prefix="offerloop-") as place:
        yield sample_sources({name: str(path) for name, path in files.items()}, Path(place), join=joined)


def _columns(request: PageRequest, files: Mapping[SourceName, Path], joined: Sequence[str]) -> list[Block]:
    """Return sample rows of each file, and a form with what each of our columns is read from."""
    with _sampled(files, joined) as samples:
        matches = infer_mapping(samples, {})
        inputs, missing = _inputs(files, matches)
        listed, unlisted = _listed_inputs(files, matches)
        notes = [note for name in files for note in _notes(name, matches[name], samples[name])]
        unfound = [one for name in files for one in _unfound(name, matches[name], {})]
        blocks: list[Block] = [
            block for name in files for block in (Heading(SOURCES[name]), _rows(name, samples[name]))
        ]  # fmt: skip
        currency = guess_currency(None, language_of(matches.values()), matches["order_lines"], matches.values()).value
    blocks += [Notice(_with_names(request, one), "warning") for one in notes]
    if unfound:
        blocks.append(Notice(_CHOOSE.with_values(columns=unfound), "warning"))
    hint = Message("Three letters, such as GBP; left empty: {currency}.", currency=currency)
    money = Input("currency", Message("Currency", context="field of a form"), is_needed=False, hint=hint)
    budget = Input("budget", Message("Budget of the first campaign"), is_needed=False, hint=_BUDGET)
    title = Input("title", Message("Name of the shop", context="field of a form"), is_needed=False, hint=_TITLE)
    margin = Input("margin", Message("Margin", context="field of a form"), is_needed=False, hint=_MARGIN)
    form = Form(
        "columns", "/console/do/set-up", Message("Save and start the first run"),
        (title, *inputs, *listed, money, margin, budget),
        needs=Permission.EDIT, title=Message("What the columns are"), more=(*missing, *unlisted), more_title=_MISSING,
    )  # fmt: skip
    return [*blocks, form]


_CHOOSE = Message(
    "Not found: {columns}. Choose a column for each below, or another file if this is not the right one.", columns=()
)


def _notes(name: SourceName, match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return what a reader should know of the guesses, such as a column that seems to say who agreed to get offers."""
    return notes_with_misfits(name, match, sample)[:MOST_NOTES]


def _unfound(name: SourceName, match: ColumnMatch, chosen: Mapping[str, str]) -> list[Message]:
    """Return the words for columns that are needed, and neither guessed nor chosen."""
    needed = (one for one in CONTRACTS[name].required if one not in match.guesses and not chosen.get(f"{name}.{one}"))
    return [_label(name, one) for one in needed]


def _label(name: SourceName, ours: str) -> Message:
    return Message(
        "{source}: {field}", context="label of a field", source=SOURCE_NAMES[name], field=FIELD_NAMES[name][ours]
    )


_MISSING = Message("Columns that were not found, and may be left out")
_TITLE = Message("Stands on every page and in reports; left empty: the name of its folder.")
_MARGIN = Message(
    "Share of the list price that is left before any offer's cost, such as 0.35; left empty: 0.30. Where the products "
    "say what a unit costs, that counts."
)
_BUDGET = Message("In the shop's money; left empty: 1 % of a month's sales, or more where a test needs it.")


def _inputs(
    files: Iterable[SourceName], matches: Mapping[SourceName, ColumnMatch]
) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    """Return a field for each of our columns: those that were found or are needed, and the others."""
    inputs, missing = list[Input](), list[Input]()
    for name in files:
        contract, match = CONTRACTS[name], matches[name]
        for ours in (*contract.required, *contract.optional):
            is_shown = ours in contract.required or ours in match.guesses
            (inputs if is_shown else missing).append(_input(name, ours, match))
    return tuple(inputs), tuple(missing)


def _listed_inputs(
    files: Collection[SourceName], matches: Mapping[SourceName, ColumnMatch]
) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    """Return a field for what order lines say of their products, where no file does: what was found, and the rest."""
    if "products" in files:
        return (), ()
    listed = matches.get("products")
    match = ColumnMatch(matches["order_lines"].columns, {} if listed is None else listed.guesses)
    inputs = {one: _input("products", one, match) for one in OF_PRODUCTS}
    return (
        tuple(field for one, field in inputs.items() if one in match.guesses),
        tuple(field for one, field in inputs.items() if one not in match.guesses),
    )


def _input(name: SourceName, ours: str, match: ColumnMatch) -> Input:
    guess = match.guesses.get(ours)
    first: Words = (
        Message("not found", context="column of a file")
        if guess is None
        else Message("as guessed: {column}", context="column of a file", column=guess.written)
    )
    options: tuple[tuple[str, Words], ...] = (("", first), *((one, one) for one in match.columns))
    return Input(f"{name}.{ours}", _label(name, ours), "select", "", options, hint=guess.why if guess else "")


def _rows(name: SourceName, sample: SampleRows) -> PageTable:
    columns = tuple(
        TableColumn(f"column_{place}", Message("{field}", context="label of a field", field=column))
        for place, column in enumerate(sample.head.columns)
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        tuple(None if one is None else str(one)[:SAMPLED_SIGNS] for one in row)
        for row in sample.head.head(SAMPLED_ROWS).iter_rows()
    )
    caption = Message("The first rows", context="table title")
    return PageTable(name, caption, columns, rows, Message("The file has no rows.", context="empty table"))


_IS_SET_UP = Message("the shop is set up already")


def _set_up(request: PageRequest) -> str:
    """Write the configuration by the guessed and the chosen columns, and begin the first run."""
    shop = request.worker.settings.shop
    files = _uploaded(shop / FOLDER)
    names = {f"{name}.{ours}" for name in files for ours in (*CONTRACTS[name].required, *CONTRACTS[name].optional)}
    names |= set() if "products" in files else {f"products.{ours}" for ours in OF_PRODUCTS}
    chosen = {name: request.field(name, 1_000) for name in sorted(names)}
    columns = [
        f"{name.removeprefix('order_lines.')}={_quoted(theirs)}" for name, theirs in chosen.items() if theirs
    ]  # fmt: skip
    wishes = InitRequest(
        files=cast("dict[str, str]", {name: str(path) for name, path in files.items()}), columns=columns,
        budget=request.field("budget") or None, margin=request.field("margin") or None,
        title=request.field("title") or None, currency=request.field("currency").upper() or None,
        language=request.localizer.language, join=_joined(shop / FOLDER),
    )  # fmt: skip
    _begin_shop(request, wishes, chosen)
    queue_job(request.http, JobRequest(kind="run"), request.caller)
    return "/console/jobs"


def _begin_shop(request: PageRequest, wishes: InitRequest, chosen: Mapping[str, str]) -> None:
    """Write the configuration. Raises InputError where it cannot be complete; then none is left.

    Raises HttpProblem where there is a finished one, also one that cannot be read.
    """
    shop, files = request.worker.settings.shop, cast("dict[SourceName, Path]", wishes.files)
    config = shop / CONFIG_FILE
    if config.exists() and not is_draft(config):
        raise HttpProblem("conflict", _IS_SET_UP)
    with _sampled(files, wishes.join) as samples:
        matches = infer_mapping(samples, {})
    unfound = [one for name in files for one in _unfound(name, matches[name], chosen)]
    if unfound:
        raise InputError(_CHOOSE.with_values(columns=unfound))
    try:
        init(shop, wishes)
    except InputError as error:
        if is_draft(config):
            config.unlink()
        raise InputError(_with_names(request, error.message)) from None


def _quoted(column: str) -> str:
    """Return a column's name as an expression that reads it, whatever signs it has."""
    return column if column.isidentifier() else f"`{column}`"


async def take_upload(http: Request, source: str) -> Response:
    """Keep a file of a shop that is not set up yet. Raises HttpProblem for one that is, and for an unknown source."""
    caller = await caller_with(http, Permission.EDIT)
    request = PageRequest(http, caller, {})
    if source not in UPLOADS:
        raise HttpProblem("not_found")
    if request.config is not None or (request.worker.settings.shop / CONFIG_FILE).exists():
        raise HttpProblem("conflict", _IS_SET_UP)
    folder = request.worker.settings.shop / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    partial = new_upload(request.worker.settings.shop)  # one for each request: two at a time must not mix
    saved = await save_upload(http, partial, MOST_BYTES)
    if not saved.n_bytes:
        partial.unlink(missing_ok=True)
        raise HttpProblem("invalid", Message("the file is empty"))
    await run_in_threadpool(_check_unpacked, partial)
    partial.replace(folder / f"{source}.csv")
    return json_response({"bytes": saved.n_bytes}, 201)


def _check_unpacked(upload: Path) -> None:
    """Raise HttpProblem, and delete the file, where more than an upload may hold is packed in it."""
    try:
        with TemporaryDirectory(prefix="offerloop-") as place:
            readable(upload, None, Path(place), MOST_BYTES)
    except TooMuchUnpackedError as error:
        upload.unlink(missing_ok=True)
        raise HttpProblem("too_large", error.message) from None
    except SourceError:
        return  # the page says what is wrong with it


PAGE = Page("setup", TITLE, view, Permission.EDIT)
ACTIONS = (Action("set-up", Permission.EDIT, _set_up, PAGE),)
