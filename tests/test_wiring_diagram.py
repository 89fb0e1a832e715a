"""The wiring diagram of the guide shows the pins of the shipped example, whatever becomes of either."""

import importlib.util
import xml.etree.ElementTree as ET
from dataclasses import replace
from types import ModuleType

import pytest

from node import config
from tests.support.nodes import CONFIG, ROOT

PICTURE = ROOT / "docs/wiring.svg"


@pytest.fixture(scope="module")
def diagram() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wiring_diagram", ROOT / "scripts/wiring_diagram.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_the_picture_is_that_of_the_example_as_it_is_now(diagram: ModuleType) -> None:
    """Made anew by: python scripts/wiring_diagram.py"""
    assert PICTURE.read_text("utf-8") == diagram.picture(config.load(CONFIG / "node.yaml").settings)


def test_every_pin_of_the_example_is_in_it_beside_its_number_on_the_header() -> None:
    """Written by hand from a Raspberry Pi's header: BCM 17 is pin 11, and so on."""
    svg = "{http://www.w3.org/2000/svg}"
    words = [each.text or "" for each in ET.parse(PICTURE).getroot().iter(f"{svg}text")]  # noqa: S314 - our own file
    at = {word: words[number - 1] for number, word in enumerate(words) if word.startswith("GPIO ")}
    boxed = {word: words[number - 2] for number, word in enumerate(words) if word.startswith("GPIO ")}

    assert {name: (at[name], boxed[name]) for name in ("GPIO 17", "GPIO 27", "GPIO 22", "GPIO 5", "GPIO 6", "GPIO 13",
                                                       "GPIO 19", "GPIO 20", "GPIO 26", "GPIO 16")} == {
        "GPIO 17": ("11", "siren: relay, on at high level; 10 kΩ to ground"),
        "GPIO 27": ("13", "striker: MOSFET, on at high level; 10 kΩ to ground"),
        "GPIO 22": ("15", "strobe: relay, on at high level; 10 kΩ to ground"),
        "GPIO 5": ("29", "button pencurian: a contact to ground"),
        "GPIO 6": ("31", "lamp of pencurian: 330 Ω, LED, ground"),
        "GPIO 13": ("33", "button aman: a contact to ground"),
        "GPIO 19": ("35", "button kebakaran: a contact to ground"),
        "GPIO 20": ("38", "lamp of kebakaran: 330 Ω, LED, ground"),
        "GPIO 26": ("37", "button senyap: a contact to ground"),
        "GPIO 16": ("36", "lock: a key switch to ground"),
    }


def test_a_relay_board_that_switches_on_at_low_level_is_pulled_up(diagram: ModuleType) -> None:
    settings = config.load(CONFIG / "node.yaml").settings
    low = replace(settings, siren=replace(settings.siren, active_high=False))
    assert "siren: relay, on at low level; 10 kΩ to 3V3" in diagram.picture(low)
