#!/bin/bash
# MQTT 5's Message Expiry Interval does not run while a message waits in the client: it begins at the broker.
#
# Expected: an alarm that is valid for 2 s and published with `MessageExpiryInterval = 2` is worth nothing 5 s
#   later, and nobody gets it. paho even returns MQTT_ERR_NO_CONN when there is no connection, which reads as
#   "not accepted".
# Happens: the standard makes the broker count, nobody else. paho queues a QoS 1 message in spite of
#   MQTT_ERR_NO_CONN (a QoS 0 one, with the same return value, it drops); MQTT.js queues both. When the link is
#   back, however late, they send the message with its full interval, and the broker hands it out as fresh.
# Versions: paho-mqtt 2.2.0, MQTT.js 5.16.0, Mosquitto 2.0.11 (Debian 12).
# Consequence for an alarm: the expiry that should keep an old alarm from ringing is not in force where alarms
#   wait longest, in a node or a page without a link: last night's press rings the village this morning. And who
#   publishes again because of MQTT_ERR_NO_CONN rings twice. Send the age or the time of the press in the
#   payload, keep one's own outbox, and drop or shorten what waited.
# Seen on 2026-11-28 (interval 2 s, no link for 5 s):
#   paho     QoS 0: publish() rc 4, then dropped
#   paho     QoS 1: publish() rc 4, then delivered, interval left 2 s
#   MQTT.js  QoS 0: delivered, interval left 2 s
#   MQTT.js  QoS 1: delivered, interval left 2 s
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried (needs Node.js 20 with npm as well).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
# Mosquitto as Debian 12 packages it, unpacked beside this run; nothing is installed.
packages="mosquitto mosquitto-clients libmosquitto1 libcjson1 libdlt2 libwebsockets17 libev4 libuv1"
# shellcheck disable=SC2086
timeout 300 apt-get -qq download $packages 2>apt.log || { cat apt.log; echo "run 'apt-get update' first?"; exit 2; }
for package in ./*.deb; do dpkg-deb -x "$package" debian; done
LD_LIBRARY_PATH=$(dirname "$(find "$work/debian/usr/lib" -name libmosquitto.so.1)")
export LD_LIBRARY_PATH PATH="$work/debian/usr/sbin:$work/debian/usr/bin:$PATH"
mosquitto -h | head -1 | grep -q ' 2\.0\.11$' || { mosquitto -h | head -1; echo "not Mosquitto 2.0.11"; exit 2; }
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install paho-mqtt==2.2.0 2>pip.log || { cat pip.log; exit 2; }
timeout 300 npm install --silent --no-audit --no-fund --prefix "$work" mqtt@5.16.0 >npm.log 2>&1 || { cat npm.log; exit 2; }

cat >publish.js <<'JS'
const mqtt = require("mqtt");
const client = mqtt.connect(process.argv[2], { protocolVersion: 5, reconnectPeriod: 500 });
client.on("error", () => {});
client.once("close", () => console.log("no link"));
let left = 2;
for (const qos of [0, 1]) {
  const options = { qos, properties: { messageExpiryInterval: 2 } };
  client.publish(`alarm/mqttjs/${qos}`, "x", options, () => --left || client.end());
}
JS

timeout 120 venv/bin/python - <<'PY'
import getpass
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import time

import paho.mqtt.client as mqtt

HOST = "127.0.0.1"
with socket.socket() as free:
    free.bind((HOST, 0))
    PORT = free.getsockname()[1]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))


def broker(settings: str = "") -> subprocess.Popen[bytes]:
    """Start Mosquitto on loopback and return when it accepts connections."""
    user = f"user {getpass.getuser()}\n" if os.getuid() == 0 else ""
    pathlib.Path("broker.conf").write_text(f"listener {PORT} {HOST}\nallow_anonymous true\n{user}{settings}")
    process = subprocess.Popen(["mosquitto", "-c", "broker.conf"], stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 30
    while time.monotonic() < limit and process.poll() is None:
        try:
            socket.create_connection((HOST, PORT), 1).close()
            return process
        except OSError:
            time.sleep(0.05)
    end(process)
    sys.exit("the broker did not start")


def end(process: subprocess.Popen[bytes]) -> None:
    """End the broker, by its own process id."""
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def connect(client: mqtt.Client) -> None:
    """Connect and return when the connection is accepted."""
    accepted: queue.Queue[bool] = queue.Queue()
    client.on_connect = lambda *_: accepted.put(True)
    client.connect(HOST, PORT)
    client.loop_start()
    accepted.get(timeout=30)
import threading

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

with socket.socket() as free:
    free.bind((HOST, 0))
    LINK = free.getsockname()[1]


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    sink.close()


def link_returns() -> None:
    """From now on LINK leads to the broker; before, a connection to it is refused."""
    server = socket.create_server((HOST, LINK))

    def serve() -> None:
        while True:
            near, far = server.accept()[0], socket.create_connection((HOST, PORT))
            for ends in ((near, far), (far, near)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


process = broker()
page = subprocess.Popen(["node", "publish.js", f"mqtt://{HOST}:{LINK}"], stdout=subprocess.PIPE, text=True)
try:
    events: queue.Queue[tuple[str, int | None]] = queue.Queue()
    reader = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    reader.on_message = lambda _c, _u, m: events.put((m.topic, getattr(m.properties, "MessageExpiryInterval", None)))
    reader.on_subscribe = lambda *_: events.put(("subscribed", None))
    connect(reader)
    reader.subscribe("alarm/#", qos=1)
    assert events.get(timeout=30)[0] == "subscribed"

    away = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    away.reconnect_delay_set(1, 1)
    away.connect_async(HOST, LINK)
    expiry = Properties(PacketTypes.PUBLISH)
    expiry.MessageExpiryInterval = 2
    rc = [int(away.publish(f"alarm/paho/{qos}", b"x", qos=qos, properties=expiry).rc) for qos in (0, 1)]
    assert page.stdout.readline() == "no link\n"
    time.sleep(5)  # all that was published expires, if anybody counts

    link_returns()
    away.loop_start()
    got: dict[str, int | None] = {}
    while not {"alarm/paho/1", "alarm/mqttjs/1"} <= got.keys():
        topic, left = events.get(timeout=30)
        got[topic] = left
    page.wait(30)
    away.publish("alarm/end", b"", qos=1)  # sent last, so nothing of the above is still on its way
    while "alarm/end" not in got:
        topic, left = events.get(timeout=30)
        got[topic] = left
    for client in (away, reader):
        client.disconnect()
        client.loop_stop()
finally:
    page.kill()
    end(process)


def fate(topic: str) -> str:
    return f"delivered, interval left {got[topic]} s" if topic in got else "dropped"


for qos in (0, 1):
    print(f"paho     QoS {qos}: publish() rc {rc[qos]}, then {fate(f'alarm/paho/{qos}')}")
for qos in (0, 1):
    print(f"MQTT.js  QoS {qos}: {fate(f'alarm/mqttjs/{qos}')}")
fates = [fate(f"alarm/{name}/{qos}") for name in ("paho", "mqttjs") for qos in (0, 1)]
fresh = {f"delivered, interval left {s} s" for s in (1, 2)}  # a slow broker may have counted off a second
sys.exit(0 if rc == [4, 4] and fates[0] == "dropped" and fresh.issuperset(fates[1:]) else "CHANGED: not what the head of this file records")
PY
