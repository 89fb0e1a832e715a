"""A district in which an alarm's round, and the watch's, is over in two or three seconds: a test can hear some."""

import json
from pathlib import Path
from typing import Any

from contract.domain.incidents import cycles, read_catalogue, read_family
from contract.domain.rhythm import Cycle
from tests.contract.shipped import plain

INCIDENT = "pencurian"  # four strokes a round, and heard in its own village only


def quick_district(
    folder: Path, voice_s: float = 0.0, duration_s: float = 180.0, rest_s: float = 0.2, posts: int = 1
) -> tuple[str, Cycle]:
    """The path of such a district's file in *folder*, and the round of INCIDENT there, for a post that is alone.

    Kalibagor has so many *posts*: pos-1, pos-2, … With so short a rest a loudspeaker comes too late for what is beaten
    once: *rest_s* is all the time that it has.
    """
    (folder / "rhythms").mkdir(parents=True)
    found = {name: plain(name) for name in ("situbondo.yaml", "incidents.yaml", "rhythms/jawa-timur.yaml")}
    found["situbondo.yaml"]["villages"]["kalibagor"]["posts"] = {
        f"pos-{number}": {"name": f"Pos {number}"} for number in range(1, posts + 1)
    }
    incidents, codes = found["incidents.yaml"], found["rhythms/jawa-timur.yaml"]
    incidents["cycle"] = {"siren_s": 1.0, "rest_s": rest_s, "rhythm_s": 5.0, "voice_s": voice_s}
    incidents["incidents"][INCIDENT].update(reach="village", duration_s=duration_s)
    codes["codes"][INCIDENT] = "●●●●"  # once a round
    _hurry(codes)
    for name, value in found.items():
        (folder / name).write_text(json.dumps(value), "utf-8")
    catalogue = read_catalogue(incidents)
    return str(folder / "situbondo.yaml"), cycles(catalogue, read_family(codes, "", catalogue))[INCIDENT]


def quick_drum(config: Path) -> None:
    """In the settings in *config*, has the safe code beaten in three seconds instead of twelve; a siren is as long."""
    catalogue, family = config / "incidents.yaml", config / "rhythms" / "jawa-timur.yaml"
    incidents, codes = plain("incidents.yaml"), plain("rhythms/jawa-timur.yaml")
    incidents["cycle"].update(rest_s=0.2, voice_s=0.0)
    _hurry(codes)
    catalogue.write_text(json.dumps(incidents), "utf-8")
    family.write_text(json.dumps(codes), "utf-8")


def _hurry(codes: dict[str, Any]) -> None:
    codes["tempo"] = {"stroke_s": 0.2, "gap_s": 0.1, "pause_s": 0.5, "titir_s": 0.15}
    codes["alike"] = [[*codes["codes"]]]  # so hurried, hardly two of them can be told apart
