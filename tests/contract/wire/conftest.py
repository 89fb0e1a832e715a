"""A place for the tests of the wire, so that what is written in local time is known."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture
def western_indonesia(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "WIB-7")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
