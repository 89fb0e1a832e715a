"""What the project ships in config/, read for the tests, and the ways in which they look at it."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from contract import yamltext
from contract.district import District, read_district
from contract.incidents import Catalogue, Family, read_catalogue, read_family
from contract.settings import SettingsError

CONFIG = Path(__file__).parents[2] / "config"
FAMILIES = ("jawa-timur", "polri", "tni")

# Few examples and no deadline: the machine may be busy, and every test here is one of arithmetic.
quick = settings(max_examples=150, deadline=None)


@cache
def _text(name: str) -> str:
    return (CONFIG / name).read_text("utf-8")


def plain(name: str) -> Any:
    """The plain value of the file *name* in config/, fresh at each call, so that a test may change it."""
    return yamltext.load(_text(name))


@cache
def catalogue() -> Catalogue:
    return read_catalogue(plain("incidents.yaml"), "incidents")


@cache
def family(name: str) -> Family:
    return read_family(plain(f"rhythms/{name}.yaml"), name, catalogue())


@cache
def district() -> District:
    return read_district(plain("situbondo.yaml"), "situbondo")


def faults(reading: Callable[[], object]) -> tuple[str, ...]:
    """All that *reading* finds wrong, in its order."""
    with pytest.raises(SettingsError) as caught:
        reading()
    return caught.value.faults


def keys(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key of every mapping in the plain value *value*."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield (*path, key)
            yield from keys(member, (*path, key))
