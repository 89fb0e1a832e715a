#!/bin/bash
# pygame-ce: every way to stop a sound starts the one that waits behind it.
#
# Expected: after `pygame.mixer.stop()` ("stop playback of all sound channels"), `Channel.stop()` or
#   `Sound.stop()` a channel is silent. `Channel.queue()` promises to start the waiting sound when the current
#   one is over, and pygame 2.6.1, of which pygame-ce is the drop-in replacement, takes a stop for the end of
#   both.
# Happens: in pygame-ce a stopped sound counts as one that is over, so the stop itself starts the waiting
#   sound: the channel is busy with it right after the call. Only a second stop brings silence. `fadeout()`
#   does the same, there in both libraries.
# Versions: pygame-ce 2.5.8 and pygame 2.6.1, Python 3.11, no sound card needed (SDL's dummy driver).
# Consequence for an alarm: "siren, then the spoken message" as play() and queue() is the obvious way to leave
#   no gap. The all-clear then stops the siren and, with the same call, starts the message. Code that was
#   tested with pygame changes its behaviour by a change of the package name alone. Do not queue, or stop twice.
# Seen on 2026-11-28:
#   pygame     2.6.1  Channel.stop: silent   mixer.stop: silent   Sound.stop: silent   fadeout: SOUNDS
#   pygame-ce  2.5.8  Channel.stop: SOUNDS   mixer.stop: SOUNDS   Sound.stop: SOUNDS   fadeout: SOUNDS
#   pygame-ce  2.5.8  after a second stop: silent
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"

cat >try.py <<'PY'
import array
import sys
import time

import pygame

name = "pygame-ce" if getattr(pygame, "IS_CE", False) else "pygame"
pygame.mixer.init(22050, -16, 1, 512)
siren = pygame.mixer.Sound(buffer=array.array("h", [900] * 22050 * 20))
message = pygame.mixer.Sound(buffer=array.array("h", [500] * 22050 * 20))
channel = pygame.mixer.Channel(0)


def fade() -> None:
    channel.fadeout(50)
    limit = time.monotonic() + 30
    while channel.get_sound() is siren and time.monotonic() < limit:
        time.sleep(0.02)


def after(stop) -> str:
    channel.play(siren)
    channel.queue(message)
    stop()
    state = "SOUNDS" if channel.get_busy() and channel.get_sound() is message else "silent"
    channel.stop()
    channel.stop()
    return state


ways = {"Channel.stop": channel.stop, "mixer.stop": pygame.mixer.stop, "Sound.stop": siren.stop, "fadeout": fade}
seen = {way: after(stop) for way, stop in ways.items()}
print(f"{name:10} {pygame.version.ver}  " + "   ".join(f"{way}: {state}" for way, state in seen.items()))
recorded = dict.fromkeys(ways, "SOUNDS" if name == "pygame-ce" else "silent") | {"fadeout": "SOUNDS"}
if name == "pygame-ce":
    channel.play(siren)
    channel.queue(message)
    channel.stop()
    channel.stop()
    twice = "SOUNDS" if channel.get_busy() else "silent"
    print(f"{name:10} {pygame.version.ver}  after a second stop: {twice}")
    seen["twice"], recorded["twice"] = twice, "silent"
sys.exit(0 if seen == recorded else "CHANGED: not what the head of this file records")
PY

status=0
for package in pygame==2.6.1 pygame-ce==2.5.8; do
    python3 -m venv "$package" || exit 2
    timeout 300 "$package/bin/pip" -q install "$package" 2>pip.log || { cat pip.log; exit 2; }
    PYGAME_HIDE_SUPPORT_PROMPT=1 SDL_AUDIODRIVER=dummy timeout 90 "$package/bin/python" try.py || status=1
done
[ "$status" = 0 ] || echo "CHANGED: not what the head of this file records"
exit "$status"
