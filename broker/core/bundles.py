"""What each account's owner takes home: a folder with everything, ready to run. Pure; must not open files.

    nodes/VILLAGE.NODE/   node.yaml        operators/NAME/,   posko.yaml, options of mosquitto's clients,
                                           petugas/NAME/,     pasang (sh) and pasang.cmd (Windows)
                                           readers/NAME/
    posko/                posko.yaml       each: the password, the authority's certificate, the district file
                          web.yaml         what the page, on the hub's machine, has of its own
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CA, PASSWORD, PAGE_PASSWORD = "ca.crt", "password", "web.password"
PEOPLE = "people.json"
PUBLIC, SHARED, PRIVATE = 0o644, 0o640, 0o600


@dataclass(frozen=True, slots=True)
class File:
    """What stands in a file, and who may read it."""

    body: bytes
    mode: int = PUBLIC


Tree = dict[str, File]


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody reaches the broker. Without *tls* it is on the same machine. `others`: addresses of other machines
    that are the same broker.
    """

    host: str
    port: int
    username: str
    tls: bool = True
    password_file: str = PASSWORD
    others: tuple[str, ...] = ()

    @property
    def setting(self) -> str:
        """It as the setting `broker`."""
        parts = [f"host: {json.dumps(self.host)}", f"port: {self.port}", f"username: {json.dumps(self.username)}",
                 f"password_file: {self.password_file}"]
        parts += [f"ca_file: {CA}"] if self.tls else []
        first = f"{{{', '.join(parts)}}}"
        others = [f"{{host: {json.dumps(each)}, port: {self.port}}}" for each in self.others]
        return f"[{', '.join([first, *others])}]" if others else first


def settle(text: str, settings: Mapping[str, str]) -> str:
    """The YAML *text* in which each of *settings* stands on a line of its own; all else stays as it was."""
    for key, value in settings.items():
        line = f"{key}: {value}\n"
        found = re.search(rf"^{key}:.*\n((?:[ \t]+.*\n)*)", text, re.MULTILINE)
        if found is None:
            text = f"{text.rstrip()}\n{line}"
        else:
            # Comments of its own that follow an example's line are kept; the members of a block go with it.
            comments = [each for each in found[1].splitlines(keepends=True) if each.lstrip().startswith("#")]
            text = text[: found.start()] + line + "".join(comments) + text[found.end():]
    return text


def node_yaml(example: str, place: Mapping[str, str], district_file: str, way: Way) -> str:
    """A node's settings, from the shipped *example* or the bundle's own; *place*: `node`, `village` and `hears`."""
    quoted = {key: json.dumps(value) for key, value in place.items()}
    return settle(example, {**quoted, "district": json.dumps(district_file), "broker": way.setting})


def posko_yaml(district_file: str, way: Way, state_dir: str | None, villages: tuple[str, ...] = ()) -> str:
    """A hub's settings, or an operator's, who has no *state_dir*; *villages*: those alone whose posts it may hear."""
    lines = [f"district: {json.dumps(district_file)}", f"broker: {way.setting}"]
    lines += [f"state_dir: {state_dir}"] if state_dir is not None else []
    lines += [f"villages: {json.dumps(villages)}"] if villages else []
    return "\n".join(lines) + "\n"


def uplink_yaml(district: str, village: str, here: Way, there: Way, others: Sequence[str] = ()) -> str:
    """The settings of a village's uplink: its own broker, the district's, and the *others* that it has neighbours in.
    """
    lines = [f"district: {json.dumps(district)}", f"village: {json.dumps(village)}"]
    lines += [f"others: {json.dumps(others)}"] if others else []
    return "\n".join([*lines, f"here: {here.setting}", f"there: {there.setting}"]) + "\n"


def posko(way: Way, files: Tree, ca: bytes, password: str) -> Tree:
    """The hub's bundle."""
    (district_file, *_) = files
    settings = posko_yaml(district_file, way, "/var/lib/kentongan-posko")
    found = {**files, "posko.yaml": File(settings.encode()), PASSWORD: _secret(password)}
    return {**found, CA: File(ca)} if way.tls else found


def page(way: Way, district_file: str, password: str) -> Tree:
    """What the page has of its own in the hub's bundle."""
    lines = [f"district: {json.dumps(district_file)}", f"broker: {way.setting}", f"people: {PEOPLE}",
             "state_dir: /var/lib/kentongan-web"]
    return {"web.yaml": File(("\n".join(lines) + "\n").encode()), PAGE_PASSWORD: _secret(password)}


def node(settings: str, files: Tree, ca: bytes, password: str) -> Tree:
    """A node's bundle."""
    return {**files, "node.yaml": File(settings.encode()), CA: File(ca), PASSWORD: _secret(password)}


def person(  # noqa: PLR0913 - one for each part
    way: Way, files: Tree, ca: bytes, password: str, *, writes: bool, villages: tuple[str, ...] = ()
) -> Tree:
    """The bundle of an operator, a petugas, or a reader, who *writes* nothing; *villages*: see `posko_yaml`."""
    (district_file, *_) = files
    options = _options(way, password)
    clients = ("mosquitto_pub", "mosquitto_sub") if writes else ("mosquitto_sub",)
    settings = posko_yaml(district_file, way, None, villages)
    installed = [*files, "posko.yaml", CA, PASSWORD]
    return {
        **files, "posko.yaml": File(settings.encode()), CA: File(ca), PASSWORD: _secret(password),
        **{name: File(options.encode(), PRIVATE) for name in clients},
        "pasang": File(_install(installed, clients).encode(), 0o755),
        "pasang.cmd": File(_install_windows(installed, clients).encode()),
    }


def _secret(password: str) -> File:
    return File(f"{password}\n".encode(), PRIVATE)


def _options(way: Way, password: str) -> str:
    """Options that mosquitto's clients read from ~/.config; `pasang` adds the certificate, whose path must be whole."""
    return f"-h {way.host}\n-p {way.port}\n-u {way.username}\n-P {password}\n-V 5\n-q 1\n"


def _install(files: list[str], clients: tuple[str, ...]) -> str:
    """The script that puts a bundle into place on a person's computer."""
    places = sorted({path.rpartition("/")[0] for path in files} - {""})
    folders = " ".join(f'"$tujuan/{each}"' for each in places)
    copies = "\n".join(f'cp "{each}" "$tujuan/{each}"' for each in files)
    options = "\n".join(
        f'{{ cat {name}; printf -- "--cafile %s\\n" "$tujuan/{CA}"; }} > "$rumah/{name}"' for name in clients
    )
    return f"""\
#!/bin/sh
# Pasang berkas ini di komputer Anda: sh pasang   (Install these files on your computer.)
# Sesudah itu cukup (after that, this is all): {clients[0]} -t TOPIK{" -m 'catatan'" if len(clients) > 1 else ""}
set -eu
umask 077
cd "$(dirname "$0")"
rumah=${{XDG_CONFIG_HOME:-$HOME/.config}}
tujuan=$rumah/kentongan
mkdir -p "$tujuan" {folders}
{copies}
{options}
echo "Terpasang di $tujuan (installed)."
"""


def _install_windows(files: list[str], clients: tuple[str, ...]) -> str:
    """The same for Windows, with its line ends, without which cmd.exe misses labels.

    There Mosquitto's clients read %USERPROFILE%\\NAME.conf (mosquitto_pub(1); client/client_shared.c). They open the
    certificate by a name in Windows' code page and cmd.exe writes in the console's, so the name is the short one
    (%%~s), which is ASCII wherever Windows makes short names. `pushd`, unlike `cd`, enters a network folder.
    """
    home = r"%USERPROFILE%"
    place = rf"{home}\.config\kentongan"
    paths = [each.replace("/", "\\").replace("%", "%%") for each in files]
    folders = sorted({"", *(f"\\{folder}" for path in paths if (folder := path.rpartition("\\")[0]))})
    steps = ['pushd "%~dp0"']
    steps += [f'if not exist "{place}{each}\\" mkdir "{place}{each}"' for each in folders]
    steps += [f'copy /y "{each}" "{place}\\{each}" >nul' for each in paths]
    for name in clients:
        steps += [
            f'copy /y "{name}" "{home}\\{name}.conf" >nul',
            f'for %%I in ("{place}\\{CA}") do >>"{home}\\{name}.conf" echo --cafile %%~fsI',
        ]
    note = ' -m "catatan"' if len(clients) > 1 else ""
    lines = [
        "@echo off",
        "rem Pasang berkas ini di komputer Windows Anda: klik dua kali.   (Install these files on your computer.)",
        f"rem Sesudah itu cukup (after that, this is all): {clients[0]} -t TOPIK{note}",
        "setlocal",
        *(line for step in steps for line in (step, "if errorlevel 1 goto gagal")),
        "popd",
        f'echo Terpasang di "{place}" (installed).',
        f"where {clients[0]} >nul 2>nul",
        f'if errorlevel 1 echo {clients[0]} tidak ada di PATH. Biasanya di "C:\\Program Files\\mosquitto".',
        "pause",
        "exit /b 0",
        ":gagal",
        "echo TIDAK terpasang: pesan di atas menyebut sebabnya (NOT installed; the message above has the reason).",
        "pause",
        "exit /b 1",
        "",
    ]
    return "\r\n".join(lines)
