#!/bin/bash
# A publish that the broker refused counts as published: for mosquitto_pub, paho and aiomqtt alike.
#
# Expected: QoS 1 means that somebody answers for the message. Where the broker answers "Not authorized",
#   `mosquitto_pub` exits non-zero, paho's `wait_for_publish()` raises or `is_published()` stays False, and
#   `await client.publish()` of aiomqtt raises its MqttCodeError, as it does for other faults.
# Happens: an answer is taken for a yes. `mosquitto_pub -q 1` exits 0, with a warning on standard error in MQTT 5
#   and in silence with its default, 3.1.1 (whose PUBACK has no place for a reason). paho sets
#   `is_published()`; the reason is in the on_publish callback alone. aiomqtt returns normally, and has no
#   callback to ask.
# Versions: Mosquitto 2.0.11 with its clients (Debian 12), paho-mqtt 2.2.0, aiomqtt 2.5.1.
# Consequence for an alarm: `mosquitto_pub -q 1 ... && echo sent` in an operator's script and an outbox that
#   drops an entry at `is_published()` both lose the alarm without a trace, for as long as the access list has a
#   typing error. Look at the reason code in on_publish with MQTT 5, or better, wait for an answer from whoever
#   should act.
# Seen on 2026-11-28 (topic without write access, QoS 1):
#   mosquitto_pub, MQTT 3.1.1: exit 0, standard error: (empty)
#   mosquitto_pub, MQTT 5:     exit 0, standard error: Warning: Publish 1 failed: Not authorized.
#   paho, MQTT 3.1.1:          is_published() True, on_publish: Success
#   paho, MQTT 5:              is_published() True, on_publish: Not authorized
#   aiomqtt, MQTT 5:           publish() returned None
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
timeout 300 venv/bin/pip -q install paho-mqtt==2.2.0 aiomqtt==2.5.1 2>pip.log || { cat pip.log; exit 2; }

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
import asyncio

import aiomqtt

TOPIC = "desa/kalibagor/alarm"
with open("acl", "w") as acl:
    acl.write("topic readwrite somewhere/else\n")
os.chmod("acl", 0o600)
process = broker("acl_file acl\n")
seen = []
try:
    for name, version in (("3.1.1", "mqttv311"), ("5", "mqttv5")):
        command = ["mosquitto_pub", "-V", version, "-h", HOST, "-p", str(PORT), "-q", "1", "-t", TOPIC, "-n"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        seen.append((done.returncode, done.stderr.strip() or "(empty)"))
        print(f"{f'mosquitto_pub, MQTT {name}:':26} exit {seen[-1][0]}, standard error: {seen[-1][1]}")

    for name, protocol in (("3.1.1", mqtt.MQTTv311), ("5", mqtt.MQTTv5)):
        reasons: queue.Queue[str] = queue.Queue()
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=protocol)
        client.on_publish = lambda _c, _u, _mid, code, _p, to=reasons: to.put(str(code))
        connect(client)
        info = client.publish(TOPIC, b"", qos=1)
        info.wait_for_publish(30)
        seen.append((info.is_published(), reasons.get(timeout=30)))
        print(f"{f'paho, MQTT {name}:':26} is_published() {seen[-1][0]}, on_publish: {seen[-1][1]}")
        client.disconnect()
        client.loop_stop()

    async def publish() -> str:
        async with aiomqtt.Client(HOST, PORT, protocol=aiomqtt.ProtocolVersion.V5) as client:
            try:
                return f"returned {await client.publish(TOPIC, b'', qos=1, timeout=30)}"
            except aiomqtt.MqttError as fault:
                return f"raised {fault!r}"

    seen.append(asyncio.run(publish()))
    print(f"{'aiomqtt, MQTT 5:':26} publish() {seen[-1]}")
finally:
    end(process)
recorded = [
    (0, "(empty)"),
    (0, "Warning: Publish 1 failed: Not authorized."),
    (True, "Success"),
    (True, "Not authorized"),
    "returned None",
]
sys.exit(0 if seen == recorded else "CHANGED: not what the head of this file records")
PY
