"""scripts/prepare on a Raspberry Pi: which way it takes to the pins' driver, and what it says where there is none."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from testing.program import LIMIT_S
from tests.support.nodes import ROOT

FAKES = {
    "python3": """case "$*" in
    *lgpio.gpiochip_open*) exit {has_lgpio} ;;
    *'>= (3, 13)'*) exit {is_new} ;;
    --version) echo 'Python 3.x' ;;
    '-m venv '*) echo "venv: $*"; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
esac""",
    "apt-get": "echo \"apt-get $*\"; case \"$*\" in *chromium) exit 100 ;; esac",
    "apt-cache": "echo 'python3-lgpio:'; echo '  Candidate: {candidate}'",
    "sudo": "exec \"$@\"",
    "env": "shift; exec \"$@\"",
    **dict.fromkeys(("mosquitto", "mosquitto_pub", "espeak-ng", "faketime", "chromium"), ":"),
}


def prepare(
    folder: Path, *, has_lgpio: bool, is_new: bool, candidate: str, lock: str = "", browser: str = "chromium"
) -> tuple[int, str, str]:
    """The script with a Pi's model, among programs that only print what they were asked."""
    script = (ROOT / "scripts" / "prepare").read_text("utf-8").replace("/proc/device-tree/model", "model")
    script = script.replace("has chromium", f"has {browser}")
    (folder / "scripts").mkdir()
    (folder / "scripts" / "prepare").write_text(script, "utf-8")
    (folder / "model").write_text("Raspberry Pi 5 Model B", "utf-8")
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "bin").mkdir()
    values = {"has_lgpio": int(not has_lgpio), "is_new": int(is_new), "candidate": candidate}
    for name, body in FAKES.items():
        for key, value in values.items():
            body = body.replace(f"{{{key}}}", str(value))  # noqa: PLW2901
        path = folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        path.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(folder / "scripts" / "prepare"), *filter(None, [lock])], capture_output=True, text=True,
        check=False, timeout=LIMIT_S, env={"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
    )
    return done.returncode, done.stdout, done.stderr


def test_an_lgpio_that_works_is_taken_as_it_is(tmp_path: Path) -> None:
    code, told, wrong = prepare(tmp_path, has_lgpio=True, is_new=True, candidate="(none)")

    assert (code, wrong, "apt-get" in told, "--system-site-packages" in told) == (0, "", False, True)


def test_the_distributions_lgpio_is_installed_where_python_has_only_the_empty_one(tmp_path: Path) -> None:
    _code, told, _wrong = prepare(tmp_path, has_lgpio=False, is_new=True, candidate="0.2.2-1~rpt1")

    assert "apt-get install -y -q --no-install-recommends python3-lgpio" in told


def test_a_debian_without_lgpio_takes_the_wheel_where_there_is_one(tmp_path: Path) -> None:
    _code, told, _wrong = prepare(tmp_path, has_lgpio=False, is_new=False, candidate="(none)")

    assert "python3-lgpio" not in told
    assert (tmp_path / ".venv" / "lgpio.lock").read_text("utf-8").startswith("lgpio==0.2.2.0 ")


@pytest.mark.parametrize("candidate", ["(none)", ""])
def test_a_debian_without_lgpio_and_without_a_wheel_is_told_the_ways(tmp_path: Path, candidate: str) -> None:
    code, told, wrong = prepare(tmp_path, has_lgpio=False, is_new=True, candidate=candidate)

    assert (code, "install" in told) == (2, False)
    assert wrong.splitlines() == [
        ("The pins' driver, lgpio, is not here: this distribution has no package python3-lgpio, and PyPI no wheel for "
         "Python 3.x. Ways to it:"),
        "  Raspberry Pi OS, Ubuntu: sudo apt install python3-lgpio",
        "  Debian 12 (Python 3.11): this script takes PyPI's wheel, if this machine reaches PyPI",
        "  Debian 13 (Python 3.13): it has no package and PyPI no wheel; take Raspberry Pi OS",
        "Then remove .venv, and run this again.",
    ]


def test_without_a_browser_the_checks_are_prepared_all_the_same(tmp_path: Path) -> None:
    code, told, _wrong = prepare(
        tmp_path, has_lgpio=True, is_new=True, candidate="(none)", lock="requirements-dev.lock", browser="nowhere")

    assert "apt-get install -y -q --no-install-recommends chromium" in told
    assert "There is no chromium: the page's tests in a browser are skipped." in told
    assert (code, "Ready" in told) == (0, True)
