"""`offerloop publish`: its arguments, and what it prints."""

from __future__ import annotations

from offerloop.commands.terminal import Json, Run, progress_console, say


def publish(run: Run, as_json: Json = False) -> None:
    """Send the assignments to your file, database or webhook.

    [[publish]] in the run's configuration says where. Publishing a run twice has the same result as once.
    """
    from offerloop.commands.publish.task import publish as publish_run
    from offerloop.workspace import find_run

    published = publish_run(find_run(run), progress_console(as_json))
    say(published.facts, "\n".join(published.lines), as_json)
