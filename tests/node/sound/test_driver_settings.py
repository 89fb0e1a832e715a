"""The loudspeaker's driver and device, as its player is given them: what is named in the settings, and none other."""

import json

import pytest

from node.sound.core.driver_settings import Speaker, check

NAMED = {"SDL_AUDIODRIVER", "AUDIODEV", "SDL_DISKAUDIOFILE"}


def speaker(driver: str, device: str = "hw:CARD=Headphones") -> Speaker:
    return Speaker(driver, device, 0.8, 0.05, "/sounds/besar.wav", "/sounds/kecil.wav")


@pytest.mark.parametrize(("driver", "named"), [
    ("alsa", {"SDL_AUDIODRIVER": "alsa", "AUDIODEV": "hw:CARD=Headphones"}),
    ("disk", {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": "hw:CARD=Headphones"}),
    ("dummy", {"SDL_AUDIODRIVER": "dummy"}),
])
@pytest.mark.parametrize("leaked", [
    {}, {"SDL_AUDIODRIVER": "pulseaudio"}, {"AUDIODEV": "hw:1"}, {"SDL_DISKAUDIOFILE": "/srv/frames"},
    dict.fromkeys(NAMED, "leaked"), dict.fromkeys(NAMED, ""),
], ids=["nothing", "a driver", "ALSA's device", "the disk's file", "all", "all, empty"])
def test_the_environment_names_driver_and_device_whatever_it_named_before(
    driver: str, named: dict[str, str], leaked: dict[str, str]
) -> None:
    found = speaker(driver).environment({"PATH": "/bin", "HOME": "/root", **leaked})

    assert {key: value for key, value in found.items() if key in NAMED} == named
    assert (found["PATH"], found["HOME"]) == ("/bin", "/root")


def test_the_environment_that_was_given_is_not_changed() -> None:
    before = {"AUDIODEV": "hw:1"}
    speaker("alsa").environment(before)

    assert before == {"AUDIODEV": "hw:1"}


@pytest.mark.parametrize(("driver", "simulate", "told"), [
    ("alsa", False, None),
    ("alsa", True, None),
    ("disk", True, None),
    ("dummy", True, None),
    ("disk", False, "'disk' is heard by nobody; only with --simulate"),
    ("dummy", False, "'dummy' is heard by nobody; only with --simulate"),
])
def test_a_driver_that_nobody_hears_is_taken_only_on_purpose(driver: str, simulate: bool, told: str | None) -> None:
    assert check(driver, {}, simulate=simulate) == told


@pytest.mark.parametrize("simulate", [False, True])
def test_an_environment_that_names_another_driver_is_a_fault(simulate: bool) -> None:
    told = "'alsa' is named here, but the environment has SDL_AUDIODRIVER={}; unset it"

    assert check("alsa", {"SDL_AUDIODRIVER": "dummy"}, simulate=simulate) == told.format("dummy")
    assert check("alsa", {"SDL_AUDIODRIVER": ""}, simulate=simulate) == told.format("")
    assert check("alsa", {"SDL_AUDIODRIVER": "alsa"}, simulate=simulate) is None
    assert check("alsa", {"AUDIODEV": "hw:1", "SDL_DISKAUDIOFILE": "x"}, simulate=simulate) is None


def test_the_players_argument_says_how_it_is_to_sound_and_what_else_it_is_told() -> None:
    assert json.loads(speaker("alsa").argument(fd=7)) == {
        "volume": 0.8, "latency_s": 0.05, "stroke": "/sounds/besar.wav",
        "quiet_stroke": "/sounds/kecil.wav", "fd": 7,
    }


def test_the_status_says_driver_and_device() -> None:
    assert speaker("alsa").word() == "alsa hw:CARD=Headphones"
    assert speaker("disk", "/srv/frames").word() == "disk /srv/frames"
