#!/bin/bash
# Mosquitto with `per_listener_settings true` keeps nothing for a client that is away, and says that it does.
#
# Expected: a session that outlives its connection (MQTT 5: session expiry) gets the QoS 1 messages that came
#   meanwhile. `per_listener_settings` says where passwords and access lists are looked up; its manual names no
#   other effect. Where nobody is subscribed, a PUBACK of MQTT 5 can say so (0x10, "No matching subscribers").
# Happens: without the line the message waits. With it, and nothing else changed, it is dropped, with an access list
#   or without one. Its publisher is told Success, the subscriber finds "session present" as it comes back, the
#   subscription is still there (what is published from then on comes), and at the default log level no line tells
#   of it.
# Versions: Mosquitto 2.0.21 (Debian 13), paho-mqtt 2.2.0, MQTT 5. Mosquitto 2.0.11 (Debian 12) keeps it: an upgrade of the
#   distribution changes this, with the same files.
# Consequence for an alarm: who relies on a session hears nothing of what happened while the link was down, and each
#   sign says that all is well. Repeat the state (a beacon), let what must arrive wait at its sender until the
#   receiver itself has answered, and try the queue on the version that will run.
# Source: Mosquitto's issue #2618 (open; since 2.0.12 a client that is gone has no listener to be checked by).
# Seen on 2026-12-01 (a subscriber takes leave with a session of an hour; "away" is published; it returns; "back" is):
#   per_listener_settings false: PUBACK Success, session present, then away, back
#   per_listener_settings true:  PUBACK Success, session present, then back
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
# Mosquitto as Debian 13 packages it, with all that it needs, unpacked beside this run; nothing is installed. The lists
# are fetched from where this machine's own packages come, into the temporary folder.
from=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)|$(COMPONENT)' 'Created-By: Packages' | sed -n 's/ Debian|main$//p' |
    grep -v security | head -1)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -n "$from" ] && [ -r "$keys" ] || { echo "no package lists of Debian: run 'apt-get update' first?"; exit 2; }
mkdir -p apt/lists/partial apt/cache/archives/partial packages
echo "deb [signed-by=$keys] $from trixie main" >apt/sources.list
: >apt/status
options="-qq -o Dir::Etc::SourceList=$work/apt/sources.list -o Dir::Etc::SourceParts=- -o Dir::State=$work/apt
    -o Dir::State::status=$work/apt/status -o Dir::Cache=$work/apt/cache -o APT::Sandbox::User=root"
# shellcheck disable=SC2086
timeout 300 apt-get $options update 2>apt.log || { cat apt.log; exit 2; }
# shellcheck disable=SC2086
timeout 300 apt-get $options --download-only --no-install-recommends --yes -o Debug::NoLocking=true \
    install mosquitto=2.0.21-1* >apt.log 2>&1 || { cat apt.log; exit 2; }
for package in apt/cache/archives/*.deb; do dpkg-deb -x "$package" debian; done
libraries=$(dirname "$(find "$work/debian" -name libmosquitto.so.1)")
loader=$(find "$libraries" -name 'ld-linux*.so.*' | head -1)
MOSQUITTO="$loader --library-path $libraries $(find "$work/debian" -path '*/sbin/mosquitto')"
export MOSQUITTO
$MOSQUITTO -h | head -1 | grep -q ' 2\.0\.21$' || { $MOSQUITTO -h | head -1; echo "not Mosquitto 2.0.21"; exit 2; }
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
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

HOST, TOPIC = "127.0.0.1", "desa/kotakan/alarm"
with socket.socket() as free:
    free.bind((HOST, 0))
    PORT = free.getsockname()[1]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))


def broker(per_listener: str) -> subprocess.Popen[bytes]:
    """Start Mosquitto on loopback and return when it accepts connections."""
    user = f"user {getpass.getuser()}\n" if os.getuid() == 0 else ""
    pathlib.Path("broker.conf").write_text(
        f"per_listener_settings {per_listener}\n{user}listener {PORT} {HOST}\nallow_anonymous true\n")
    process = subprocess.Popen([*os.environ["MOSQUITTO"].split(), "-c", "broker.conf"], stderr=subprocess.DEVNULL)
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


class Client:
    """A client whose session outlives its connection by an hour, and what it was told."""

    def __init__(self, name: str, begin_anew: bool) -> None:
        self.told: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.paho = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
        self.paho.on_connect = lambda _c, _u, flags, *_: self.told.put(("connected", flags.session_present))
        self.paho.on_subscribe = lambda *_: self.told.put(("subscribed", None))
        self.paho.on_publish = lambda _c, _u, _mid, code, _p: self.told.put(("PUBACK", str(code)))
        self.paho.on_message = lambda _c, _u, message: self.told.put(("message", message.payload.decode()))
        self.paho.on_disconnect = lambda *_: self.told.put(("left", None))
        keeps = Properties(PacketTypes.CONNECT)
        keeps.SessionExpiryInterval = 3600
        self.paho.connect(HOST, PORT, clean_start=begin_anew, properties=keeps)
        self.paho.loop_start()

    def heard(self, kind: str) -> Any:
        """The next that it was told of this kind."""
        while True:
            got, what = self.told.get(timeout=30)
            if got == kind:
                return what

    def leave(self) -> None:
        self.paho.disconnect()
        self.heard("left")
        self.paho.loop_stop()


def told(per_listener: str) -> tuple[str, bool, list[str]]:
    """The publisher's PUBACK; whether the session was there; what came of "away" and "back"."""
    process = broker(per_listener)
    try:
        sender, post = Client("sender", True), Client("post", True)
        sender.heard("connected")
        post.heard("connected")
        post.paho.subscribe(TOPIC, qos=1)
        post.heard("subscribed")
        post.leave()
        sender.paho.publish(TOPIC, b"away", qos=1)
        code = sender.heard("PUBACK")
        post = Client("post", False)
        present = post.heard("connected")
        # The broker delivers to one client in order: "back" ends the wait, and comes by the subscription of before.
        sender.paho.publish(TOPIC, b"back", qos=1)
        came = [post.heard("message")]
        while came[-1] != "back":
            came.append(post.heard("message"))
        post.leave()
        sender.leave()
        return code, present, came
    finally:
        end(process)


seen = {setting: told(setting) for setting in ("false", "true")}
for setting, (code, present, came) in seen.items():
    session = "session present" if present else "no session"
    print(f"per_listener_settings {setting + ':':6} PUBACK {code}, {session}, then {', '.join(came)}")
recorded = {"false": ("Success", True, ["away", "back"]), "true": ("Success", True, ["back"])}
sys.exit(0 if seen == recorded else "CHANGED: not what the head of this file records")
PY
