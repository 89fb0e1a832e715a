"""A village with a broker of its own, whose uplink is cut: two real brokers, a real hub, real nodes."""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from broker.mosquitto import end, free_port, launch
from broker.trial.client import Client
from contract.settings import yamltext
from posko import journal
from testing.posko import Posko
from testing.program import Program
from tests.broker.installation import BASE, DISTRICT, Installation
from tests.support.mqtt import AS_OURSELVES
from tests.support.proxy import Proxy
from tests.support.village import ANY_NUMBER, HOLD_S, HURRIED, OFTEN, Post, impatient
from tests.support.waiting import wait_until

VILLAGE = "kalibagor"
SHORT_S = 3.0  # how long an alarm of livestock theft counts here


@dataclass(frozen=True, slots=True)
class Uplink:
    """Two posts of the village on its broker, the Polsek on the district's, the hub; and the line between the two."""

    installation: Installation
    port: int
    line: Proxy
    passage: Program
    hub: Posko
    first: Post
    second: Post
    polsek: Post

    def cut(self) -> None:
        self.line.refuse = True
        self.line.cut()

    def mend(self) -> None:
        self.line.refuse = False


@pytest.fixture(scope="module")
def uplink() -> Iterator[Uplink]:
    with ExitStack() as parts:
        place = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="k")))
        made = Installation(place, _district(place))
        assert made.tool("provision", "--village-broker", f"{VILLAGE}=127.0.0.1").code == 0
        _shorten(place)  # only now: provision does not take such a catalogue
        parts.callback(made.stop)
        made.start()
        line = parts.enter_context(Proxy(made.ports["nodes"]))
        port = free_port()
        process = launch(_village_config(made, port), place / "village.log", [port])
        parts.callback(end, process)
        settings_file = _uplink_config(made, port, line.port)
        env = impatient(place, ANY_NUMBER, HURRIED, OFTEN)
        passage = Program("uplink", ("broker", "uplink", "--config", str(settings_file)))
        parts.callback(passage.stop)
        passage.start(env)
        for each in ("linked: village", "linked: district"):
            passage.expect(each)
        hub = Posko(place / "hub", made.ports["posko"], made.folder / "district/situbondo.yaml")
        settings = json.loads((place / "hub/posko.yaml").read_text("utf-8"))
        settings["broker"] = _way(made, "situbondo.posko", made.ports["posko"], "posko/posko.yaml")
        (place / "hub/posko.yaml").write_text(json.dumps(settings), "utf-8")
        parts.callback(hub.stop)
        hub.begin(env)
        posts = []
        for village, name, at in ((VILLAGE, "pos-1", port), (VILLAGE, "pos-2", port),
                                  ("patokan", "polsek", made.ports["nodes"])):
            posts.append(_post(made, place / f"{village}-{name}", village, name, at))
            parts.callback(posts[-1].stop)
            posts[-1].begin(env)
        assert wait_until(lambda: _known(hub) >= {f"{VILLAGE}/pos-1", f"{VILLAGE}/pos-2"})
        yield Uplink(made, port, line, passage, hub, *posts)


def _district(place: Path) -> Path:
    """The shipped district with a second post in the village, and the catalogue beside it."""
    found = yamltext.load(DISTRICT.read_text("utf-8"))
    assert isinstance(found, dict)
    found["villages"][VILLAGE]["posts"]["pos-2"] = {"name": "Pos Kamling Kalibagor 2"}
    path = place / "situbondo.yaml"
    path.write_text(json.dumps(found), "utf-8")
    (place / "incidents.yaml").write_text((DISTRICT.parent / "incidents.yaml").read_text("utf-8"), "utf-8")
    return path


def _shorten(place: Path) -> None:
    """Short alarms of livestock theft, in every copy of the catalogue: for programs that take ANY_NUMBER."""
    incidents = yamltext.load((place / "incidents.yaml").read_text("utf-8"))
    assert isinstance(incidents, dict)
    incidents["incidents"]["ternak"]["duration_s"] = SHORT_S
    for copy in place.rglob("incidents.yaml"):
        copy.write_text(json.dumps(incidents), "utf-8")


def _village_config(made: Installation, port: int) -> Path:
    """The village broker's bundle, put where it can run on the same machine as the district's."""
    folder = made.bundle(f"situbondo.{VILLAGE}")
    path = folder / "mosquitto.conf"
    text = path.read_text("utf-8").replace("/etc/kentongan-broker/", f"{folder}/")
    text = re.sub(r"^listener \d+$", f"listener {port} 127.0.0.1", text, flags=re.MULTILINE)
    path.write_text(AS_OURSELVES + text, "utf-8")
    return path


def _uplink_config(made: Installation, port: int, uplink: int) -> Path:
    """The uplink's settings, between the village's broker at *port* and the line to the district's."""
    path = made.bundle(f"situbondo.{VILLAGE}") / "uplink.yaml"
    settings = made.setting(f"villages/{VILLAGE}/uplink.yaml")
    for end_, at in (("here", port), ("there", uplink)):
        way = settings[end_]
        assert isinstance(way, dict)
        assert way["host"] == "127.0.0.1"
        way["port"] = at
    path.write_text(json.dumps(settings), "utf-8")
    return path


def _way(made: Installation, username: str, port: int, path: str) -> dict[str, object]:
    """How *username* reaches the broker at *port*, as its bundle says but for the port."""
    found = made.setting(path)["broker"]
    assert isinstance(found, dict)
    folder = made.bundle(username)
    files = {key: str(folder / found[key]) for key in ("password_file", "ca_file") if key in found}
    assert found["username"] == made.name(username)
    return {**found, **files, "port": port}


def _post(made: Installation, place: Path, village: str, name: str, port: int) -> Post:
    username = f"situbondo.{village}.{name}"
    bundle = f"nodes/{village}.{name}"
    pins = {"kebakaran": 19, "ternak": 5, "pencurian": 6}
    buttons = {incident: {"pin": pin, "hold_s": HOLD_S} for incident, pin in pins.items()}
    return Post(
        place, port, village, node=name, hub=True, district=str(made.folder / bundle / "situbondo.yaml"),
        broker=_way(made, username, port, f"{bundle}/node.yaml"), buttons=buttons,
        hears=made.setting(f"{bundle}/node.yaml")["hears"],
    )


def _known(hub: Posko) -> set[str]:
    lines = hub.rows("SELECT source, event FROM log")
    return {source for line in lines for source, _ in journal.reports(*line)}


def _press(post: Post, incident: str) -> str:
    """Presses; returns the press's identifier."""
    since = len(post.lines)
    post.contact(incident, closed=True)
    post.expect("pressed:", since)
    post.contact(incident, closed=False)
    (line,) = post.said("pressed:", since)
    found = re.search(r"identifier=(\S+)", line)
    assert found is not None
    return found[1]


def test_a_village_rings_with_its_uplink_cut_and_its_presses_arrive_late_or_in_time_but_once(uplink: Uplink) -> None:
    before = _press(uplink.first, "pencurian")  # what is raised again soon after its all-clear is one alarm with it
    for post in (uplink.second, uplink.polsek):
        post.expect(f"identifier={before}")
        post.expect_on("strobe")
    uplink.first.expect("listed:")
    with uplink.installation.login("operator") as operator:
        operator.publish(f"{BASE}/{VILLAGE}/alarm/aman", b"")
    for post in (uplink.first, uplink.second, uplink.polsek):
        post.expect("cleared:")

    uplink.cut()
    short, long = _press(uplink.first, "ternak"), _press(uplink.second, "kebakaran")
    for post in (uplink.first, uplink.second):
        for name in (short, long):
            post.expect(name)
        post.expect_on("siren")
    assert uplink.first.wait(lambda box: any(short in line for line in box.said("finished:")))
    assert not [line for line in uplink.polsek.lines if short in line or long in line]

    uplink.mend()
    uplink.second.expect("listed:")
    uplink.polsek.expect(long)
    uplink.polsek.expect_on("strobe")
    assert wait_until(lambda: _ends(uplink.hub, short) == ["late"]), uplink.hub.lines
    uplink.first.expect("late:")
    _fence(uplink)
    sounded = [line for line in uplink.polsek.lines if line.startswith("sounding:")]
    assert len([line for line in sounded if long in line]) == 1
    assert not [line for line in uplink.polsek.lines if "incident=ternak" in line]
    assert len([line for line in uplink.first.lines if line.startswith("sounding:") and short in line]) == 1
    assert _ends(uplink.hub, long) == [None]
    assert _ends(uplink.hub, before) == ["cleared"]


def _ends(hub: Posko, identifier: str) -> list[str | None]:
    """How the alarm that began with *identifier* ended, as often as the hub has it."""
    return [end_ for (end_,) in hub.rows('SELECT "end" FROM alarms WHERE first = ? OR identifier = ?',
                                         identifier, identifier)]


def _fence(uplink: Uplink) -> None:
    """Returns when the Polsek has worked off what came before."""
    since = len(uplink.polsek.lines)
    with uplink.installation.login("operator") as operator:
        operator.publish(f"{BASE}/patokan/command/test", b"")
    uplink.polsek.expect("tested:", since)


def test_a_self_test_from_the_district_reaches_the_village_and_its_answer_comes_back(uplink: Uplink) -> None:
    with uplink.installation.login("operator", f"{BASE}/+/node/+/event") as operator:
        operator.publish(f"{BASE}/{VILLAGE}/command/test", b"")
        wanted = {f"{BASE}/{VILLAGE}/node/{name}/event" for name in ("pos-1", "pos-2")}
        assert operator.wait(
            lambda messages: wanted <= {each.topic for each in messages if b'"tested"' in each.payload}
        )


def test_on_the_villages_broker_too_each_may_say_its_own_and_nothing_else(uplink: Uplink) -> None:
    alarm, status = f"{BASE}/{VILLAGE}/alarm/pencurian", f"{BASE}/{VILLAGE}/node/pos-1/status"
    beacon, test, silence = f"{BASE}/active", f"{BASE}/{VILLAGE}/command/test", f"{BASE}/{VILLAGE}/command/silence"
    for program in (uplink.first, uplink.passage):  # they would come back, and end the connections of their name
        program.stop()
    may = {"situbondo.kalibagor.pos-1": {status}, "situbondo.kalibagor": {test}}
    made = uplink.installation
    for name, wanted in may.items():
        with Client(uplink.port, made.folder / "ca/ca.crt") as client:
            assert client.log_in(name, made.name(name), made.password(name)) == 0
            asked = {status, test, silence, f"{BASE}/patokan/alarm/pencurian", f"{BASE}/{VILLAGE}/node/pos-2/status"}
            asked |= {alarm, beacon} - (wanted and {alarm if name.endswith("pos-1") else beacon})
            assert {topic for topic in asked if client.publish(topic, b"") in (0, 0x10)} == wanted
    for stranger in ("situbondo.patokan.polsek", "operator", "situbondo.posko"):
        with Client(uplink.port, made.folder / "ca/ca.crt") as client:
            assert client.log_in(stranger, made.name(stranger), made.password(stranger)) == 0x87
