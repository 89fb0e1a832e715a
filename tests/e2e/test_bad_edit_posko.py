"""A bad edit at the hub: it runs on its last settings that worked, and says so."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from runtime.files import SHIPPED
from testing.posko import Posko
from testing.program import LIMIT_S
from tests.support.nodes import ROOT
from tests.support.waiting import wait_until


def check(path: Path) -> tuple[int, list[str]]:
    done = subprocess.run([sys.executable, "-m", "kentongan", "posko", "--check", "--config", str(path)], cwd=ROOT,
                          capture_output=True, text=True, check=False, timeout=LIMIT_S)
    return done.returncode, [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]


def test_with_a_district_file_that_was_broken_the_hub_runs_on_the_last_one(folder: Path) -> None:
    district = folder / "situbondo.yaml"
    shutil.copy(SHIPPED / "situbondo.yaml", district)
    hub, path = Posko(folder / "hub", 1, district), folder / "hub" / "posko.yaml"
    first = check(path)
    with hub:
        hub.expect("listening")
        assert wait_until((hub.state_dir / "settings" / "source").exists)
    district.write_text(district.read_text("utf-8").replace("rhythms: jawa-timur", "rhythms: jawa-timor"), "utf-8")
    since = len(hub.lines)
    with hub:
        hub.expect("listening", since)
        hub.expect("part=settings ", since)
    (line,) = [each for each in hub.lines[since:] if "part=settings " in each]
    code, shown = check(path)

    assert first == (0, [])
    assert "the hub runs on those of 20" in line
    assert "`kentongan posko --check` shows what differs: situbondo.yaml.rhythms: there is no code family" in line
    assert (code, shown[1]) == (2, '  situbondo.yaml.rhythms: was "jawa-timur", is "jawa-timor" now')
    assert shown[0].startswith("a hub that is started now runs on the settings of 20")


def test_the_settings_of_another_district_end_the_hub(folder: Path) -> None:
    district = folder / "situbondo.yaml"
    shutil.copy(SHIPPED / "situbondo.yaml", district)
    hub, path = Posko(folder / "hub", 1, district), folder / "hub" / "posko.yaml"
    with hub:
        hub.expect("listening")
        assert wait_until((hub.state_dir / "settings" / "source").exists)
    text = district.read_text("utf-8")
    district.write_text(text.replace("district: situbondo", "district: panarukan"), "utf-8")
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "colour": "red"}), "utf-8")
    done = subprocess.run([sys.executable, "-m", "kentongan", "posko", "--config", str(path)], cwd=ROOT,
                          capture_output=True, text=True, check=False, timeout=LIMIT_S)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-2].endswith(
        "are not used: these are of another district (panarukan, not situbondo)")
