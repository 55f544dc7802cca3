"""The public functions: plain arguments in, findings out; each does what the command of its name does.

A path is text or a `Path` and may begin with `~`; the folder of an `offerloop.toml` stands for the file. A table is
such a path (CSV, Excel or Parquet) or a frame of polars, pandas or pyarrow. Every result has polars `frames`, a
`sentence` and `to_pandas()`, and shows itself in a notebook.
"""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.api.promotions import (
        codes,
        import_codes,
        parse_offer,
        price,
        refund,
        replay,
    )
    from offerloop.api.shop import (
        check,
        evaluate,
        explain,
        init,
        pseudonym,
        publish,
        readout,
        recommend,
        run,
        run_loop,
        similar,
    )
    from offerloop.api.studies import (
        allocate,
        experiment,
        score,
        simulate,
        uplift,
    )

__all__ = [
    "allocate",
    "check",
    "codes",
    "evaluate",
    "experiment",
    "explain",
    "import_codes",
    "init",
    "parse_offer",
    "price",
    "pseudonym",
    "publish",
    "readout",
    "recommend",
    "refund",
    "replay",
    "run",
    "run_loop",
    "score",
    "similar",
    "simulate",
    "uplift",
]

__getattr__, __dir__ = lazy_exports(__name__)
