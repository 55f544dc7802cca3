"""How recommenders compare, by hand."""

import polars as pl

from offerloop.tables import RECOMMENDER_RESULTS


def recommenders_table(
    serves: tuple[str, str] = ("ranker", "popularity"),
    gains: tuple[tuple[float, float, float], ...] = ((0.03, 0.02, 0.04), (0.005, -0.005, 0.015)),
    since: tuple[tuple[float, float, float], ...] | None = None,
) -> pl.DataFrame:
    """Three recommenders on two tasks; `gains` of the ranker on the next basket and on new products."""
    rows: list[tuple[object, ...]] = []
    for task, serving, *windows in zip(("repeat", "new"), serves, gains, since or gains, strict=True):
        single, base = ("repeat", 0.4) if task == "repeat" else ("popularity", 0.05)
        for window, gain in zip(("tune", "test"), windows, strict=True):
            popular = base / 2 if task == "repeat" else base
            for name, value in (("popularity", popular), ("repeat", base), ("ranker", base + gain[0])):
                gained = (*gain, single) if name == "ranker" else (None,) * 4
                rows.append((task, name, window, name == serving, value, value - 0.01, value + 0.01, *gained, 0.1, 50))
    return RECOMMENDER_RESULTS.check(pl.DataFrame(rows, schema=RECOMMENDER_RESULTS.schema, orient="row"))
