"""The signals as a program finds them that is started in a terminal."""

import signal
from collections.abc import Iterator

import pytest

from benchmarks.ending import SIGNALS


@pytest.fixture(autouse=True)
def _heeded() -> Iterator[None]:
    """Has no signal ignored: the tests may run under `nohup`, or in the background of a script."""
    before = {each: signal.getsignal(each) for each in SIGNALS}
    for each in SIGNALS:
        signal.signal(each, signal.default_int_handler if each is signal.SIGINT else signal.SIG_DFL)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)
