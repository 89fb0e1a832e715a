"""The house's directions, read from the imports: who may know whom, and who alone knows a library."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSES = {"loop", "node", "posko", "broker"}  # the loops, what they share, and the installer's tool
PACKAGES = ("contract", "loop", "node", "posko", "broker", "demo", "kentongan")

PURE = {
    "loop.bucket", "loop.draft", "loop.effects", "loop.events",
    "node.alarm", "node.alarms", "node.beacon", "node.contacts", "node.devices", "node.draft", "node.drum",
    "node.effects", "node.events", "node.face", "node.hearing", "node.options", "node.orders", "node.outbox",
    "node.performer", "node.ronda", "node.score", "node.speaker", "node.state", "node.turns",
    "posko.alarms", "posko.beacon", "posko.draft", "posko.effects", "posko.events", "posko.face", "posko.hearing",
    "posko.hub", "posko.posts", "posko.proof", "posko.state",
    "posko.desk.changes", "posko.desk.desk", "posko.desk.force", "posko.desk.hubsight", "posko.desk.hubword",
    "posko.desk.lines", "posko.desk.orders", "posko.desk.verdict", "posko.desk.view", "posko.desk.words",
    "broker.accounts", "broker.bundles", "broker.conf", "broker.found", "broker.plan", "broker.roles", "broker.secret",
    "broker.site", "broker.trial.packets", "broker.trial.proof", "broker.uplink.passage",
    "posko.archive.history", "posko.archive.rounds", "posko.archive.rows", "posko.archive.words",
}
# What a pure room may take from the standard library: nothing that reads, waits, or asks the time.
PURE_STDLIB = {
    "array", "collections", "dataclasses", "datetime", "difflib", "enum", "itertools", "json", "math", "operator", "re",
    "types", "typing", "unicodedata",
}
# Each library's only homes. gpiozero has two: the pin driver's, and the driver without pins.
HOMES = {
    "paho": {"loop.link"},
    "sqlite3": {"loop.database", "loop.readable"},
    "gpiozero": {"node.pins", "node.simulated"},
    "yaml": {"contract.yamltext"},
    "rich": {"demo.__main__", "demo.live", "demo.panels", "demo.view", "posko.archive.render", "posko.desk.screen"},
    "click": {
        "kentongan.__main__", "node.__main__", "posko.__main__", "posko.command", "posko.desk.__main__",
        "node.play_command", "node.voice_command", "posko.archive.__main__", "broker.command", "broker.__main__",
        "broker.trial.__main__", "broker.uplink.__main__", "demo.__main__",
    },
    "cryptography": {"broker.certificates"},
    "pygame": {"node.player"},
}
# What any shell may use: the clock, the way into the loop, how a thread is scheduled, and what each program completes
# for itself: the thread that writes to the disk, the reading of settings files.
# For the installer's tool: how a Mosquitto is started, and what asks it.
COMMON = {
    "loop.clock", "loop.inbox", "loop.endpoint", "loop.database", "loop.files", "loop.readable", "loop.health",
    "posko.config", "broker.private",
    "broker.trial.client",
    "node.espeak", "node.voice",  # the voice's files, for who keeps them and who shows them
}


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(path: Path) -> Iterator[str]:
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module is not None:
            names = [f"{each.module}.{alias.name}" for alias in each.names]
            yield from (name if name in MODULES else each.module for name in names)


MODULES = modules()
ALL = {name: set(imports(path)) for name, path in MODULES.items()}
OURS = {name: {each for each in found if each.split(".")[0] in PACKAGES} for name, found in ALL.items()}
THEIRS = {
    name: {top for each in found if (top := each.split(".")[0]) not in PACKAGES} for name, found in ALL.items()
}


def test_every_module_is_read() -> None:
    assert {"contract.rhythm", "node.alarm", "node.siren", "broker.private", "kentongan.__main__"} <= MODULES.keys()


def test_the_contract_imports_nothing_but_itself() -> None:
    foreign = {name: found for name, all_ in OURS.items() if name.startswith("contract")
               if (found := {each for each in all_ if not each.startswith("contract")})}
    assert foreign == {}


def test_rooms_import_the_contract_and_their_own_house_only() -> None:
    allowed = {
        "loop": {"loop", "contract"},
        "node": {"node", "loop", "contract"},
        "posko": {"posko", "loop", "contract"},
        "broker": {"broker", "loop", "contract"},
        "demo": {"demo", "broker", "contract"},
    }
    foreign = {
        name: found for name, all_ in OURS.items()
        if (house := name.split(".")[0]) in allowed
        and (found := {each for each in all_ if each.split(".")[0] not in allowed[house]})
    }
    assert foreign == {}


def test_pure_rooms_import_only_pure_rooms() -> None:
    assert MODULES.keys() >= PURE
    impure = {
        name: found for name in PURE
        if (found := {each for each in OURS[name] - PURE - HOUSES if not each.startswith("contract")})
    }
    assert impure == {}


@pytest.mark.parametrize("name", sorted(PURE | {name for name in MODULES if name.startswith("contract.")}))
def test_a_pure_room_has_nothing_to_read_wait_or_ask_the_time_with(name: str) -> None:
    assert THEIRS[name] - PURE_STDLIB <= ({"yaml"} if name == "contract.yamltext" else set())


def test_a_third_party_library_has_its_homes_and_no_other() -> None:
    for library, homes in HOMES.items():
        assert {name for name, found in THEIRS.items() if library in found} == homes & MODULES.keys(), library


def test_a_shell_knows_one_third_party_library_at_most() -> None:
    crowded = {
        name: found for name, all_ in THEIRS.items() if len(found := all_ - set(sys.stdlib_module_names)) > 1
        and not name.startswith("demo")
    }
    assert crowded == {}


def test_shells_do_not_know_each_other() -> None:
    programs = {name for name in MODULES if name.endswith((".service", ".__main__"))} | {
        "loop.running", "node.play_command", "node.voice_command",
    }
    shells = {name for name in MODULES if name.split(".")[0] in HOUSES} - PURE - COMMON - programs
    known = {
        name: found for name in shells
        if (found := OURS[name] & shells)
    }
    assert known == {}


def test_only_a_main_knows_a_service() -> None:
    for service in (name for name in MODULES if name.endswith(".service")):
        main = f"{service.removesuffix('service')}__main__"
        assert {name for name, found in OURS.items() if service in found} == {main}


def test_files_stay_small() -> None:
    long = {name: lines for name, path in MODULES.items() if (lines := len(path.read_text().splitlines())) > 250}
    assert long == {}
