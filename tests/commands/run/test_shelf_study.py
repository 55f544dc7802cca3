"""What a report says of the study of shelf prices where that shows little."""

import dataclasses

import polars as pl
from page_texts import page_of

from offerloop.commands.run.sections.deciles import deciles_figure
from offerloop.commands.run.sections.response import _curve
from offerloop.commands.run.shelf_evidence import ShelfEvidence, supplier_share
from offerloop.evaluation import Estimate
from offerloop.report.localizer import Localizer


def with_table(findings, name, table):
    return dataclasses.replace(findings, tables={**findings.tables, name: table})


def test_predictions_of_any_size_are_written_out(make):
    findings = make()
    deciles = findings.tables["response_deciles"].with_columns(predicted=pl.col("predicted") * -420)
    shown = deciles_figure(with_table(findings, "response_deciles", deciles), Localizer("en", "USD"))
    cells = {row[2] for row in shown.table.rows}
    assert "−420 %" in cells
    assert "−42 points" in cells
    assert not [one for one in cells if "e+" in one]


def test_purchases_brought_forward_are_a_share_of_a_gain_that_is_shown(make):
    findings = make()
    assert ShelfEvidence.read(findings).pulled_forward() is not None
    unclear = findings.tables["response_slopes"].with_columns(se=pl.col("slope"))
    assert ShelfEvidence.read(with_table(findings, "response_slopes", unclear)).pulled_forward() is None


def test_a_discount_that_sells_less_pays_at_no_margin(make):
    findings = make()
    falling = findings.tables["break_even"].with_columns(margin=pl.lit(-1.8), se=pl.lit(0.3))
    assert supplier_share(Estimate.of(-1.8, 0.3), 0.3) == Estimate(1.0, 1.0, 1.0)
    page = page_of(with_table(findings, "break_even", falling))
    assert "By design B sales fall where discounts are deeper" in page
    assert "suppliers would have to pay" not in page


def test_a_small_share_of_weeks_is_not_none(make):
    findings = make()
    curve = findings.tables["response_curve"].with_columns(share_of_weeks=pl.lit(0.0002))
    few = with_table(findings, "response_curve", curve)
    shown = _curve(few, ShelfEvidence.read(few), Localizer("en", "USD"))
    assert {row[2] for row in shown.table.rows} == {"less than 0.1 %"}
