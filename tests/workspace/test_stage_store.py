"""A kept result belongs to the code that computed it, and to no page that shows it."""

import subprocess
import sys
from pathlib import Path

import offerloop
from offerloop.workspace.stage_store import program_files

ROOT = Path(offerloop.__file__).parent
LOADED = """
import sys
import offerloop.flow, offerloop.recommenders.serving.learn_relations, offerloop.workspace.product_relations
print(*sorted(m.__file__ for name, m in sys.modules.items() if name.startswith("offerloop.")), sep="\\n")
"""


def test_a_changed_page_or_command_refits_nothing():
    rooms = {path.relative_to(ROOT).parts[0] for path in program_files()}
    assert not rooms & {"api", "cli.py", "commands", "mapping", "publishing", "report"}
    assert {"flow.py", "events", "response", "allocation", "offers"} <= rooms


def test_all_code_that_stages_load_is_in_the_key():
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split()) - {str(ROOT / "__init__.py")}
    assert len(loaded) > 50
    assert loaded <= {str(path) for path in program_files()}


def test_lists_of_words_are_in_the_key():
    assert ROOT / "events" / "cleaning" / "non_merchandise.toml" in program_files()
