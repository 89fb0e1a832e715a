"""A hub's folder: one district's while its hub runs, and free again however that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from posko.folder import LOCK, FolderInUseError, held
from testing.program import LIMIT_S
from tests.support.nodes import ROOT

HOLDS = ("import sys; from pathlib import Path; from posko.folder import held\n"
         "with held(Path(sys.argv[1]), 'situbondo'): print('held', flush=True); sys.stdin.read()")


def test_a_hub_of_another_district_does_not_begin_in_a_folder_that_is_in_use(tmp_path: Path) -> None:
    with held(tmp_path / "state", "situbondo"):
        with pytest.raises(FolderInUseError) as refusal, held(tmp_path / "state", "panarukan"):
            pass
        with held(tmp_path / "other", "panarukan"):
            pass

    assert str(refusal.value) == (
        f"state_dir {tmp_path}/state is in use by the hub of situbondo; give this one, of panarukan, a state_dir of "
        f"its own, such as {tmp_path}/state-panarukan")


def test_a_folder_that_no_hub_holds_is_anybodys(tmp_path: Path) -> None:
    for district in ("situbondo", "panarukan", "kec-situbondo"):
        with held(tmp_path, district):
            assert (tmp_path / LOCK).read_text("utf-8") == district


def test_a_hub_of_the_same_district_begins_it_is_found_at_the_broker(tmp_path: Path) -> None:
    with held(tmp_path, "situbondo"), held(tmp_path, "situbondo"):
        pass


def test_a_hub_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(FolderInUseError), held(tmp_path, "panarukan"):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.wait(LIMIT_S)

    with held(tmp_path, "panarukan"):
        pass


def test_without_a_disk_a_hub_begins_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder", "utf-8")

    with held(tmp_path / "state", "situbondo"), held(tmp_path / "state", "panarukan"):
        pass
