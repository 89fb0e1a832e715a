#!/bin/bash
# Mosquitto with an acl_file: SUBACK grants a subscription of which not one message will ever be delivered.
#
# Expected: MQTT has a reason code for this (SUBACK 0x87 "Not authorized" in version 5, 0x80 "Failure" in
#   3.1.1), and for publishing Mosquitto uses its twin: a QoS 1 publish without write access gets PUBACK 0x87. So
#   a client that finds "Granted QoS 1" in SUBACK takes itself for connected to the topic.
# Happens: an acl_file is never asked at subscribing, only at each delivery. With no read access at all SUBACK
#   reports "Granted QoS 1", and then there is silence: no error, no message, at the default log level no line in
#   the broker's log.
# Versions: Mosquitto 2.0.11 (Debian 12), paho-mqtt 2.2.0, MQTT 5.
# Consequence for an alarm: one wrong slug in the access list and a node is deaf, while its status says ready and
#   its own check of SUBACK is satisfied. Nothing finds it but a message that makes the round trip: let each
#   node confirm that it receives a beacon, over the same access list as the alarms.
# Source: the author's remark in Mosquitto's issue #2042 (acl_file forbids delivery, not subscribing).
# Seen on 2026-11-28 (access list: kentongan may write everywhere and read only desa/kotakan/#):
#   SUBSCRIBE desa/kalibagor/alarm: SUBACK Granted QoS 1
#   SUBSCRIBE desa/kotakan/alarm:   SUBACK Granted QoS 1
#   PUBLISH to both:                PUBACK Success, PUBACK Success
#   delivered:                      desa/kotakan/alarm
#   PUBLISH to other/x:             PUBACK Not authorized
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
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

with open("acl", "w") as acl:
    acl.write("topic write desa/#\ntopic read desa/kotakan/#\n")
os.chmod("acl", 0o600)
process = broker("acl_file acl\n")
try:
    events: queue.Queue[tuple[str, str]] = queue.Queue()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_subscribe = lambda _c, _u, _mid, codes, _p: events.put(("SUBACK", str(codes[0])))
    client.on_publish = lambda _c, _u, _mid, code, _p: events.put(("PUBACK", str(code)))
    client.on_message = lambda _c, _u, message: events.put(("delivered", message.topic))
    connect(client)

    def answer(kind: str) -> str:
        while True:
            got = events.get(timeout=30)
            if got[0] == kind:
                return got[1]

    topics = ["desa/kalibagor/alarm", "desa/kotakan/alarm"]
    granted = []
    for topic in topics:
        client.subscribe(topic, qos=1)
        granted.append(answer("SUBACK"))
        print(f"SUBSCRIBE {topic + ':':21} SUBACK {granted[-1]}")
    # The broker delivers to one client in order: the message of the second topic, which may be read, ends the wait.
    acked = []
    delivered = []
    for topic in topics:
        client.publish(topic, b"", qos=1)
    while len(acked) < 2 or "desa/kotakan/alarm" not in delivered:
        kind, what = events.get(timeout=30)
        (acked if kind == "PUBACK" else delivered).append(what)
    print("PUBLISH to both:                " + ", ".join(f"PUBACK {code}" for code in acked))
    print("delivered:                      " + ", ".join(delivered))
    client.publish("other/x", b"", qos=1)
    refused = answer("PUBACK")
    print(f"PUBLISH to other/x:             PUBACK {refused}")
    client.disconnect()
    client.loop_stop()
finally:
    end(process)
recorded = (["Granted QoS 1"] * 2, ["Success"] * 2, ["desa/kotakan/alarm"], "Not authorized")
sys.exit(0 if (granted, acked, delivered, refused) == recorded else "CHANGED: not what the head of this file records")
PY
