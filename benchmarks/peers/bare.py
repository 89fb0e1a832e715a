"""The peer: what a script of twenty lines does. paho switches a gpiozero output in its callback.

Usage: python -m benchmarks.peers.bare PORT TOPIC [CA_FILE]. Prints "ready", then for each message the instant, in
seconds of CLOCK_BOOTTIME, at which its output was on. The pins are gpiozero's own mock, as the node's simulated pins.
"""

import sys
import time

import paho.mqtt.client as mqtt
from gpiozero import DigitalOutputDevice
from gpiozero.pins.mock import MockFactory
from paho.mqtt.enums import CallbackAPIVersion


def main() -> None:
    """Runs until it is terminated."""
    port, topic, *ca_file = sys.argv[1:]
    relay = DigitalOutputDevice(17, pin_factory=MockFactory(revision="a02082"))

    def received(_client: mqtt.Client, _data: object, _message: mqtt.MQTTMessage) -> None:
        relay.on()
        at = time.clock_gettime(time.CLOCK_BOOTTIME)
        relay.off()
        relay.pin.clear_states()  # the mock remembers every change
        print(f"{at:.9f}", flush=True)

    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = received
    client.on_subscribe = lambda *_: print("ready", flush=True)
    if ca_file:
        client.tls_set(ca_file[0])
    client.connect("localhost" if ca_file else "127.0.0.1", int(port))
    client.subscribe(topic, qos=1)
    client.loop_forever()


if __name__ == "__main__":
    main()
