"""What the project ships in config/, read for the tests, and the ways in which they look at it."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import settings

from contract.domain.district import District, read_district
from contract.domain.incidents import Catalogue, Family, read_catalogue, read_family
from contract.settings import yamltext
from contract.settings.schema import SettingsError

CONFIG = Path(__file__).parents[2] / "config"
FAMILIES = ("jawa-timur", "polri-bandung", "tni")
FILES = ("incidents.yaml", "situbondo.yaml", *(f"rhythms/{name}.yaml" for name in FAMILIES))

# Few examples and no deadline: the machine may be busy, and every test here is one of arithmetic.
quick = settings(max_examples=150, deadline=None)


@cache
def _loaded(name: str) -> object:
    return yamltext.load((CONFIG / name).read_text("utf-8"))


def plain(name: str) -> Any:
    """The plain value of the file *name* in config/, fresh at each call, so that a test may change it."""
    return deepcopy(_loaded(name))


def beside(
    slug: str = "panarukan", code: str = "35.12.06", village: str = "sumberkolak", neighbours: Iterable[str] = ()
) -> Any:
    """The plain value of a small district beside the shipped one: a *village* with a post."""
    post = {"pos-1": {"name": f"Pos {village.title()}"}}
    return {"district": slug, "name": f"Kecamatan {slug.title()}", "code": code, "rhythms": "jawa-timur", "villages": {
        village: {"name": village.title(), "kind": "desa", "code": f"{code}.2001", "neighbours": [*neighbours],
                  "posts": post}}}


@cache
def catalogue() -> Catalogue:
    return read_catalogue(plain("incidents.yaml"), "incidents")


@cache
def family(name: str) -> Family:
    return read_family(plain(f"rhythms/{name}.yaml"), name, catalogue())


@cache
def district() -> District:
    return read_district(plain("situbondo.yaml"), "situbondo")


def read_as(name: str, found: object) -> object:
    """*found*, read as what the shipped file *name* holds; each fault begins with `file`."""
    if name == "incidents.yaml":
        return read_catalogue(found, "file")
    if name == "situbondo.yaml":
        return read_district(found, "file")
    return read_family(found, "file", catalogue())


def faults(reading: Callable[[], object]) -> tuple[str, ...]:
    """All that *reading* finds wrong, in its order; empty where it finds nothing wrong."""
    try:
        reading()
    except SettingsError as error:
        return error.faults or ("refused without a fault",)
    return ()


def keys(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key of every mapping in the plain value *value*."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield (*path, key)
            yield from keys(member, (*path, key))
