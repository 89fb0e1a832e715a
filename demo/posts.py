"""The seven posts of the demo: where each is, and how its box is wired. Values; must not start anything.

The places come from the shipped district file. The boxes differ on purpose, as boxes do: relays that switch on at
low level, a box without a striker, whose rhythm is beaten on the siren's relay, one without a strobe.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.domain.district import District, read_district
from contract.domain.incidents import read_catalogue
from contract.settings import yamltext
from demo.sight import LOUD, Post

SHIPPED = Path(__file__).resolve().parent.parent / "config"
DISTRICT_FILE = SHIPPED / "situbondo.yaml"
INCIDENTS_FILE = SHIPPED / "incidents.yaml"

_BOX: dict[str, Any] = {
    "siren": {"pin": 17},
    "striker": {"pin": 27},
    "strobe": {"pin": 22},
    "buttons": {
        "pencurian": {"pin": 5, "lamp": 6, "hold_s": 1.0},
        "kebakaran": {"pin": 19, "lamp": 20, "hold_s": 1.0},
        "aman": {"pin": 13, "lamp": 12, "hold_s": 2.0},
        "hening": {"pin": 26, "lamp": 21, "hold_s": 2.0},
    },
    "lock": {"pin": 16},
}
# How a box differs from the one above; None takes a part out.
_DIFFERENT: dict[str, dict[str, Any]] = {
    "dawuhan.pos-1": {"siren": {"pin": 17, "active_high": False}},
    "talkandang.pos-1": {"striker": None},
    "olean.pos-1": {"strobe": None},
    "patokan.polsek": {
        "siren": {"pin": 17, "active_high": False},
        "buttons": {name: _BOX["buttons"][name] for name in ("aman", "hening")},
    },
}


@dataclass(frozen=True, slots=True)
class Wired:
    """A post, and its node's settings but for the broker and the folder."""

    post: Post
    settings: Mapping[str, Any]


def load() -> tuple[District, tuple[Wired, ...]]:
    """The district, and its posts with their boxes; a responder's office comes last. Raises SettingsError."""
    district = read_district(_yaml(DISTRICT_FILE), DISTRICT_FILE.name)
    posts = [
        _wire(village, node, place.name, post.hears)
        for village, place in district.villages.items() for node, post in place.posts.items()
    ]
    return district, tuple(sorted(posts, key=lambda each: each.settings["hears"] == "all"))


def names() -> tuple[str, ...]:
    """Every post. Raises SettingsError."""
    return tuple(each.post.name for each in load()[1])


def labels() -> dict[str, str]:
    """What people call each incident. Raises SettingsError."""
    catalogue = read_catalogue(_yaml(INCIDENTS_FILE), INCIDENTS_FILE.name)
    return {name: incident.label for name, incident in catalogue.incidents.items()}


def settings(
    wired: Wired, broker: Mapping[str, Any], folder: Path, sound: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The node's settings, all but `pins`: *broker* is how it reaches the broker, its files are in *folder*.

    *sound* is its loudspeaker, if it has one.
    """
    return {
        **wired.settings,
        **({} if sound is None else {"sound": dict(sound)}),
        "district": str(DISTRICT_FILE),
        "broker": dict(broker),
        "hub": True,
        "in_phase": False,  # the drum follows the siren at once, so that the tour need not wait for the grid
        "state_dir": str(folder / "state"),
    }


def hub_settings(broker: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The hub's settings, in the same way."""
    return {
        "district": str(DISTRICT_FILE),
        "broker": dict(broker),
        "state_dir": str(folder / "state"),
    }


def _yaml(path: Path) -> object:
    return yamltext.load(path.read_text(encoding="utf-8"))


def _wire(village: str, node: str, place: str, hears: str) -> Wired:
    name = f"{village}.{node}"
    parts = {key: value for key, value in {**_BOX, **_DIFFERENT.get(name, {})}.items() if value is not None}
    holds_s = {button: part["hold_s"] for button, part in parts["buttons"].items()}
    label = node.capitalize() if hears == "all" else place
    outputs = frozenset(parts) & set(LOUD)
    post = Post(name, label, village, outputs, "striker" if "striker" in outputs else "siren", holds_s)
    return Wired(post, {"node": node, "village": village, "hears": hears, **parts})
