"""What a terminal shows while a command works: what it is doing, and how far it is, in the language of its reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from offerloop.locale import ENGLISH
from offerloop.message import Message
from offerloop.report.localizer import Localizer


@dataclass(frozen=True)
class ProgressDisplay:
    """A terminal that somebody watches, and the language of its reader."""

    console: Console | None = None
    """None where nobody watches; then nothing is shown."""
    language: str = ENGLISH

    def working(self, what: Message) -> AbstractContextManager[object]:
        """Show what is being done, as long as it takes."""
        return nullcontext() if self.console is None else self.console.status(escape(Localizer(self.language)(what)))

    @contextmanager
    def bar(self, what: Message, total: int) -> Iterator[Callable[[], None]]:
        """Show a bar that each call of the function that is given takes one of `total` steps further."""
        if self.console is None:
            yield lambda: None
            return
        with Progress(console=self.console, transient=True) as progress:
            task = progress.add_task(Localizer(self.language)(what), total=total)
            yield lambda: progress.advance(task)

    def done(self, what: Message, figures: str, note: Message | None, width: int) -> None:
        """Leave a line of what is done, with its name as wide as `width` and what it took."""
        if self.console is None:
            return
        _ = Localizer(self.language)
        name, more = _(what), "" if note is None else f"  {_(note)}"
        padded = name + " " * (width - cell_len(name))
        self.console.print(f"[green]✓[/] {escape(padded)} {figures}{escape(more)}")


QUIET = ProgressDisplay()
"""Shows nothing."""
