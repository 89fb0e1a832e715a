"""A node's configuration: every setting is read, every fault of every file is told at once, nothing is ignored."""

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from contract.domain.alarm import Key
from contract.domain.rhythm import Slot
from contract.settings.schema import SettingsError
from node import config, service
from node.sound.core.driver_settings import Speaker
from runtime import files
from tests.contract.shipped import keys
from tests.support.nodes import CONFIG, ROOT, example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")

BESAR, KECIL = (str(ROOT / "sounds" / f"{drum}.wav") for drum in ("besar", "kecil"))
KEYS = [path for path in keys(example()) if path[:-1] != ("buttons",)]


def faults(path: Path, wrong_driver: str | None = None) -> tuple[str, ...]:
    """All that is wrong with the settings in *path*; empty where nothing is."""
    try:
        config.load(path, check_driver=lambda _driver: wrong_driver)
    except SettingsError as error:
        return error.faults or ("refused without a fault",)
    return ()


def changed(*path: str, to: object) -> dict[str, Any]:
    """The example with *to* at *path*; without it, where *to* is None."""
    settings = example()
    table = settings
    for key in path[:-1]:
        table = table[key]
    if to is None:
        del table[path[-1]]
    else:
        table[path[-1]] = to
    return settings


def with_posts(**extra: Any) -> dict[str, Any]:
    return {**example(), **extra}


def test_the_shipped_example_has_no_fault_and_every_one_of_its_settings_arrives(tmp_path: Path) -> None:
    read = config.load(write(tmp_path, example()))
    settings = read.settings

    assert (settings.node, settings.village, settings.hears, settings.hub) == ("pos-1", "kalibagor", "village", True)
    assert (settings.broker.host, settings.broker.port, settings.pins.driver) == ("127.0.0.1", 1883, "lgpio")
    assert (settings.siren.pin, settings.siren.active_high) == (17, True)
    assert settings.striker is not None
    assert settings.strobe is not None
    assert settings.lock is not None
    assert (settings.striker.pin, settings.striker.stroke_s) == (27, 0.03)
    assert (settings.strobe.pin, settings.lock.pin) == (22, 16)
    assert {name: (each.pin, each.lamp, each.hold_s) for name, each in settings.buttons.items()} == {
        "pencurian": (5, 6, 1.0), "kebakaran": (19, 20, 1.0), "aman": (13, None, 2.0), "senyap": (26, None, 2.0),
    }
    assert (settings.max_sounding_s, read.state_dir) == (300.0, Path("/var/lib/kentongan"))
    assert (read.district.district, read.family.name, len(read.catalogue.incidents)) == ("situbondo", "Jawa Timur", 16)


def test_the_example_is_read_where_it_is_shipped() -> None:
    assert faults(CONFIG / "node.yaml") == ()


# Settings that are misspelt, missing or impossible.


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_a_misspelt_setting_is_a_fault_that_names_its_path_and_the_right_spelling(
    tmp_path: Path, path: tuple[str, ...]
) -> None:
    settings = example()
    table = settings
    for key in path[:-1]:
        table = table[key]
    table[f"{path[-1]}x"] = table.pop(path[-1])

    assert f"node.yaml.{'.'.join(path)}x: unknown; did you mean {path[-1]}?" in faults(write(tmp_path, settings))


@pytest.mark.parametrize("word", ["hening", "diam", "mute", "senyp", "senyyap", "hennig"])
def test_another_word_for_the_button_that_silences_is_answered_with_its_name(tmp_path: Path, word: str) -> None:
    settings = example()
    settings["buttons"][word] = settings["buttons"].pop("senyap")

    (fault,) = faults(write(tmp_path, settings))

    assert fault.startswith(f"node.yaml.buttons.{word}: no such incident; did you mean senyap? ")


def test_the_button_that_silences_in_other_letters_is_no_incident(tmp_path: Path) -> None:
    settings = example()
    settings["buttons"]["SENYAP"] = settings["buttons"].pop("senyap")

    assert "did you mean senyap?" in faults(write(tmp_path, settings))[1]


@pytest.mark.parametrize("button", [name for name in example()["buttons"] if name != "aman"])
def test_a_misspelt_button_is_answered_with_the_nearest_incident(tmp_path: Path, button: str) -> None:
    settings = example()
    settings["buttons"][f"{button}x"] = settings["buttons"].pop(button)
    (fault,) = faults(write(tmp_path, settings))

    assert fault.startswith(f"node.yaml.buttons.{button}x: no such incident; did you mean {button}? (known: ")


@pytest.mark.parametrize("path", [("node",), ("district",), ("village",), ("broker",), ("broker", "host"), ("pins",),
                                  ("pins", "driver"), ("siren",), ("siren", "pin"), ("striker", "pin"),
                                  ("buttons", "pencurian", "pin"), ("lock", "pin")], ids=".".join)
def test_what_has_no_default_is_missed(tmp_path: Path, path: tuple[str, ...]) -> None:
    fault = f"node.yaml.{'.'.join(path)}: missing; it has no default"

    assert fault in faults(write(tmp_path, changed(*path, to=None)))


@pytest.mark.parametrize("path", [("hears",), ("hub",), ("broker", "port"), ("siren", "active_high"), ("striker",),
                                  ("strobe",), ("buttons",), ("buttons", "aman", "hold_s"), ("lock",),
                                  ("max_sounding_s",), ("state_dir",)], ids=".".join)
def test_what_has_a_default_may_be_left_out(tmp_path: Path, path: tuple[str, ...]) -> None:
    assert faults(write(tmp_path, changed(*path, to=None))) == ()


@pytest.mark.parametrize("path", KEYS, ids=".".join)
@pytest.mark.parametrize("value", [[], -1, True, {"a": [None]}], ids=repr)
def test_no_value_makes_the_reading_fail(tmp_path: Path, path: tuple[str, ...], value: object) -> None:
    found = faults(write(tmp_path, changed(*path, to=value)))

    assert all(fault.startswith(("node.yaml.", str(tmp_path))) for fault in found)


@pytest.mark.parametrize("pin", [1, 28, 32, -17, 17.5, "seventeen", True, None, [17]], ids=repr)
def test_a_pin_that_a_pi_does_not_have_is_a_fault(tmp_path: Path, pin: object) -> None:
    settings = deepcopy(example())
    settings["siren"]["pin"] = pin

    assert faults(write(tmp_path, settings)) == (
        f"node.yaml.siren.pin: must be a BCM number from 2 to 27, not {pin!r}",
    )


def test_the_inputs_by_which_a_box_feels_itself_arrive_and_are_judged_as_all_others(tmp_path: Path) -> None:
    felt = {"siren_current": {"pin": 23}, "door": {"pin": 24, "active_closed": False}}
    read = config.load(write(tmp_path, with_posts(feedback=felt)))
    wrong = with_posts(feedback={"mains": {"pin": 17}, "batery_low": {"pin": 25}, "door": {"pin": 99, "invert": True}})

    assert {name: (each.pin, each.active_closed) for name, each in read.settings.feedback.inputs().items()} == {
        "siren_current": (23, True), "door": (24, False)}
    assert faults(write(tmp_path, wrong)) == (
        "node.yaml.feedback.batery_low: unknown; did you mean battery_low?",
        "node.yaml.feedback.door.invert: unknown; write active_closed: false",
        "node.yaml.feedback.door.pin: must be a BCM number from 2 to 27, not 99",
        "node.yaml.feedback.mains.pin: pin 17 is also siren.pin; each pin serves one purpose",
    )


def test_a_pin_that_is_used_twice_is_a_fault_that_names_both_places(tmp_path: Path) -> None:
    settings = changed("buttons", "kebakaran", "lamp", to=17)
    settings["lock"]["pin"] = 5

    assert faults(write(tmp_path, settings)) == (
        "node.yaml.buttons.kebakaran.lamp: pin 17 is also siren.pin; each pin serves one purpose",
        "node.yaml.lock.pin: pin 5 is also buttons.pencurian.pin; each pin serves one purpose",
    )


def test_a_socket_is_for_the_simulated_driver_only(tmp_path: Path) -> None:
    assert faults(write(tmp_path, changed("pins", "socket", to="pins"))) == (
        "node.yaml.pins.socket: only the driver 'simulated' has one; remove it",
    )


# The loudspeaker.

SOUND: dict[str, Any] = {"driver": "alsa", "device": "hw:CARD=Headphones", "volume": 0.5, "latency_s": 0.02,
                         "drum": "kecil", "recordings": "suara"}


def with_sound(folder: Path, **members: object) -> Path:
    """The example with a loudspeaker; a member that is None is left out."""
    (folder / "suara").mkdir(exist_ok=True)
    sound = {key: value for key, value in {**SOUND, **members}.items() if value is not None}
    return write(folder, {**example(), "sound": sound})


def test_every_setting_of_the_loudspeaker_arrives(tmp_path: Path) -> None:
    found = config.load(with_sound(tmp_path))

    assert found.speaker == Speaker("alsa", "hw:CARD=Headphones", 0.5, 0.02, KECIL, KECIL)
    assert found.recordings == tmp_path / "suara"
    assert Path(found.speaker.stroke).is_file()


def test_of_a_loudspeaker_only_the_driver_must_be_said_and_there_need_be_none(tmp_path: Path) -> None:
    plain = config.load(write(tmp_path, {**example(), "sound": {"driver": "alsa"}}))
    none = config.load(write(tmp_path, {key: value for key, value in example().items() if key != "sound"}))

    assert plain.speaker == Speaker("alsa", "default", 0.8, 0.0, BESAR, KECIL)
    assert (plain.recordings, none.speaker, none.recordings) == (None, None, None)
    assert faults(write(tmp_path, {**example(), "sound": {}})) == (
        "node.yaml.sound.driver: missing; it has no default",
    )


@pytest.mark.parametrize("key", SOUND)
def test_a_misspelt_setting_of_the_loudspeaker_is_a_fault(tmp_path: Path, key: str) -> None:
    found = faults(with_sound(tmp_path, **{key: None, f"{key}x": SOUND[key]}))

    assert found[0] == f"node.yaml.sound.{key}x: unknown; did you mean {key}?"


@pytest.mark.parametrize(("key", "value", "told"), [
    ("driver", "pulse", "'pulse' is not allowed; use alsa or dummy or disk"),
    ("driver", "also", "'also' is not allowed; use alsa or dummy or disk (did you mean alsa?)"),
    ("driver", True, "True is "),
    ("device", "", "'' is not allowed; use a device's name, as aplay -L shows it"),
    ("device", " hw:0", "' hw:0' is not allowed; use a device's name, as aplay -L shows it"),
    ("device", 0, "0 is not allowed; use a device's name, as aplay -L shows it"),
    ("volume", 1.5, "must be a number from 0.05 to 1, not 1.5"),
    ("volume", "loud", "must be a number from 0.05 to 1, not 'loud'"),
    ("latency_s", -1, "must be a number from 0 to 0.5 s, not -1"),
    ("latency_s", 0.6, "must be a number from 0 to 0.5 s, not 0.6"),
    ("drum", "sedang", "'sedang' is not allowed; use besar or kecil"),
    ("recordings", "~/suara", "'~/suara' is not allowed; use a path, written whole"),
], ids=str)
def test_an_impossible_setting_of_the_loudspeaker_is_a_fault(
    tmp_path: Path, key: str, value: object, told: str
) -> None:
    found = faults(with_sound(tmp_path, **{key: value}))

    assert found[0].startswith(f"node.yaml.sound.{key}: {told}")
    assert [fault for fault in found if not fault.startswith(f"node.yaml.sound.{key}: ")] == []


def test_a_folder_of_recordings_that_is_not_there_stops_no_node_and_is_a_warning_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for name in ("suaraku", "file"):
        told = list(config.warnings(config.load(with_sound(tmp_path, recordings=name))))
        assert [each for each in told if f"there is no folder {tmp_path / name}" in each] != []


@pytest.mark.parametrize("value", [[], -1, True, "alsa", None], ids=repr)
def test_a_loudspeaker_that_is_no_mapping_is_a_fault(tmp_path: Path, value: object) -> None:
    (fault,) = faults(write(tmp_path, {**example(), "sound": value}))

    assert fault.startswith("node.yaml.sound: ")


def test_what_is_wrong_with_the_drivers_name_is_told_with_its_path(tmp_path: Path) -> None:
    assert faults(write(tmp_path, example()), "is no driver") == ("node.yaml.pins.driver: is no driver",)


# What the files say of each other.


def test_a_village_that_the_district_lacks_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (fault,) = faults(write(tmp_path, changed("village", to="kalibagr")))

    told = "node.yaml.village: 'kalibagr' is no village of situbondo; did you mean kalibagor? (known: "
    assert fault.startswith(told)


def test_a_node_that_is_no_post_of_its_village_is_a_fault(tmp_path: Path) -> None:
    assert faults(write(tmp_path, changed("node", to="pos-9"))) == (
        "node.yaml.node: 'pos-9' is no post of kalibagor in the district file; add it there (known: pos-1)",
    )


def test_a_node_and_its_post_must_agree_on_what_it_hears(tmp_path: Path) -> None:
    deaf = faults(write(tmp_path, with_posts(village="patokan", node="polsek")))
    greedy = faults(write(tmp_path, with_posts(hears="all")))

    assert deaf == ("node.yaml.hears: 'village', but the district file says 'all' of this post; make them the same",)
    assert greedy == ("node.yaml.hears: 'all', but the district file says 'village' of this post; make them the same",)
    assert faults(write(tmp_path, with_posts(village="patokan", node="polsek", hears="all"))) == ()


@pytest.mark.parametrize("name", ["missing.yaml", "missing", "", "folder", "x" * 300, "x" * 300 + ".yaml"],
                         ids=["a file", "without suffix", "no name", "a folder", "long", "long file"])
def test_a_district_that_is_not_there_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    found = faults(write(tmp_path, changed("district", to=name)))

    assert len(found) == 1
    assert "district" in found[0]
    assert found != ("refused without a fault",)


def test_files_beside_the_district_come_before_the_shipped_ones(tmp_path: Path) -> None:
    shutil.copy(CONFIG / "situbondo.yaml", tmp_path)
    text = (CONFIG / "incidents.yaml").read_text("utf-8").replace("duration_s: 180", "duration_s: 77")
    (tmp_path / "incidents.yaml").write_text(text, "utf-8")
    read = config.load(write(tmp_path, changed("district", to="situbondo.yaml")))

    assert (read.catalogue.incidents["kebakaran"].duration_s, read.family.name) == (77.0, "Jawa Timur")


def test_a_code_family_that_there_is_not_is_answered_with_the_nearest(tmp_path: Path) -> None:
    text = (CONFIG / "situbondo.yaml").read_text("utf-8").replace("rhythms: jawa-timur", "rhythms: jawa-timor")
    (tmp_path / "d.yaml").write_text(text, "utf-8")

    told = "there is no code family 'jawa-timor'; did you mean jawa-timur? (known: jawa-timur, polri-bandung, tni)"
    assert faults(write(tmp_path, changed("district", to="d.yaml"))) == (f"d.yaml.rhythms: {told}",)


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    district = (CONFIG / "situbondo.yaml").read_text("utf-8").replace("kind: desa", "kind: dessa", 1)
    incidents = (CONFIG / "incidents.yaml").read_text("utf-8").replace("priority: 90", "priority: 900", 1)
    (tmp_path / "d.yaml").write_text(district, "utf-8")
    (tmp_path / "incidents.yaml").write_text(incidents, "utf-8")
    settings = changed("district", to="d.yaml")
    settings["broker"]["prot"] = 1883
    settings["siren"]["pin"] = 22
    settings["max_sounding_s"] = 5
    found = faults(write(tmp_path, settings), "is no driver")

    assert [fault.split(":")[0] for fault in found] == [
        "node.yaml.broker.prot", "node.yaml.max_sounding_s", "d.yaml.villages.kalibagor.kind",
        "incidents.yaml.incidents.bencana.priority", "node.yaml.strobe.pin", "node.yaml.pins.driver",
    ]


# Files that cannot be read.


@pytest.mark.parametrize(("text", "told"), [
    ("node: [pos-1\n", "node.yaml: line 1: [ is not closed; write ] at its end; there stands `node: [pos-1`"),
    ("node: a\nnode: b\n", "node.yaml: line 2, column 1: the key 'node' stands here twice; keep one of them"),
    ("node: &a [*a]\n", "node.yaml"),
    ("", "node.yaml: is empty; start from config/node.yaml"),
    ("# a note\n", "node.yaml: is empty; start from config/node.yaml"),
    ("- node\n", "node.yaml: is a list, no settings; write `name: value` lines, as in config/node.yaml"),
    ("kentongan\n", "node.yaml: is a mere value, no settings; write `name: value` lines, as in config/node.yaml"),
    ("siren:\n\tpin: 17\n",
     "node.yaml: line 2: a tab stands there; use spaces; there stands `<tab>pin: 17` after `siren:`"),
    ("{" * 400, "node.yaml"),
    ("!!python/object/apply:os.system ['true']\n", "node.yaml: line 1, column 1: "),
], ids=["broken", "a key twice", "an endless list", "empty", "a note", "a list", "a word", "a tab", "deep", "code"])
def test_a_file_that_is_no_settings_is_a_fault(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "node.yaml"
    path.write_text(text, "utf-8")
    found = faults(path)

    assert found
    assert told in found[0]


def test_a_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "node.yaml"
    path.write_bytes(b"node: pos-1\nname: Pak Ma\x92ruf\n")

    remedy = "save it as UTF-8 (Notepad: File, Save as, Encoding; Notepad++: Encoding, Convert to UTF-8)"
    assert faults(path) == (f"{path}: line 2 has a character that is not UTF-8; {remedy}",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_read_in_the_encodings_of_windows_editors(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, example())
    path.write_bytes(path.read_text("utf-8").replace("\n", "\r\n").encode(encoding))

    assert faults(path) == ()


def test_a_file_of_zeros_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "node.yaml"
    for body in (bytes(512), b"node: pos-1\n" + bytes(500)):
        path.write_bytes(body)

        assert faults(path) == (
            f"{path}: is damaged: it holds zero bytes, as a power cut leaves them; put it back from a copy",)


def test_a_missing_file_and_a_folder_are_faults(tmp_path: Path) -> None:
    assert faults(tmp_path / "missing.yaml") == (f"{tmp_path}/missing.yaml: cannot be read: No such file or directory",)
    assert faults(tmp_path) == (f"{tmp_path}: cannot be read: it is a folder, not a file",)


def test_a_file_that_leads_back_to_itself_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "node.yaml"
    path.symlink_to(path)

    assert faults(path) == (f"{path}: cannot be read: Too many levels of symbolic links",)


@pytest.mark.parametrize("name", ["jawa-timor", "", "x" * 300, "a\0b", "../node", "../rhythms/tni"])
def test_a_shipped_family_that_there_is_not_is_a_fault(name: str) -> None:
    with pytest.raises(SettingsError) as raised:
        files.load_shipped(name)

    (fault,) = raised.value.faults
    assert fault.startswith(f"--family: there is no code family {name!r}; ")
    assert fault.endswith("(known: jawa-timur, polri-bandung, tni)")


@pytest.mark.parametrize("path", [("state_dir",), ("district",)], ids=".".join)
@pytest.mark.parametrize("to", ["~", "~/kentongan", "~pi/kentongan"])
def test_a_path_is_written_whole(tmp_path: Path, path: tuple[str, ...], to: str) -> None:
    assert faults(write(tmp_path, changed(*path, to=to))) == (
        f"node.yaml.{path[0]}: {to!r} is not allowed; use a path, written whole: nothing here knows what ~ stands for",
    )


@pytest.mark.parametrize("name", ["lock", "senyap", "semua", "patroli"])
def test_an_incident_may_not_be_called_like_something_else(tmp_path: Path, name: str) -> None:
    shutil.copy(CONFIG / "situbondo.yaml", tmp_path)
    text = (CONFIG / "incidents.yaml").read_text("utf-8").replace("  kecelakaan:", f"  {name}:")
    (tmp_path / "incidents.yaml").write_text(text, "utf-8")
    fault, *_ = faults(write(tmp_path, changed("district", to="situbondo.yaml")))

    assert fault.startswith(f"incidents.yaml.incidents.{name}: is the name of ")
    assert fault.endswith("; give the incident another")


def test_a_familys_faults_are_told_whatever_is_wrong_with_the_district_and_the_incidents(tmp_path: Path) -> None:
    district = (CONFIG / "situbondo.yaml").read_text("utf-8").replace("kind: desa", "kind: dessa", 1)
    incidents = (CONFIG / "incidents.yaml").read_text("utf-8").replace("priority: 90", "priority: 900", 1)
    (tmp_path / "d.yaml").write_text(district, "utf-8")
    (tmp_path / "incidents.yaml").write_text(incidents, "utf-8")
    (tmp_path / "rhythms").mkdir()
    (tmp_path / "rhythms" / "jawa-timur.yaml").write_text("name: J\nsources: []\ncodes: {patroli: '?'}\n", "utf-8")
    found = faults(write(tmp_path, changed("district", to="d.yaml")))

    assert [fault.split(":")[0] for fault in found] == [
        "d.yaml.villages.kalibagor.kind", "incidents.yaml.incidents.bencana.priority",
        "rhythms/jawa-timur.yaml.codes.patroli",
    ]


@pytest.mark.parametrize("text", ["x", "..", "../jawa-timur", "x" * 300])
def test_a_family_beside_a_faulty_district_is_never_sought_elsewhere(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.yaml").write_text(f"rhythms: {text}\n", "utf-8")
    found = faults(write(tmp_path, changed("district", to="d.yaml")))

    assert all(fault.startswith("d.yaml.") for fault in found)


# How the voice is to say words.


def test_a_districts_own_respellings_come_before_the_shipped_ones(tmp_path: Path) -> None:
    shutil.copy(CONFIG / "situbondo.yaml", tmp_path / "d.yaml")
    (tmp_path / "speech.yaml").write_text('respellings: {Ternak: "ternakh", kalibagor: "kali bagor"}', "utf-8")
    found = config.load(write(tmp_path, changed("district", to="d.yaml"))).respellings

    assert (found["ternak"], found["kalibagor"], found["gempa"]) == ("ternakh", "kali bagor", "[[g@mp'a]]")


def test_a_fault_in_the_respellings_is_told_with_its_file(tmp_path: Path) -> None:
    shutil.copy(CONFIG / "situbondo.yaml", tmp_path / "d.yaml")
    (tmp_path / "speech.yaml").write_text('respellings: {ternak: "[[t@Rn"}', "utf-8")
    (fault,) = faults(write(tmp_path, changed("district", to="d.yaml")))

    assert fault.startswith("speech.yaml.respellings.ternak: '[[t@Rn' is not allowed; use letters, or ")


def test_no_button_raises_what_is_raised_for_all_villages_at_once(tmp_path: Path) -> None:
    settings = example()
    settings["buttons"]["tsunami"] = {"pin": 21}

    assert faults(write(tmp_path, settings)) == (
        "node.yaml.buttons.tsunami: no post raises this; an operator does, for all villages at once",
    )


def test_a_box_has_a_slot_in_what_it_sounds_together_with_a_post_within_earshot(tmp_path: Path) -> None:
    setup = service.make_setup(config.load(write(tmp_path, {**example(), "village": "patokan"})), {})

    assert setup.slot(Key("patokan", "kebakaran")) == Slot(1, 2)  # after the Polsek, which stands in Patokan too
    assert setup.slot(Key("olean", "bencana")) == Slot(1, 2)
    assert setup.slot(Key("patokan", "patroli")) == Slot(0, 1)
    assert setup.cycle(Key("patokan", "kebakaran")).strokes_s[0] > 20.0
