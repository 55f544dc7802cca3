"""Estimators of effects: those of other people, and ours run in the same way.

A file has NAMES, the name of each of its variants; ENVIRONMENT; and

    def fit(train: Train, variant: str) -> Model

A file imports its library in its functions, for the benchmark imports it too. `python -m peers.response.run` runs one
variant on a folder of `response_data`. A file that runs code of this repository says in SOURCE in which folder it is.
"""

ENVIRONMENTS = {
    "": "",
    "causalml": "causalml==0.18.0 lightgbm==4.7.0",
    "econml": "econml==0.17.0 lightgbm==4.7.0",
    "sklift": "scikit-uplift==0.5.1 lightgbm==4.7.0",
}
"""What to install in each; the one without a name is the benchmark's own."""
