"""Run the cells of case.py in one namespace and write them with their outputs as a notebook (nbformat 4); and a page.

    python examples/case/make_notebook.py [--quick] [--out FILE]

`--quick` plays a tiny shop. Needs no Jupyter; the notebook opens in any viewer of notebooks.

The figures do not depend on the number of threads, nor on instructions that only some processors have: the script
starts itself again with the environment of `PINNED`.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import polars as pl

import case_text
from case_page import render_case
from offerloop.report import Chart

FOLDER = Path(__file__).parent
MARK = "# %%"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
UP_TO_AVX2 = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2 --xla_cpu_multi_thread_eigen=false",
}
"""For BLAS, numpy and JAX; older processors use what they have."""
PINNED = ONE_THREAD | (UP_TO_AVX2 if platform.machine() in ("x86_64", "AMD64") else {})
Cell = dict[str, Any]


def cells_of(source: str) -> list[Cell]:
    """Cells of a script in percent format: `# %%` begins code, `# %% [markdown]` text in comments."""
    cells = []
    for number, part in enumerate(source.split(f"{MARK}")[1:]):
        head, _, body = part.partition("\n")
        lines = body.strip("\n").split("\n")
        if "[markdown]" in head:
            lines = [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]
            cells.append({"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": "\n".join(lines)})
        else:
            code: dict[str, Any] = {"execution_count": None, "outputs": []}
            cells.append(
                {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": "\n".join(lines), **code}
            )
    return cells


def run(cells: list[Cell]) -> dict[str, Any]:
    """Fill in the outputs of all code cells; the names that they leave. What a cell raises is raised."""
    names: dict[str, Any] = {"__name__": "case"}
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, start=1):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = _value(cell["source"], names)
        cell["execution_count"] = number
        if printed.getvalue():
            cell["outputs"].append({"output_type": "stream", "name": "stdout", "text": printed.getvalue()})
        if value is not None:
            cell["outputs"].append(_shown(value, number))
    return names


def _value(source: str, names: dict[str, Any]) -> object:
    """Run a cell; the value of its last line, if that is an expression."""
    body = ast.parse(source).body
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module(body, []), "case.py", "exec"), names)
        return None
    exec(compile(ast.Module(body[:-1], []), "case.py", "exec"), names)
    value: object = eval(compile(ast.Expression(last.value), "case.py", "eval"), names)
    return value


def _shown(value: object, number: int) -> dict[str, Any]:
    """What a viewer shows of a value."""
    forms: dict[str, Any] = {"text/plain": str(value)}
    if isinstance(value, pl.DataFrame):
        forms["text/html"] = value._repr_html_()
    elif isinstance(value, Chart):
        svg = value.drawn("white")
        forms = {"text/plain": "a chart", "image/svg+xml": svg}
    elif not isinstance(value, str):
        forms = {"text/plain": type(value).__name__}
    return {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": forms}


def notebook(cells: list[Cell]) -> str:
    """The file; sources and texts as lists of lines, as other programs write them."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python", "file_extension": ".py"}}
    written = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in cells]
    whole = {"cells": written, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def start_again_pinned() -> None:
    """Replace this process by one with the pinned environment: BLAS, numpy and JAX read it when they are loaded."""
    if any(os.environ.get(name) != value for name, value in PINNED.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **PINNED})


def main() -> None:
    """Parse the command line, run, write and name the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tiny shop")
    parser.add_argument("--out", type=Path, default=FOLDER / "case.ipynb")
    asked = parser.parse_args()
    start_again_pinned()
    source = (FOLDER / "case.py").read_text(encoding="utf-8")
    cells = cells_of(source.replace("QUICK = False", "QUICK = True") if asked.quick else source)
    names = run(cells)
    asked.out.write_text(notebook(cells), encoding="utf-8")
    page = asked.out.with_suffix(".html")
    page.write_text(render_case(names["evaluation_result"]), encoding="utf-8")
    sys.stdout.write(
        f"{case_text.verdict(names['evaluation_result'])}\nNotebook: {asked.out}\nRead-out, in any browser: {page}\n"
    )


if __name__ == "__main__":
    main()
