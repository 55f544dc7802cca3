"""Solvers of one allocation problem: those of other people, and ours run in the same way.

A file has NAMES, the name of each of its variants; ENVIRONMENT; and

    def build(given: Given, variant: str) -> Any
    def solve(model: Any, variant: str, seconds: float) -> Answer

of which the first makes the problem in the solver's own form, and the second is what is timed as solving. A file
imports its library in its functions, for the benchmark imports it too. `python -m peers.allocation.run` runs one
variant.
"""

_ARRAYS = "numpy==2.4.6 scipy==1.17.1"
ENVIRONMENTS = {
    "": "",
    "highs": f"highspy[extras]==1.15.1 {_ARRAYS}",
    "ortools": f"ortools==9.15.6755 {_ARRAYS}",
    "cvxpy": f"cvxpy==1.9.3 clarabel==0.11.1 {_ARRAYS}",
}
"""What to install in each; the one without a name is the benchmark's own."""
