"""A district file that was carried to the hub and to one post, and not to the other: each of the two says so."""

from pathlib import Path

from testing.posko import Posko
from testing.private_broker import PrivateBroker
from tests.support.mqtt import Reader
from tests.support.nodes import CONFIG
from tests.support.village import BASE, HURRIED, OFTEN, Post, impatient

BEATS = "contract.wire.timing.HEARTBEAT_S = 1.0"


def test_a_post_with_an_old_district_file_is_named_there_and_at_the_hub_and_rings_all_the_same(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    new = folder / "situbondo.yaml"
    shipped = (CONFIG / "situbondo.yaml").read_text("utf-8")
    new.write_text(shipped.replace("name: Olean\n", "name: Olean Baru\n"), "utf-8")
    hub = Posko(folder / "posko", broker.port, new)
    old = Post(folder / "kalibagor", broker.port, "kalibagor", hub=True)
    fresh = Post(folder / "kotakan", broker.port, "kotakan", hub=True, district=str(new))
    posts += [old, fresh]
    try:
        hub.begin(impatient(folder / "posko", OFTEN))
        for post in posts:
            post.begin(impatient(folder / post.village, HURRIED, OFTEN, BEATS))
        old.expect("the hub (posko) has another district file than kalibagor/pos-1, here; on the machine that has the "
                   "old one: sudo ./install district kentongan-district.tar")
        hub.expect("kalibagor/pos-1 has another district file than the hub (posko), here")
        fresh.hold("pencurian")
        old.expect_on("siren")
        with Reader(broker, f"{BASE}/posko/status") as statuses:
            assert statuses.wait(
                lambda came: any("district of kalibagor/pos-1" in each.members["faults"] for each in came)
            )
        old.stop()
        assert hub.wait(lambda hub: any("part=district of kalibagor/pos-1" in line for line in hub.said("recovered:")))
    finally:
        hub.kill()

    assert fresh.said("another district file") == []
    assert hub.said("kotakan/pos-1 has another") == []
