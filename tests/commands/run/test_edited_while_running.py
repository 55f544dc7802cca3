"""A configuration that somebody edits while a run works."""

import json
import threading
import time

from small_shop import write_small_shop

from offerloop import run
from offerloop.commands.readout.inputs import read_run


def test_the_run_keeps_the_configuration_by_which_it_planned(tmp_path):
    """Otherwise its read-out would take another share of customers for the holdout."""
    path = write_small_shop(tmp_path)
    planned = path.read_text(encoding="utf-8")

    def edit():
        while not (tmp_path / "runs" / ".stages").is_dir():  # which the run makes once the configuration is read
            time.sleep(0.001)
        path.write_text(planned.replace("holdout = 0.2", "holdout = 0.5"), encoding="utf-8")

    editor = threading.Thread(target=edit)
    editor.start()
    done = run(path)
    editor.join()
    assert "holdout = 0.5" in path.read_text(encoding="utf-8")
    assert json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))["config"]["text"] == planned
    assert read_run(done.folder).config.experiment.holdout == 0.2
