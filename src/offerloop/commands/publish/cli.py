"""`offerloop publish`: its arguments, and what it prints."""

from __future__ import annotations

from offerloop.commands.terminal import Json, Language, Run, progress_console, reader_language, say


def publish(run: Run, language: Language = None, as_json: Json = False) -> None:
    """Send the assignments to your file, database or webhook.

    [[publish]] in the run's configuration says where. Publishing a run twice has the same result as once.
    """
    from offerloop.commands.publish.task import publish as publish_run
    from offerloop.report import Localizer
    from offerloop.workspace import find_run

    _ = Localizer(reader_language(language))
    published = publish_run(find_run(run), progress_console(as_json))
    say(published.facts, "\n".join(_(one) for one in published.messages), as_json)
