"""Acting as a user to whom folders can be closed, whoever runs the tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Acts as `nobody` if root runs the tests: nothing is closed to root. Folders under tmp_path are closed to it."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(_NOBODY, _NOBODY, 0)  # access(2) asks for the real user, everything else for the effective one
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
