"""Neither passwords nor rows as they were read stay with a run."""

import pytest

from offerloop.workspace import without_passwords
from offerloop.workspace.snapshots import forget_snapshots


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("postgresql://u:${P}@h/d?sslmode=require", "postgresql://u:${P}@h/d?sslmode=require"),
        (
            "postgresql://u:s3cret@h/d?sslmode=require&password=s3cret",
            "postgresql://u:***@h/d?sslmode=require&password=***",
        ),
        ("https://s3cret@h/hook", "https://***@h/hook"),
        ("https://${U}@h/hook", "https://${U}@h/hook"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("https://h/hook?token=s3cret&tenant=${T}", "https://h/hook?token=***&tenant=${T}"),
    ],
)
def test_options_that_hold_no_secret_are_kept(written, kept):
    assert without_passwords(f'url = "{written}"') == f'url = "{kept}"'


def test_what_a_killed_command_had_read_is_removed(tmp_path):
    for folder in ("source-x1y2", "events-1234"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rows.parquet").touch()
    (tmp_path / "source-products.parquet").touch()
    forget_snapshots(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["events-1234"]
