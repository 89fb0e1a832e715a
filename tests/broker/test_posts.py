"""A hub and a post, real ones, on a broker as it is shipped: what a list or a flood keeps from a post the hub brings.

An access list that lacks a line is told to nobody: Mosquitto grants the subscription all the same.
"""

import json
from pathlib import Path

from broker.trial import packets
from testing.posko import Posko
from tests.broker.installation import BASE, Installation
from tests.support.village import HURRIED, OFTEN, Post, impatient

POST = "situbondo.kalibagor.pos-1"
FLOOD = 8_000
GAP = "contract.wire.timing.HUB_LOST_S = 2.0"  # 15 s in a village


def strike_out(made: Installation, line: str) -> None:
    """Takes *line* out of the rights of POST."""
    path = made.folder / "broker/nodes.acl"
    before, after = path.read_text("utf-8").split(f"user {made.name(POST)}\n")
    assert line in after.split("\n\n")[0]
    path.write_text(f"{before}user {made.name(POST)}\n{after.replace(line, '# ' + line, 1)}", "utf-8")


def way(made: Installation, username: str, path: str) -> dict[str, object]:
    """How *username* reaches the broker, as its bundle says."""
    found = made.setting(path)["broker"]
    assert isinstance(found, dict)
    folder = made.bundle(username)
    return {**found, **{key: str(folder / found[key]) for key in ("password_file", "ca_file") if key in found}}


def begin_hub(made: Installation, place: Path, *constants: str) -> Posko:
    hub = Posko(place, made.ports["posko"])
    settings = json.loads((place / "posko.yaml").read_text("utf-8"))
    settings["broker"] = way(made, "situbondo.posko", "posko/posko.yaml")
    (place / "posko.yaml").write_text(json.dumps(settings), "utf-8")
    return hub.begin(impatient(place, HURRIED, *constants))


def make_post(made: Installation, place: Path) -> Post:
    return Post(place, made.ports["nodes"], hub=True, broker=way(made, POST, "nodes/kalibagor.pos-1/node.yaml"))


def test_a_post_that_may_not_read_alarms_rings_by_the_beacon(fresh: Installation) -> None:
    strike_out(fresh, f"topic read {BASE}/+/alarm/+")
    fresh.start()
    hub, post = begin_hub(fresh, fresh.folder.parent / "hub", OFTEN), make_post(fresh, fresh.folder.parent / "a")
    try:
        post.begin()
        with fresh.login("operator") as operator:
            assert operator.publish(f"{BASE}/kalibagor/alarm/kebakaran", b"") in (0, 0x10)
        post.expect_on("siren")
        post.expect("sounding:")
    finally:
        post.kill()
        hub.kill()

    assert "origin=hub" in post.said("sounding:")[0]


def test_a_post_that_may_not_read_the_beacon_says_that_it_is_missing(fresh: Installation) -> None:
    strike_out(fresh, f"topic read {BASE}/active")
    fresh.start()
    hub, post = begin_hub(fresh, fresh.folder.parent / "hub", OFTEN), make_post(fresh, fresh.folder.parent / "a")
    try:
        post.begin(impatient(fresh.folder.parent / "a", HURRIED, GAP))
        post.expect("part=hub reason=no beacon")
        post.expect("recovered:")  # it asks for a new connection, once
        with fresh.login("operator") as operator:
            assert operator.publish(f"{BASE}/kalibagor/alarm/kebakaran", b"") in (0, 0x10)
        post.expect_on("siren")  # raw alarms ring as ever
    finally:
        post.kill()
        hub.kill()


def test_an_alarm_behind_a_flood_rings_at_a_post_that_was_off(fresh: Installation) -> None:
    """A broker that queued for the post would drop the newest, which is the alarm: nobody queues for it here."""
    fresh.start()
    hub, post = begin_hub(fresh, fresh.folder.parent / "hub", OFTEN), make_post(fresh, fresh.folder.parent / "a")
    try:
        post.begin()
        post.kill()
        with fresh.login("operator") as operator:
            operator.send(packets.publish(f"{BASE}/patokan/alarm/xyzzy", b"rubbish") * FLOOD)
            assert operator.publish(f"{BASE}/kalibagor/alarm/kebakaran", b"") in (0, 0x10)
        before = len(post.changes)
        post.begin()
        assert post.wait(lambda _box: any(each.output == "siren" for each in post.sounds(before)))
    finally:
        post.kill()
        hub.kill()

    assert [line for line in hub.lines if "faster than they could be read" in line] == []  # it heard all of them
