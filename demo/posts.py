"""The seven posts of the demo: where each is, and how its box is wired. Values; must not start anything.

The district is the shipped one, but for where its posts stand: two pairs are within earshot. The boxes differ on
purpose, as boxes do: relays that switch on at low level, a box without a striker, whose rhythm is beaten on the
siren's relay, one without a strobe.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.domain.district import District, read_district
from contract.domain.incidents import Catalogue
from demo.seen import LOUD
from runtime import files

DISTRICT_FILE = files.SHIPPED / "situbondo.yaml"
# Example places: Kalibagor's post and Kotakan's 330 m apart on both sides of their border, Patokan's two 260 m.
_PLACES: dict[str, tuple[float, float]] = {
    "kalibagor/pos-1": (-7.7552, 113.9908), "kotakan/pos-1": (-7.7533, 113.9931),
    "patokan/pos-1": (-7.7019, 113.9908), "patokan/polsek": (-7.7040, 113.9920),
}

_BOX: dict[str, Any] = {
    "siren": {"pin": 17},
    "striker": {"pin": 27},
    "strobe": {"pin": 22},
    "buttons": {
        "pencurian": {"pin": 5, "lamp": 6, "hold_s": 1.0},
        "kebakaran": {"pin": 19, "lamp": 20, "hold_s": 1.0},
        "aman": {"pin": 13, "lamp": 12, "hold_s": 2.0},
        "senyap": {"pin": 26, "lamp": 21, "hold_s": 2.0},
    },
    "lock": {"pin": 16},
}
# How a box differs from the one above; None takes a part out.
_DIFFERENT: dict[str, dict[str, Any]] = {
    "dawuhan/pos-1": {"siren": {"pin": 17, "active_high": False}},
    "talkandang/pos-1": {"striker": None},
    "olean/pos-1": {"strobe": None},
    "patokan/polsek": {
        "siren": {"pin": 17, "active_high": False},
        "buttons": {name: _BOX["buttons"][name] for name in ("aman", "senyap")},
    },
}


@dataclass(frozen=True, slots=True)
class Post:
    """A post, called `village/node`, and its node's settings, all but the broker and the folder."""

    name: str
    village: str
    settings: Mapping[str, Any]

    @property
    def outputs(self) -> frozenset[str]:
        """Which of siren, striker and strobe its box has."""
        return frozenset(LOUD) & self.settings.keys()

    @property
    def beater(self) -> str:
        """The output that beats the rhythm."""
        return "striker" if "striker" in self.settings else "siren"

    @property
    def holds_s(self) -> Mapping[str, float]:
        """How long each of its buttons wants to be held."""
        return {button: part["hold_s"] for button, part in self.settings["buttons"].items()}


def load_district() -> tuple[District, Catalogue]:
    """The demo's district and its incidents. Raises SettingsError."""
    found = _placed()
    catalogue, _ = files.load_shipped(found["rhythms"])
    return read_district(found, DISTRICT_FILE.name), catalogue


def write_district(folder: Path) -> Path:
    """Writes the demo's district file into *folder*, as JSON, which is YAML. Raises SettingsError, OSError."""
    path = folder / DISTRICT_FILE.name
    path.write_text(json.dumps(_placed()), encoding="utf-8")
    return path


def _placed() -> dict[str, Any]:
    """The shipped district file's value, with the places of the demo's posts."""
    found = dict(files.mapping(DISTRICT_FILE, DISTRICT_FILE.name))
    for name, at in _PLACES.items():
        village, post = name.split("/")
        found["villages"][village]["posts"][post]["at"] = list(at)
    return found


def load() -> dict[str, Post]:
    """The posts by name, in the order of their names. Raises SettingsError."""
    district, _ = load_district()
    posts = [_wire(village, node, post.hears)
             for village, place in district.villages.items() for node, post in place.posts.items()]
    return {post.name: post for post in sorted(posts, key=lambda each: each.name)}


def settings(
    post: Post, broker: Mapping[str, Any], folder: Path, sound: Mapping[str, Any] | None = None,
    district: Path = DISTRICT_FILE,
) -> dict[str, Any]:
    """The node's settings, all but `pins`: *broker* is how it reaches the broker, its files are in *folder*.

    *sound* is its loudspeaker, if it has one.
    """
    return {
        **post.settings,
        **({} if sound is None else {"sound": dict(sound)}),
        **hub_settings(broker, folder, district),
        "hub": True,
    }


def hub_settings(broker: Mapping[str, Any], folder: Path, district: Path = DISTRICT_FILE) -> dict[str, Any]:
    """The hub's settings, in the same way."""
    return {"district": str(district), "broker": dict(broker), "state_dir": str(folder / "state")}


def _wire(village: str, node: str, hears: str) -> Post:
    name = f"{village}/{node}"
    parts = {key: value for key, value in {**_BOX, **_DIFFERENT.get(name, {})}.items() if value is not None}
    return Post(name, village, {"node": node, "village": village, "hears": hears, **parts})
