"""The desk without a terminal: a line for each change, at once. Must not decide anything, wait or listen."""

from collections.abc import Callable

from posko.operator.core import changes, lines
from posko.operator.core.view import View
from posko.operator.core.words import Names


class Paper:
    """Writes to *echo* what is new in each view after *before*."""

    def __init__(self, before: View, called: Names, echo: Callable[[str], object]) -> None:
        self._before = before
        self._called = called
        self._echo = echo
        self._begun = False

    def show(self, view: View) -> None:
        """Writes what *view* has that the one before had not."""
        fresh = changes.changes if view.order is None else lines.progress
        heading = [] if self._begun else lines.opening(view, self._called)
        for line in [*heading, *fresh(self._before, view, self._called)]:
            self._echo(line)
        self._begun = True
        self._before = view
