"""The machine's time zone, and the district's, which counts."""

import os
import subprocess
import sys

import pytest

from contract.domain.timezone import ZONES
from testing.program import LIMIT_S
from tests.support.nodes import ROOT

CODE = """
import sys
from contract.domain.timezone import ZONES
from contract.wire.codec import rfc3339
from runtime import clock
zone = ZONES[sys.argv[1]]
print(clock.zone_warning(zone))
print(clock.adopt(zone))
print(clock.wall().zone_s)
print(rfc3339(0.0))
print(clock.zone_warning(zone))
"""


def run(zone: str, machines: str) -> list[str]:
    environment = {**os.environ, "TZ": machines, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", CODE, zone], env=environment, capture_output=True, text=True,
                          check=True, timeout=LIMIT_S)
    return done.stdout.splitlines()


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Jakarta", 7), ("Asia/Makassar", 8), ("Asia/Jayapura", 9)])
def test_on_a_machine_that_was_left_at_utc_times_are_the_districts_and_it_says_so(zone: str, hours: int) -> None:
    name = ZONES[zone].name
    assert run(zone, "UTC0") == [
        (f"time zone: this machine's is UTC, the district's {name}; all times here are {name}; "
        f"to set the machine's: sudo timedatectl set-timezone {zone}"),
        f"{name}; the machine's is UTC", f"{hours * 3600.0}", f"1970-01-01T0{hours}:00:00.000+0{hours}:00", "None",
    ]


@pytest.mark.parametrize("machines", ["WIB-7", "<+07>-7"])
def test_on_a_machine_that_is_set_as_the_district_is_there_is_nothing_to_say(machines: str) -> None:
    assert run("Asia/Jakarta", machines) == ["None", "WIB", "25200.0", "1970-01-01T07:00:00.000+07:00", "None"]


def test_a_zone_without_a_name_is_named_by_its_hours() -> None:
    assert run("Asia/Jakarta", "<+0530>-5:30")[1] == "WIB; the machine's is UTC+5.5"
