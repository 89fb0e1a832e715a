"""What the tests of the posko share."""

from collections.abc import Iterator

import pytest

from testing.postgresql import PostgresqlServer


@pytest.fixture(scope="module")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server of which each test takes a schema of its own."""
    with PostgresqlServer("fsync = off") as server:
        yield server
