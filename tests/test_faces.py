"""Rooms with a lazy face: each name that it offers is there, and asking for one loads no other module of the room."""

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import offerloop
from offerloop.lazy import _typed_imports

ROOMS = sorted(
    one.parent.name
    for one in Path(offerloop.__file__).parent.glob("*/__init__.py")
    if "lazy_exports" in one.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_of_a_face_is_there(room):
    face = importlib.import_module(f"offerloop.{room}")
    typed = _typed_imports(Path(face.__file__).read_bytes())
    defined = set(face.__all__) - set(typed)
    assert set(typed) <= set(face.__all__) <= set(dir(face))
    assert defined <= set(vars(face))
    assert not any(inspect.ismodule(getattr(face, name)) for name in face.__all__)
    with pytest.raises(AttributeError, match=f"module 'offerloop.{room}' has no attribute 'nothing'"):
        _ = face.nothing


def test_a_face_loads_nothing_early():
    rooms = "import sys; import " + ", ".join(f"offerloop.{room}" for room in ROOMS)
    loaded = f"{rooms}; print([one for one in sys.modules if one.startswith('offerloop.') and one.count('.') > 1])"
    assert subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_without_any_extra_every_public_name_is_there():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('sqlalchemy', 'msgspec', 'fastapi', 'pyspark', 'httpx'))); "
        "import offerloop; [getattr(offerloop, name) for name in offerloop.__all__]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_extra_sql_a_loop_says_what_to_install(tmp_path):
    code = "import sys; sys.modules['sqlalchemy'] = None; from offerloop.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "loop", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "ledgers and journals need SQLAlchemy; install it with: pip install 'offerloop[sql]'\n"
