#!/bin/bash
# Mosquitto's persistence has no wills: after a power cut a dead node stays "ready" until it comes back.
#
# Expected: with `persistence true`, `autosave_on_changes true` and `autosave_interval 1` a broker that was killed
#   knows after its restart what it knew before: retained messages, sessions, subscriptions. So the will that a
#   node left ("offline", retained) is published when the node does not return. A test with a restart of the
#   service confirms it.
# Happens: at a graceful stop Mosquitto publishes the wills of all who are connected, and saves the result. At a
#   kill there is no such moment, and the file holds no wills. The retained "ready", however, is in the file: it
#   is served to everybody from then on, and nothing is left that would ever replace it.
# Versions: Mosquitto 2.0.11 (Debian 12), paho-mqtt 2.2.0, MQTT 5.
# Consequence for an alarm: broker and node often hang on the same fuse. After a power cut from which the node
#   does not come back, the status page shows it as ready indefinitely, from the one source that was made to say the
#   opposite. A retained status needs an age or a heartbeat beside it; the service restart in a test proves
#   nothing about the power cut.
# Seen on 2026-11-28 (node with the will "offline" is ready; broker ends; node never returns; broker starts):
#   broker ended by SIGTERM: a new subscriber gets offline (retained)
#   broker ended by SIGKILL: a new subscriber gets ready (retained)
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

timeout 180 venv/bin/python - <<'PY'
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

TOPIC = "node/kalibagor/status"
DURABLE = "persistence true\nautosave_interval 1\nautosave_on_changes true\npersistence_location {}/\n"


def saved(folder: pathlib.Path, payload: bytes) -> None:
    limit = time.monotonic() + 30
    while not ((folder / "mosquitto.db").exists() and payload in (folder / "mosquitto.db").read_bytes()):
        if time.monotonic() > limit:
            raise SystemExit("the broker saved nothing within 30 s")
        time.sleep(0.1)


def status_after(ended_by: signal.Signals) -> str:
    folder = pathlib.Path(ended_by.name).absolute()
    folder.mkdir()
    process = broker(DURABLE.format(folder))
    try:
        node = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "kalibagor", protocol=mqtt.MQTTv5, reconnect_on_failure=False)
        node.will_set(TOPIC, b"offline", qos=1, retain=True)
        connect(node)
        node.publish(TOPIC, b"ready", qos=1, retain=True).wait_for_publish(30)
        saved(folder, b"ready")
        process.send_signal(ended_by)
        process.wait(30)
        node.loop_stop()
    finally:
        end(process)
    process = broker(DURABLE.format(folder))
    try:
        statuses: queue.Queue[str] = queue.Queue()
        page = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        page.on_message = lambda _c, _u, message: statuses.put(message.payload.decode())
        connect(page)
        page.subscribe(TOPIC, qos=1)
        status = statuses.get(timeout=30)
        page.disconnect()
        page.loop_stop()
        return status
    finally:
        end(process)


seen = []
for ended_by in (signal.SIGTERM, signal.SIGKILL):
    seen.append(status_after(ended_by))
    print(f"broker ended by {ended_by.name}: a new subscriber gets {seen[-1]} (retained)")
sys.exit(0 if seen == ["offline", "ready"] else "CHANGED: not what the head of this file records")
PY
