"""Of files too large to be read whole, `init` looks at whole rows only, from the first to the last."""

import pytest

from offerloop.workspace import place_of, sample_rows

N_ROWS = 30_000


@pytest.mark.parametrize("odd_bytes", range(8))
def test_the_last_row_is_seen_whole(tmp_path, odd_bytes):
    row = "c1,off-5,2025-03-17 08:00:00\n"
    first = f"{'c' * (odd_bytes + 1)},off-5,2025-03-17 08:00:00\n"
    path = tmp_path / "exposures.csv"
    path.write_text("customer_id,offer_id,at\n" + first + (N_ROWS - 2) * row + "last,off-5,2025-03-18 09:00:00\n")
    found = sample_rows(place_of(str(path)), tmp_path)
    times = {*found.head["at"], *found.spread["at"]}
    assert times == {"2025-03-17 08:00:00", "2025-03-18 09:00:00"}
    assert "last" in found.spread["customer_id"]


def test_many_short_rows_in_few_bytes_are_seen(tmp_path):
    path = tmp_path / "consent.csv"
    path.write_text("id\n" + 24_999 * "1\n" + "2\n")
    found = sample_rows(place_of(str(path)), tmp_path)
    assert {*found.head["id"], *found.spread["id"]} == {"1", "2"}
    assert found.spread.height <= 25_000
