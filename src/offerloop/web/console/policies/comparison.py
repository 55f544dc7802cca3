"""Two plans side by side: for how many customers the offer stays, differs, appears or goes, and each campaign."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.web.api.policies import CampaignCompared, CustomersCompared, compare_policy
from offerloop.web.console.blocks import (
    Block,
    Form,
    Input,
    Notice,
    PageTable,
    Stat,
    Stats,
    TableColumn,
    View,
    start_run,
)
from offerloop.web.console.cells import Badge, Cell, MinorAmount
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.workspace import finished_runs

TITLE = Message("Compare two plans", context="page title")
NO_RUN = Message("There is no finished run. Start one on the page “Jobs”.")
ONE_PLAN = Message("There is one plan so far. When another run has finished, the two are compared here.")
SAME_PLAN = Message("This is one and the same plan. Choose two different ones.")
SENT = Badge("sent", Message("sent", context="state of a campaign in a plan"), "good")
NOT_SENT = Badge("not sent", Message("not sent", context="state of a campaign in a plan"))
COLUMNS = (
    TableColumn("campaign", Message("campaign", context="column title")),
    TableColumn("before", Message("before", context="column title")),
    TableColumn("after", Message("after", context="column title")),
    TableColumn("customers_before", Message("customers planned before", context="column title"), is_figure=True),
    TableColumn("customers_after", Message("customers planned after", context="column title"), is_figure=True),
    TableColumn("budget_before", Message("budget before", context="column title"), is_figure=True),
    TableColumn("budget_after", Message("budget after", context="column title"), is_figure=True),
)


def names_of_runs(request: PageRequest) -> list[str]:
    """Return the names of the finished runs, the newest first."""
    return [one.name for one in finished_runs(request.worker.settings.shop)]


def comparison_form(names: list[str], before: str, after: str) -> Form:
    """Return the choice of two plans."""
    options = tuple((name, name) for name in names)
    return Form(
        "compare-policies", "/console/compare-policies", Message("Compare", context="button"),
        (
            Input("before", Message("Plan before", context="field of a form"), "select", before, options),
            Input("after", Message("Plan after", context="field of a form"), "select", after, options),
        ),
        method="get", title=TITLE,
    )  # fmt: skip


def view(request: PageRequest) -> View:
    """Say what a plan changes in another one: by default, the newest in the one that is served or the one before."""
    names = names_of_runs(request)
    if not names:
        return View(TITLE, "", (start_run(NO_RUN, "neutral"),))
    before = _chosen(request, "before", names, _default_before(request, names))
    after = _chosen(request, "after", names, names[0])
    form = comparison_form(names, before, after)
    if before == after:
        return View(TITLE, "", (Notice(ONE_PLAN if len(names) == 1 else SAME_PLAN), form))
    compared = compare_policy(request.http, after, request.caller, before)
    caption = Message("Campaigns in both plans", context="table title")
    rows = tuple(_row(one) for one in compared.campaigns)
    table = PageTable("campaigns", caption, COLUMNS, rows, Message("Neither plan has a campaign."))
    blocks: tuple[Block, ...] = (_stats(compared.customers), table, form)
    return View(
        TITLE, Message("From {before} to {after}.", context="lead of a page", before=before, after=after), blocks
    )


def _default_before(request: PageRequest, names: list[str]) -> str:
    served = request.worker.version or names[-1]
    return names[1] if served == names[0] and len(names) > 1 else served


def _chosen(request: PageRequest, field: str, names: list[str], default: str) -> str:
    return request.needed(field, lambda name: name if name in names else None) if request.field(field) else default


def _stats(customers: CustomersCompared) -> Stats:
    return Stats(
        (
            Stat("same", Message("customers for whom nothing changes", context="figure"), customers.n_same),
            Stat("other", Message("customers with another offer", context="figure"), customers.n_other),
            Stat("gained", Message("customers who get an offer now", context="figure"), customers.n_gained),
            Stat("lost", Message("customers who lose their offer", context="figure"), customers.n_lost),
            Stat("new", Message("customers only in the plan after", context="figure"), customers.n_new),
            Stat("gone", Message("customers only in the plan before", context="figure"), customers.n_gone),
        )
    )


def _row(compared: CampaignCompared) -> tuple[Cell, ...]:
    pair = (compared.before, compared.after)
    title = next(one.title for one in reversed(pair) if one is not None)
    return (
        title, *(None if one is None else SENT if one.is_sent else NOT_SENT for one in pair),
        *(None if one is None else one.n_planned for one in pair),
        *(None if one is None else MinorAmount(one.budget_minor, one.budget_unit) for one in pair),
    )  # fmt: skip


PAGE = Page("compare-policies", TITLE, view)
