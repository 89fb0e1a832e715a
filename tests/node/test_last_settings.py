"""A bad edit keeps no post from ringing: the last settings that worked are used; never in place of another post's."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.settings.schema import SettingsError
from node import config, last_settings, pins
from node.config import Config
from node.last_settings import Checks
from runtime import settings_copies
from runtime.settings_copies import Last
from tests.support.nodes import CONFIG, example

pytestmark = pytest.mark.usefixtures("quick_yaml")

FINE: Callable[[str], str | None] = lambda _driver: None  # noqa: E731
REAL = Checks(simulate=False, driver=lambda name: pins.check(name, simulate=False), sound=FINE)


@pytest.fixture(autouse=True)
def no_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setattr(last_settings, "STATE_DIR", "/nonexistent")


class Etc:
    """A post's folder of settings, in which everything lies beside each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "etc"
        self.folder.mkdir()
        shutil.copy(CONFIG / "situbondo.yaml", self.folder)
        (self.folder / "password").write_text("rahasia\n", "utf-8")
        self.settings = {**example(), "district": "situbondo.yaml", "state_dir": "../state",
                         "broker": {"host": "127.0.0.1", "username": "u", "password_file": "password"}}
        self.path = self.folder / "node.yaml"
        self.write()

    def write(self, **changes: Any) -> None:
        self.path.write_text(json.dumps({**self.settings, **changes}, indent=1), "utf-8")

    def start_well(self, checks: Checks = REAL) -> config.Config:
        found = config.load(self.path, checks.driver, checks.sound)
        assert last_settings.keep(self.path, found, checks)
        return found

    def last(self, checks: Checks = REAL) -> Last[Config] | None:
        """The last settings that worked, as a start finds them that cannot load the present ones."""
        with pytest.raises(SettingsError):
            config.load(self.path, checks.driver, checks.sound)
        return last_settings.find(self.path, checks)


@pytest.fixture
def etc(tmp_path: Path) -> Etc:
    return Etc(tmp_path)


def used(last: Last[Config] | None) -> config.Config:
    assert last is not None
    assert (last.why_not, last.config is None) == ("", False)
    assert last.config is not None
    return last.config


def test_a_post_that_was_brought_up_to_date_rings_on_its_last_settings_though_a_setting_of_theirs_is_gone(
    etc: Etc
) -> None:
    etc.start_well()
    copy = etc.folder.parent / "state" / "settings" / "node.yaml"
    written = json.loads(copy.read_text("utf-8"))
    copy.write_text(json.dumps({**written, "in_phase": True}), "utf-8")  # as the earlier version kept it
    etc.write(in_phase=True)

    assert used(etc.last()).settings.node == "pos-1"


def test_before_the_first_good_start_there_are_none(etc: Etc) -> None:
    etc.write(siren={"pin": 99})

    assert etc.last() is None


@pytest.mark.parametrize("edit", [
    {"siren": {"pin": 99}}, {"hub": "maybe"}, {"state_dir": 7}, {"village": "kalibagr"}, {"node": "pos-11"},
    {"district": "situbond.yaml"}, {"district": 5}, {"broker": {}}, {"buttons": {"pencurian": {"pin": 17}}},
    {"pins": {"driver": "lgpoi"}}, {"colour": "red"},
], ids=str)
def test_after_a_bad_edit_the_last_ones_are_used_and_say_the_same(
    etc: Etc, edit: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))  # as under systemd: state_dir may be what is broken
    good = etc.start_well()
    etc.write(**edit)
    found = used(etc.last())

    assert settings_copies.alike(found, good)
    assert found.state_dir == good.state_dir


@pytest.mark.parametrize("damage", [
    lambda text: f"{text}\n}}", lambda text: text[:300], lambda _text: "", lambda _text: "\0",
], ids=["yaml", "torn", "empty", "zero"])
@pytest.mark.parametrize("name", ["node.yaml", "situbondo.yaml"])
def test_a_file_that_is_no_yaml_or_empty_does_not_matter(
    etc: Etc, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: Callable[[str], str], name: str
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    good = etc.start_well()
    (etc.folder / name).write_text(damage((etc.folder / name).read_text("utf-8")), "utf-8")

    assert settings_copies.alike(used(etc.last()), good)


@pytest.mark.parametrize("name", ["node.yaml", "situbondo.yaml", "password"])
def test_a_file_that_is_gone_does_not_matter(
    etc: Etc, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    good = etc.start_well()
    (etc.folder / name).unlink()
    found = used(etc.last())

    assert settings_copies.alike(found, good)
    assert found.endpoint.password == "rahasia"  # noqa: S105 - as above


def test_where_its_line_can_be_read_the_state_dir_is_found_in_what_is_no_yaml(etc: Etc) -> None:
    etc.start_well()
    etc.path.write_text("state_dir: '../state' # the card\nsiren: {pin: 17\n", "utf-8")

    used(etc.last())


def test_a_new_password_is_used_with_the_old_settings(etc: Etc) -> None:
    etc.start_well()
    (etc.folder / "password").write_text("baru\n", "utf-8")
    etc.write(siren={"pin": 99})

    assert used(etc.last()).endpoint.password == "baru"  # noqa: S105


def test_the_villages_own_catalogue_codes_and_respellings_are_kept_with_the_rest(etc: Etc) -> None:
    (etc.folder / "rhythms").mkdir()
    shutil.copy(CONFIG / "rhythms" / "jawa-timur.yaml", etc.folder / "rhythms")
    text = (CONFIG / "incidents.yaml").read_text("utf-8")
    (etc.folder / "incidents.yaml").write_text(text, "utf-8")
    good = etc.start_well()
    (etc.folder / "incidents.yaml").write_text("pencurian: 1\n", "utf-8")

    assert settings_copies.alike(used(etc.last()), good)


def test_what_was_edited_after_the_start_is_not_kept_as_what_started_well(etc: Etc) -> None:
    good = etc.start_well()
    etc.write(max_sounding_s=60)

    assert not last_settings.keep(etc.path, good, REAL)
    etc.write(siren={"pin": 99})
    assert used(etc.last()).settings.max_sounding_s == 300


def test_a_state_dir_that_moves_keeps_them_in_the_new_place(etc: Etc, tmp_path: Path) -> None:
    etc.start_well()
    etc.write(state_dir="../other", max_sounding_s=60)
    etc.start_well()
    etc.write(state_dir="../other", siren={"pin": 99})

    assert used(etc.last()).state_dir == etc.folder / "../other"
    assert used(etc.last()).settings.max_sounding_s == 60
    etc.write(state_dir="../third", siren={"pin": 99})
    assert etc.last() is None


# What must not be taken for a bad edit.


def refused(last: Last[Config] | None) -> str:
    assert last is not None
    assert last.config is None
    return last.why_not.partition(" are not used: ")[2]


def test_settings_of_another_post_are_never_answered_with_the_old_posts(etc: Etc) -> None:
    """A card that is made ready for another box must not ring as the one it comes from."""
    etc.start_well()
    etc.write(village="kotakan", node="pos-1", siren={"pin": 99})

    assert refused(etc.last()) == "these are of another post (kotakan.pos-1, not kalibagor.pos-1)"


def test_settings_of_another_district_are_never_answered_with_the_old_districts(etc: Etc) -> None:
    etc.start_well()
    path = etc.folder / "situbondo.yaml"
    path.write_text(path.read_text("utf-8").replace("district: situbondo", "district: panarukan"), "utf-8")
    etc.write(siren={"pin": 99})

    assert refused(etc.last()) == "these are of another district (panarukan, not situbondo)"


@pytest.mark.parametrize("driver", ["simulated", "mock"])
@pytest.mark.parametrize("broken", [False, True], ids=["read", "no YAML"])
def test_a_driver_that_moves_no_pin_is_never_answered_with_real_pins(etc: Etc, driver: str, broken: bool) -> None:
    etc.start_well()
    etc.write(pins={"driver": driver})
    if broken:
        etc.path.write_text(f"state_dir: ../state\npins:\n  # on my desk\n  driver: {driver}\nhub: [\n", "utf-8")

    assert refused(etc.last()) == f"pins.driver names {driver!r} now, and the last ones would move real pins"


def test_a_sound_driver_that_nobody_hears_is_never_answered_with_a_loud_one(etc: Etc) -> None:
    etc.start_well()
    etc.write(sound={"driver": "dummy"}, siren={"pin": 99})

    assert refused(etc.last()) == "sound.driver names 'dummy' now, and the last ones would be heard"


def test_simulate_is_never_answered_with_real_pins(etc: Etc) -> None:
    etc.start_well()
    etc.write(siren={"pin": 99}, pins={"driver": "simulated"})
    last = etc.last(Checks(simulate=True, driver=FINE, sound=FINE))

    assert refused(last) == "--simulate was given, and the last ones would move real pins"


def test_a_variable_that_names_another_driver_is_no_bad_edit(etc: Etc, monkeypatch: pytest.MonkeyPatch) -> None:
    etc.start_well()
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")

    assert refused(etc.last()) == (
        "they do not work here now: node.yaml.pins.driver: 'lgpio' is named here, but the environment has "
        "GPIOZERO_PIN_FACTORY=mock; unset it")


def test_what_worked_under_another_path_is_not_found(etc: Etc, tmp_path: Path) -> None:
    """Settings that somebody tries out by hand on a box must not start that box's siren."""
    etc.start_well()
    tried = tmp_path / "try.yaml"
    tried.write_text(json.dumps({**etc.settings, "state_dir": str(tmp_path / "state"), "hub": 7}), "utf-8")

    assert last_settings.find(tried, REAL) is None


# What check shows.


def test_what_differs_is_shown_in_all_files(etc: Etc) -> None:
    etc.start_well()
    etc.write(siren={"pin": 99, "active_high": True}, strobe=None)
    path = etc.folder / "situbondo.yaml"
    path.write_text(path.read_text("utf-8").replace("rhythms: jawa-timur", "rhythms: jawa-timor"), "utf-8")

    assert list(settings_copies.differences(last_settings.place(etc.path))) == [
        "node.yaml.siren.pin: was 17, is 99 now",
        f'node.yaml.strobe: was {json.dumps(example()["strobe"])}, is null now',
        'situbondo.yaml.rhythms: was "jawa-timur", is "jawa-timor" now',
    ]


def test_a_file_that_cannot_be_read_is_shown_with_its_copy(etc: Etc, tmp_path: Path) -> None:
    etc.start_well()
    (etc.folder / "situbondo.yaml").write_text("a: [", "utf-8")
    copy = etc.folder / "../state/settings/district/situbondo.yaml"

    assert list(settings_copies.differences(last_settings.place(etc.path))) == [
        f"situbondo.yaml: {etc.folder}/situbondo.yaml cannot be read now; the copy that worked is {copy}"]
    assert copy.read_text("utf-8") == (CONFIG / "situbondo.yaml").read_text("utf-8")


def test_of_very_many_differences_the_first_are_shown(etc: Etc) -> None:
    etc.start_well()
    etc.write(**{f"x{number:02}": number for number in range(30)})
    lines = list(settings_copies.differences(last_settings.place(etc.path)))

    assert len(lines) == 21
    assert lines[-1].startswith("node.yaml: and 10 more; the copy that worked is ")


def test_the_last_settings_have_all_brokers_though_the_password_is_gone(etc: Etc) -> None:
    brokers = [etc.settings["broker"], {"host": "192.168.1.12", "port": 8883}]
    etc.settings["broker"] = brokers
    etc.write()
    etc.start_well()
    etc.write(village="patokann")
    (etc.folder / "password").unlink()

    found = used(etc.last())

    assert found.settings.broker.addresses() == (("127.0.0.1", 1883), ("192.168.1.12", 8883))
    assert found.endpoint.password == "rahasia"  # noqa: S105 - as above
