"""Several districts watched at once, each with its hub: real programs, a line for each change with its district."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from broker.mosquitto import free_port
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.contract.shipped import plain
from tests.posko.operator.conftest import INDONESIAN, Drawn, Running
from tests.support.mqtt import publish
from tests.support.nodes import ROOT
from tests.support.village import HURRIED, impatient
from tests.support.waiting import wait_until


class Districts:
    """Situbondo and Panarukan, each with a broker and a hub of its own, and the settings of who watches them."""

    def __init__(self, folder: Path, parts: ExitStack) -> None:
        self.folder = folder
        self.brokers: dict[str, PrivateBroker] = {}
        self.settings: dict[str, Path] = {}
        env = impatient(folder, HURRIED)
        for name in ("situbondo", "panarukan"):
            found = plain("situbondo.yaml")
            if name == "panarukan":
                village = {"name": "Sumberkolak", "kind": "desa", "code": "35.12.06.2001", "neighbours": [],
                           "posts": {"pos-1": {"name": "Pos Sumberkolak"}}}
                found |= {"district": name, "name": "Kecamatan Panarukan", "code": "35.12.06",
                          "villages": {"sumberkolak": village}}
            path = folder / f"{name}.yaml"
            path.write_text(json.dumps(found), "utf-8")
            broker = self.brokers[name] = parts.enter_context(PrivateBroker(folder / f"broker-{name}"))
            hub = Posko(folder / f"hub-{name}", broker.port, path)
            parts.callback(hub.stop)
            hub.begin(env)
            self.settings[name] = self.written(name, broker.port)

    def written(self, name: str, port: int) -> Path:
        """The settings of who watches the district *name* by the broker at *port*."""
        path = self.folder / f"watch-{name}-{port}.yaml"
        broker = {"host": "127.0.0.1", "port": port}
        path.write_text(json.dumps({"district": f"{name}.yaml", "broker": broker}), "utf-8")
        return path


@pytest.fixture(scope="module")
def districts() -> Iterator[Districts]:
    with tempfile.TemporaryDirectory(prefix="k") as name, ExitStack() as parts:
        yield Districts(Path(name), parts)


def watch(*settings: Path, seconds: float | None = None) -> Running:
    first, *others = settings
    also = [word for each in others for word in ("--also", str(each))]
    wait = [] if seconds is None else ["--seconds", str(seconds)]
    return Running("watch", *also, *wait, settings=first)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_what_happens_in_each_is_a_line_with_its_district_before_it(districts: Districts, how: signal.Signals) -> None:
    watching = watch(*districts.settings.values())
    for name in ("situbondo", "panarukan"):
        assert wait_until(lambda name=name: any(  # type: ignore[misc]
            line.startswith(name) and "server posko hidup" in line for line in watching.lines)), watching.lines
    publish(districts.brokers["situbondo"], "kentongan/situbondo/olean/alarm/kebakaran", "-q", "1")
    publish(districts.brokers["panarukan"], "kentongan/panarukan/sumberkolak/alarm/pencurian", "-q", "1")
    watching.expect("Kebakaran di Olean")
    watching.expect("Pencurian di Sumberkolak")
    done = watching.end(how)

    assert (done.code, done.errors) == (0, [])
    assert {line[:11] for line in done.lines} == {"situbondo  ", "panarukan  "}
    assert all(line.startswith("situbondo") for line in done.lines if "Olean" in line)
    assert all(line.startswith("panarukan") for line in done.lines if "Sumberkolak" in line)


def test_a_broker_that_was_never_reached_is_no_success_though_the_others_were(districts: Districts) -> None:
    dead = districts.written("panarukan", free_port())
    done = watch(districts.settings["situbondo"], dead, seconds=3.0).end()

    assert done.code == 1
    assert any(line.startswith("panarukan  ✗ tidak pernah tersambung") for line in done.lines), done.lines


def test_in_a_terminal_all_are_one_picture(districts: Districts, terminal: tuple[int, int]) -> None:
    first, other = map(str, districts.settings.values())
    drawn = Drawn(terminal, "watch", "--config", first, "--also", other)
    assert drawn.lacks("2 kecamatan", "● server posko", "Kecamatan Situbondo", "Kecamatan Panarukan") == []
    publish(districts.brokers["panarukan"], "kentongan/panarukan/sumberkolak/alarm/kebakaran", "-q", "1")
    assert drawn.lacks("Kecamatan Panarukan: Alarm aktif", "Kebakaran di Sumberkolak") == []
    assert drawn.end() == 0


def test_of_a_picture_the_reasons_stay_when_it_is_gone(districts: Districts, terminal: tuple[int, int]) -> None:
    drawn = Drawn(terminal, "watch", "--seconds", "2", "--config", str(districts.settings["situbondo"]),
                  "--also", str(districts.written("panarukan", free_port())))
    assert drawn.lacks("panarukan  ✗ tidak pernah tersambung") == []
    assert drawn.end(None) == 1


@pytest.mark.parametrize("others", [1, 0])
def test_it_ends_where_its_terminal_is_gone_though_it_is_to_survive_that(districts: Districts, others: int) -> None:
    first, other = map(str, districts.settings.values())
    shown, inside = os.openpty()
    words = [sys.executable, "-m", "kentongan", "watch", "--config", first, *["--also", other] * others]
    with subprocess.Popen(words, cwd=ROOT, env={**INDONESIAN, "TERM": "xterm"}, stdin=inside, stdout=inside,
                          stderr=subprocess.DEVNULL, start_new_session=True) as process:
        os.close(inside)
        try:
            assert os.read(shown, 1)
            os.close(shown)  # no terminal of a session: nobody is told of it by a signal
            assert process.wait(LIMIT_S) == 1
        finally:
            process.kill()


def test_who_reads_the_lines_may_leave(districts: Districts) -> None:
    first, other = map(str, districts.settings.values())
    words = [sys.executable, "-m", "kentongan", "watch", "--config", first, "--also", other]
    with subprocess.Popen(words, cwd=ROOT, env=INDONESIAN, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert process.stdout.readline()
            process.stdout.close()

            def is_over() -> bool:
                """Once there was something to tell: what is published before it is linked is no news to it. The end of
                an alarm is; of an end of nothing nothing is told, unless so many come that the hub refuses them.
                """
                for incident in ("kebakaran", "aman"):
                    publish(districts.brokers["situbondo"], f"kentongan/situbondo/olean/alarm/{incident}", "-q", "1")
                return process.poll() is not None

            assert wait_until(is_over)
            assert process.returncode == 1  # as where one district is watched
            assert b"Traceback" not in process.stderr.read()
        finally:
            process.kill()


def test_a_district_that_is_given_twice_or_has_other_times_is_refused(districts: Districts) -> None:
    here, there = districts.settings.values()
    found = json.loads((districts.folder / "panarukan.yaml").read_text("utf-8"))
    far = {**found, "timezone": "WIT", "district": "jauh", "name": "Kecamatan Jauh"}
    (districts.folder / "jauh.yaml").write_text(json.dumps(far), "utf-8")

    twice, elsewhere = watch(here, there, here).end(), watch(here, districts.written("jauh", 1883)).end()
    assert (twice.code, twice.errors) == (2, ["--also: Kecamatan Situbondo ditulis dua kali"])
    assert (elsewhere.code, elsewhere.errors) == (
        2, ["--also: jam Kecamatan Jauh WIT, yang pertama WIB; lihat masing-masing sendiri"])
