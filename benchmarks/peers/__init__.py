"""Models that other people made or described, each in a file of its own and in an environment where it may live.

A file has NAME, ENVIRONMENT, GRID (at most 8 settings, the same budget for everybody), `fit` and `recommend`:

    def fit(given: Given, *, ...) -> model
    def recommend(model, given: Given, *, new: bool) -> array of product codes, shape (customers, DEPTH)

`new` asks for products that the customer did not buy; otherwise nothing is left out. `python -m peers.run` runs one
file on a folder of `recommender_data`. The benchmark imports it too, for NAME, ENVIRONMENT and GRID; so a file imports
its library in its functions. A file that runs code of this repository says in SOURCE in which folder it is
(`src/offerloop/recommenders`), so that what was found before a change is not taken for what is found after it.
"""

ENVIRONMENTS = {
    "": "",
    "implicit": "implicit==0.7.3",
    "rectools": "rectools==0.19.0 scipy==1.14.1 pyarrow==20.0.0",
    "lenskit": "lenskit==0.14.4",
    "irspack": "irspack==0.5.2",
}
"""What to install in each; the one without a name is the benchmark's own. LensKit 0.14 is the last without torch,
which takes gigabytes; RecTools wants a numpy before 2, which later releases of scipy and pyarrow do not work with."""
