"""What keeps a service small: one heap for all threads, and libraries that are imported when they are first used.

What another library imports for a function that is not called here costs memory for good, and time at each start.
"""

import ctypes
import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

_M_ARENA_MAX = -8  # mallopt(3)
_NEW = 10_000  # objects: how many more there are, at a start, each time the newest are looked at
_NEVER = 1_000_000
_USUAL = gc.get_threshold()


def begin() -> None:
    """Called when a service starts, before its parts are imported and its threads are started.

    Only the newest objects are looked at for garbage: what each class of values leaves is 0.6 MB of a node, and to look
    at all again and again takes 11 ms. A heap for each thread would be mostly unused, and another 0.6 MB.
    """
    gc.set_threshold(_NEW, _NEVER, _NEVER)
    with suppress(AttributeError, OSError):  # a C library other than glibc has none of it
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def collect_as_usual() -> None:
    """Called when a service has started: from now on garbage is looked for as Python does it, among what is made later.

    What exists now stays: a full collection would take 26 ms.
    """
    gc.freeze()
    gc.set_threshold(*_USUAL)


class _Deferred(ModuleType):
    """A module that is imported when something of it is first used."""

    def __init__(self, name: str, real: str) -> None:
        super().__init__(name)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what importing itself asks of a module
            raise AttributeError(name)
        if sys.modules.get(self._real) is self:
            del sys.modules[self._real]
        return getattr(importlib.import_module(self._real), name)


@contextmanager
def deferred(name: str, *functions: str, real: str = "") -> Iterator[None]:
    """Within it, who imports *name* has that module, or the one called *real*, imported when it is first used.

    *functions* may be imported from it by name; they import it when they are called. What is imported already stays.
    """
    real = real or name
    if name in sys.modules or real in sys.modules:
        yield
        return
    module = _Deferred(name, real)
    for each in functions:
        setattr(module, each, _caller(real, each))
    parent, _, child = name.rpartition(".")
    if parent:  # `import parent.child` takes it from there
        setattr(importlib.import_module(parent), child, module)
    sys.modules[name] = module
    try:
        yield
    finally:
        if sys.modules.get(name) is module:
            del sys.modules[name]


def _caller(module: str, function: str) -> Callable[..., Any]:
    def call(*values: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module), function)(*values, **named)

    return call
