"""The table of a served policy, made once from the files of a finished run."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.config import shared_budgets, within_shared
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import NOTHING
from offerloop.serving.newcomers import MANY_ORDERS, alike
from offerloop.serving.policy import (
    ARM_NAMES,
    FORMAT,
    Policy,
    ServedOffer,
    customer_hash,
    open_policy,
    without_ties,
)
from offerloop.serving.texts import write_texts
from offerloop.tables import EXPLORE, PLAN
from offerloop.workspace import RunRead, open_run

_KEYS = ["campaign_id", "offer_id"]
_PLANNED_KEYS = [f"planned_{name}" for name in _KEYS]
_RETURNS = ["profit_minor", "cost_expected_micro"]
_CUSTOMER = pl.col("customer_id").cast(pl.String)
_Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
_DAMAGED = (pl.exceptions.PolarsError, OSError, EOFError, ValueError, LookupError)
"""What readers raise for files that are damaged, or that cannot be written."""


def serve_run(folder: Path) -> Policy:
    """Open the policy of a finished run, whose table is written when it is first served, and anew where it is damaged.

    Raises InputError when the folder is no finished run, and where its files are damaged.
    """
    try:
        return _served(folder)
    except _DAMAGED:
        shutil.rmtree(folder / "served", ignore_errors=True)
    try:
        return _served(folder)
    except _DAMAGED as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            Message("the run '{folder}' cannot be served ({reason}); make a new run", folder=str(folder), reason=reason)
        ) from error


def _served(folder: Path) -> Policy:
    """See `serve_run`. Raises `_DAMAGED` for damaged files."""
    if not is_served(folder):
        run = open_run(folder)
        draft = Path(mkdtemp(prefix=".served.", dir=folder))
        try:
            _write(run, draft)
            _put_in_place(draft, folder / "served")
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return open_policy(folder)


def _put_in_place(draft: Path, served: Path) -> None:
    """Give the table its name, unless another worker was faster; one that does not hold any more gives way."""
    if served.exists() and not is_served(served.parent):
        shutil.rmtree(served, ignore_errors=True)
    try:
        draft.rename(served)
    except OSError:
        if not is_served(served.parent):
            raise


def is_served(folder: Path) -> bool:
    """Whether the table of a run was written by this program from the run's file as it is: erasures change it."""
    try:
        written = json.loads((folder / "served" / "policy.json").read_text(encoding="utf-8"))
        return bool(written["format"] == FORMAT and written["made_from"] == _state(folder))
    except (OSError, ValueError, LookupError):
        return False


def _state(folder: Path) -> list[int]:
    """Return what changes with the file of assignments."""
    status = (folder / "assignments.parquet").stat()
    return [status.st_mtime_ns, status.st_size]


def _write(run: RunRead, draft: Path) -> None:
    made_from = _state(run.folder)
    names = ["customer_id", *_KEYS, *_PLANNED_KEYS, "arm", "propensity", "reasons", "product_ids", *_RETURNS]
    table = run.table("assignments").select(names).with_columns(_CUSTOMER).collect()
    hashes = np.fromiter((customer_hash(one.encode()) for one in table["customer_id"]), np.uint64, table.height)
    order = np.argsort(hashes, kind="stable")
    table, hashes = table[order], hashes[order]
    offers = _offers(run)
    reasons = table["reasons"].unique().sort()
    np.save(draft / "hashes.npy", hashes)
    _write_arrays(table, hashes, offers, reasons, draft)
    _write_further(run, table["customer_id"], hashes, offers, draft)
    write_texts(draft, "ids", table["customer_id"].to_list())
    write_texts(draft, "products", table["product_ids"].to_list())
    written = {
        "format": FORMAT,
        "made_from": made_from,
        "currency": run.currency,
        "offers": [asdict(one) for one in offers],
        "reasons": [one.split(",") for one in reasons],
        "as_of": _as_of(run),
        "left_minor": _left(run),
        "privacy": run.written.get("privacy", {}),
        "newcomers": _newcomers(run, offers),
    }
    (draft / "policy.json").write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")


def _write_arrays(
    table: pl.DataFrame, hashes: _Hashes, offers: tuple[ServedOffer, ...], reasons: pl.Series, draft: Path
) -> None:
    """Write what is decided for each customer, in the order of the hashes."""
    np.save(draft / "propensity.npy", table["propensity"].to_numpy().astype(np.float64))
    np.save(draft / "returns.npy", _returns(table, hashes))
    np.save(draft / "offer.npy", _places(table, offers))
    planned = [pl.col(name).alias(key) for name, key in zip(_PLANNED_KEYS, _KEYS, strict=True)]
    np.save(draft / "planned.npy", _places(table.select(planned), offers))
    np.save(draft / "arm.npy", _positions(table["arm"], pl.Series(ARM_NAMES)).astype(np.uint8))
    np.save(draft / "reason.npy", _positions(table["reasons"], reasons))


def _returns(table: pl.DataFrame, hashes: _Hashes) -> Floats:
    """Return the profit of each row's offer for a millionth of a minor unit of its cost, as `Policy.returns`."""
    profit, cost = (table[name].cast(pl.Float64) for name in _RETURNS)
    returns = (profit / cost).fill_nan(None).fill_null(np.inf).to_numpy().astype(np.float64)
    return without_ties(returns, hashes / 2.0**64)


def _write_further(
    run: RunRead, customers: pl.Series, hashes: _Hashes, offers: tuple[ServedOffer, ...], draft: Path
) -> None:
    """Write the further offers of customers, by the customers' places."""
    rows = run.further().with_columns(_CUSTOMER).collect()
    numbered = pl.DataFrame({"customer_id": customers}).with_row_index("row")
    placed = rows.join(numbered, on="customer_id").sort("row", maintain_order=True)
    places = placed["row"].to_numpy().astype(np.int64)
    np.save(draft / "further_customer.npy", places)
    np.save(draft / "further_offer.npy", _places(placed, offers))
    np.save(draft / "further_returns.npy", _returns(placed, hashes[places]))
    write_texts(draft, "further_products", placed["product_ids"].to_list())


def _positions(values: pl.Series, among: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    numbers = pl.int_range(len(among), dtype=pl.Int32, eager=True)
    return values.replace_strict(among, numbers, return_dtype=pl.Int32).to_numpy().astype(np.int32)


def _offers(run: RunRead) -> tuple[ServedOffer, ...]:
    window = [name for name in ("starts_at", "ends_at") if name in run.offers.columns]  # older runs lack both
    columns = [*_KEYS, "kind", "label", "label_message", "cost_liability_minor", *window]
    return tuple(ServedOffer(*row) for row in run.offers.select(columns).sort(_KEYS).iter_rows())


def _places(assigned: pl.DataFrame, offers: tuple[ServedOffer, ...]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return the position of each row's offer; NOTHING for none."""
    numbered = pl.DataFrame(
        {
            "campaign_id": [one.campaign_id for one in offers],
            "offer_id": [one.offer_id for one in offers],
            "place": range(len(offers)),
        },
        schema={"campaign_id": pl.String, "offer_id": pl.String, "place": pl.Int32},
    )
    return (
        assigned.join(numbered, on=_KEYS, how="left", maintain_order="left")["place"]
        .fill_null(NOTHING)
        .to_numpy()
        .astype(np.int32)
    )


def _left(run: RunRead) -> dict[str, int]:
    """Return what is left of each campaign's budget when every offer of the plan costs what the budget counts.

    Nothing is left beside an offer whose cost has no limit. What is left of a budget that campaigns share is divided
    among them. Random offers and business as usual have budgets of their own, except that campaigns that are not sent
    give random offers from their budgets.
    """
    is_sent = pl.col("campaign_id").is_in([one.id for one in run.campaigns if one.send])
    of_budgets = pl.when(is_sent).then(pl.col("arm") == PLAN).otherwise(pl.col("arm") == EXPLORE)
    assigned = run.all_offers().filter(pl.col("campaign_id").is_not_null() & of_budgets)
    liability = pl.col("cost_liability_minor")
    most = pl.when(liability.null_count() == 0).then(liability.sum()).otherwise(math.inf)
    used = dict(assigned.group_by("campaign_id").agg(most).collect().iter_rows())
    in_money = [one for one in run.campaigns if one.budget_unit == run.currency]
    left = {one.id: int(max(0, one.budget_minor - used.get(one.id, 0))) for one in in_money if one.send}
    teams = {str(one["id"]): one.get("team") for one in run.written.get("campaigns", [])}
    plan = run.written.get("plan", {})
    shared = shared_budgets(
        {one.id: teams.get(one.id) for one in in_money}, plan.get("team_budgets", {}), plan.get("total_budget"),
        run.currency,
    )  # fmt: skip
    return within_shared(left, used, shared)


def _newcomers(run: RunRead, offers: tuple[ServedOffer, ...]) -> dict[str, Any]:
    """Return the arms' shares, and the offer that the plan gives to most customers without an order."""
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    new = run.table("profiles").filter(pl.col("n_orders").fill_null(0) == 0).select(_CUSTOMER)
    planned = _planned_for_newcomers(run).join(new, on="customer_id", how="semi")
    counted = planned.group_by(_KEYS).len().sort("len", *_KEYS, descending=[True, False, False])
    most = counted.head(1).collect()
    return {
        "holdout_seed": run.written.get("experiment", {}).get("holdout_seed", "holdout"),
        "holdout": run.holdout,
        "usual": float(manifest.get("shares", {}).get("usual", 0.0)),
        "offer": int(_places(most, offers)[0]) if most.height else NOTHING,
        "by_likeness": _by_likeness(run, offers),
    }


def _by_likeness(run: RunRead, offers: tuple[ServedOffer, ...]) -> dict[str, int]:
    """Return what the plan gives to most customers who are alike."""
    profiles = run.table("profiles").select(_CUSTOMER, "top_category", pl.col("n_orders").fill_null(0))
    table = profiles.join(_planned_for_newcomers(run), on="customer_id").drop("customer_id").collect()
    table = table.with_columns(pl.col("n_orders").cast(pl.Int64).clip(upper_bound=MANY_ORDERS))
    alone = table.with_columns(n_orders=pl.lit(0, pl.Int64))  # who has only looked is like all of the category
    keys = ["top_category", "n_orders"]
    counted = pl.concat([table, alone]).group_by(*keys, *_KEYS).len()
    most = counted.sort("len", *_KEYS, descending=[True, False, False]).unique(keys, keep="first", maintain_order=True)
    places = _places(most, offers)
    return {alike(*key): int(place) for key, place in zip(most.select(keys).iter_rows(), places, strict=True)}


def _planned_for_newcomers(run: RunRead) -> pl.LazyFrame:
    """Return the planned offer of each customer, null for none; what is for an audience alone is for no newcomer."""
    for_some = [str(one["id"]) for one in run.written.get("campaigns", []) if one.get("audience")]
    for_all = ~pl.col("planned_campaign_id").is_in(for_some)
    offer = [pl.when(for_all).then(f"planned_{key}").alias(key) for key in _KEYS]
    return run.table("assignments").select(_CUSTOMER, *offer)


def _as_of(run: RunRead) -> int:
    return int(datetime.fromisoformat(str(run.summary["as_of"])).replace(tzinfo=UTC).timestamp())
