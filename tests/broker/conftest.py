"""Installations: one that runs and is left as it was, and ones of a test's own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.installation import Installation


@pytest.fixture(scope="session")
def shared() -> Iterator[Installation]:
    """A running broker with one account of each kind. No test changes its files."""
    with tempfile.TemporaryDirectory(prefix="k") as name:
        made = Installation(Path(name))
        for words in (
            ("operator", "camat"), ("operator", "siti", "--village", "kalibagor"),
            ("operator", "danramil", "--village", "kalibagor", "--everywhere"),
            ("petugas", "damkar"), ("petugas", "babinsa", "--village", "kalibagor"),
        ):
            assert made.tool("add", *words).code == 0
        assert made.tool("provision", "--village-broker", "olean=127.0.0.1").code == 0
        try:
            yield made.start()
        finally:
            made.stop()


@pytest.fixture
def fresh() -> Iterator[Installation]:
    """An installation of the test's own, whose broker does not run yet."""
    with tempfile.TemporaryDirectory(prefix="k") as name:
        made = Installation(Path(name))
        try:
            yield made
        finally:
            made.stop()
