"""The peer mqtt-io (a daemon that puts GPIO on MQTT, PyPI), with its own output for the console as the relay.

Usage: PYTHON mqtt_io_relay.py PORT TOPIC [CA_FILE], by the Python that has mqtt-io. It subscribes to
`TOPIC/output/relay/set`, and prints as `benchmarks.peers` has it. All between broker and pin is mqtt-io's own code: a
driver is called in another thread, as mqtt-io calls those of real pins, and takes the instant.
"""

import sys
import time
from typing import Any

from mqtt_io.config import validate_and_normalise_main_config  # type: ignore[import-not-found]
from mqtt_io.modules.gpio import GenericGPIO, stdio  # type: ignore[import-not-found]
from mqtt_io.server import MqttIo  # type: ignore[import-not-found]


class Relay(GenericGPIO):  # type: ignore[misc]
    """A pin that notes when it is switched on."""

    def setup_module(self) -> None:
        """Nothing to do."""

    def setup_pin(self, *_: Any, **__: Any) -> None:
        """Nothing to do."""

    def set_pin(self, _pin: object, value: bool) -> None:
        """Switches."""
        at = time.clock_gettime(time.CLOCK_BOOTTIME)
        if value:
            print(f"{at:.9f}", flush=True)

    def get_pin(self, _pin: object) -> bool:
        """At rest."""
        return False


class Server(MqttIo):  # type: ignore[misc]
    """mqtt-io, which says when it has subscribed."""

    async def _mqtt_subscribe(self, topics: list[str]) -> None:
        await super()._mqtt_subscribe(topics)
        print("ready", flush=True)


def main() -> None:
    """Runs until it is terminated."""
    port, topic, *ca_file = sys.argv[1:]
    stdio.GPIO = Relay
    tls = {"tls": {"enabled": True, "ca_certs": ca_file[0]}} if ca_file else {}
    Server(validate_and_normalise_main_config({
        "mqtt": {"host": "localhost" if ca_file else "127.0.0.1", "port": int(port), "topic_prefix": topic, **tls},
        "gpio_modules": [{"name": "console", "module": "stdio"}],
        "digital_outputs": [
            {"name": "relay", "module": "console", "pin": 17, "publish_initial": True, "initial": "low"}],
    })).run()


if __name__ == "__main__":
    main()
