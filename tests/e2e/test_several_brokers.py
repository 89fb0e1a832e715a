"""Nodes with two brokers that pass on what they receive: with the first one dead, an alarm still crosses."""

from pathlib import Path

from broker.mosquitto import free_port
from testing.private_broker import PrivateBroker
from tests.support.village import Post

BRIDGE = """connection pair
address 127.0.0.1:{port}
bridge_protocol_version mqttv50
restart_timeout 1
topic # both 1
"""


def test_with_the_first_broker_dead_a_press_still_sounds_at_the_neighbours_post(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    with PrivateBroker(folder / "second", free_port(), BRIDGE.format(port=broker.port)) as second:
        both = [{"host": "127.0.0.1", "port": broker.port}, {"host": "127.0.0.1", "port": second.port}]
        kalibagor = Post(folder / "a", broker.port, broker=both).begin()
        kotakan = Post(folder / "b", broker.port, "kotakan", broker=both).begin()
        posts += [kalibagor, kotakan]
        broker.kill()
        in_place = f"127.0.0.1:{second.port} is used in its place"
        kalibagor.expect(in_place)
        kotakan.expect(in_place)

        kalibagor.hold("kebakaran")

        kalibagor.expect_on("siren")
        kotakan.expect_on("siren")
