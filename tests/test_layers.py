"""The layers, read from the imports: which folder may import which, what is pure, and where each library is used.

    contract < runtime < {node, posko, broker} < testing < demo < kentongan

Every rule speaks of paths, so that a new file is judged by where it lies.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Each folder at the top, and the folders that it may import besides itself.
LAYERS = {
    "contract": set(),
    "runtime": {"contract"},
    "node": {"contract", "runtime"},
    "posko": {"contract", "runtime"},
    "broker": {"contract", "runtime"},
    "testing": {"contract", "runtime", "node", "posko", "broker"},
    "demo": {"contract", "runtime", "posko", "broker", "testing"},
    "kentongan": {"contract", "runtime", "node", "posko", "broker", "testing", "demo"},
}
# What a pure module may take from the standard library: nothing that reads, waits, or asks the time.
PURE_STDLIB = {
    "abc", "array", "base64", "bz2", "collections", "csv", "dataclasses", "datetime", "difflib", "enum", "functools",
    "hashlib", "hmac", "itertools", "json", "math", "operator", "re", "statistics", "types", "typing", "unicodedata",
}
# Libraries that do no more than that: a parser of text, a persistent map.
PURE_LIBRARIES = {"contract.settings.yamltext": {"yaml"}, "posko.core.state": {"rpds"}}
# Where each library is used: a module, or a folder (with a dot at its end).
HOMES = {
    "paho": {"runtime.mqtt"},
    "rpds": {"posko.core.state"},
    "psycopg": {"runtime.postgresql"},
    "sqlite3": {"runtime.sqlite_file", "runtime.repair", "runtime.sqlite_readonly"},
    "gpiozero": {"node.pins", "node.simulated"},  # the pin driver's, and the driver without pins
    "yaml": {"contract.settings.yamltext"},
    "rich": {"demo.", "kentongan.demo", "posko.report.", "posko.operator."},
    "click": {"kentongan."},
    "cryptography": {"broker.certificates"},
    "babel": {"posko.labels.formats"},
    "apprise": {"posko.notify.gateway"},
    "reportlab": {"posko.poster.pdf", "broker.page_cards"},
    "starlette": {"posko.web.app", "posko.web.guard", "posko.web.static_files"},
    "uvicorn": {"posko.web.server"},
    "jinja2": {"posko.web.templates"},
    "pygame": {"node.sound.player_process"},
}


def modules() -> dict[str, Path]:
    found = {}
    for package in LAYERS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(path: Path) -> Iterator[str]:
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module is not None:
            names = [f"{each.module}.{alias.name}" for alias in each.names]
            yield from (name if name in MODULES else each.module for name in names)


MODULES = modules()


@cache
def ours() -> dict[str, set[str]]:
    """Returns what each module imports of ours."""
    return {name: {each for each in found if each.split(".")[0] in LAYERS} for name, found in _all().items()}


@cache
def theirs() -> dict[str, set[str]]:
    """Returns which libraries each module imports, and what of the standard library."""
    return {
        name: {top for each in found if (top := each.split(".")[0]) not in LAYERS} for name, found in _all().items()
    }


@cache
def _all() -> dict[str, set[str]]:
    return {name: set(imports(path)) for name, path in MODULES.items()}


def is_pure(name: str) -> bool:
    """The contract is pure, and every folder `core`."""
    return name.split(".", maxsplit=1)[0] == "contract" or "core" in name.split(".")


PURE = sorted(name for name in MODULES if is_pure(name))


def test_every_module_is_read() -> None:
    assert {"contract.domain.rhythm", "node.core.step", "node.siren", "kentongan.__main__"} <= MODULES.keys()
    assert {name.split(".")[0] for name in MODULES} == LAYERS.keys()
    assert len(PURE) > 60


def test_a_folder_imports_only_the_layers_below_it() -> None:
    upward = {}
    for name, found in ours().items():
        own = name.split(".")[0]
        if foreign := {each for each in found if each.split(".")[0] not in {own, *LAYERS[own]}}:
            upward[name] = foreign
    assert upward == {}


def test_a_core_imports_only_the_contract_and_cores() -> None:
    impure = {name: found for name in PURE if (found := {each for each in ours()[name] if not is_pure(each)})}
    assert impure == {}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_has_nothing_to_read_wait_or_ask_the_time_with(name: str) -> None:
    assert theirs()[name] - PURE_STDLIB <= PURE_LIBRARIES.get(name, set())


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_used_in_its_homes_and_nowhere_else(library: str) -> None:
    users = {name for name, found in theirs().items() if library in found}
    assert users, "nobody uses it: its homes are out of date"
    folders = tuple(home for home in HOMES[library] if home.endswith("."))
    assert {name for name in users - HOMES[library] if not name.startswith(folders)} == set()


def test_a_module_knows_one_third_party_library_at_most() -> None:
    crowded = {
        name: found for name, all_ in theirs().items() if len(found := all_ - set(sys.stdlib_module_names)) > 1
        and not name.startswith("kentongan.")
    }
    assert crowded == {}


def test_only_a_command_knows_a_service() -> None:
    for service in (name for name in MODULES if name.endswith(".service")):
        users = {name for name, found in ours().items() if service in found}
        assert users, service
        assert {name for name in users if not name.startswith("kentongan.")} == set()


def test_a_benchmark_imports_nothing_of_the_tests() -> None:
    of_tests = {
        path.name: found for path in sorted((ROOT / "benchmarks").rglob("*.py"))
        if (found := {each for each in imports(path) if each.split(".")[0] == "tests"})
    }
    assert of_tests == {}
