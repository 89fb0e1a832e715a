"""What the loudspeaker plays, recorded at the other end of a loopback card, and understood by a listener."""

import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from rig.box import SETTINGS, THEFT, THEFT_HOLD_S, UNIT, Box
from testing import decoder

SOUND = 'sound: {driver: alsa, device: "plughw:CARD=Loopback,DEV=0", volume: 0.8}\n'
SECONDS = 60
APART_S = 4.0


def test_what_is_recorded_from_the_loudspeaker_is_the_code_of_a_theft(
    box: Box, note: Callable[[str], None], tmp_path: Path
) -> None:
    kept = box.pi.sh(f"cat {SETTINGS}")
    box.put_settings(kept + SOUND)
    try:
        box.pi.sh(f"systemctl restart {UNIT}")
        struck = box.pi.probe("record", pin=THEFT, hold_s=THEFT_HOLD_S, path="/root/heard.wav", seconds=SECONDS)
        box.pi.pull("/root/heard.wav", tmp_path / "heard.wav")
    finally:
        box.put_settings(kept)
        box.pi.sh(f"systemctl restart {UNIT}")
    with wave.open(str(tmp_path / "heard.wav"), "rb") as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)

    cycles: list[list[float]] = [[]]  # siren and voice lie between the strokes of one cycle and the next
    for before, stroke in pairwise([0.0, *decoder.strokes_s(heard)]):
        if stroke - before > APART_S:
            cycles.append([])
        cycles[-1].append(stroke)
    whole = max(cycles, key=len)
    meant = decoder.meant(decoder.figure(whole), "jawa-timur")
    note(f"sound: {len(whole)} strokes heard in a cycle, loudest sample {abs(heard).max():.2f}, the striker struck "
         f"{len(struck)} times in all; a listener takes it for {', '.join(sorted(meant)) or 'nothing'}")
    assert "pencurian" in meant
