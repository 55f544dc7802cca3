"""`offerloop run`: carry out the flow and write everything that it found to `runs/<id>/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from rich.console import Console

from offerloop.commands.run.findings import CampaignFindings, Findings, FollowingCustomers
from offerloop.commands.run.page import render
from offerloop.commands.run.summary import campaigns, summarise
from offerloop.config import Config, Source, StrPath, config_file, problems_of
from offerloop.decision import Forecast, LoopPeriod, as_text
from offerloop.engine import DEFAULT_ENGINE, Engine, EngineChoice, Frame, TableReader, collect, count_rows, engine_name
from offerloop.errors import ConfigError, InputError, near_miss
from offerloop.events import SourcesRead
from offerloop.flow import STAGES, AffinityTables, Others, Run, plan, product_names
from offerloop.message import Message
from offerloop.money import DIGITS
from offerloop.profiles import FEATURES
from offerloop.report import FolderResult, ProgressDisplay, in_all_languages
from offerloop.tables import AFFINITIES
from offerloop.workspace import (
    RUN_FORMAT,
    Recorder,
    StageStore,
    StoreCampaign,
    campaigns_of_store,
    filling,
    find_run,
    kept_in_manifest,
    name_problems,
    new_folder,
    offers_in,
    open_workspace,
    sha256,
    shares_of,
    similar_products_inputs,
    versions,
    with_campaigns,
    without_passwords,
)
from offerloop.workspace import SIMILAR_PRODUCTS as SIMILAR_PRODUCTS

STAGE_KEYS = "stage_keys"
"""Where a manifest has what `StageStore.follow` takes."""
MOST_SORTED = 5_000_000
"""Rows of recommendations that are sorted before they are written."""


@dataclass(frozen=True)
class RunResult(FolderResult):
    """A finished run: where it lies, the decision about each campaign, and every customer's assignment."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`campaigns`, and `assignments`: a row for each offer, and for each customer without one."""
        return {"campaigns": campaigns(self.summary), "assignments": offers_in(self.folder).collect()}

    @property
    def sentence(self) -> str:
        """What to do with every campaign."""
        return str(self.summary["headline"])


def run(
    config_path: StrPath,
    engine: EngineChoice = DEFAULT_ENGINE,
    console: Console | None = None,
    begin: str | None = None,
    language: str | None = None,
    shards: int | None = None,
    table: str | None = None,
) -> RunResult:
    """Run the flow of one configuration, named by its path or its folder.

    The run's folder appears under its name only when everything is in it. Stages that an earlier run finished with the
    same inputs are not computed again, unless they come at or after `begin`. The report is in `language`, by default
    that of the configuration. The number of `shards` of the customers changes memory and time, and results only
    where a sample of the customers is taken, which is of whole shards.
    `table` is the name of one of the engine's that the assignments are written to as well; where customers can have
    several offers, the further ones go to another, with `_further` behind its name.
    Raises InputError for an unknown stage or name, and when the folder or the table cannot be written.
    """
    _check_stage(begin)
    config_path = config_file(config_path)
    with open_workspace(config_path, engine, shards) as (config, running, store):
        _check_table(table, running)
        added = campaigns_of_store(config)
        config = with_campaigns(config, added).in_language(language)
        if problems := name_problems(config):
            raise ConfigError(problems_of(config_path, problems))
        recorder = Recorder(ProgressDisplay(console, config.language()), store, begin)
        planned = plan(config, running, recorder)
        how = {
            "shares": shares_of(config),
            "engine": engine_name(engine),
            **kept_in_manifest(added),
            STAGE_KEYS: store.written_keys(),
        }
        written, _ = _finish(config_path, config, planned, running, recorder, how)
        store.retain(SIMILAR_PRODUCTS, *similar_products_inputs(config, running))
        store.prune()
        if table is not None and isinstance(running, TableReader):
            running.save(written.folder / "assignments.parquet", table)
            if config.plan.offers_per_customer > 1:
                running.save(written.folder / "further_offers.parquet", f"{table}_further")
    return written


def _check_stage(begin: str | None) -> None:
    """Raise InputError for the name of no stage."""
    if begin is not None and begin not in STAGES:
        raise InputError(
            Message(
                "there is no stage '{stage}'{near} (known: {known})",
                stage=begin,
                near=near_miss(begin, STAGES),
                known=STAGES,
            )
        )


def _check_table(table: str | None, engine: Engine) -> None:
    """Raise InputError where assignments are wanted as a table and the engine has none."""
    if table is not None and not isinstance(engine, TableReader):
        raise InputError(
            Message("the table {table} is one of Spark's; run with --engine spark, or leave --table out", table=table)
        )


def preview(config_path: StrPath, campaign: StoreCampaign, folder: Path, engine: str = DEFAULT_ENGINE) -> RunResult:
    """Plan a campaign beside the others as `run` would, and write the files of a run, without a report, to a folder.

    It takes the place of the one that has its id. Everything that does not depend on the campaigns is what the newest
    run found, so that nothing is fitted again.
    """
    config_path = config_file(config_path)
    with open_workspace(config_path, engine) as (config, running, store):
        others = [one for one in campaigns_of_store(config) if one.campaign.id != campaign.campaign.id]
        added = (*others, campaign)
        config = with_campaigns(config, added)
        recommended = _follow_newest(config_path.parent, store, running)
        recorder = Recorder(store=store)
        planned = plan(config, running, recorder, recommended=recommended)
        summary = _summary(findings_of(planned), config.language(product_names(planned.events)))
        how = {"shares": shares_of(config), "engine": engine, **kept_in_manifest(added)}
        with filling(folder, replace=True) as partial:
            _write(planned, summary, running, store, partial)
            _write_json(partial / "manifest.json", _manifest(config, recorder, how))
    return RunResult(folder, folder / "report.html", summary)


WITHOUT_CAMPAIGNS = ("events", "profiles", "past campaigns", "shelf prices", "response")
"""Stages that do not depend on campaigns."""


def _follow_newest(shop: Path, store: StageStore, engine: Engine) -> AffinityTables | None:
    """Let the store take what the newest run kept; return its recommendations, beside which no products are suggested.

    Nobody looks at suggested products in a preview, and they took a tenth of its time.
    """
    try:
        newest = find_run(shop)
    except InputError:
        return None
    follow_run(newest, store, WITHOUT_CAMPAIGNS)
    affinities, results = (newest / f"{name}.parquet" for name in (AFFINITIES.name, "recommenders"))
    return AffinityTables(engine.read(affinities), pl.read_parquet(results), None)


def follow_run(run_folder: Path, store: StageStore, names: Collection[str]) -> None:
    """Let the store take the results of some stages that a finished run kept, whatever the inputs are now."""
    manifest = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))
    store.follow(manifest.get(STAGE_KEYS, {}), names)


def run_period(
    config_path: Path,
    config: Config,
    engine: Engine,
    period: LoopPeriod,
    added: Sequence[StoreCampaign],
    read: SourcesRead,
) -> tuple[RunResult, Run]:
    """Carry out one period of a loop, as a run with a folder of its own; nothing is taken from earlier runs.

    `added` are the campaigns of the configuration that came from the store, `read` its sources.
    """
    recorder, shares = Recorder(), {**shares_of(config), "holdback": period.holdback}
    drawn = {"shares": shares, "engine": DEFAULT_ENGINE, **kept_in_manifest(added)}
    return _finish(config_path, config, plan(config, engine, recorder, period, read), engine, recorder, drawn)


def _finish(
    config_path: Path, config: Config, run: Run, engine: Engine, recorder: Recorder, how: dict[str, Any]
) -> tuple[RunResult, Run]:
    """Write a run to its folder; `how` goes into the manifest: the engine, and the shares of random groups."""
    findings = findings_of(run)
    language = config.language(product_names(run.events))
    summary = _summary(findings, language)
    page = recorder.always("report", lambda: render(findings, summary, language))
    folder = new_folder(config_path.parent / "runs")
    with filling(folder) as partial:
        _write(run, summary, engine, recorder.store, partial)
        (partial / "report.html").write_text(page, encoding="utf-8")
        _write_json(partial / "manifest.json", _manifest(config, recorder, how))
    return RunResult(folder, folder / "report.html", summary), run


def _summary(findings: Findings, language: str) -> dict[str, Any]:
    return in_all_languages(lambda spoken: summarise(findings, spoken), language)


def findings_of(run: Run) -> Findings:
    """A run as the report sees it."""
    times = 1.0 if run.others is None else run.others.per_customer
    return Findings(
        config=run.config,
        tables=run.tables,
        campaigns=[_campaign(run, forecast, times) for forecast in run.forecasts],
        first_day=run.events.first_day,
        as_of_day=run.events.as_of_day,
        explore_share=run.explore_share,
        campaigns_solved=run.campaigns_solved,
        test=run.test,
        gaps=tuple(run.gaps),
        feature_notes=tuple((one.name, one.meaning, one.missing) for one in FEATURES),
        others=None if run.others is None else _following_customers(run.others),
    )


def _following_customers(others: Others) -> FollowingCustomers:
    sent = others.totals.filter(pl.col("campaign_id").is_not_null())
    columns = ["campaign_id", "arm", "n_customers", "cost_liability_minor"]
    rows = sent.select(columns).iter_rows()
    by_arm = {(campaign, arm): (n, most) for campaign, arm, n, most in rows}
    first = pl.col("n_customers") - pl.col("n_further")
    with_offer = first.filter(pl.col("campaign_id").is_not_null()).sum().alias("with_offer")
    counted = others.totals.group_by("arm").agg(first.sum(), with_offer).iter_rows()
    arms = {arm: (n, n_with_offer) for arm, n, n_with_offer in counted}
    return FollowingCustomers(others.customers, by_arm, arms, int(others.totals["n_further"].sum()))


def _campaign(run: Run, forecast: Forecast, times: float) -> CampaignFindings:
    """Money and customers count `times`, as a sample may stand for more customers."""
    config = run.config
    settings = next(one for one in config.campaigns if one.id == forecast.campaign_id)
    solution = forecast.solution
    return CampaignFindings(
        campaign_id=settings.id,
        title=settings.title,
        send=forecast.send,
        budget_minor=config.minor(settings.budget, settings),
        budget_basis=settings.budget_basis,
        n_planned=round(forecast.plan.height * times),
        liability_minor=solution.used[0] / forecast.budget_unit * times,
        shadow_price=solution.prices[0] * forecast.budget_unit,
        bound_minor=solution.bound * times,
        gap=solution.gap,
        explore_budget_minor=config.minor(settings.explore_budget, settings),
        claimed_minor=solution.profit * times,
        least_errors=forecast.least_errors,
        has_audience=run.others is not None or settings.id not in run.without_audience,
        is_paused=forecast.is_paused,
        pays_alone=forecast.pays_alone,
        policy=forecast.policy,
        overspend=forecast.overspend,
        assumed_share=forecast.plan.filter(basis="assumed").height / max(forecast.plan.height, 1),
        bases=tuple(forecast.plan["basis"].unique().sort()),
    )


def _write(run: Run, summary: dict[str, Any], engine: Engine, store: StageStore | None, folder: Path) -> None:
    others = {} if run.others is None else run.others.frames
    for name, table in run.tables.items():
        if name in others:
            engine.write(_with_others(engine.table(table), others[name]), folder / f"{name}.parquet")
        else:
            table.write_parquet(folder / f"{name}.parquet")
    _write_affinities(run.affinities, engine, store, folder / "affinities.parquet")
    _write_text(folder, DIGITS[run.config.shop.currency])
    _write_json(folder / "summary.json", summary)


def _with_others(table: Frame, others: Frame) -> Frame:
    """The rows of a table and further ones, which a file may hold in other types."""
    kinds = table.collect_schema().items()
    return nw.concat([table, others.select(nw.col(name).cast(kind) for name, kind in kinds)])


def _write_text(folder: Path, digits: int) -> None:
    """Write a row for each offer, and for each customer without one, as CSV, a part at a time."""
    with (folder / "assignments.csv").open("wb") as file:
        for place, part in enumerate(offers_in(folder).collect_batches(chunk_size=MOST_SORTED)):
            as_text(part, digits).write_csv(file, include_header=place == 0)


def _write_affinities(affinities: Frame, engine: Engine, store: StageStore | None, path: Path) -> None:
    """Write them in the order of their key, or as their stage did where there are too many to sort in memory."""
    if count_rows(affinities) <= MOST_SORTED:
        collect(affinities, *AFFINITIES.key).write_parquet(path)
    elif store is None or not store.linked(affinities, path):
        engine.write(affinities, path)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _manifest(config: Config, recorder: Recorder, how: dict[str, Any]) -> dict[str, Any]:
    """What went in, the configuration as it was read, and what it took."""
    inputs = {name: _fingerprint(source) for name, source in config.sources.items()}
    return {
        "format": RUN_FORMAT,
        "inputs": inputs,
        "config": {"sha256": hashlib.sha256(config.text.encode()).hexdigest(), "text": without_passwords(config.text)},
        "seed": config.seed,
        **how,
        "versions": versions(),
        "stages": recorder.records,
    }


def _fingerprint(source: Source) -> dict[str, Any]:
    """What identifies a source and the files that are joined to it; of a database its rows as they were read."""
    joined = [_file(one.path) for one in source.join]
    return {**_file(source.file), **({"joined": joined} if joined else {})}


def _file(path: Path) -> dict[str, Any]:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return {"path": path.name, "bytes": sum(one.stat().st_size for one in files), "sha256": sha256(path)}
