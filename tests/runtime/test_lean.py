"""A service imports what it uses, and what its libraries would import for something else only when that is used."""

import gc
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest

from runtime import lean
from runtime.version import version

LIMIT_S = 120
MODULE = "kentongan_test_library"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A library that prints when it is imported."""
    source = "print('imported')\nVALUE = 3\ndef double(x, *, add=0): return 2 * x + add\n"
    (tmp_path / f"{MODULE}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    return MODULE


def test_a_deferred_library_is_imported_when_something_of_it_is_used(
    library: str, capsys: pytest.CaptureFixture[str],
) -> None:
    with lean.deferred(library):
        found = import_module(library)
    before = capsys.readouterr().out

    assert (before, found.VALUE, found.double(4), capsys.readouterr().out) == ("", 3, 8, "imported\n")


def test_a_function_that_is_imported_by_name_imports_it_when_called(
    library: str, capsys: pytest.CaptureFixture[str],
) -> None:
    with lean.deferred("kentongan_no_such_library", "double", real=library):
        double = import_module("kentongan_no_such_library").double
    before = capsys.readouterr().out

    assert (before, double(4, add=1), capsys.readouterr().out) == ("", 9, "imported\n")
    assert "kentongan_no_such_library" not in sys.modules


def test_whoever_imports_it_later_has_the_library_itself(library: str) -> None:
    with lean.deferred(library):
        deferring = import_module(library)
    real = import_module(library)

    assert real is sys.modules[library]
    assert real is not deferring
    assert deferring.VALUE == 3


def test_what_it_does_not_have_is_missing_as_from_the_library_itself(library: str) -> None:
    with lean.deferred(library):
        found = import_module(library)

    assert not hasattr(found, "halve")


def test_what_is_imported_already_stays_itself() -> None:
    with lean.deferred("subprocess"):
        found = import_module("subprocess")

    assert found is subprocess


def test_a_service_that_has_started_collects_as_python_does() -> None:
    usual = gc.get_threshold()
    try:
        lean.begin()
        lean.collect_as_usual()

        assert gc.isenabled()
        assert gc.get_threshold() == usual
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


def test_the_version_is_the_one_that_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "kentongan_digital-7.8.9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: kentongan-digital\nVersion: 7.8.9\n\nVersion: 1\n")

    assert version() == metadata.version("kentongan-digital")
    monkeypatch.syspath_prepend(tmp_path)
    assert version() == "7.8.9"


@pytest.mark.parametrize(("code", "unused"), [
    ("import kentongan.run_node", {
        "email", "http", "urllib.request", "importlib.metadata", "importlib.resources", "zipfile", "csv", "tempfile",
        "statistics", "fractions", "colorzero", "difflib", "click", "rich", "jinja2", "babel", "apprise",
    }),
    ("from node import pins; pins.open_driver('simulated', {})", {"importlib.metadata", "statistics", "colorzero"}),
    ("import kentongan.run_posko", {
        "email", "http", "urllib.request", "importlib.metadata", "difflib", "gpiozero", "click", "jinja2", "apprise",
    }),
])
def test_a_service_does_without_what_it_does_not_use(code: str, unused: set[str]) -> None:
    """Each of these costs memory of a small machine, and time of each start."""
    done = subprocess.run([sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True,
                          text=True, check=True, timeout=LIMIT_S)

    assert unused & set(done.stdout.split()) == set()
