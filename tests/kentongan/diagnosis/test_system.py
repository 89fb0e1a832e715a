"""The facts of a machine, from real files below a root, and from what its programs print."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from kentongan.diagnosis import system
from kentongan.diagnosis.core.facts import Boot, Device, Power, Unit, Watchdog
from kentongan.diagnosis.system import System, Who

SHOWN = "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nNRestarts=2\nLimitRTPRIO=50\nMainPID=412\n"
CARDS = (" 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0\n                      vc4-hdmi-0\n"
         " 1 [Device         ]: USB-Audio - USB Audio Device\n                      C-Media USB Audio Device\n")


def machine(root: Path, files: dict[str, str], answers: dict[str, str] | None = None) -> System:
    """The machine with these files below *root*; a program prints the answer of the first line that it begins with."""
    for name, text in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def ask(command: Sequence[str]) -> str | None:
        line = " ".join(command)
        return next((text for begin, text in (answers or {}).items() if line.startswith(begin)), None)

    return System(root, ask)


def test_a_unit_is_read_as_systemd_shows_it(tmp_path: Path) -> None:
    found = machine(tmp_path, {}, {"systemctl show kentongan-node.service": SHOWN})

    assert found.unit("kentongan-node.service") == (
        Unit("kentongan-node.service", "loaded", "enabled", "active", 2, 50), 412)


def test_a_systemd_that_does_not_answer_shows_a_unit_that_is_not_there(tmp_path: Path) -> None:
    assert machine(tmp_path, {}).unit("x.service") == (Unit("x.service", "not-found", "", ""), 0)


def test_a_pi_without_a_device_tree_here_is_known_by_its_processor(tmp_path: Path) -> None:
    files = {"/proc/cpuinfo": "processor\t: 0\nRevision\t: c03115\nModel\t\t: Raspberry Pi 4 Model B Rev 1.5\n"}

    assert machine(tmp_path, files).model() == "Raspberry Pi 4 Model B Rev 1.5"


@pytest.mark.parametrize(("text", "model"), [
    ("Raspberry Pi Zero 2 W Rev 1.0\0", "Raspberry Pi Zero 2 W Rev 1.0"), ("QEMU\0", ""), (None, ""),
])
def test_a_pi_is_known_by_its_device_tree(tmp_path: Path, text: str | None, model: str) -> None:
    assert machine(tmp_path, {} if text is None else {"/proc/device-tree/model": text}).model() == model


@pytest.mark.parametrize(("answer", "bits"), [
    ("throttled=0x50005\n", 0x50005), ("throttled=0x0\n", 0), ("error=2\n", None), ("", None), (None, None),
])
def test_the_firmwares_word_is_read_and_what_is_no_number_is_not_known(
    tmp_path: Path, answer: str | None, bits: int | None
) -> None:
    found = machine(tmp_path, {"/proc/device-tree/model": "Raspberry Pi 5\0"},
                    {} if answer is None else {"vcgencmd get_throttled": answer})

    assert found.power() == Power("Raspberry Pi 5", bits)


def test_the_clock_is_set_by_the_services_that_run(tmp_path: Path) -> None:
    found = machine(tmp_path, {"/run/systemd/system/.x": "", "/sys/class/rtc/rtc0/name": "rpi-rtc"},
                    {"systemctl is-active chrony.service": "active\n", "systemctl is-active ntp": "inactive\n"}).clock()

    assert (found.services, found.rtc) == (("chrony",), True)


def test_without_systemd_nobody_knows_who_sets_the_clock(tmp_path: Path) -> None:
    assert machine(tmp_path, {}).clock().services is None


@pytest.mark.parametrize(("files", "found"), [
    ({"/boot/firmware/config.txt": "a=1", "/boot/config.txt": "b=2"}, ("/boot/firmware/config.txt", "a=1")),
    ({"/boot/config.txt": "b=2"}, ("/boot/config.txt", "b=2")), ({}, ("/boot/firmware/config.txt", None)),
])
def test_the_firmwares_file_is_found_where_either_release_has_it(
    tmp_path: Path, files: dict[str, str], found: tuple[str, str | None]
) -> None:
    assert machine(tmp_path, files).boot({"siren": (17, False)}, wireless=None) == Boot(
        "", *found, {"siren": (17, False)}, None)


ROUTE = "Iface\tDestination\tGateway\n{}\t00000000\t0101A8C0\n"


@pytest.mark.parametrize(("files", "found"), [
    ({"/proc/net/route": ROUTE.format("wlan0"), "/sys/class/net/wlan0/wireless/x": ""}, True),
    ({"/proc/net/route": ROUTE.format("eth0")}, False), ({"/proc/net/route": "Iface\n"}, None), ({}, None),
])
def test_the_way_out_of_the_machine_is_by_wifi_or_not(
    tmp_path: Path, files: dict[str, str], found: bool | None
) -> None:
    assert machine(tmp_path, files).wireless() is found


@pytest.mark.parametrize(("answer", "seconds"), [
    ("RuntimeWatchdogUSec=14s\n", 14.0), ("RuntimeWatchdogUSec=1min 30s\n", 90.0), ("RuntimeWatchdogUSec=0\n", 0.0),
    ("RuntimeWatchdogUSec=infinity\n", None), ("\n", None), (None, None),
])
def test_the_watchdogs_time_is_read_as_systemd_writes_it(
    tmp_path: Path, answer: str | None, seconds: float | None
) -> None:
    found = machine(tmp_path, {"/run/systemd/system/.x": "", "/dev/watchdog": ""},
                    {} if answer is None else {"systemctl show --property=RuntimeWatchdogUSec": answer})

    assert found.watchdog() == Watchdog(seconds, present=True)


def test_a_user_has_its_own_groups_and_those_that_its_unit_adds(tmp_path: Path) -> None:
    found = machine(tmp_path, {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nkentongan:x:990:980::/:/usr/sbin/nologin\n",
        "/etc/group": "gpio:x:997:\naudio:x:29:kentongan\nvideo:x:44:pi\n",
    })

    assert found.who("kentongan", ("gpio",)) == Who("kentongan", 990, frozenset({980, 997, 29}))
    assert found.who("nobody-here") is None


@pytest.mark.parametrize(("mode", "groups", "allowed"), [
    (0o660, {os.getgid()}, True), (0o660, set(), False), (0o640, {os.getgid()}, False), (0o666, set(), True),
])
def test_a_device_is_open_to_whom_its_mode_lets_in(
    tmp_path: Path, mode: int, groups: set[int], allowed: bool
) -> None:
    found = machine(tmp_path, {"/dev/gpiochip0": "", "/etc/group": f"gpio:x:{os.getgid()}:\n"})
    (tmp_path / "dev/gpiochip0").chmod(mode)

    assert list(found.devices(["/dev/gpiochip0", "/dev/none"], Who("k", 12345, frozenset(groups)))) == [
        Device("/dev/gpiochip0", "gpio", allowed)]


@pytest.mark.parametrize(("device", "card"), [
    ("plughw:CARD=Device,DEV=0", "Device"), ("plughw:Device", "Device"), ("hw:1", "Device"), ("hw:1,0", "Device"),
    ("default", "vc4hdmi0"), ("hw:7", ""), ("plughw:CARD=Other", ""), ("pulse", ""),
])
def test_the_card_of_a_device_is_named_where_it_is_known(tmp_path: Path, device: str, card: str) -> None:
    assert machine(tmp_path, {"/proc/asound/cards": CARDS}).card(device) == card


def test_where_somebody_chose_a_default_its_card_is_not_known(tmp_path: Path) -> None:
    files = {"/proc/asound/cards": CARDS, "/etc/asound.conf": "pcm.!default {}"}

    assert machine(tmp_path, files).card("default") == ""


def test_the_disk_of_a_folder_is_the_one_that_is_mounted_nearest(tmp_path: Path) -> None:
    root, state = tmp_path / "root", tmp_path / "var lib" / "state"
    state.mkdir(parents=True)
    place = str(tmp_path / "var lib").replace(" ", "\\040")
    mounts = f"/dev/root / ext4 ro 0 0\n/dev/sda1 {place} btrfs rw,noatime 0 0\n"
    found = machine(root, {"/proc/mounts": mounts}).disk(state, None)

    assert found is not None
    assert (found.folder, found.kind, found.read_only, found.writable, found.errors, found.present) == (
        str(state), "btrfs", False, True, None, True)
    assert found.free_bytes > 0


def test_a_file_system_that_is_mounted_read_only_and_has_counted_errors_is_said_to_be(tmp_path: Path) -> None:
    files = {"/proc/mounts": "/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n", "/sys/fs/ext4/mmcblk0p2/errors_count": "12\n"}
    found = machine(tmp_path / "root", files).disk(tmp_path / "not" / "there", None)

    assert found is not None
    assert (found.read_only, found.errors, found.present) == (True, 12, False)


def test_a_folder_of_another_user_cannot_be_written(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    found = machine(tmp_path / "root", {}).disk(state, Who("k", 12345, frozenset()))

    assert found is not None
    assert found.writable is False


def test_a_disk_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "ASK_S", 0.01)
    monkeypatch.setattr(System, "_disk", lambda *_: __import__("threading").Event().wait())

    assert machine(tmp_path, {}).disk(tmp_path, None) is None


@pytest.mark.parametrize(("command", "printed"), [
    (("printf", "well"), "well"), (("false",), None), (("no-such-program",), None), (("sleep", "60"), None),
])
def test_a_program_that_is_missing_fails_or_hangs_answers_nothing(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], printed: str | None
) -> None:
    monkeypatch.setattr(system, "ASK_S", 30.0 if printed else 0.2)

    assert system.run(command) == printed
