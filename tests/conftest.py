"""What every test has, and what a run tells at its end."""

import os

import pytest
from hypothesis import settings

# The same examples each time, so that a change is judged by what it changes. KENTONGAN_EXPLORE=1 looks for new ones.
settings.register_profile("same", derandomize=True)
if not os.environ.get("KENTONGAN_EXPLORE"):
    settings.load_profile("same")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have counted: figures that are worth more than a dot."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in getattr(report, "user_properties", ()):
            terminalreporter.write_line(f"{name}: {value}")
