"""Where RabbitMQ is, or why nothing here is tried."""

import os
from collections.abc import Callable

import pytest

from broker import rabbitmq

NOTES: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def version() -> str:
    """RabbitMQ's version, which is 4 or later."""
    if rabbitmq.program("rabbitmq-server") is None or rabbitmq.program("rabbitmqctl") is None:
        given = os.environ.get(rabbitmq.VARIABLE)
        where = f"in {rabbitmq.VARIABLE}={given}" if given else f"in PATH, and {rabbitmq.VARIABLE} names no folder"
        pytest.skip(f"rabbitmq-server and rabbitmqctl are not {where}; docs/contributing.md")
    found = rabbitmq.version()
    major = found.split(".", maxsplit=1)[0]
    if not major.isdigit() or int(major) < 4:
        pytest.skip(f"RabbitMQ is {found} here; 4 or later is needed")
    NOTES.append(f"RabbitMQ {found}")
    return found


@pytest.fixture(scope="session")
def note() -> Callable[[str], None]:
    """Prints a line at the end of the run: what was measured."""
    return NOTES.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured, and the load that it was measured under."""
    for line in NOTES:
        terminalreporter.write_line(f"cluster: {line}")
    if NOTES:
        terminalreporter.write_line(f"cluster: load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
