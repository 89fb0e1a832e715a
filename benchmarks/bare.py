"""The peer's floor: a paho subscriber that writes down, in its callback, when each message came.

Usage: python -m benchmarks.bare PORT TOPIC. Prints "ready", then one line of seconds a message.
"""

import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


def main() -> None:
    port, topic = int(sys.argv[1]), sys.argv[2]
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = lambda *_: print(f"{time.clock_gettime(time.CLOCK_BOOTTIME):.9f}", flush=True)
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.connect("127.0.0.1", port)
    client.subscribe(topic, qos=1)
    client.loop_forever()


if __name__ == "__main__":
    main()
