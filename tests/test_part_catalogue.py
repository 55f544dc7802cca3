import sys

import pytest

from offerloop.errors import ConfigError
from offerloop.part_catalogue import Catalogue
from offerloop.workspace.stage_store import versions

SHAPES = Catalogue("shape", {"square": "shapes_of_ours:square", "circle": "shapes_of_ours:circle"})


@pytest.fixture
def ours(tmp_path, monkeypatch):
    (tmp_path / "shapes_of_ours.py").write_text("square, circle = 4, 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("shapes_of_ours", None)


@pytest.fixture
def third_party(ours):
    """An installed distribution that brings a triangle, and a square that must not replace ours."""
    (ours / "shapes_of_theirs.py").write_text("triangle, square = 3, 'theirs'\n")
    metadata = ours / "shapes_of_theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shapes-of-theirs\nVersion: 1.0\n")
    points = "triangle = shapes_of_theirs:triangle\nsquare = shapes_of_theirs:square\n"
    (metadata / "entry_points.txt").write_text(f"[offerloop.shape]\n{points}")
    versions.cache_clear()  # what is installed changes while a process runs in tests alone
    yield
    versions.cache_clear()
    sys.modules.pop("shapes_of_theirs", None)


@pytest.mark.usefixtures("ours")
def test_a_name_leads_to_its_part():
    assert SHAPES.load("square") == 4
    assert SHAPES.load("circle") == 0


@pytest.mark.usefixtures("ours")
def test_nothing_is_imported_before_it_is_asked_for():
    assert SHAPES.names() == ["square", "circle"]
    assert "shapes_of_ours" not in sys.modules
    SHAPES.load("circle")
    assert "shapes_of_ours" in sys.modules


def test_a_misspelling_is_answered_with_the_nearest_name_and_all_names():
    with pytest.raises(ConfigError, match=r"no shape 'sqare', did you mean 'square'\? \(known: square, circle\)"):
        SHAPES.load("sqare")


@pytest.mark.usefixtures("third_party")
def test_installed_packages_add_parts():
    assert "triangle" in SHAPES.names()
    assert SHAPES.load("triangle") == 3
    assert versions()["shapes-of-theirs"] == "1.0"  # so that results of another version are not taken for theirs


@pytest.mark.usefixtures("third_party")
def test_installed_packages_do_not_replace_ours():
    assert SHAPES.load("square") == 4
